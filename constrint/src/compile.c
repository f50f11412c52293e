/* The compiler's driver: its tables, the declared variables, the passes. */
#include "compile.h"

#include <stdlib.h>
#include <string.h>

#include "compile_internal.h"
#include "error.h"
#include "proof/proof.h"

/* ---- tables ---- */

static void *table(struct compiler *c, size_t size) { return budget_alloc(c->b, c->g->nnodes * size); }

static bool make_tables(struct compiler *c) {
  c->need = table(c, sizeof *c->need);
  c->uses = table(c, sizeof *c->uses);
  c->length = table(c, sizeof *c->length);
  c->weight = table(c, sizeof *c->weight);
  c->closed = table(c, sizeof *c->closed);
  c->partial = table(c, sizeof *c->partial);
  c->bounds = table(c, sizeof *c->bounds);
  c->same = table(c, sizeof *c->same);
  c->class_term = table(c, sizeof *c->class_term);
  c->value = table(c, sizeof *c->value);
  c->core = table(c, sizeof *c->core);
  c->factor = table(c, sizeof *c->factor);
  c->truth = table(c, sizeof *c->truth);
  c->defined = table(c, sizeof *c->defined);
  if (c->b->stopped) return false;
  size_t terms = c->g->nnodes * sizeof(term);
  memset(c->class_term, 0xff, terms);
  memset(c->value, 0xff, terms);
  memset(c->core, 0xff, terms);
  memset(c->truth, 0xff, terms);
  memset(c->defined, 0xff, terms);
  return true;
}

static void free_table(struct compiler *c, void *t, size_t size) { budget_free(c->b, t, c->g->nnodes * size); }

static void free_tables(struct compiler *c) {
  free_table(c, c->need, sizeof *c->need);
  free_table(c, c->uses, sizeof *c->uses);
  free_table(c, c->length, sizeof *c->length);
  free_table(c, c->weight, sizeof *c->weight);
  free_table(c, c->closed, sizeof *c->closed);
  free_table(c, c->partial, sizeof *c->partial);
  free_table(c, c->bounds, sizeof *c->bounds);
  free_table(c, c->same, sizeof *c->same);
  free_table(c, c->class_term, sizeof *c->class_term);
  free_table(c, c->value, sizeof *c->value);
  free_table(c, c->core, sizeof *c->core);
  free_table(c, c->factor, sizeof *c->factor);
  free_table(c, c->truth, sizeof *c->truth);
  free_table(c, c->defined, sizeof *c->defined);
  budget_free(c->b, c->products, c->product_slots * sizeof *c->products);
  budget_free(c->b, c->stack, c->stack_capacity * sizeof *c->stack);
  budget_free(c->b, c->stack_factor, c->stack_factor_capacity * sizeof *c->stack_factor);
}

/* ---- declared variables ---- */

static int by_size(const void *a, const void *b) {
  wide x = *(const wide *)a, y = *(const wide *)b;
  return (x > y) - (x < y);
}

/* The listed values, ascending; the caller frees v->n of them. */
static wide *ascending(struct compiler *c, const struct var *v) {
  wide *values = budget_alloc(c->b, v->n * sizeof *values);
  for (size_t i = 0; values && i < v->n; i++) values[i] = v->values[i];
  if (values) qsort(values, v->n, sizeof *values, by_size);
  return values;
}

/* Restrict x, which may stand for other variables too, to v's domain. */
static int restrict_to(struct compiler *c, term x, const struct var *v) {
  bool ok = term_ge(c->s, x, v->lo, NULL) && term_le(c->s, x, v->hi, NULL);
  if (ok && !v->values) ok = term_mod(c->s, x, v->step, v->lo, NULL);
  if (ok && v->values) {
    wide *values = ascending(c, v);
    if (!values) return CI_ENOMEM;
    ok = term_keep(c->s, x, values, v->n, NULL);
    budget_free(c->b, values, v->n * sizeof *values);
  }
  if (!ok) store_fail(c->s);
  return CI_OK;
}

static int declare(struct compiler *c, const struct var *v, term *out) {
  term *class = &c->class_term[class_of(c, v->node)];
  if (*class != NO_TERM) {
    *out = *class;
    return restrict_to(c, *class, v);
  }
  if (v->values) {
    wide *values = ascending(c, v);
    if (!values) return CI_ENOMEM;
    *out = store_new_set(c->s, values, v->n);
    budget_free(c->b, values, v->n * sizeof *values);
  } else {
    *out = store_new_term(c->s, v->lo, v->hi);
    if (*out >= 0 && !term_mod(c->s, *out, v->step, v->lo, NULL)) store_fail(c->s);
  }
  *class = *out;
  return *out < 0 ? *out : CI_OK;
}

static int declare_all(struct compiler *c, struct program *p) {
  const struct graph *g = c->g;
  for (size_t i = 0; i < g->nvars; i++) {
    int error = declare(c, &g->vars[i], &p->vars[i]);
    if (error < 0) return error;
  }
  c->vars = p->vars;
  return CI_OK;
}

/* A class with a constant in it has that for its term. */
static int fix_classes(struct compiler *c) {
  for (size_t e = 0; e < c->g->nnodes; e++) {
    ci_expr class = class_of(c, (ci_expr)e);
    if (!node_is_int(c->g, (ci_expr)e) || c->class_term[class] != NO_TERM) continue;
    if ((ci_expr)e == class && c->need[e] == 0) continue;
    c->class_term[class] = value_of(c, (ci_expr)e);
    if (c->class_term[class] < 0) return CI_ENOMEM;
  }
  return CI_OK;
}

/* ---- the passes ---- */

static int build_node(struct compiler *c, ci_expr e) {
  if (!c->need[e]) return CI_OK;
  c->s->origin = e;
  if (budget_poll(c->b)) return c->b->stopped;
  int error;
  if (node_is_truth(c->g, e)) {
    error = build_truth(c, e);
  } else {
    error = build_integer(c, e);
    if (error == CI_OK) error = build_bool(c, e);
  }
  return error < 0 ? error : require(c, e);
}

static int build_all(struct compiler *c, struct program *p, bool with_objectives) {
  int error = declare_all(c, p);
  if (error == CI_OK) error = fix_classes(c);
  for (size_t e = 0; e < c->g->nnodes && error == CI_OK; e++) error = build_node(c, (ci_expr)e);
  for (size_t k = 0; k < c->g->nobjectives && with_objectives && error == CI_OK; k++) {
    p->objectives[k] = value_of(c, c->g->objectives[k].e);
    if (p->objectives[k] < 0) error = CI_ENOMEM;
  }
  return error;
}

/* For the proof: which nodes the terms are; variables first. */
static void name_terms(const struct compiler *c, const struct program *p) {
  for (size_t i = 0; i < c->g->nvars; i++) proof_name(c->s, p->vars[i], c->g->vars[i].node);
  for (size_t e = 0; e < c->g->nnodes; e++)
    if (!node_is_int(c->g, (ci_expr)e)) proof_name(c->s, c->value[e], (ci_expr)e);
}

int compile(struct program *p, const struct graph *g, store *s, struct budget *b, bool with_objectives) {
  struct compiler c = {.g = g, .s = s, .b = b};
  *p = (struct program){.graph = g, .store = s};
  p->vars = store_alloc(s, (g->nvars + 1) * sizeof *p->vars);
  if (with_objectives) p->objectives = store_alloc(s, (g->nobjectives + 1) * sizeof *p->objectives);
  int error = b->stopped;
  if (error == CI_OK && make_tables(&c)) {
    find_needs(&c, with_objectives);
    find_equalities(&c);
    error = b->stopped ? b->stopped : build_all(&c, p, with_objectives);
  }
  if (error == CI_OK) error = b->stopped;
  if (error == CI_OK && s->record) name_terms(&c, p);
  s->origin = -1;
  free_tables(&c);
  return error;
}
