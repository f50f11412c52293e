/* x[i, j]: elements and parts of arrays. */
#include "../builder.h"
#include "list.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One index: a constant or a range (all of lo..hi), or an expression of variables. */
struct index { int64_t lo, hi; ci_expr variable; bool range; };

static int outside(const parser *p, const struct array *a, int d, position at, int64_t value) {
  const box *s = &a->shape;
  if (!s->size[d]) return source_fail(p->source, at, "'%s' has no elements here", a->name);
  return source_fail(p->source, at, "the index %" PRId64 " is outside %" PRId64 "..%" PRId64 " of '%s'", value, s->lo[d],
                     s->lo[d] + (int64_t)(s->size[d] - 1), a->name);
}

static bool inside(const box *s, int d, int64_t value) {
  return value >= s->lo[d] && (uint64_t)value - (uint64_t)s->lo[d] < s->size[d];
}

static void whole_dimension(const box *s, int d, struct index *x) {
  *x = (struct index){.lo = s->lo[d], .hi = s->lo[d] + (int64_t)s->size[d] - 1, .variable = -1, .range = true};
}

/* `..hi` behind a lower bound. */
static int parse_upper(parser *p, const struct array *a, int d, position at, struct index *x) {
  if (x->variable >= 0) return source_fail(p->source, at, "the bounds of a part of an array are constants");
  int rc = parser_advance(p);
  if (rc < 0) return rc;
  position behind = p->token.place;
  ci_expr e = expression(p);
  rc = e < 0 ? e : constant_value(p, e, behind, "an index range's upper bound", &x->hi);
  x->range = true;
  if (rc < 0 || x->hi < x->lo) return rc;
  if (!inside(&a->shape, d, x->lo)) return outside(p, a, d, at, x->lo);
  return inside(&a->shape, d, x->hi) ? CI_OK : outside(p, a, d, behind, x->hi);
}

/* `*`, a value, or lo..hi. */
static int parse_index(parser *p, const struct array *a, int d, struct index *x) {
  if (p->token.kind == TOK_STAR) {
    whole_dimension(&a->shape, d, x);
    return parser_advance(p);
  }
  position at = p->token.place;
  ci_expr e = expression(p);
  if (e < 0) return e;
  *x = (struct index){.variable = e};
  if (builder_constant(p->scope.builder, e, &x->lo)) x->variable = -1;
  x->hi = x->lo;
  if (p->token.kind == TOK_DOTS) return parse_upper(p, a, d, at, x);
  return x->variable >= 0 || inside(&a->shape, d, x->lo) ? CI_OK : outside(p, a, d, at, x->lo);
}

/* [i, j][k]: the number of indices, or an error code. */
static int parse_indices(parser *p, const struct array *a, struct index *x) {
  int n = 0, rc = CI_OK;
  while (rc >= 0 && p->token.kind == TOK_LIST) {
    bool more = true;
    for (rc = parser_advance(p); rc >= 0 && more; n++) {
      if (n == a->shape.n)
        return source_fail(p->source, p->token.place, "'%s' has %d dimension%s only", a->name, n, n == 1 ? "" : "s");
      rc = parse_index(p, a, n, &x[n]);
      if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
    }
    if (rc >= 0) rc = parser_expect(p, TOK_UNLIST, "or ',' behind the index");
  }
  return rc < 0 ? rc : n;
}

/* ---- elements at indices of variables ---- */

/* Which dimensions have an index of variables, and where the others begin. */
struct pick {
  const struct array *array;
  const struct index *index;
  int dimension[MAX_DIMENSIONS], n;
  size_t stride[MAX_DIMENSIONS], base;
};

static void look(struct pick *k, const struct array *a, const struct index *x, const int64_t *at) {
  size_t stride = 1;
  *k = (struct pick){.array = a, .index = x};
  for (int d = a->shape.n - 1; d >= 0; d--) {
    k->stride[d] = stride;
    stride *= a->shape.size[d];
    if (x[d].variable < 0) k->base += (size_t)(at[d] - a->shape.lo[d]) * k->stride[d];
  }
  for (int d = 0; d < a->shape.n; d++)
    if (x[d].variable >= 0) k->dimension[k->n++] = d;
}

/* All elements that the variables may choose, the last dimension running fastest. */
static int collect(const struct pick *k, exprs *out) {
  size_t total = 1, at[MAX_DIMENSIONS] = {0};
  for (int i = 0; i < k->n; i++) total *= k->array->shape.size[k->dimension[i]];
  int rc = CI_OK;
  for (size_t c = 0; c < total && rc >= 0; c++) {
    size_t offset = k->base;
    for (int i = 0; i < k->n; i++) offset += at[i] * k->stride[k->dimension[i]];
    rc = exprs_add(out, k->array->items[offset]);
    for (int i = k->n - 1; i >= 0 && ++at[i] == k->array->shape.size[k->dimension[i]]; i--) at[i] = 0;
  }
  return rc;
}

static ci_expr from_zero(ci_builder *b, ci_expr e, int64_t lo) {
  return lo ? ci_apply2(b, CI_SUB, e, ci_int(b, lo)) : e;
}

static bool always_inside(const ci_builder *b, ci_expr e, const box *s, int d) {
  const struct node *node = &b->graph.nodes[e];
  if (node->op != NODE_VAR) return false;
  const struct var *v = &b->graph.vars[node->data];
  return inside(s, d, v->lo) && inside(s, d, v->hi);
}

/* The place in the list of collect(); several indices: -1 where one is outside. */
static ci_expr flat_index(ci_builder *b, const struct pick *k) {
  const box *s = &k->array->shape;
  exprs within = {0};
  ci_expr flat = -1, rc = CI_OK;
  for (int i = 0; i < k->n && rc >= 0; i++) {
    int d = k->dimension[i];
    ci_expr e = k->index[d].variable, place = from_zero(b, e, s->lo[d]);
    ci_expr above = flat < 0 ? place : ci_apply2(b, CI_MUL, flat, ci_int(b, (int64_t)s->size[d]));
    rc = flat = flat < 0 ? place : ci_apply2(b, CI_ADD, above, place);
    if (k->n == 1 || always_inside(b, e, s, d)) continue;
    if (rc >= 0) rc = exprs_add(&within, ci_apply2(b, CI_LE, ci_int(b, s->lo[d]), e));
    if (rc >= 0) rc = exprs_add(&within, ci_apply2(b, CI_LE, e, ci_int(b, s->lo[d] + (int64_t)s->size[d] - 1)));
  }
  if (rc >= 0 && within.n) {
    ci_expr args[3] = {ci_apply(b, CI_AND, within.at, within.n), flat, ci_int(b, -1)};
    rc = flat = ci_apply(b, CI_ITE, args, 3);
  }
  exprs_free(&within);
  return rc < 0 ? rc : flat;
}

/* The element at one position of the ranges. */
static ci_expr pick(parser *p, const struct array *a, const struct index *x, const int64_t *at) {
  struct pick k;
  exprs list = {0};
  look(&k, a, x, at);
  if (!k.n) return a->items[k.base];
  ci_expr rc = exprs_add(&list, flat_index(p->scope.builder, &k));
  if (rc >= 0) rc = collect(&k, &list);
  if (rc >= 0) rc = parser_work(p, list.n);
  if (rc >= 0 && list.n < 2) rc = source_fail(p->source, p->token.place, "'%s' has no elements", a->name);
  if (rc >= 0) rc = ci_apply(p->scope.builder, CI_ELEMENT, list.at, list.n);
  exprs_free(&list);
  return rc;
}

/* ---- lists ---- */

/* The shape of what the ranges leave, and the number of elements. */
static size_t part_shape(const struct array *a, const struct index *x, box *s) {
  *s = (box){0};
  for (int d = 0; d < a->shape.n; d++)
    if (x[d].range) {
      s->lo[s->n] = x[d].lo;
      s->size[s->n++] = x[d].hi < x[d].lo ? 0 : (size_t)(x[d].hi - x[d].lo) + 1;
    }
  return shape_total(s);
}

static int collect_part(parser *p, const struct array *a, const struct index *x, item_list *out) {
  int64_t at[MAX_DIMENSIONS];
  bool first = !out->items.n;
  box part;
  size_t total = part_shape(a, x, &part);
  int rc = parser_work(p, total);
  for (int d = 0; d < a->shape.n; d++) at[d] = x[d].lo;
  for (size_t c = 0; c < total && rc >= 0; c++) {
    rc = exprs_add(&out->items, pick(p, a, x, at));
    for (int d = a->shape.n - 1; d >= 0; d--) {
      if (!x[d].range) continue;
      if (at[d]++ < x[d].hi) break;
      at[d] = x[d].lo;
    }
  }
  if (first) out->shape = part;
  return rc;
}

ci_expr parse_reference(parser *p, const struct array *a) {
  struct index x[MAX_DIMENSIONS];
  int64_t at[MAX_DIMENSIONS];
  position place = p->token.place;
  item_list *out = p->list_at == place.at ? p->list : NULL;
  bool part = false;
  int n = parser_advance(p);
  if (n >= 0) n = parse_indices(p, a, x);
  if (n < 0) return n;
  for (int d = n; d < a->shape.n; d++) whole_dimension(&a->shape, d, &x[d]);
  for (int d = 0; d < a->shape.n; d++) {
    part |= x[d].range;
    at[d] = x[d].lo;
  }
  if (!part) return pick(p, a, x, at);
  if (!out) return source_fail(p->source, place, "one value is needed here, and '%s' has many: give %s of them", a->name,
                               a->shape.n == 1 ? "the index" : "every index");
  int rc = collect_part(p, a, x, out);
  return rc < 0 ? rc : EXPR_LIST;
}

/* ---- elements of arrays that are not declared in this text ---- */

static int append_index(parser *p, char *name, size_t size) {
  position at = p->token.place;
  int64_t value;
  ci_expr e = expression(p);
  int rc = e < 0 ? e : constant_value(p, e, at, "the index of a single variable's name", &value);
  size_t used = strlen(name);
  if (rc >= 0) snprintf(name + used, size - used, "[%" PRId64 "]", value);
  return rc;
}

ci_expr parse_element_name(parser *p) {
  char name[1400];
  token array = p->token;
  bool more;
  snprintf(name, sizeof name, "%.*s", (int)(array.len > 1000 ? 1000 : array.len), array.place.at);
  int rc = parser_advance(p);
  while (rc >= 0 && p->token.kind == TOK_LIST) {
    rc = parser_advance(p);
    for (more = true; rc >= 0 && more;) {
      rc = append_index(p, name, sizeof name);
      if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
    }
    if (rc >= 0) rc = parser_expect(p, TOK_UNLIST, "or ',' behind the index");
  }
  ci_expr e = rc < 0 ? rc : scope_find(&p->scope, name, strlen(name));
  if (e != SCOPE_ABSENT) return e;
  return parser_undeclared(p, &array, "the array");
}
