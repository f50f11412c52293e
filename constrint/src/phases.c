/* The steps of the search that a model advises: which variable, which values
 * first.  They guide and decide nothing. */
#include "solver.h"

/* Of a step's open variables the one worth most is chosen, the first of equals. */
typedef double (*worth)(const ci_solver *s, term x);

static double size_of(const ci_solver *s, term x) { return (double)term_size(s->store, x); }

static double degree_of(const ci_solver *s, term x) {
  uint64_t n = 0;
  for (int kind = 0; kind < WATCH_KINDS; kind++) n += s->store->watchers[x][kind].n;
  return (double)n;
}

static double first(const ci_solver *s, term x) { return (void)s, (void)x, 0; }
static double fewest(const ci_solver *s, term x) { return -size_of(s, x); }
static double smallest(const ci_solver *s, term x) { return -(double)term_lo(s->store, x); }
static double largest(const ci_solver *s, term x) { return (double)term_hi(s->store, x); }
static double constrained(const ci_solver *s, term x) {
  double degree = degree_of(s, x);
  return -size_of(s, x) + degree / (degree + 1); /* of equal sizes the higher degree */
}
static double regret(const ci_solver *s, term x) {
  wide lo = term_lo(s->store, x);
  return (double)(term_next(s->store, x, lo) - lo);
}
static double weighted(const ci_solver *s, term x) { return -size_of(s, x) / (1 + s->weight[x]); }

static const worth worths[] = {
  [CI_CHOOSE_FIRST] = first, [CI_CHOOSE_FEWEST] = fewest, [CI_CHOOSE_MOST] = size_of,
  [CI_CHOOSE_SMALLEST] = smallest, [CI_CHOOSE_LARGEST] = largest, [CI_CHOOSE_OCCURRENCE] = degree_of,
  [CI_CHOOSE_CONSTRAINED] = constrained, [CI_CHOOSE_REGRET] = regret, [CI_CHOOSE_WEIGHTED] = weighted,
};

static term best_of(const ci_solver *s, const struct phase *p, enum concealment which) {
  const size_t *vars = s->model->graph.phase_vars + p->first;
  term best = -1;
  double most = 0;
  for (size_t i = 0; i < p->n; i++) {
    term x = s->program.vars[vars[i]];
    if (s->store->domains[x].lo == s->store->domains[x].hi || !solver_considers(s, x, which)) continue;
    double score = worths[p->choice](s, x);
    if (best >= 0 && !(score > most)) continue;
    best = x;
    most = score;
    if (p->choice == CI_CHOOSE_FIRST) break;
  }
  return best;
}

static struct decision half(const store *s, term x, bool upper) {
  wide lo = term_lo(s, x), middle = lo + (term_hi(s, x) - lo) / 2;
  if (upper) return (struct decision){.x = x, .v = middle + 1, .branch = BRANCH_ABOVE};
  return (struct decision){.x = x, .v = middle, .branch = BRANCH_BELOW};
}

/* The value in the middle; a range cannot lose that: halves of it, then. */
static struct decision middle_of(const store *s, term x) {
  if (!term_explicit(s, x)) return half(s, x, false);
  wide v = term_lo(s, x);
  for (uint64_t i = (term_size(s, x) - 1) / 2; i > 0; i--) v = term_next(s, x, v);
  return (struct decision){.x = x, .v = v, .branch = BRANCH_VALUE};
}

static struct decision branch_on(const store *s, term x, ci_branching how) {
  switch (how) {
  case CI_TRY_LEAST: return (struct decision){.x = x, .v = term_lo(s, x), .branch = BRANCH_VALUE};
  case CI_TRY_GREATEST: return (struct decision){.x = x, .v = term_hi(s, x), .branch = BRANCH_VALUE};
  case CI_TRY_MIDDLE: return middle_of(s, x);
  case CI_TRY_LOWER_HALF: return half(s, x, false);
  default: return half(s, x, true);
  }
}

bool phases_apply(const ci_solver *s) {
  const struct graph *g = &s->model->graph;
  return g->nphases && !s->options.free_search && (s->bound || !g->norder);
}

bool phases_decide(const ci_solver *s, enum concealment which, struct decision *d) {
  return phases_apply(s) && phases_advise(s, which, d);
}

bool phases_advise(const ci_solver *s, enum concealment which, struct decision *d) {
  const struct graph *g = &s->model->graph;
  for (size_t i = 0; i < g->nphases; i++) {
    term x = best_of(s, &g->phases[i], which);
    if (x < 0) continue;
    *d = branch_on(s->store, x, g->phases[i].branching);
    return true;
  }
  return false;
}
