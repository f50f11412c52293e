/* The loop of the learning search. */
#include "learn.h"

#include "../evaluate.h"
#include "../lp/lp.h"

enum { NOGOODS = 4000 /* kept at first */ };

static const struct propagator_class nogood_class = {"nogood", NULL, NULL, 0, NULL};

/* ---- a learner's life ---- */

void learner_free(ci_solver *s) {
  struct learner *l = s->learner;
  s->turn = (struct turn){0};
  if (!l) return;
  while (s->store->level > 0) store_pop(s->store);
  s->store->log = NULL;
  if (l->log) {
    analyze_free(l);
    nogoods_free(l);
    choose_free(l);
  }
  log_free(l->log);
  budget_free(&s->budget, l, sizeof *l);
  s->learner = NULL;
}

static int prepare(struct learner *l) {
  l->log = log_new(l->s);
  if (!l->log) return CI_ENOMEM;
  l->watched = budget_alloc(l->budget, l->log->terms * WATCH_FACTS * sizeof *l->watched);
  if (!choose_init(l)) return CI_ENOMEM;
  if (!clauses_take(l)) return CI_ENOMEM;
  l->s->log = l->log;
  int error = store_push(l->s); /* the root stays as it is */
  if (error < 0) return error;
  return nogoods_watch(l) ? CI_OK : CI_ENOMEM;
}

/* Where a model's order decides which solution comes first it is followed, and
 * its advice where it is not told otherwise and nobody else takes turns. */
static bool may_be_free(const ci_solver *s) {
  const struct graph *g = &s->model->graph;
  if (s->options.free_search) return true;
  if (g->norder && !s->bound) return false;
  return (!g->norder && !g->nphases) || (s->options.learn == CI_LEARN_AUTO && !s->proof);
}

int learner_new(ci_solver *s) {
  bool free_search = may_be_free(s);
  struct learner *l = budget_alloc(&s->budget, sizeof *l);
  if (!l) return CI_ENOMEM;
  s->learner = l;
  *l = (struct learner){.solver = s, .s = s->store, .budget = &s->budget, .free_search = free_search, .most = NOGOODS,
                        .nogood_step = 1, .analysis = 1, .self = {.class = &nogood_class, .id = -1},
                        .because = {.s = s->store}, .inner = {.s = s->store}};
  int error = prepare(l);
  if (error < 0) learner_free(s);
  else l->until = choose_round(l);
  return error;
}

void learner_pause(ci_solver *s) {
  while (s->store->level > 0) store_pop(s->store);
  s->store->log = NULL;
}

int learner_resume(ci_solver *s) {
  struct learner *l = s->learner;
  l->s->log = l->log;
  l->head = 0;
  choose_refill(l);
  int error = store_push(l->s);
  if (error == CI_OK && !nogoods_watch(l)) error = CI_ENOMEM;
  for (size_t i = 0; i < l->units && error == CI_OK; i++) {
    if (fact_assert(l->s, l->unit[i], NULL)) continue;
    l->exhausted = true;
    error = l->budget->stopped;
  }
  return error;
}

/* ---- one round ---- */

/* Nogoods and propagators in turn: 1 all agree, 0 a conflict, < 0 an error. */
static int fixpoint(struct learner *l, const propagator **culprit) {
  store *s = l->s;
  for (;;) {
    *culprit = NULL;
    l->log->refusal.x = -1;
    int result = nogoods_propagate(l);
    if (result != 1) return result;
    propagator *p = queue_take(s);
    if (!p && l->solver->lp && (result = lp_node(l->solver->lp)) != 1) {
      if (result == LP_CHANGED) continue;
      *culprit = lp_culprit(l->solver->lp);
      return result;
    }
    if (!p) return 1;
    bool ok = budget_poll(s->budget) == CI_OK && queue_run(s, p);
    if (s->budget->stopped) {
      queue_put(s, p);
      return s->budget->stopped;
    }
    *culprit = p;
    if (!ok) return 0;
  }
}

static void return_to(struct learner *l, size_t level) {
  if (level >= l->s->level) return;
  choose_remember(l, l->log->start[level + 1]);
  while (l->s->level > level) store_pop(l->s);
  l->head = l->log->n;
}

/* 1: the search goes on; 0: nothing is left. */
static int recover(struct learner *l, int learned, int32_t level, uint32_t levels) {
  if (learned != 1) return learned;
  return_to(l, (size_t)level);
  choose_decay(l);
  return nogood_learn(l, levels);
}

/* Of the model's own clauses as of its other constraints. */
static void blame_broken(const struct learner *l) {
  const struct nogood *n = l->broken;
  for (uint32_t i = 0; n && !n->levels && i < n->n && i < 64; i++) l->solver->weight[n->fact[i].x]++;
}

static void blame(const struct learner *l, const propagator *p) {
  if (!p) blame_broken(l);
  if (!p || p->id < 0) return;
  const struct posted *posted = &l->s->posted[p->id];
  for (uint32_t i = 0; i < posted->n && i < 64; i++) l->solver->weight[posted->scope[i]]++;
}

static int fail(struct learner *l, const propagator *culprit) {
  int32_t level;
  uint32_t levels;
  l->solver->failures++;
  l->failures++;
  queue_clear(l->s);
  blame(l, culprit);
  int learned = analyze(l, culprit, &level, &levels);
  return recover(l, learned, level, levels);
}

/* A full assignment that is no solution after all. */
static int refuse_leaf(struct learner *l) {
  int32_t level;
  uint32_t levels;
  int learned = analyze_decisions(l, &level, &levels);
  return recover(l, learned, level, levels);
}

static int decide_next(struct learner *l) {
  struct decision d;
  if (choose_decision(l, &d) < 0) return 0;
  if (store_push(l->s) < 0) return CI_ENOMEM;
  l->solver->nodes++;
  return decide(l->s, &d) ? 1 : l->budget->stopped ? l->budget->stopped : CI_EINTERNAL;
}

/* At level 1 after its fixpoint: time to forget? */
static int tidy(struct learner *l) {
  if (l->nogoods < l->most) return CI_OK;
  l->most += l->most / 10;
  return nogoods_reduce(l);
}

static void restart(struct learner *l) {
  l->restarts++;
  l->until = l->failures + choose_round(l);
  return_to(l, 1);
}

/* ---- the loop ---- */

static int next_step(struct learner *l) {
  const propagator *culprit;
  if (l->solver->bound) queue_put(l->s, l->solver->bound);
  int result = fixpoint(l, &culprit);
  if (result < 0) return result;
  if (result == 0) {
    result = fail(l, culprit);
    l->exhausted = result == 0;
    return result < 0 ? result : 0;
  }
  if (l->s->level > 1 && l->failures >= l->until && (l->free_search || l->nogoods >= l->most)) {
    restart(l);
    return 0;
  }
  if (l->s->level == 1 && (result = tidy(l)) < 0) return result;
  result = decide_next(l);
  if (result != 0) return result < 0 ? result : 0;
  result = confirm_leaf(l->solver);
  if (result != 0) return result;
  result = refuse_leaf(l);
  l->exhausted = result == 0;
  return result < 0 ? result : 0;
}

int learn_next(ci_solver *s) {
  struct learner *l = s->learner;
  int result = 0;
  while (!l->exhausted && result == 0) {
    if (l->pause && l->failures >= l->pause) return SEARCH_PAUSED;
    result = next_step(l);
  }
  if (result == 1) s->solutions++;
  if (result == 1 && s->bound) choose_solution(l);
  return result;
}
