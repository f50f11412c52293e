/* Several searches of one model at once, in rounds.
 *
 * Each has a solver of its own; the same model compiles to the same terms, so that
 * what one knows for good makes sense to all.  In a round each runs, in a thread,
 * until it has failed so often, and looks at nobody else; between rounds one thread
 * decides and shares.  Nothing depends on which of them was faster. */
#include "error.h"
#include "exchange.h"
#include "learn/learn.h"
#include "lp/lp.h"
#include "solver.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, FIRST = 100 /* failures of the first round */ };

struct worker {
  ci_solver *solver;
  pthread_t thread;
  bool started;      /* has a thread in this round */
  bool learns, optimizes, begun, over;
  bool relaxes;      /* asks the linear relaxation: the first alone, for GLPK's memory is its thread's */
  uint64_t share;    /* failures of this round */
  int result;        /* of the round: as of search_next() */
  const struct exchange *others; /* what all offered after the last round */
  size_t index;
  uint64_t taken;    /* nogoods of others */
  size_t units;      /* of the learner's, that were shared or come from others */
  int64_t *values;   /* its best solution */
  char message[400]; /* of an error: messages belong to threads */
};

struct portfolio {
  struct worker *worker;
  size_t n;
  const struct worker *best; /* whose values are the best; NULL: none */
  int64_t *told;             /* the best values that were shared last */
  struct exchange exchange;
  void (*watch)(void *data, const ci_progress *p);
  void *data;
  ci_progress known;         /* to those who watch */
  ci_portfolio_stats stats;
};

/* ---- a worker's round, in its thread ---- */

/* Where the relaxation says it all it leads the search, which then learns nothing. */
static void relax(struct worker *w) {
  ci_solver *s = w->solver;
  lp_begin(s);
  if (!s->lp || !lp_leads(s->lp)) return;
  lp_lead(s->lp, true);
  w->learns = false;
}

static int begin(struct worker *w) {
  ci_solver *s = w->solver;
  w->begun = true;
  s->search.any = !w->optimizes;
  int error = solver_begin(s);
  if (error == CI_OK) error = solver_prepare(s, w->optimizes);
  if (error == CI_OK && s->root == 1 && w->relaxes) relax(w);
  if (error == CI_OK && s->root == 1 && w->learns) return learner_new(s);
  return error;
}

static int resume(struct worker *w) {
  ci_solver *s = w->solver;
  int error = CI_OK;
  if (!w->begun) error = begin(w);
  else if (w->learns) error = learner_resume(s);
  else search_reset(s); /* a restart: what it knows of failures stays */
  if (error < 0) return error;
  if (s->learner) { /* a first round finds nothing there */
    int taken = exchange_take(w->others, w->index, s->learner);
    if (taken < 0) return taken;
    w->taken += (uint64_t)taken;
    s->learner->pause = s->learner->failures + w->share;
  }
  s->search.until = s->failures + w->share;
  return CI_OK;
}

static int go_on(struct worker *w) {
  ci_solver *s = w->solver;
  int found = s->root == 1 ? SEARCH_PAUSED : 0, error;
  while (s->root == 1) {
    found = w->learns ? learn_next(s) : search_next(s);
    if (found != 1) break;
    if (!w->optimizes) {
      solver_values(s, w->values);
      break;
    }
    if ((error = bound_take(s, w->values)) < 0) return error;
    s->improved = true;
  }
  if (s->learner && found == SEARCH_PAUSED) learner_pause(s);
  return found;
}

static void *run_round(void *data) {
  struct worker *w = data;
  int error = resume(w);
  w->result = error < 0 ? error : go_on(w);
  if (w->result < 0) strncpy(w->message, ci_error(), sizeof w->message - 1);
  return NULL;
}

static void run_all(struct portfolio *p) {
  for (size_t i = 1; i < p->n; i++) {
    struct worker *w = &p->worker[i];
    w->started = !w->over && pthread_create(&w->thread, NULL, run_round, w) == 0;
  }
  for (size_t i = 0; i < p->n; i++) /* the first, and those that got no thread, here */
    if (!p->worker[i].started && !p->worker[i].over) run_round(&p->worker[i]);
  for (size_t i = 1; i < p->n; i++)
    if (p->worker[i].started) pthread_join(p->worker[i].thread, NULL);
}

/* ---- between rounds ---- */

/* The best of all, the first of equals, to all the others.  True: it is new. */
static bool share_best(struct portfolio *p) {
  const struct worker *best = NULL;
  for (size_t i = 0; i < p->n; i++) {
    const struct worker *w = &p->worker[i];
    if (w->solver->bound && w->solver->improved && (!best || bound_better(w->solver, best->solver))) best = w;
  }
  if (!best) return false;
  for (size_t i = 0; i < p->n; i++) {
    ci_solver *s = p->worker[i].solver;
    if (!s->bound || !bound_better(best->solver, s)) continue;
    bound_share(s, best->solver);
    memcpy(p->worker[i].values, best->values, s->model->graph.nvars * sizeof *best->values);
  }
  size_t size = best->solver->model->graph.nvars * sizeof *p->told;
  bool new = !p->best || memcmp(p->told, best->values, size);
  memcpy(p->told, best->values, size);
  p->best = best;
  return new;
}

static int give_unit(struct learner *l, struct fact f) {
  if (!budget_grow(l->budget, &l->unit, &l->unit_capacity, l->units + 1, sizeof *l->unit)) return CI_ENOMEM;
  l->unit[l->units++] = f;
  return CI_OK;
}

/* What one worker has found to hold for good, to all the others that learn. */
static int share_units(struct portfolio *p, const struct worker *from, size_t until) {
  const struct learner *l = from->solver->learner;
  for (size_t i = 0; i < p->n; i++) {
    struct worker *to = &p->worker[i];
    if (to == from || !to->solver->learner || to->over) continue;
    for (size_t k = from->units; k < until; k++)
      if (give_unit(to->solver->learner, l->unit[k]) < 0) return CI_ENOMEM;
  }
  return CI_OK;
}

/* What is short of the new nogoods, for the next round. */
static int share_nogoods(struct portfolio *p) {
  int error = CI_OK;
  exchange_clear(&p->exchange);
  for (size_t i = 0; i < p->n && p->n > 1 && error == CI_OK; i++)
    if (!p->worker[i].over && p->worker[i].solver->learner)
      error = exchange_offer(&p->exchange, i, p->worker[i].solver->learner);
  p->stats.nogoods += p->exchange.n;
  return error;
}

static bool is_tighter(const ci_model *m, int64_t a, int64_t b) { return m->graph.objectives[0].maximize ? a < b : a > b; }

/* The best bound that any of them has proven.  True: it is new. */
static bool share_bound(struct portfolio *p) {
  bool new = false;
  for (size_t i = 0; i < p->n; i++) {
    const ci_solver *s = p->worker[i].solver;
    if (!s->progress.bounded || (p->known.bounded && !is_tighter(s->model, s->progress.bound, p->known.bound))) continue;
    p->known.bounded = new = true;
    p->known.bound = s->progress.bound;
  }
  return new;
}

static void tell(struct portfolio *p) {
  bool bounded = share_bound(p);
  p->known.improved = share_best(p);
  p->stats.solutions += p->known.improved != 0;
  p->known.values = p->best ? p->best->values : NULL;
  if (p->watch && (bounded || p->known.improved)) p->watch(p->data, &p->known);
}

static int share_all(struct portfolio *p) {
  size_t until[MOST];
  int error = CI_OK;
  p->stats.rounds++;
  tell(p);
  for (size_t i = 0; i < p->n; i++) until[i] = p->worker[i].solver->learner ? p->worker[i].solver->learner->units : 0;
  for (size_t i = 0; i < p->n && error == CI_OK; i++) {
    if (!until[i]) continue;
    p->stats.facts += until[i] - p->worker[i].units;
    error = share_units(p, &p->worker[i], until[i]);
  }
  if (error == CI_OK) error = share_nogoods(p);
  for (size_t i = 0; i < p->n; i++)
    p->worker[i].units = p->worker[i].solver->learner ? p->worker[i].solver->learner->units : 0;
  return error;
}

/* Whose answer ends it; NULL: nobody's yet. */
static const struct worker *decisive(const struct portfolio *p) {
  for (size_t i = 0; i < p->n; i++)
    if (!p->worker[i].over && (p->worker[i].result == 0 || p->worker[i].result == 1)) return &p->worker[i];
  return NULL;
}

/* Who ran out of memory drops out while others go on; any other error ends it. */
static int drop_failed(struct portfolio *p, const char **message) {
  int error = CI_OK, left = 0;
  for (size_t i = p->n; i-- > 0;) {
    struct worker *w = &p->worker[i];
    if (w->over) continue;
    if (w->result == SEARCH_PAUSED) left++;
    else if (w->result == CI_ENOMEM) w->over = true;
    else error = w->result, *message = w->message;
  }
  return error < 0 ? error : left ? CI_OK : CI_ENOMEM;
}

static int run(struct portfolio *p, ci_answer *answer) {
  uint64_t share = FIRST;
  const char *message = "";
  for (;;) {
    for (size_t i = 0; i < p->n; i++) p->worker[i].share = share;
    run_all(p);
    int error = share_all(p);
    const struct worker *end = decisive(p);
    if (end) {
      if (end->result == 1) p->best = end;
      p->stats.winner = (unsigned)(end - p->worker) + 1;
      *answer = p->best ? CI_FOUND : CI_NONE;
      return CI_OK;
    }
    if (error == CI_OK) error = drop_failed(p, &message);
    if (error == CI_EOVERFLOW || error == CI_EINTERNAL) return ci_fail(error, "%s", message);
    if (error < 0) {
      *answer = CI_INCUMBENT;
      return error;
    }
    share += share / 2; /* without end: who does not learn begins anew each time */
  }
}

/* ---- the public call ---- */

/* Who watches a worker's bounds finds them in its progress, between rounds. */
static void note_bound(void *unused, const ci_progress *p) { (void)unused, (void)p; }

/* The first searches as it is told, learns and asks the relaxation; others learn
 * freely, and every fourth does not learn. */
static int make_worker(struct worker *w, const ci_model *m, const ci_options *options, size_t i) {
  w->index = i;
  ci_options own = options ? *options : (ci_options){0};
  own.seed += i;
  w->relaxes = i == 0 && !own.no_relaxation;
  own.free_search = own.free_search || i % 2 == 1;
  w->learns = own.learn != CI_LEARN_OFF && i % 4 != 2;
  w->values = calloc(m->graph.nvars + 1, sizeof *w->values);
  int error = w->values ? ci_solver_new(&w->solver, m, &own) : ci_fail(CI_ENOMEM, "out of memory");
  if (error == CI_OK && w->optimizes) w->solver->watch = note_bound;
  return error;
}

static void add_up(struct portfolio *p) {
  p->stats.searches = (unsigned)p->n;
  for (size_t i = 0; p->worker && i < p->n; i++) {
    ci_stats one;
    if (!p->worker[i].solver) continue;
    ci_solver_stats(p->worker[i].solver, &one);
    p->stats.nodes += one.nodes;
    p->stats.failures += one.failures;
    p->stats.propagations += one.propagations;
    p->stats.peak_bytes += one.peak_bytes;
    p->stats.taken += p->worker[i].taken;
  }
}

static void free_workers(struct portfolio *p) {
  for (size_t i = 0; p->worker && i < p->n; i++) {
    struct worker *w = &p->worker[i];
    if (w->solver) learner_free(w->solver);
    if (w->solver) lp_end(w->solver);
    ci_solver_free(w->solver);
    free(w->values);
  }
  free(p->worker);
  free(p->told);
  exchange_free(&p->exchange);
}

static int make_workers(struct portfolio *p, const ci_model *m, const ci_options *options, bool optimize) {
  p->worker = calloc(p->n, sizeof *p->worker);
  p->told = calloc(m->graph.nvars + 1, sizeof *p->told);
  if (!p->worker || !p->told) return ci_fail(CI_ENOMEM, "out of memory");
  int error = CI_OK;
  for (size_t i = 0; i < p->n && error == CI_OK; i++) {
    p->worker[i].optimizes = optimize;
    p->worker[i].others = &p->exchange;
    error = make_worker(&p->worker[i], m, options, i);
  }
  return error;
}

int ci_portfolio_watched(const ci_model *m, const ci_options *options, unsigned threads, int optimize, int64_t *values,
                         ci_answer *answer, void (*watch)(void *data, const ci_progress *p), void *data,
                         ci_portfolio_stats *stats) {
  struct portfolio p = {.watch = watch, .data = data, .n = threads < 1 ? 1 : threads > MOST ? MOST : threads};
  ci_answer reached = CI_NONE;
  if (optimize && m->graph.nobjectives == 0) return ci_fail(CI_EINVAL, "the model has no objective to optimize");
  int error = make_workers(&p, m, options, optimize != 0);
  if (error == CI_OK) {
    error = run(&p, &reached);
    bool limit = error == CI_ELIMIT || error == CI_ECANCEL || error == CI_ENOMEM;
    error = limit && p.best ? CI_OK : limit ? solver_end(p.worker[0].solver, error) : error;
  }
  if (error == CI_OK && p.best) memcpy(values, p.best->values, m->graph.nvars * sizeof *values);
  if (error == CI_OK) *answer = reached;
  if (stats) {
    add_up(&p);
    *stats = p.stats;
  }
  free_workers(&p);
  return error;
}

/* Those who want solutions alone. */
struct listener {
  void (*progress)(void *data, const int64_t *values);
  void *data;
};

static void pass_solution(void *data, const ci_progress *p) {
  const struct listener *l = data;
  if (p->improved) l->progress(l->data, p->values);
}

int ci_portfolio(const ci_model *m, const ci_options *options, unsigned threads, int optimize, int64_t *values,
                 ci_answer *answer, void (*progress)(void *data, const int64_t *values), void *data) {
  struct listener l = {progress, data};
  return ci_portfolio_watched(m, options, threads, optimize, values, answer, progress ? pass_solution : NULL, &l, NULL);
}
