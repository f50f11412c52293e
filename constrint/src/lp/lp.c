/* The polyhedral part: when the relaxation is asked, and what its answer does. */
#include "lp.h"

#include <math.h>

#include "reasons.h"
#include "simplex.h"

enum {
  ITERATIONS = 2000,   /* of the simplex at a node; the first time ten times as many */
  WORK = 5000000,      /* of the simplex at a node, in entries visited: some hundredths of a second */
  COST_OF_RUN = 40,    /* what a propagator's run costs, in units of entries visited */
  FAIR = 16            /* where it refutes nothing, the relaxation may take a FAIRth of the time */
};

struct lp {
  ci_solver *solver;
  store *s;
  struct lp_rows rows;
  struct simplex *simplex;
  struct combiner combiner;
  struct lp_reasons reasons;
  const struct lp_reason *culprit;
  int32_t objective; /* its column; -1: none */
  int sign;          /* 1: minimise */
  bool broken, leads, leading, solved, solution; /* solution: of bounds that still hold it */
  double disturb;
  uint64_t state;    /* of the disturbance */
  uint64_t changes;  /* the store's, when it was last asked */
  uint64_t next;     /* not to be asked before the store has run so much: its first answer is the dearest */
  uint64_t refuted, failures; /* what it refuted, of how many failures since it was made (that many before) */
  /* pseudo-costs: per column, down and up: what a unit moved the bound by */
  double *cost[2];
  uint32_t *tried[2];
  double bound;      /* of the last answer, to be made as small as can be */
  int32_t column;    /* that was branched on since; -1: none */
  int up;
  double moved;      /* by so much */
};

/* ---- a life ---- */

/* The part that the objective belongs to; without one the part of the most constraints. */
static int32_t part_of(const ci_solver *s, int32_t *most) {
  const store *st = s->store;
  *most = -1;
  if (s->bound && s->model->graph.nobjectives) return s->component[s->program.objectives[0]];
  int32_t best = -1;
  size_t *count = budget_alloc(st->budget, st->terms * sizeof *count);
  for (size_t i = 0; count && i < st->propagators; i++) {
    const struct posted *p = &st->posted[i];
    int32_t c = -1;
    for (uint32_t k = 0; k < p->n && c < 0; k++) c = s->component[p->scope[k]];
    if (p->p->dead || c < 0) continue;
    count[c]++;
    if (best < 0 || count[c] > count[best]) best = c;
  }
  budget_free(st->budget, count, st->terms * sizeof *count);
  return best;
}

static bool all_in_columns(const struct lp *lp) {
  const ci_solver *s = lp->solver;
  for (size_t i = 0; i < s->norder; i++)
    if (s->component[s->order[i]] == lp->rows.component && lp->rows.col_of[s->order[i]] < 0) return false;
  return true;
}

static bool prepare(struct lp *lp) {
  const ci_solver *s = lp->solver;
  budget *b = lp->s->budget;
  int32_t most, part = part_of(s, &most);
  if (part < 0 || lp_rows_gather(&lp->rows, s, part) < 0 || lp->rows.n == 0) return false;
  if (s->bound && s->model->graph.nobjectives) {
    lp->objective = lp->rows.col_of[s->program.objectives[0]];
    lp->sign = s->model->graph.objectives[0].maximize ? -1 : 1;
  }
  lp->leads = lp->rows.whole && all_in_columns(lp) && (!s->bound || lp->objective >= 0);
  if (!combiner_init(&lp->combiner, &lp->rows)) return false;
  for (int up = 0; up < 2; up++) {
    lp->cost[up] = budget_alloc(b, lp->rows.cols * sizeof *lp->cost[up]);
    lp->tried[up] = budget_alloc(b, lp->rows.cols * sizeof *lp->tried[up]);
    if (!lp->cost[up] || !lp->tried[up]) return false;
  }
  size_t rows = lp->rows.n, entries = lp->rows.entries;
  if (!lp->leads) lp->next = (400 + 8 * entries + rows * (4 * rows + entries)) / COST_OF_RUN;
  lp->simplex = simplex_new(&lp->rows, lp->objective, lp->sign);
  return lp->simplex != NULL;
}

static void lp_free(struct lp *lp) {
  budget *b = lp->s->budget;
  simplex_free(lp->simplex);
  for (int up = 0; up < 2; up++) {
    budget_free(b, lp->cost[up], lp->rows.cols * sizeof *lp->cost[up]);
    budget_free(b, lp->tried[up], lp->rows.cols * sizeof *lp->tried[up]);
  }
  combiner_free(&lp->combiner);
  lp_reasons_free(&lp->reasons);
  lp_rows_free(&lp->rows);
  budget_free(b, lp, sizeof *lp);
}

static struct lp *lp_new(ci_solver *s) {
  budget *b = &s->budget;
  struct lp *lp = budget_alloc(b, sizeof *lp);
  if (lp) {
    *lp = (struct lp){.solver = s, .s = s->store, .reasons = {.b = b}, .objective = -1, .sign = 1, .column = -1,
                      .disturb = s->lp_disturb, .state = s->options.seed, .changes = UINT64_MAX, .failures = s->failures};
    if (prepare(lp)) return lp;
    lp_free(lp);
  }
  if (b->stopped == CI_ENOMEM) b->stopped = CI_OK; /* then without it */
  return NULL;
}

void lp_begin(ci_solver *s) {
  if (s->lp_tried) return;
  s->lp_tried = true;
  if (s->options.no_relaxation || s->proof || !simplex_exists()) return; /* a proof's steps are the propagators' */
  s->lp = lp_new(s);
}

void lp_end(ci_solver *s) {
  if (s->lp) {
    search_reset(s); /* the trail knows of it */
    lp_free(s->lp);
  }
  s->lp = NULL;
  s->lp_tried = false;
}

const propagator *lp_culprit(const struct lp *lp) { return &lp->culprit->super; }
int32_t lp_component(const struct lp *lp) { return lp->rows.component; }
bool lp_leads(const struct lp *lp) { return lp->leads && !lp->broken; }

/* ---- what an inequality says ---- */

/* No memory for it: the search goes on without. */
static int do_without(struct lp *lp) {
  lp->broken = true;
  lp->s->budget->stopped = CI_OK;
  return 1;
}

/* 1, 2, 0 or < 0 as lp_node(). */
static int infer(struct lp *lp, const double *multipliers) {
  if (!combine(&lp->combiner, multipliers)) return 1;
  struct lp_reason *r = lp_reasons_put(&lp->reasons, &lp->combiner);
  if (!r) return do_without(lp);
  uint64_t before = store_changes(lp->s);
  enum outcome outcome = linear_narrow(lp->s, &r->sum, SUM_LE, &r->super);
  if (lp->s->budget->stopped) return lp->s->budget->stopped;
  if (outcome == FAILED) {
    lp->culprit = r;
    return 0;
  }
  if (store_changes(lp->s) == before) return 1;
  return lp_reasons_keep(&lp->reasons, lp->s) ? LP_CHANGED : CI_ENOMEM;
}

static double random_unit(struct lp *lp) {
  lp->state = lp->state * 6364136223846793005u + 1442695040888963407u;
  return (double)(lp->state >> 33) / 0x1p30 - 1;
}

/* Tests make the guess worse, to see that nothing rests on it. */
static const double *guess(struct lp *lp, double *own) {
  const double *y = simplex_multipliers(lp->simplex);
  if (!(lp->disturb > 0)) return y;
  for (size_t i = 0; i < lp->rows.n; i++) own[i] = y[i] * (1 + lp->disturb * random_unit(lp)) + lp->disturb * random_unit(lp);
  return own;
}

static int infer_by_guess(struct lp *lp, bool negated) {
  size_t n = lp->rows.n;
  double *own = budget_alloc(lp->s->budget, n * sizeof *own);
  if (!own) return do_without(lp);
  const double *y = guess(lp, own);
  for (size_t i = 0; i < n; i++) own[i] = negated ? -y[i] : y[i];
  int result = infer(lp, own);
  budget_free(lp->s->budget, own, n * sizeof *own);
  return result;
}

/* ---- asking ---- */

static void tell_bounds(struct lp *lp) {
  for (size_t col = 0; col < lp->rows.cols; col++) {
    term x = lp->rows.term_of[col];
    simplex_bounds(lp->simplex, col, (double)term_lo(lp->s, x), (double)term_hi(lp->s, x));
  }
}

/* Does the last solution fit the bounds as they are? */
static bool still_holds(const struct lp *lp) {
  const double *v = simplex_values(lp->simplex);
  for (size_t col = 0; lp->solution && col < lp->rows.cols; col++) {
    term x = lp->rows.term_of[col];
    if (v[col] < (double)term_lo(lp->s, x) - 1e-6 || v[col] > (double)term_hi(lp->s, x) + 1e-6) return false;
  }
  return lp->solution;
}

static void note_cost(struct lp *lp, double bound) {
  if (lp->column >= 0 && lp->moved > 1e-9) {
    double gain = bound > lp->bound ? bound - lp->bound : 0;
    lp->cost[lp->up][lp->column] += gain / lp->moved;
    lp->tried[lp->up][lp->column]++;
  }
  lp->column = -1;
  lp->bound = bound;
}

/* What an iteration costs, in entries visited. */
static uint64_t work_of_iteration(const struct lp *lp) { return 4 * lp->rows.n + lp->rows.entries + 1; }

/* Its part in the failures is its part of the time: all of it from a half on. */
static void settle_next(struct lp *lp) {
  uint64_t work = 400 + 8 * lp->rows.entries + (uint64_t)simplex_iterations(lp->simplex) * work_of_iteration(lp);
  uint64_t all = lp->solver->failures - lp->failures + FAIR, mine = lp->refuted + 1;
  if (FAIR * mine < all) mine = all / FAIR;
  lp->next = lp->s->runs + (2 * mine < all ? (all - mine) * (work / COST_OF_RUN) / mine : 0);
}

static double time_left(const struct lp *lp) {
  const budget *b = lp->s->budget;
  double left = b->deadline > 0 ? b->deadline - budget_now() : 1e9;
  return left > 0.1 ? 0.1 : left;
}

static int iterations_allowed(const struct lp *lp) {
  uint64_t most = lp->solved ? ITERATIONS : 10 * ITERATIONS, fair = WORK / work_of_iteration(lp);
  return (int)(fair < most ? fair : most);
}

/* In short spells, between which the budget is looked at. */
static enum simplex_answer solve(struct lp *lp) {
  int iterations = iterations_allowed(lp);
  enum simplex_answer a = SIMPLEX_OPEN;
  while (a == SIMPLEX_OPEN && iterations > 0 && budget_check(lp->s->budget) == CI_OK) {
    a = simplex_solve(lp->simplex, iterations, time_left(lp));
    iterations -= simplex_iterations(lp->simplex) + 1;
  }
  lp->solved = true;
  return a;
}

static int learn_from(struct lp *lp, enum simplex_answer a) {
  if (a == SIMPLEX_NONE) {
    int result = infer_by_guess(lp, false);
    lp->solution = false;
    return result == 1 ? infer_by_guess(lp, true) : result;
  }
  if (a != SIMPLEX_BEST) return 1;
  lp->solution = true;
  if (lp->objective < 0) return 1;
  note_cost(lp, lp->sign * simplex_values(lp->simplex)[lp->objective]);
  return infer_by_guess(lp, false);
}

static int ask(struct lp *lp) {
  tell_bounds(lp);
  lp->solution = false;
  enum simplex_answer a = solve(lp);
  if (lp->s->budget->stopped) return lp->s->budget->stopped;
  const ci_limits *limits = &lp->s->budget->limits;
  lp->broken = a == SIMPLEX_BROKEN || (limits->memory_bytes && lp->s->budget->used + simplex_memory() > limits->memory_bytes);
  if (lp->broken) return 1;
  if (a == SIMPLEX_OPEN) lp->leads = lp->leading = false; /* too slow to be asked at each node */
  int result = learn_from(lp, a);
  lp->refuted += result == 0;
  settle_next(lp);
  return result;
}

int lp_node(struct lp *lp) {
  if (lp->broken || lp->changes == store_changes(lp->s)) return 1;
  if (!lp->leading && !lp->solver->lp_eager && lp->s->runs < lp->next) return 1;
  int result = still_holds(lp) && lp->leading ? 1 : ask(lp);
  lp->changes = store_changes(lp->s);
  return result;
}

/* ---- leading ---- */

void lp_lead(struct lp *lp, bool on) {
  lp->leading = on;
  lp->column = -1;
}

bool lp_hint(const struct lp *lp, term x, wide *v) {
  int32_t col = lp->rows.col_of[x];
  if (!lp->solution || col < 0) return false;
  double value = simplex_values(lp->simplex)[col];
  if (!(fabs(value) < 0x1p62)) return false;
  *v = (wide)llround(value);
  return true;
}

static double part_cost(const struct lp *lp, int up, int32_t col, double average) {
  uint32_t n = lp->tried[up][col];
  return n ? lp->cost[up][col] / n : average;
}

static double average_cost(const struct lp *lp, int up) {
  double sum = 0, n = 0;
  for (size_t col = 0; col < lp->rows.cols; col++)
    if (lp->tried[up][col]) {
      sum += lp->cost[up][col] / lp->tried[up][col];
      n++;
    }
  return n > 0 ? sum / n : 1;
}

/* Of those that are no integers the one by which the bound moves most both ways. */
static int32_t most_fractional(const struct lp *lp) {
  const ci_solver *s = lp->solver;
  const double *v = simplex_values(lp->simplex);
  double best = -1, average[2] = {average_cost(lp, 0), average_cost(lp, 1)};
  int32_t found = -1;
  for (size_t i = 0; i < s->norder; i++) {
    term x = s->order[i];
    int32_t col = lp->rows.col_of[x];
    if (col < 0 || term_fixed(lp->s, x)) continue;
    double part = v[col] - floor(v[col]);
    if (part < 1e-6 || part > 1 - 1e-6) continue;
    double down = part * part_cost(lp, 0, col, average[0]), up = (1 - part) * part_cost(lp, 1, col, average[1]);
    double score = (down > 1e-6 ? down : 1e-6) * (up > 1e-6 ? up : 1e-6);
    if (!(score > best)) continue;
    best = score;
    found = col;
  }
  return found;
}

static bool split(struct lp *lp, int32_t col, struct decision *d) {
  double v = simplex_values(lp->simplex)[col], part = v - floor(v);
  wide below = (wide)floor(v);
  term x = lp->rows.term_of[col];
  if (below < term_lo(lp->s, x) || below >= term_hi(lp->s, x)) return false;
  lp->up = part > 0.5;
  lp->moved = lp->up ? 1 - part : part;
  lp->column = col;
  *d = lp->up ? (struct decision){.x = x, .v = below + 1, .branch = BRANCH_ABOVE}
              : (struct decision){.x = x, .v = below, .branch = BRANCH_BELOW};
  return true;
}

/* The solution is of integers: it may be one. */
static bool follow(const struct lp *lp, struct decision *d) {
  const ci_solver *s = lp->solver;
  for (size_t i = 0; i < s->norder; i++) {
    term x = s->order[i];
    wide v;
    if (term_fixed(lp->s, x) || !lp_hint(lp, x, &v) || !term_has(lp->s, x, v)) continue;
    if (v == term_lo(lp->s, x)) *d = (struct decision){.x = x, .v = v, .branch = BRANCH_BELOW};
    else *d = (struct decision){.x = x, .v = v, .branch = BRANCH_ABOVE};
    return true;
  }
  return false;
}

bool lp_choose(struct lp *lp, struct decision *d) {
  if (!lp->leading || !lp->solution || lp->broken) return false;
  int32_t col = most_fractional(lp);
  return col >= 0 ? split(lp, col, d) : follow(lp, d);
}
