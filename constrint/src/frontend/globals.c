/* The native language's constraints on several lists, one line each. */
#include "list.h"
#include <string.h>

enum { MOST_LISTS = 3 };

/* What stands between the brackets. */
struct arguments { item_list lists[MOST_LISTS]; position at[MOST_LISTS]; ci_expr last; };

struct global_form {
  const char *name;
  int lists;
  bool value; /* a single expression behind them */
  bool same_length;
  ci_expr (*make)(parser *p, const struct arguments *a, int64_t detail);
  int64_t detail;
};

static int append(exprs *out, const exprs *more) {
  int rc = CI_OK;
  for (size_t i = 0; i < more->n && rc >= 0; i++) rc = exprs_add(out, more->at[i]);
  return rc;
}

/* The first index of a list: its own if it is an array of one dimension. */
static int64_t first_index(const item_list *l) { return l->shape.n == 1 ? l->shape.lo[0] : 0; }

static ci_expr apply_global(parser *p, ci_global_kind kind, exprs *e, const int64_t *parameters, size_t np, int rc) {
  if (rc >= 0) rc = ci_global(p->scope.builder, kind, e->at, e->n, parameters, np);
  exprs_free(e);
  return rc;
}

/* starts, durations, needs; capacity */
static ci_expr make_cumulative(parser *p, const struct arguments *a, int64_t detail) {
  exprs e = {0};
  (void)detail;
  int rc = CI_OK;
  for (int i = 0; i < 3 && rc >= 0; i++) rc = append(&e, &a->lists[i].items);
  if (rc >= 0) rc = exprs_add(&e, a->last);
  return apply_global(p, CI_CUMULATIVE, &e, NULL, 0, rc);
}

/* starts, durations: one at a time */
static ci_expr make_disjunctive(parser *p, const struct arguments *a, int64_t detail) {
  exprs e = {0};
  (void)detail;
  int rc = append(&e, &a->lists[0].items);
  if (rc >= 0) rc = append(&e, &a->lists[1].items);
  return apply_global(p, CI_DISJUNCTIVE, &e, NULL, 0, rc);
}

static ci_expr make_circuit(parser *p, const struct arguments *a, int64_t detail) {
  int64_t first = first_index(&a->lists[0]);
  (void)detail;
  return ci_global(p->scope.builder, CI_CIRCUIT, a->lists[0].items.at, a->lists[0].items.n, &first, 1);
}

static ci_expr make_inverse(parser *p, const struct arguments *a, int64_t detail) {
  exprs e = {0};
  (void)detail;
  int64_t parameters[3] = {(int64_t)a->lists[0].items.n, first_index(&a->lists[0]), first_index(&a->lists[1])};
  int rc = append(&e, &a->lists[0].items);
  if (rc >= 0) rc = append(&e, &a->lists[1].items);
  return apply_global(p, CI_INVERSE, &e, parameters, 3, rc);
}

/* x, values, counts: values[k] occurs counts[k] times among x */
static ci_expr make_cardinality(parser *p, const struct arguments *a, int64_t detail) {
  const exprs *values = &a->lists[1].items;
  exprs e = {0};
  ints parameters = {0};
  (void)detail;
  int rc = a->lists[2].items.n == values->n ? ints_add(&parameters, (int64_t)values->n)
           : source_fail(p->source, a->at[2], "%zu counts for %zu values", a->lists[2].items.n, values->n);
  for (size_t i = 0; i < values->n && rc >= 0; i++) {
    int64_t value;
    rc = constant_value(p, values->at[i], a->at[1], "a value that is counted", &value);
    if (rc >= 0) rc = ints_add(&parameters, value);
  }
  if (rc >= 0) rc = append(&e, &a->lists[0].items);
  if (rc >= 0) rc = append(&e, &a->lists[2].items);
  rc = apply_global(p, CI_CARDINALITY, &e, parameters.at, parameters.n, rc);
  ints_free(&parameters);
  return rc;
}

/* detail: strictly */
static ci_expr make_lex(parser *p, const struct arguments *a, int64_t detail) {
  exprs e = {0};
  int rc = append(&e, &a->lists[0].items);
  if (rc >= 0) rc = append(&e, &a->lists[1].items);
  return apply_global(p, CI_LEX, &e, &detail, 1, rc);
}

/* Constants of a list, behind those that are there. */
static int append_constants(const parser *p, ints *out, const exprs *list, position at) {
  int rc = CI_OK;
  for (size_t i = 0; i < list->n && rc >= 0; i++) {
    int64_t value;
    rc = constant_value(p, list->at[i], at, "an automaton's state", &value);
    if (rc >= 0) rc = ints_add(out, value);
  }
  return rc;
}

/* x, next[state][symbol], accepting; the first state */
static ci_expr make_regular(parser *p, const struct arguments *a, int64_t detail) {
  const box *table = &a->lists[1].shape;
  ints parameters = {0};
  int64_t first;
  (void)detail;
  if (table->n != 2) return source_fail(p->source, a->at[1], "regular() takes the next states as an array of two dimensions");
  int rc = constant_value(p, a->last, a->at[2], "an automaton's first state", &first);
  const int64_t head[4] = {(int64_t)table->size[0], (int64_t)table->size[1], first, (int64_t)a->lists[2].items.n};
  for (int i = 0; i < 4 && rc >= 0; i++) rc = ints_add(&parameters, head[i]);
  if (rc >= 0) rc = append_constants(p, &parameters, &a->lists[1].items, a->at[1]);
  if (rc >= 0) rc = append_constants(p, &parameters, &a->lists[2].items, a->at[2]);
  if (rc >= 0) rc = ci_global(p->scope.builder, CI_REGULAR, a->lists[0].items.at, a->lists[0].items.n, parameters.at, parameters.n);
  ints_free(&parameters);
  return rc;
}

static const struct global_form globals[] = {
  {"cumulative", 3, true, true, make_cumulative, 0},
  {"disjunctive", 2, false, true, make_disjunctive, 0},
  {"circuit", 1, false, false, make_circuit, 0},
  {"inverse", 2, false, false, make_inverse, 0},
  {"cardinality", 3, false, false, make_cardinality, 0},
  {"regular", 3, true, false, make_regular, 0},
  {"lex_less", 2, false, true, make_lex, 1},
  {"lex_lesseq", 2, false, true, make_lex, 0},
};

static const struct global_form *find(const token *t) {
  for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
    if (token_is(t, globals[i].name)) return &globals[i];
  return NULL;
}

bool is_global(const token *t) { return find(t) != NULL; }

static int parse_lists(parser *p, const struct global_form *g, struct arguments *a) {
  int rc = CI_OK;
  for (int i = 0; i < g->lists && rc >= 0; i++) {
    if (i) rc = parser_expect(p, TOK_COMMA, "and the next list");
    a->at[i] = p->token.place;
    if (rc >= 0) rc = parse_list(p, &a->lists[i], g->name);
    size_t n = a->lists[i].items.n, wanted = a->lists[0].items.n;
    if (rc >= 0 && g->same_length && n != wanted)
      rc = source_fail(p->source, a->at[i], "%s() takes lists of one length: %zu here and %zu before", g->name, n, wanted);
  }
  return rc;
}

ci_expr parse_global(parser *p, const token *name) {
  const struct global_form *g = find(name);
  struct arguments a = {.last = -1};
  int rc = parse_lists(p, g, &a);
  if (rc >= 0 && g->value) rc = parser_expect(p, TOK_COMMA, "and the value behind the lists");
  if (rc >= 0 && g->value) rc = a.last = expression(p);
  if (rc >= 0) rc = parser_expect(p, TOK_CLOSE, "behind the arguments");
  if (rc >= 0) rc = g->make(p, &a, g->detail);
  for (int i = 0; i < g->lists; i++) list_free(&a.lists[i]);
  return rc;
}
