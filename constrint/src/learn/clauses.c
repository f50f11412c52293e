/* The model's own clauses among the nogoods: two of their facts are watched, no
 * propagator is woken, and what they conclude is explained by reference. */
#include "learn.h"

#include "../propagators/logic.h"

static bool is_open(const store *s, struct literal l) { return s->domains[l.x].lo == 0 && s->domains[l.x].hi == 1; }

/* That an open literal is true, or false. */
static struct fact fact_of(struct literal l, bool truth) {
  return l.when == truth ? fact_at_least(l.x, 1) : fact_at_most(l.x, 0);
}

static bool put(struct learner *l, struct fact f) {
  if (!budget_grow(l->budget, &l->clause, &l->clause_capacity, l->nclause + 1, sizeof *l->clause)) return false;
  l->clause[l->nclause++] = f;
  return true;
}

/* The literals that may be true, as facts behind those in l->clause.  False: one
 * holds anyway, or takes other values than 0 and 1, or memory is out. */
static bool gather(struct learner *l, const struct literal *literal, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (literal_false(l->s, literal[i])) continue;
    if (!is_open(l->s, literal[i]) || !put(l, fact_of(literal[i], true))) return false;
  }
  return l->nclause > 1;
}

static bool keep(struct learner *l, const struct fact *fact, size_t n) {
  if (!budget_grow(l->budget, &l->given, &l->given_capacity, l->givens + 1, sizeof(struct nogood *))) return false;
  struct nogood *new = nogood_new(l, fact, (uint32_t)n);
  if (!new) return false;
  l->given[l->givens++] = new;
  return true;
}

static bool take_clause(struct learner *l, const struct literal *literal, size_t n) {
  l->nclause = 0;
  return gather(l, literal, n) && keep(l, l->clause, l->nclause);
}

/* b <-> some literal: b or not each, and not b or some. */
static bool take_some(struct learner *l, struct literal b, const struct literal *literal, size_t n) {
  l->nclause = 0;
  for (size_t i = 0; i < n; i++)
    if (literal[i].x == b.x) return false;
  if (!is_open(l->s, b) || !put(l, fact_of(b, false)) || !gather(l, literal, n)) return false;
  for (size_t i = 1; i < l->nclause; i++) {
    struct fact pair[] = {fact_of(b, true), fact_negated(l->clause[i])};
    if (!keep(l, pair, 2)) return false;
  }
  return keep(l, l->clause, l->nclause);
}

/* Half a constraint may have been taken when memory ended: then all ends. */
bool clauses_take(struct learner *l) {
  for (size_t i = 0; i < l->s->propagators && !l->s->proof; i++) {
    propagator *p = l->s->posted[i].p;
    struct literal b;
    size_t n;
    const struct literal *literal = clause_of(p, &n);
    if (p->dead) continue;
    if (literal) p->asleep = take_clause(l, literal, n);
    else if ((literal = some_of(p, &n, &b))) p->asleep = take_some(l, b, literal, n);
    if (l->budget->stopped) return false;
  }
  return true;
}

void clauses_free(struct learner *l) {
  for (size_t i = 0; i < l->s->propagators; i++) l->s->posted[i].p->asleep = false;
  for (size_t i = 0; i < l->givens; i++) nogood_free(l, l->given[i]);
  budget_free(l->budget, l->given, l->given_capacity * sizeof(struct nogood *));
}

/* The first facts that are not false to the front; how many, up to two. */
static uint32_t lead(const struct learner *l, struct nogood *n) {
  uint32_t open = 0;
  for (uint32_t i = 0; i < n->n && open < 2; i++) {
    if (fact_false(l->s, n->fact[i])) continue;
    struct fact f = n->fact[open];
    n->fact[open++] = n->fact[i];
    n->fact[i] = f;
  }
  return open;
}

bool clauses_watch(struct learner *l) {
  for (size_t i = 0; i < l->givens; i++) {
    struct nogood *n = l->given[i];
    uint32_t open = lead(l, n);
    if (open == 0 || (open == 1 && !fact_assert(l->s, n->fact[0], NULL))) l->exhausted = true;
    if (l->budget->stopped || !nogood_watch(l, n)) return false;
  }
  return true;
}
