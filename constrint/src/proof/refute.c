/* Steps of some cells until nothing changes, then case by case. */
#include "network.h"

enum { ROUNDS = 100 };

static bool is_over(struct network *w) {
  if (budget_poll(&w->budget) != CI_OK) w->spent = true;
  return w->spent;
}

static bool settle(struct network *w, const cell *list, size_t n) {
  uint64_t before = w->changes + 1;
  for (int round = 0; round < ROUNDS && before != w->changes; round++) {
    before = w->changes;
    for (size_t i = 0; i < n; i++)
      if (w->broken || is_over(w) || !step_cell(w, list[round & 1 ? n - 1 - i : i])) return w->spent;
  }
  return !w->broken;
}

static void consider(const struct network *w, cell x, cell *best, wide *least) {
  wide lo = cell_lo(w, x), hi = cell_hi(w, x);
  if (lo == hi || wide_saturated(lo) || wide_saturated(hi)) return;
  if (*best >= 0 && wide_sub(hi, lo) >= *least) return;
  *best = x;
  *least = wide_sub(hi, lo);
}

/* The smallest domain of those to come first, else of all arguments; -1: all are fixed, or endless. */
static cell choose(const struct network *w, const cell *list, size_t n) {
  cell best = -1;
  wide least = 0;
  for (size_t i = 0; i < w->nfirst; i++) consider(w, w->first[i], &best, &least);
  if (best >= 0) return best;
  for (size_t i = 0; i < n; i++) {
    const struct cell_of *c = &w->cells[list[i]];
    consider(w, list[i], &best, &least);
    for (int32_t k = 0; k < c->n; k++) consider(w, w->args[c->first + (size_t)k], &best, &least);
  }
  return best;
}

bool network_refute(struct network *w, const cell *list, size_t n, int64_t *cases) {
  if (w->broken || !settle(w, list, n)) return !w->spent;
  if (w->spent || --*cases <= 0) return false;
  cell x = choose(w, list, n);
  if (x < 0) return false;
  wide lo = cell_lo(w, x), hi = cell_hi(w, x), middle = lo + (hi - lo) / 2;
  for (int half = 0; half < 2; half++) {
    size_t mark = network_mark(w);
    bool refuted = !cell_within(w, x, half ? middle + 1 : lo, half ? hi : middle) ? !w->spent : network_refute(w, list, n, cases);
    network_undo(w, mark);
    if (!refuted) return false;
  }
  return true;
}
