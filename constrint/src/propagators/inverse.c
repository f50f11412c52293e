/* f[i] = j exactly where g[j] = i: each value is known to both sides. */
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct side { const term *x; size_t n; wide first; };

struct inverse {
  propagator super;
  struct side side[2];
};

/* Drop from f[i] the values j with no i in g[j]. */
static bool drop_values(store *s, const struct side *f, const struct side *g, size_t i, reason why) {
  term x = f->x[i];
  wide own = (wide)i + f->first;
  for (wide v = term_lo(s, x);;) {
    bool last = v == term_hi(s, x);
    wide next = last ? v : term_next(s, x, v);
    if (!term_has(s, g->x[(size_t)(v - g->first)], own) && !term_remove(s, x, v, why)) return false;
    if (last) return true;
    v = next;
  }
}

static bool channel(store *s, const struct side *f, const struct side *g, reason why) {
  for (size_t i = 0; i < f->n; i++) {
    if (!drop_values(s, f, g, i, why)) return false;
    if (!term_fixed(s, f->x[i])) continue;
    if (!term_fix(s, g->x[(size_t)(term_value(s, f->x[i]) - g->first)], (wide)i + f->first, why)) return false;
  }
  return true;
}

static enum outcome propagate(store *s, propagator *p) {
  const struct inverse *v = (const struct inverse *)p;
  uint64_t changes = store_changes(s);
  if (!channel(s, &v->side[0], &v->side[1], p) || !channel(s, &v->side[1], &v->side[0], p)) return FAILED;
  if (store_changes(s) != changes) return AGAIN;
  return terms_fixed(s, v->side[0].x, v->side[0].n) ? SUBSUMED : FIXPOINT; /* and so is the other side */
}

/* ---- Explanations: what one side knew of a pair, of the other ---- */

static bool says(struct fact what, wide v) {
  return what.kind == AT_LEAST ? v >= what.v : what.kind == AT_MOST ? v <= what.v : v != what.v;
}

/* f[i] is not v, for i was gone from g[v]. */
static bool explain_gap(struct because *b, const struct side *f, const struct side *g, size_t i, wide v) {
  wide j = v - g->first, own = (wide)i + f->first;
  if (j < 0 || j >= (wide)g->n || because_has(b, g->x[j], own)) return false;
  because_is_not(b, g->x[j], own);
  return true;
}

/* f[i] is j, for g[j] was i. */
static bool explain_value(struct because *b, const struct side *f, const struct side *g, size_t i, struct fact what) {
  for (size_t j = 0; j < g->n; j++) {
    wide v;
    if (!because_fixed(b, g->x[j], &v) || v != (wide)i + f->first || !says(what, (wide)j + g->first)) continue;
    because_is(b, g->x[j], v);
    return true;
  }
  return false;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct inverse *v = (const struct inverse *)p;
  for (int k = 0; k < 2; k++) {
    const struct side *f = &v->side[k], *g = &v->side[1 - k];
    for (size_t i = 0; i < f->n; i++) {
      if (f->x[i] != what.x) continue;
      if (what.kind == IS_NOT && explain_gap(b, f, g, i, what.v)) return true;
      if (explain_value(b, f, g, i, what)) return true;
    }
  }
  return false;
}

static const struct propagator_class class = {"inverse", propagate, explain, 2, NULL};

static bool keep_within(store *s, const struct side *f, const struct side *g) {
  for (size_t i = 0; i < f->n; i++)
    if (!term_within(s, f->x[i], (interval){g->first, g->first + (wide)g->n - 1}, NULL)) return false;
  return true;
}

int post_inverse(store *s, const term *f, size_t nf, wide first_f, const term *g, size_t ng, wide first_g) {
  struct inverse *v = store_alloc(s, sizeof *v);
  term *all = store_alloc(s, (nf + ng + 1) * sizeof *all);
  if (!v || !all) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, f, nf * sizeof *all);
  memcpy(all + nf, g, ng * sizeof *all);
  v->side[0] = (struct side){all, nf, first_f};
  v->side[1] = (struct side){all + nf, ng, first_g};
  if (nf != ng || !keep_within(s, &v->side[0], &v->side[1]) || !keep_within(s, &v->side[1], &v->side[0])) {
    store_fail(s);
    return CI_OK;
  }
  if (nf == 0) return CI_OK;
  int error = post_alldifferent(s, all, nf);
  if (error == CI_OK) error = post_alldifferent(s, all + nf, ng);
  return error < 0 ? error : store_post(s, &v->super, &class, all, nf + ng, ON_ANY);
}
