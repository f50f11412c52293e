/* Inequalities that pruned something, as propagators that explain. */
#include "reasons.h"

#include "../learn/because.h"

/* By the sum; or, where that has numbers too large to work out, by all its bounds. */
static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct lp_reason *self = (const struct lp_reason *)p;
  if (linear_explain(b, &self->sum, SUM_LE, what)) return true;
  for (size_t i = 0; i < self->sum.n; i++) because_ends(b, self->sum.x[i]);
  return true;
}

static enum outcome idle(store *s, propagator *p) {
  (void)s;
  (void)p;
  return FIXPOINT;
}

static const struct propagator_class reason_class = {"relaxation", idle, explain, 2, NULL};

static void release(budget *b, struct lp_reason *r) {
  if (!r) return;
  budget_free(b, r->sum.a, r->capacity * sizeof *r->sum.a);
  budget_free(b, r->sum.x, r->capacity * sizeof *r->sum.x);
  budget_free(b, r->sum.part, r->capacity * sizeof *r->sum.part);
  budget_free(b, r, sizeof *r);
}

void lp_reasons_free(struct lp_reasons *l) {
  for (size_t i = 0; i < l->made; i++) release(l->b, l->list[i]);
  budget_free(l->b, l->list, l->capacity * sizeof(struct lp_reason *));
  *l = (struct lp_reasons){0};
}

static struct lp_reason *new_reason(struct lp_reasons *l, size_t n) {
  struct lp_reason *r = budget_alloc(l->b, sizeof *r);
  if (!r) return NULL;
  r->capacity = n;
  r->sum.a = budget_alloc(l->b, n * sizeof *r->sum.a);
  r->sum.x = budget_alloc(l->b, n * sizeof *r->sum.x);
  r->sum.part = budget_alloc(l->b, n * sizeof *r->sum.part);
  if (r->sum.a && r->sum.x && r->sum.part) return r;
  release(l->b, r);
  return NULL;
}

/* The place behind those in use, with room for n terms. */
static struct lp_reason *place(struct lp_reasons *l, size_t n) {
  if (l->n < l->made) {
    struct lp_reason **old = &l->list[l->n];
    if (*old && (*old)->capacity >= n) return *old;
    release(l->b, *old);
    return *old = new_reason(l, n + n / 4);
  }
  if (!budget_grow(l->b, &l->list, &l->capacity, l->made + 1, sizeof(struct lp_reason *))) return NULL;
  struct lp_reason *r = new_reason(l, n + n / 4);
  if (r) l->list[l->made++] = r;
  return r;
}

struct lp_reason *lp_reasons_put(struct lp_reasons *l, const struct combiner *c) {
  struct lp_reason *r = place(l, c->n);
  if (!r) return NULL;
  r->super = (propagator){.class = &reason_class, .id = -1};
  r->sum.n = c->n;
  r->sum.c = c->c;
  r->sum.patience = PATIENCE;
  for (size_t i = 0; i < c->n; i++) {
    r->sum.a[i] = c->a[i];
    r->sum.x[i] = c->r->term_of[c->col[i]];
  }
  return r;
}

bool lp_reasons_keep(struct lp_reasons *l, store *s) { return store_set_word(s, &l->n, l->n + 1); }
