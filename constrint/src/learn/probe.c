/* Asking for more of the objective than the search is about to find: at the root
 * of the learning search, every other time, the first decision is a bound of the
 * objective.  Refuted, it becomes a bound for good; with a solution it skips many
 * small improvements; left open by a restart, the next one asks for less.  In turn
 * from below, close to what is proven, and from the middle towards the best known. */
#include "learn.h"

enum { LINEAR, MIDDLE, ALSO_LINEAR, BELOW, TURNS };
enum { SHARE = 3 /* at most this part of the failures */, GRATIS = 300 };

static bool asks(const struct probe *p) { return p->turn == MIDDLE || p->turn == BELOW; }

/* The first objective that is open here; false: none, or without bounds. */
static bool open_objective(const ci_solver *s, size_t *k, wide *lo, wide *hi) {
  for (*k = 0; *k < s->model->graph.nobjectives; ++*k) {
    term x = s->program.objectives[*k];
    if (term_fixed(s->store, x)) continue;
    *lo = term_lo(s->store, x);
    *hi = term_hi(s->store, x);
    return !wide_saturated(*lo) && !wide_saturated(*hi);
  }
  return false;
}

/* How much of the width from its best end on is asked for. */
static wide reach(struct probe *p, unsigned turn, wide width) {
  if (turn == BELOW) return wide_min(p->step, width - 1);
  return width - 1 - ((width - 1) >> (p->failed < 100 ? 1 + p->failed : 101));
}

/* The last probe of its kind: was its bound refuted, then ask for more next time, or left open? */
static void learn_from(struct probe *p, bool moved, unsigned turn) {
  if (turn == BELOW) p->step = moved ? wide_min(2 * p->step + 1, WIDE_MAX / 4) : p->step / 2;
  else if (turn == MIDDLE) p->failed = moved ? 0 : p->failed + 1;
}

bool probe_decision(struct learner *l, struct decision *d) {
  const ci_solver *s = l->solver;
  struct probe *p = &l->probe;
  size_t k;
  wide lo, hi;
  if (!s->bound || s->pareto || s->proof || !l->free_search || !s->improved || !open_objective(s, &k, &lo, &hi)) return false;
  if (asks(p)) p->spent += l->failures - p->began;
  p->began = l->failures;
  learn_from(p, lo != p->lo || hi != p->hi, p->turn);
  p->lo = lo;
  p->hi = hi;
  p->turn = (p->turn + 1) % TURNS;
  if (p->spent > GRATIS && p->spent * SHARE > l->failures) p->turn = LINEAR;
  if (!asks(p) || hi - lo < 2) return false;
  wide more = reach(p, p->turn, hi - lo);
  d->x = s->program.objectives[k];
  if (s->model->graph.objectives[k].maximize) d->v = hi - more, d->branch = BRANCH_ABOVE;
  else d->v = lo + more, d->branch = BRANCH_BELOW;
  return true;
}
