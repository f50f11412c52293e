/* Python's list expressions without parameters, evaluated: ranges,
 * comprehensions, sums of lists, exact arithmetic. */
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "t1.h"

enum { MAX_STEPS = 1 << 21, MAX_POWER = 64, DEEPEST = 1000 };

/* A list's elements: places in the evaluation's stack of values. */
struct constant { bool is_list; struct t1_value value; size_t first, n; };

/* A comprehension's name; the innermost first. */
struct binding { const char *name; size_t len; const struct constant *value; const struct binding *outer; };

struct evaluation {
  const parser *parser;
  const struct py_tree *tree;
  struct { struct constant *at; size_t n, room; } pool; /* the elements of all lists */
  size_t steps;
  int depth;
  const struct binding *names;
};

static int evaluate(struct evaluation *e, int32_t node, struct constant *out);

static const struct py_node *node_at(const struct evaluation *e, int32_t node) { return &e->tree->nodes[node]; }
static int32_t kid(const struct evaluation *e, const struct py_node *n, size_t i) { return e->tree->kids[n->first + i].node; }

static int refuse(const struct evaluation *e, const struct py_node *n, const char *why) {
  return source_fail(e->parser->source, n->at, "%s", why);
}

static const char takes_too_long[] = "the list takes too long to make; write its values out";

static bool too_long(struct evaluation *e) { return e->steps++ > MAX_STEPS; }

static int too_large(const struct evaluation *e, const struct py_node *n) {
  return refuse(e, n, "the number does not fit 64 bits");
}

/* ---- Lists ---- */

static int push(struct evaluation *e, const struct py_node *n, const struct constant *c) {
  if (too_long(e)) return refuse(e, n, takes_too_long);
  if (e->pool.n == e->pool.room) {
    size_t room = e->pool.room ? 2 * e->pool.room : 64;
    struct constant *bigger = realloc(e->pool.at, room * sizeof *bigger);
    if (!bigger) return ci_fail(CI_ENOMEM, "out of memory while reading values");
    e->pool.at = bigger;
    e->pool.room = room;
  }
  e->pool.at[e->pool.n++] = *c;
  return CI_OK;
}

static struct constant integer(int64_t v) { return (struct constant){.value = {.kind = T1_INT, .num = v, .den = 1}}; }

static int evaluate_list(struct evaluation *e, int32_t node, struct constant *out) {
  int rc = evaluate(e, node, out);
  return rc >= 0 && !out->is_list ? refuse(e, node_at(e, node), "a list is needed here") : rc;
}

/* Copies the elements of each of these lists behind each other. */
static int join(struct evaluation *e, const struct py_node *n, const struct constant *lists, size_t many, struct constant *out) {
  struct constant r = {.is_list = true, .first = e->pool.n};
  for (size_t k = 0; k < many; k++)
    for (size_t i = 0; i < lists[k].n; i++) {
      struct constant c = e->pool.at[lists[k].first + i];
      int rc = push(e, n, &c);
      if (rc < 0) return rc;
    }
  r.n = e->pool.n - r.first;
  *out = r;
  return CI_OK;
}

/* The kids' values; those of inner lists come before them in the pool. */
static int make_list(struct evaluation *e, const struct py_node *n, struct constant *out) {
  struct constant *items = malloc((n->n + 1) * sizeof *items);
  int rc = items ? CI_OK : ci_fail(CI_ENOMEM, "out of memory while reading values");
  for (size_t i = 0; rc >= 0 && i < n->n; i++) rc = evaluate(e, kid(e, n, i), &items[i]);
  struct constant r = {.is_list = true, .first = e->pool.n, .n = n->n};
  for (size_t i = 0; rc >= 0 && i < n->n; i++) rc = push(e, n, &items[i]);
  free(items);
  *out = r;
  return rc;
}

/* range(hi), range(lo, hi), range(lo, hi, step) */
static int make_range(struct evaluation *e, const struct py_node *n, struct constant *out) {
  int64_t a[3];
  if (n->n < 1 || n->n > 3) return refuse(e, n, "range() takes one to three whole numbers");
  for (size_t i = 0; i < n->n; i++) {
    struct constant c;
    int rc = evaluate(e, kid(e, n, i), &c);
    if (rc < 0) return rc;
    if (c.is_list || c.value.kind != T1_INT) return refuse(e, n, "range() takes one to three whole numbers");
    a[i] = c.value.num;
  }
  int64_t lo = n->n > 1 ? a[0] : 0, hi = n->n > 1 ? a[1] : a[0], step = n->n > 2 ? a[2] : 1;
  if (!step) return refuse(e, n, "a range's step is not 0");
  *out = (struct constant){.is_list = true, .first = e->pool.n};
  for (__int128 v = lo; step > 0 ? v < hi : v > hi; v += step, out->n++) {
    struct constant c = integer((int64_t)v);
    int rc = push(e, n, &c);
    if (rc < 0) return rc;
  }
  return CI_OK;
}

/* ---- Comprehensions ---- */

struct gathered { struct constant *at; size_t n, room; };

static int gather(struct evaluation *e, const struct py_node *n, struct gathered *list, const struct constant *c) {
  if (too_long(e)) return refuse(e, n, takes_too_long);
  if (list->n == list->room) {
    size_t room = list->room ? 2 * list->room : 16;
    struct constant *bigger = realloc(list->at, room * sizeof *bigger);
    if (!bigger) return ci_fail(CI_ENOMEM, "out of memory while reading values");
    list->at = bigger;
    list->room = room;
  }
  list->at[list->n++] = *c;
  return CI_OK;
}

static bool truth(const struct constant *c) {
  if (c->is_list) return c->n != 0;
  return c->value.kind == T1_STRING ? c->value.len != 0 : c->value.num != 0;
}

static int run_for(struct evaluation *e, const struct py_node *n, struct gathered *list);

/* What the loop gives for the name's present value. */
static int run_body(struct evaluation *e, const struct py_node *n, struct gathered *list) {
  struct constant c;
  for (size_t i = 1; i + 1 < n->n; i++) {
    int rc = evaluate(e, kid(e, n, i), &c);
    if (rc < 0 || !truth(&c)) return rc;
  }
  int32_t last = kid(e, n, n->n - 1);
  if (node_at(e, last)->kind == PY_FOR) return run_for(e, node_at(e, last), list);
  int rc = evaluate(e, last, &c);
  return rc < 0 ? rc : gather(e, n, list, &c);
}

static int run_for(struct evaluation *e, const struct py_node *n, struct gathered *list) {
  struct constant over, present;
  int rc = evaluate_list(e, kid(e, n, 0), &over);
  struct binding name = {n->text, n->len, &present, e->names};
  e->names = &name;
  for (size_t i = 0; rc >= 0 && i < over.n; i++) {
    present = e->pool.at[over.first + i];
    rc = too_long(e) ? refuse(e, n, takes_too_long) : run_body(e, n, list);
  }
  e->names = name.outer;
  return rc;
}

static int make_each(struct evaluation *e, const struct py_node *n, struct constant *out) {
  struct gathered list = {0};
  int rc = run_for(e, node_at(e, kid(e, n, 0)), &list);
  *out = (struct constant){.is_list = true, .first = e->pool.n, .n = list.n};
  for (size_t i = 0; rc >= 0 && i < list.n; i++) rc = push(e, n, &list.at[i]);
  free(list.at);
  return rc;
}

/* ---- Numbers ---- */

/* num / den in lowest terms, den > 0; false: it does not fit. */
static bool set_number(struct t1_value *v, __int128 num, __int128 den, bool is_float) {
  if (den < 0) num = -num, den = -den;
  __int128 a = num < 0 ? -num : num, b = den;
  while (b) {
    __int128 r = a % b;
    a = b;
    b = r;
  }
  num /= a;
  den /= a;
  *v = (struct t1_value){.kind = is_float ? T1_FLOAT : T1_INT, .num = (int64_t)num, .den = (int64_t)den};
  return num == v->num && den == v->den;
}

static __int128 floor_of(__int128 num, __int128 den) {
  if (den < 0) num = -num, den = -den;
  return num / den - (num % den < 0);
}

static bool power(struct t1_value x, int64_t n, bool is_float, struct t1_value *out) {
  struct t1_value r = {.kind = T1_INT, .num = 1, .den = 1};
  if (n < -MAX_POWER || n > MAX_POWER) n = n < 0 ? -MAX_POWER - n % 2 : MAX_POWER + n % 2; /* as far from fitting */
  if (n < 0) {
    if (!set_number(&x, x.den, x.num, true)) return false;
    n = -n;
    is_float = true;
  }
  bool fits = true;
  for (; n > 0 && fits; n--) fits = set_number(&r, (__int128)r.num * x.num, (__int128)r.den * x.den, is_float);
  r.kind = is_float ? T1_FLOAT : T1_INT;
  *out = r;
  return fits;
}

static int shift(struct evaluation *e, const struct py_node *n, int64_t x, int64_t by, struct t1_value *out) {
  if (by < 0) return refuse(e, n, "a negative shift");
  if (n->kind == PY_SHR) return set_number(out, x >> (by > 63 ? 63 : by), 1, false), CI_OK;
  if (x && by > 62) return too_large(e, n);
  return set_number(out, (__int128)x * ((__int128)1 << (x ? by : 0)), 1, false) ? CI_OK : too_large(e, n);
}

static int on_bits(struct evaluation *e, const struct py_node *n, const struct t1_value *x, const struct t1_value *y,
                   struct t1_value *out) {
  int64_t a = x->num, b = y->num;
  if (x->kind == T1_FLOAT || y->kind == T1_FLOAT) return refuse(e, n, "bit operations need whole numbers");
  if (n->kind == PY_SHL || n->kind == PY_SHR) return shift(e, n, a, b, out);
  set_number(out, n->kind == PY_BITAND ? a & b : n->kind == PY_BITOR ? a | b : a ^ b, 1, false);
  return CI_OK;
}

static int calculate(struct evaluation *e, const struct py_node *n, const struct t1_value *x, const struct t1_value *y,
                     struct t1_value *out) {
  __int128 a = (__int128)x->num * y->den, b = (__int128)y->num * x->den, den = (__int128)x->den * y->den, q;
  bool is_float = x->kind == T1_FLOAT || y->kind == T1_FLOAT, fits;
  if ((n->kind == PY_DIV || n->kind == PY_FLOORDIV || n->kind == PY_MOD) && !b) return refuse(e, n, "a division by 0");
  switch (n->kind) {
    case PY_ADD: case PY_SUB:
      if (n->kind == PY_SUB) b = -b;
      fits = !__builtin_add_overflow(a, b, &q) && set_number(out, q, den, is_float);
      break;
    case PY_MUL: fits = set_number(out, (__int128)x->num * y->num, den, is_float); break;
    case PY_DIV: fits = set_number(out, a, b, true); break;
    case PY_FLOORDIV: fits = set_number(out, floor_of(a, b), 1, is_float); break;
    case PY_MOD: fits = set_number(out, a - floor_of(a, b) * b, den, is_float); break;
    case PY_POW:
      if (y->den != 1) return refuse(e, n, "an exponent must be a whole number");
      if (!x->num && y->num < 0) return refuse(e, n, "a division by 0");
      fits = power(*x, y->num, is_float, out);
      break;
    default: return on_bits(e, n, x, y, out);
  }
  return fits ? CI_OK : too_large(e, n);
}

/* [a] * 3 */
static int repeat(struct evaluation *e, const struct py_node *n, const struct constant *list, const struct constant *times,
                  struct constant *out) {
  struct constant none = {.is_list = true, .first = list->first};
  int rc = CI_OK;
  if (times->is_list || times->value.kind != T1_INT) return refuse(e, n, "a list can be repeated a whole number of times");
  *out = none;
  for (int64_t i = 0; rc >= 0 && i < times->value.num && list->n; i++) {
    struct constant both[2] = {*out, *list};
    rc = join(e, n, both, 2, out);
  }
  return rc;
}

static int binary(struct evaluation *e, const struct py_node *n, struct constant *out) {
  struct constant x, y;
  int rc = evaluate(e, kid(e, n, 0), &x);
  if (rc >= 0) rc = evaluate(e, kid(e, n, 1), &y);
  if (rc < 0) return rc;
  if (x.is_list && y.is_list && n->kind == PY_ADD) return join(e, n, (struct constant[]){x, y}, 2, out);
  if ((x.is_list || y.is_list) && n->kind == PY_MUL) return repeat(e, n, x.is_list ? &x : &y, x.is_list ? &y : &x, out);
  if (x.is_list || y.is_list || x.value.kind == T1_STRING || y.value.kind == T1_STRING)
    return refuse(e, n, "this operation needs numbers");
  out->is_list = false;
  return calculate(e, n, &x.value, &y.value, &out->value);
}

static int unary(struct evaluation *e, const struct py_node *n, struct constant *out) {
  int rc = evaluate(e, kid(e, n, 0), out);
  if (rc < 0) return rc;
  struct t1_value *v = &out->value;
  if (out->is_list || v->kind == T1_STRING) return refuse(e, n, "this operation needs a number");
  if (n->kind == PY_INVERT && v->kind == T1_FLOAT) return refuse(e, n, "bit operations need whole numbers");
  __int128 num = n->kind == PY_PLUS ? v->num : n->kind == PY_NEG ? -(__int128)v->num : -(__int128)v->num - 1;
  return set_number(v, num, v->den, v->kind == T1_FLOAT) ? CI_OK : too_large(e, n);
}

/* ---- Truth values ---- */

static struct constant truth_value(bool v) { return (struct constant){.value = {.kind = T1_BOOL, .num = v, .den = 1}}; }

static bool contains(const struct evaluation *e, const struct constant *list, const struct constant *x) {
  for (size_t i = 0; i < list->n; i++) {
    const struct constant *c = &e->pool.at[list->first + i];
    if (!c->is_list && t1_same_value(&c->value, &x->value)) return true;
  }
  return false;
}

static int compare(const struct evaluation *e, const struct py_node *n, enum py_relation r, const struct constant *x,
                   const struct constant *y, bool *holds) {
  const char *why = "only numbers can be compared in a list of values";
  if ((r == PY_IN || r == PY_NOT_IN) && y->is_list && !x->is_list) return *holds = contains(e, y, x) == (r == PY_IN), CI_OK;
  if (x->is_list || y->is_list || r == PY_IN || r == PY_NOT_IN) return refuse(e, n, why);
  if (r == PY_EQ || r == PY_NE) return *holds = t1_same_value(&x->value, &y->value) == (r == PY_EQ), CI_OK;
  if (x->value.kind == T1_STRING || y->value.kind == T1_STRING) return refuse(e, n, why);
  __int128 a = (__int128)x->value.num * y->value.den, b = (__int128)y->value.num * x->value.den;
  *holds = r == PY_LT ? a < b : r == PY_LE ? a <= b : r == PY_GT ? a > b : a >= b;
  return CI_OK;
}

static int comparison(struct evaluation *e, const struct py_node *n, struct constant *out) {
  struct constant x, y;
  bool holds = true;
  int rc = evaluate(e, kid(e, n, 0), &x);
  for (size_t i = 1; rc >= 0 && holds && i < n->n; i++, x = y) {
    rc = evaluate(e, kid(e, n, i), &y);
    if (rc >= 0) rc = compare(e, n, e->tree->kids[n->first + i].relation, &x, &y, &holds);
  }
  *out = truth_value(holds);
  return rc;
}

static int logic(struct evaluation *e, const struct py_node *n, struct constant *out) {
  int rc = CI_OK;
  for (size_t i = 0; rc >= 0 && i < n->n; i++) {
    rc = evaluate(e, kid(e, n, i), out);
    if (rc >= 0 && truth(out) == (n->kind == PY_OR)) break;
  }
  return rc;
}

/* ---- The rest ---- */

static int name(struct evaluation *e, const struct py_node *n, struct constant *out) {
  for (const struct binding *b = e->names; b; b = b->outer)
    if (b->len == n->len && !memcmp(b->name, n->text, n->len)) return *out = *b->value, CI_OK;
  return refuse(e, n, "this name is not known in a list of values");
}

static bool calls(const struct py_node *n, const char *function) {
  return n->len == strlen(function) && !memcmp(n->text, function, n->len);
}

static int call(struct evaluation *e, const struct py_node *n, struct constant *out) {
  if (calls(n, "range")) return make_range(e, n, out);
  if ((calls(n, "list") || calls(n, "tuple")) && n->n == 1) return evaluate_list(e, kid(e, n, 0), out);
  if (calls(n, "int") && n->n == 1) {
    int rc = evaluate(e, kid(e, n, 0), out);
    if (rc >= 0 && (out->is_list || out->value.kind == T1_STRING)) return refuse(e, n, "int() takes a number");
    if (rc >= 0) *out = integer(out->value.num / out->value.den);
    return rc;
  }
  return refuse(e, n, "this function is not known in a list of values (range, list, tuple and int are)");
}

static int value_of(struct evaluation *e, const struct py_node *n, struct constant *out) {
  struct t1_value *v = &out->value;
  *out = (struct constant){0};
  switch (n->kind) {
    case PY_NUMBER:
      *v = (struct t1_value){n->is_float ? T1_FLOAT : T1_INT, (uint32_t)n->len, n->text, n->num, n->den};
      return CI_OK;
    case PY_BOOL: *out = truth_value(n->num); return CI_OK;
    case PY_STRING: *v = (struct t1_value){T1_STRING, (uint32_t)n->len, n->text, 0, 1}; return CI_OK;
    case PY_NAME: return name(e, n, out);
    case PY_LIST: return make_list(e, n, out);
    case PY_EACH: return make_each(e, n, out);
    case PY_NEG: case PY_PLUS: case PY_INVERT: return unary(e, n, out);
    case PY_AND: case PY_OR: return logic(e, n, out);
    case PY_COMPARE: return comparison(e, n, out);
    case PY_CALL: return call(e, n, out);
    case PY_NOT: case PY_TERNARY: {
      int rc = evaluate(e, kid(e, n, 0), out);
      if (rc < 0) return rc;
      bool holds = truth(out);
      if (n->kind == PY_TERNARY) return evaluate(e, kid(e, n, holds ? 1 : 2), out);
      *out = truth_value(!holds);
      return CI_OK;
    }
    default: return binary(e, n, out);
  }
}

static int evaluate(struct evaluation *e, int32_t node, struct constant *out) {
  const struct py_node *n = node_at(e, node);
  if (too_long(e)) return refuse(e, n, takes_too_long);
  if (e->depth++ > DEEPEST) return refuse(e, n, "the list is nested too deep");
  int rc = value_of(e, n, out);
  e->depth--;
  return rc;
}

int t1_evaluate(const parser *p, const struct py_tree *tree, int32_t root, struct t1_values *out) {
  struct evaluation e = {.parser = p, .tree = tree};
  struct constant list;
  int rc = evaluate(&e, root, &list);
  const struct py_node *n = node_at(&e, root);
  if (rc >= 0 && !list.is_list) rc = refuse(&e, n, "a list of values is needed here");
  for (size_t i = 0; rc >= 0 && i < list.n; i++) {
    const struct constant *c = &e.pool.at[list.first + i];
    rc = c->is_list ? refuse(&e, n, "a value is a number, a string or a truth value, not a list") : t1_add_value(out, c->value);
  }
  free(e.pool.at);
  return rc;
}
