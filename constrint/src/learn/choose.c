/* Which variable is decided next, and how: the model's order, or the one most
 * involved in recent failures at its last value. */
#include "learn.h"

bool choose_init(struct learner *l) {
  size_t n = l->log->terms;
  l->activity = budget_alloc(l->budget, n * sizeof *l->activity);
  l->phase = budget_alloc(l->budget, n * sizeof *l->phase);
  l->has_phase = budget_alloc(l->budget, n * sizeof *l->has_phase);
  l->step = 1;
  return !l->budget->stopped;
}

void choose_free(struct learner *l) {
  size_t n = l->log->terms;
  budget_free(l->budget, l->activity, n * sizeof *l->activity);
  budget_free(l->budget, l->phase, n * sizeof *l->phase);
  budget_free(l->budget, l->has_phase, n * sizeof *l->has_phase);
}

void choose_bump(struct learner *l, term x) {
  l->activity[x] += l->step;
  if (l->activity[x] < 1e100) return;
  for (size_t i = 0; i < l->log->terms; i++) l->activity[i] *= 1e-100;
  l->step *= 1e-100;
}

void choose_decay(struct learner *l) {
  l->step /= 0.95;
  l->nogood_step /= 0.999;
}

void choose_remember(struct learner *l, size_t from) {
  for (size_t i = from; i < l->log->n; i++) {
    term x = l->log->event[i].x;
    if (!term_fixed(l->s, x)) continue;
    l->phase[x] = term_value(l->s, x);
    l->has_phase[x] = true;
  }
}

/* ---- the variable ---- */

static size_t first_open(const struct learner *l) {
  const ci_solver *s = l->solver;
  size_t i = 0;
  while (i < s->norder && term_fixed(l->s, s->order[i])) i++;
  return i;
}

/* The most active; of equals the smallest, and the first in a round that begins where the seed says. */
static size_t most_active(const struct learner *l) {
  const ci_solver *s = l->solver;
  size_t best = s->norder, i = s->norder ? s->options.seed % s->norder : 0;
  for (size_t k = 0; k < s->norder; k++, i = i + 1 < s->norder ? i + 1 : 0) {
    term x = s->order[i];
    if (term_fixed(l->s, x)) continue;
    if (best < s->norder) {
      double mine = l->activity[x], its = l->activity[s->order[best]];
      if (mine < its || (!(mine > its) && term_size(l->s, x) >= term_size(l->s, s->order[best]))) continue;
    }
    best = i;
  }
  return best;
}

/* ---- its value ---- */

/* Bounds where they say it all, for they make the more general nogoods. */
static struct decision towards(const store *s, term x, wide v) {
  if (v <= term_lo(s, x)) return (struct decision){.x = x, .v = term_lo(s, x), .branch = BRANCH_BELOW};
  if (v >= term_hi(s, x)) return (struct decision){.x = x, .v = term_hi(s, x), .branch = BRANCH_ABOVE};
  if (term_explicit(s, x) && term_has(s, x, v)) return (struct decision){.x = x, .v = v, .branch = BRANCH_VALUE};
  return (struct decision){.x = x, .v = v, .branch = BRANCH_BELOW};
}

enum { FEW = 64 };

static struct decision split(const store *s, term x, bool largest) {
  if (term_size(s, x) <= FEW) return towards(s, x, largest ? term_hi(s, x) : term_lo(s, x));
  wide lo = term_lo(s, x), hi = term_hi(s, x), middle = lo + (hi - lo) / 2;
  if (largest) return (struct decision){.x = x, .v = middle + 1, .branch = BRANCH_ABOVE};
  return (struct decision){.x = x, .v = middle, .branch = BRANCH_BELOW};
}

term choose_decision(struct learner *l, struct decision *d) {
  const ci_solver *s = l->solver;
  if (l->s->level == 1) solver_watch_bound(l->solver);
  if (l->s->level == 1 && probe_decision(l, d)) return d->x;
  if (phases_decide(s, HIDDEN_TOO, d)) {
    if (d->branch == BRANCH_VALUE) *d = towards(l->s, d->x, d->v);
    return d->x;
  }
  size_t i = l->free_search ? most_active(l) : first_open(l);
  if (i >= s->norder) return -1;
  term x = s->order[i];
  *d = l->free_search && l->has_phase[x] ? towards(l->s, x, l->phase[x]) : split(l->s, x, s->largest[i]);
  return x;
}
