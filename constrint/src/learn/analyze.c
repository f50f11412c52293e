/* Conflict analysis: from a failure to the first unique implication point.
 *
 * A set of facts that cannot hold together is held as what is needed of events
 * of the log.  The newest event of the conflict's level is replaced by what it
 * came from until only one of that level is left; facts of levels below that
 * follow from the others are dropped; the contrary of the rest is the clause. */
#include "learn.h"

#include <string.h>

#include "../proof/proof.h"

enum { BIT_AT_LEAST = 1 << AT_LEAST, BIT_AT_MOST = 1 << AT_MOST, BIT_IS = 1 << IS, BIT_IS_NOT = 1 << IS_NOT };
enum { FOR_GOOD = 1 /* the level of what no decision has led to */, DEPTH = 6, EFFORT = 200 };

void analyze_free(struct learner *l) {
  budget *b = l->budget;
  budget_free(b, l->need, l->need_capacity * sizeof *l->need);
  budget_free(b, l->touched, l->touched_capacity * sizeof *l->touched);
  budget_free(b, l->clause, l->clause_capacity * sizeof *l->clause);
  budget_free(b, l->term_mark, l->log->terms * sizeof *l->term_mark);
  budget_free(b, l->level_mark, l->level_capacity * sizeof *l->level_mark);
  because_free(&l->because);
  because_free(&l->inner);
}

static const struct entry *event_at(const struct learner *l, int32_t e) { return &l->log->event[e]; }

/* ---- needs ---- */

/* Values at the root's ends are bounds, and so are all values of a range. */
static bool as_bounds(const struct learner *l, struct fact f, struct fact out[2]) {
  wide lo = l->log->root_lo[f.x], hi = l->log->root_hi[f.x];
  if (f.kind == IS_NOT && f.v == lo) out[0] = out[1] = fact_at_least(f.x, f.v + 1);
  else if (f.kind == IS_NOT && f.v == hi) out[0] = out[1] = fact_at_most(f.x, f.v - 1);
  else if (f.kind == IS && (f.v == lo || f.v == hi || !l->s->explicit[f.x])) {
    out[0] = f.v == lo ? fact_at_most(f.x, f.v) : fact_at_least(f.x, f.v);
    out[1] = f.v == hi ? fact_at_least(f.x, f.v) : fact_at_most(f.x, f.v);
  } else return false;
  return true;
}

/* What is needed of an event is needed for the first time. */
static bool touch(struct learner *l, int32_t e) {
  struct need *need = &l->need[e];
  if (need->listed) return true;
  if (!budget_grow(l->budget, &l->touched, &l->touched_capacity, l->ntouched + 1, sizeof *l->touched)) return false;
  l->touched[l->ntouched++] = e;
  l->term_mark[event_at(l, e)->x] = l->analysis;
  *need = (struct need){.listed = true};
  return true;
}

static void add_need(struct need *need, struct fact f) {
  if (f.kind == AT_LEAST) need->at_least = need->of & BIT_AT_LEAST ? wide_max(need->at_least, f.v) : f.v;
  if (f.kind == AT_MOST) need->at_most = need->of & BIT_AT_MOST ? wide_min(need->at_most, f.v) : f.v;
  if (f.kind == IS) need->is = f.v;
  need->of |= (uint8_t)(1 << f.kind);
}

/* The fact held before event `at`: note that it is needed. *pending: events of `level` that are.
 * False: out of memory. */
static bool need_fact(struct learner *l, struct fact f, size_t at, int32_t level, size_t *pending) {
  int32_t e = log_find(l->s, &f, at);
  if (e < 0 || event_at(l, e)->level <= FOR_GOOD) return true;
  if (!touch(l, e)) return false;
  if (!l->need[e].of && event_at(l, e)->level == level) ++*pending;
  if (!l->need[e].of) choose_bump(l, f.x);
  add_need(&l->need[e], f);
  return true;
}

static bool need_one(struct learner *l, struct fact f, size_t at, int32_t level, size_t *pending) {
  struct fact bound[2];
  if (!as_bounds(l, f, bound)) return need_fact(l, f, at, level, pending);
  return need_fact(l, bound[0], at, level, pending) && need_fact(l, bound[1], at, level, pending);
}

static bool need_all(struct learner *l, const struct because *b, int32_t level, size_t *pending) {
  for (size_t i = 0; i < b->n; i++)
    if (!need_one(l, b->fact[i], b->at, level, pending)) return false;
  return !b->spent;
}

static void forget_needs(struct learner *l) {
  for (size_t i = 0; i < l->ntouched; i++) l->need[l->touched[i]] = (struct need){0};
  l->ntouched = 0;
  l->analysis++;
}

/* ---- where a fact came from ---- */

static void ask(struct learner *l, struct because *b, const struct entry *e, struct fact what) {
  if (!e->nogood) {
    because_of(b, e->why, what);
    return;
  }
  nogood_bump(l, e->nogood);
  if (l->s->proof) proof_use(l->s->proof, e->nogood->id);
  for (uint32_t i = 1; i < e->nogood->n; i++) because(b, fact_negated(e->nogood->fact[i]));
}

/* Values that were no longer there made the bound jump further than asked. */
static void ask_holes(const struct learner *l, struct because *b, term x, wide from, wide to) {
  const struct set *set = l->s->explicit[x];
  if (!set) return;
  for (int32_t i = set_lower(set, from); i < set->n && set_value(set, i) <= to; i++) because_is_not(b, x, set_value(set, i));
}

static void ask_at_least(struct learner *l, struct because *b, const struct entry *e, wide v) {
  if (e->kind == CHANGE_REMOVE) {
    ask(l, b, e, fact_is_not(e->x, e->a));
    because_at_least(b, e->x, e->a);
    ask_holes(l, b, e->x, e->a + 1, v - 1);
  } else {
    ask(l, b, e, fact_at_least(e->x, wide_min(v, e->a)));
    if (v > e->a) ask_holes(l, b, e->x, e->a, v - 1);
  }
}

static void ask_at_most(struct learner *l, struct because *b, const struct entry *e, wide v) {
  if (e->kind == CHANGE_REMOVE) {
    ask(l, b, e, fact_is_not(e->x, e->a));
    because_at_most(b, e->x, e->a);
    ask_holes(l, b, e->x, v + 1, e->a - 1);
  } else {
    ask(l, b, e, fact_at_most(e->x, wide_max(v, e->a)));
    if (v < e->a) ask_holes(l, b, e->x, v + 1, e->a);
  }
}

/* A value that was reached from one side: that side is to be explained. */
static void ask_is(struct learner *l, struct because *b, const struct entry *e, wide v) {
  if (e->kind == CHANGE_FIX) {
    ask(l, b, e, fact_is(e->x, v));
    return;
  }
  if (e->lo < v) ask_at_least(l, b, e, v);
  else because_at_least(b, e->x, v);
  if (e->hi > v) ask_at_most(l, b, e, v);
  else because_at_most(b, e->x, v);
}

/* The facts from which what is needed of event e followed, behind those in b. */
static void derive(struct learner *l, struct because *b, int32_t index, const struct need *need) {
  const struct entry *e = event_at(l, index);
  b->at = (size_t)index;
  if (need->of & BIT_IS) ask_is(l, b, e, need->is);
  if (need->of & BIT_AT_LEAST) ask_at_least(l, b, e, need->at_least);
  if (need->of & BIT_AT_MOST) ask_at_most(l, b, e, need->at_most);
  if (need->of & BIT_IS_NOT) ask(l, b, e, fact_is_not(e->x, e->a));
}

/* ---- the conflict ---- */

static struct fact refused_fact(const struct learner *l, const struct refusal *r) {
  wide v = r->a;
  const struct domain *d = &l->s->domains[r->x];
  bool range = !l->s->explicit[r->x];
  switch (r->kind) {
  case CHANGE_LO: return fact_at_least(r->x, range ? range_up(d->lo, d->step, v) : v);
  case CHANGE_HI: return fact_at_most(r->x, range && v >= d->lo ? range_down(d->lo, d->step, v) : v);
  case CHANGE_FIX: return fact_is(r->x, v);
  default: return fact_is_not(r->x, v);
  }
}

static struct fact asked_fact(const struct refusal *r) {
  static const enum fact_kind kind[] = {[CHANGE_LO] = AT_LEAST, [CHANGE_HI] = AT_MOST, [CHANGE_FIX] = IS, [CHANGE_REMOVE] = IS_NOT};
  return (struct fact){r->x, kind[r->kind], r->a};
}

/* The facts of the conflict in hand, into l->because. */
static void conflict(struct learner *l, const propagator *culprit) {
  struct because *b = &l->because;
  const struct refusal *r = &l->log->refusal;
  b->n = 0;
  b->at = l->log->n;
  if (l->broken) {
    nogood_bump(l, l->broken);
    if (l->s->proof) proof_use(l->s->proof, l->broken->id);
    for (uint32_t i = 0; i < l->broken->n; i++) because(b, fact_negated(l->broken->fact[i]));
  } else if (r->x >= 0 && r->why == culprit) {
    because_of(b, culprit, asked_fact(r));
    because(b, fact_negated(refused_fact(l, r)));
  } else {
    because_of(b, culprit, fact_none());
  }
}

/* The newest level that has part in the conflict. */
static int32_t level_of(struct learner *l, const struct because *b) {
  int32_t level = FOR_GOOD;
  for (size_t i = 0; i < b->n; i++) {
    struct fact bound[2] = {b->fact[i], b->fact[i]};
    as_bounds(l, b->fact[i], bound);
    for (int k = 0; k < 2; k++) {
      int32_t e = log_find(l->s, &bound[k], b->at);
      if (e >= 0 && event_at(l, e)->level > level) level = event_at(l, e)->level;
    }
  }
  return level;
}

/* ---- the first unique implication point ---- */

/* Is what is needed of the event one fact?  Two bounds of a value are. */
static bool is_single(const struct learner *l, int32_t e, struct need *need) {
  term x = event_at(l, e)->x;
  if (need->of & BIT_IS) need->of = BIT_IS;
  if (need->of & (BIT_AT_LEAST | BIT_AT_MOST)) need->of &= (uint8_t)~BIT_IS_NOT;
  if (need->of != (BIT_AT_LEAST | BIT_AT_MOST)) return true;
  if (!l->s->explicit[x] || event_at(l, e)->kind != CHANGE_FIX) return false;
  need->of = BIT_IS;
  need->is = event_at(l, e)->a;
  return true;
}

/* The event that is left of the conflict's level; < 0: out of memory. */
static int32_t find_point(struct learner *l, int32_t level, size_t pending) {
  struct because *b = &l->because;
  for (int32_t e = (int32_t)l->log->n - 1;; e--) {
    struct need need = l->need[e];
    if (!need.of || event_at(l, e)->level != level) continue;
    if (pending == 1 && is_single(l, e, &l->need[e])) return e;
    l->need[e].of = 0;
    pending--;
    b->n = 0;
    derive(l, b, e, &need);
    if (!need_all(l, b, level, &pending)) return CI_ENOMEM;
  }
}

/* ---- minimisation ---- */

/* Does what is needed already imply the fact, of an event that has it? */
static bool is_needed(const struct learner *l, int32_t e, struct fact f) {
  const struct need *n = &l->need[e];
  if (n->of & BIT_IS) return f.kind == IS_NOT ? n->is != f.v : f.kind == IS ? n->is == f.v : f.kind == AT_LEAST ? n->is >= f.v : n->is <= f.v;
  if (f.kind == AT_LEAST) return n->of & BIT_AT_LEAST && n->at_least >= f.v;
  if (f.kind == AT_MOST) return n->of & BIT_AT_MOST && n->at_most <= f.v;
  return f.kind == IS_NOT && n->of & BIT_IS_NOT && event_at(l, e)->a == f.v;
}

/* Or does a newer fact of the same term, which is needed? */
static bool is_implied(const struct learner *l, int32_t e, struct fact f) {
  if (l->term_mark[f.x] != l->analysis) return false;
  for (int32_t k = l->log->last[f.x]; k >= e; k = event_at(l, k)->previous)
    if (l->need[k].of && is_needed(l, k, f)) return true;
  return false;
}

static bool follows(struct learner *l, int32_t e, struct need need, int depth);

/* Does the fact, which held before `at`, follow from what is needed? */
static bool fact_follows(struct learner *l, struct fact f, size_t at, int depth) {
  struct fact bound[2] = {f, f};
  int n = as_bounds(l, f, bound) ? 2 : 1;
  for (int i = 0; i < n; i++) {
    int32_t e = log_find(l->s, &bound[i], at);
    if (e < 0 || event_at(l, e)->level <= FOR_GOOD || is_implied(l, e, bound[i])) continue;
    struct need need = {0};
    add_need(&need, bound[i]);
    if (depth == 0 || !follows(l, e, need, depth - 1)) return false;
  }
  return true;
}

/* Its reasons do, as far as the effort allows to look. */
static bool follows(struct learner *l, int32_t e, struct need need, int depth) {
  struct because *b = &l->inner;
  const struct entry *event = event_at(l, e);
  if (!event->why || l->effort-- <= 0) return false;
  size_t from = b->n;
  struct proof_mark mark = {0};
  if (l->s->proof) mark = proof_here(l->s->proof);
  derive(l, b, e, &need);
  size_t to = b->n;
  bool all = !b->spent;
  for (size_t i = from; i < to && all; i++) all = fact_follows(l, b->fact[i], (size_t)e, depth);
  b->n = from;
  if (l->s->proof && !all) proof_back(l->s->proof, mark);
  return all;
}

/* Is all that is needed of the event said by newer facts? */
static bool is_covered(const struct learner *l, int32_t e, const struct need *need) {
  term x = event_at(l, e)->x;
  return (!(need->of & BIT_IS) || is_implied(l, e, fact_is(x, need->is))) &&
         (!(need->of & BIT_AT_LEAST) || is_implied(l, e, fact_at_least(x, need->at_least))) &&
         (!(need->of & BIT_AT_MOST) || is_implied(l, e, fact_at_most(x, need->at_most))) &&
         (!(need->of & BIT_IS_NOT) || is_implied(l, e, fact_is_not(x, event_at(l, e)->a)));
}

/* Drop what follows from the rest: from the newest to the oldest, so that
 * nothing rests on what was dropped because of it. */
static void minimise(struct learner *l, int32_t point) {
  l->effort = EFFORT;
  for (size_t i = 0; i < l->ntouched; i++) {
    int32_t e = l->touched[i];
    struct need need = l->need[e];
    if (!need.of || e == point) continue;
    l->need[e].of = 0;
    if (!is_covered(l, e, &need) && !follows(l, e, need, DEPTH)) l->need[e].of = need.of;
  }
}

/* ---- the clause ---- */

static bool put(struct learner *l, struct fact f) {
  if (!budget_grow(l->budget, &l->clause, &l->clause_capacity, l->nclause + 1, sizeof *l->clause)) return false;
  l->clause[l->nclause++] = fact_negated(f);
  return true;
}

static bool put_event(struct learner *l, int32_t e) {
  const struct need *need = &l->need[e];
  term x = event_at(l, e)->x;
  if (need->of & BIT_IS) return put(l, fact_is(x, need->is));
  return (!(need->of & BIT_AT_LEAST) || put(l, fact_at_least(x, need->at_least))) &&
         (!(need->of & BIT_AT_MOST) || put(l, fact_at_most(x, need->at_most))) &&
         (need->of != BIT_IS_NOT || put(l, fact_is_not(x, event_at(l, e)->a)));
}

/* The point's fact first, then one of the newest level among the others. */
static int make_clause(struct learner *l, int32_t point, int32_t *level, uint32_t *levels) {
  *level = FOR_GOOD;
  *levels = 1;
  l->nclause = 0;
  if (!put_event(l, point)) return CI_ENOMEM;
  l->mark++;
  for (size_t i = 0; i < l->ntouched; i++) {
    int32_t e = l->touched[i], of = event_at(l, e)->level;
    size_t first = l->nclause;
    if (e == point || !l->need[e].of) continue;
    if (!put_event(l, e)) return CI_ENOMEM;
    *levels += l->level_mark[of] != l->mark;
    l->level_mark[of] = l->mark;
    if (of <= *level) continue;
    struct fact f = l->clause[1];
    l->clause[1] = l->clause[first];
    l->clause[first] = f;
    *level = of;
  }
  return 1;
}

static bool make_room(struct learner *l) {
  size_t needs = l->need_capacity, levels = l->level_capacity;
  if (!l->term_mark && !(l->term_mark = budget_alloc(l->budget, l->log->terms * sizeof *l->term_mark))) return false;
  if (!budget_grow(l->budget, &l->need, &l->need_capacity, l->log->n + 1, sizeof *l->need) ||
      !budget_grow(l->budget, &l->level_mark, &l->level_capacity, l->s->level + 1, sizeof *l->level_mark))
    return false;
  if (l->need_capacity > needs) memset(l->need + needs, 0, (l->need_capacity - needs) * sizeof *l->need);
  if (l->level_capacity > levels) memset(l->level_mark + levels, 0, (l->level_capacity - levels) * sizeof *l->level_mark);
  return true;
}

/* From the facts in l->because. */
static int learn_from(struct learner *l, int32_t *level, uint32_t *levels) {
  size_t pending = 0;
  int32_t top = level_of(l, &l->because);
  if (l->because.spent) return CI_ENOMEM;
  if (top <= FOR_GOOD) {
    if (l->s->proof) proof_clause(l->s, NULL, 0);
    return 0;
  }
  int result = CI_ENOMEM;
  if (need_all(l, &l->because, top, &pending)) {
    int32_t point = find_point(l, top, pending);
    if (point >= 0) {
      minimise(l, point);
      result = make_clause(l, point, level, levels);
    }
  }
  forget_needs(l);
  if (l->s->proof && result == 1) l->clause_id = proof_clause(l->s, l->clause, l->nclause);
  return result;
}

int analyze(struct learner *l, const propagator *culprit, int32_t *level, uint32_t *levels) {
  if (!make_room(l)) return CI_ENOMEM;
  if (l->s->proof) proof_forget(l->s->proof);
  conflict(l, culprit);
  return learn_from(l, level, levels);
}

int analyze_decisions(struct learner *l, int32_t *level, uint32_t *levels) {
  if (!make_room(l)) return CI_ENOMEM;
  l->because.n = 0;
  l->because.at = l->log->n;
  for (size_t i = 2; i <= l->s->level; i++) {
    const struct entry *e = event_at(l, (int32_t)l->log->start[i]);
    because(&l->because, asked_fact(&(struct refusal){e->x, e->kind, e->a, NULL}));
  }
  if (l->s->proof) proof_forget(l->s->proof);
  if (l->s->proof) proof_infer(l->s->proof, l->because.fact, l->because.n, fact_none(), NULL);
  return learn_from(l, level, levels);
}
