/* The meaning of each operation, one function each, in a table. */
#include "calculate.h"

#include <stdlib.h>

#include "global.h"
#include "integer.h"

static struct value number(wide v) {
  if (v >= WIDE_MAX) return (struct value){0, HUGE_UP};
  if (v <= WIDE_MIN) return (struct value){0, HUGE_DOWN};
  return (struct value){v, NUMBER};
}

static const struct value undefined = {0, UNDEFINED}, unknown = {0, UNKNOWN};

static struct value truth(bool b) { return (struct value){b, NUMBER}; }

/* Bounds of a value as an interval with saturated ends. */
static wide low(struct value v) {
  return v.kind == NUMBER ? v.number : v.kind == HUGE_UP ? WIDE_MAX : WIDE_MIN;
}
static wide high(struct value v) {
  return v.kind == NUMBER ? v.number : v.kind == HUGE_DOWN ? WIDE_MIN : WIDE_MAX;
}
static bool huge(struct value v) { return v.kind >= HUGE_UP; }

/* UNDEFINED if one is; then UNKNOWN if one is; then HUGE_UP if one is huge; else NUMBER. */
static enum kind worst(const struct value *a, size_t n) {
  enum kind kind = NUMBER;
  for (size_t i = 0; i < n; i++) {
    if (a[i].kind == UNDEFINED) return UNDEFINED;
    if (a[i].kind == UNKNOWN) kind = UNKNOWN;
    else if (huge(a[i]) && kind == NUMBER) kind = HUGE_UP;
  }
  return kind;
}

static int sign(struct value v) {
  if (v.kind == NUMBER) return (v.number > 0) - (v.number < 0);
  return v.kind == HUGE_UP ? 1 : -1;
}

static struct value huge_of(int s) { return (struct value){0, s > 0 ? HUGE_UP : HUGE_DOWN}; }

/* ---- integers: no argument is UNDEFINED or UNKNOWN, unless said otherwise ---- */

static struct value negate(const struct value *a, size_t n) {
  (void)n;
  return huge(a[0]) ? huge_of(-sign(a[0])) : number(-a[0].number);
}

static struct value absolute(const struct value *a, size_t n) {
  return sign(a[0]) < 0 ? negate(a, n) : a[0];
}

/* A sum with huge members is huge when all of them agree and the rest cannot
 * bring it back; that much is not worth working out: it is unknown unless the
 * rest has the same sign. */
static struct value sum_huge(const struct value *a, size_t n) {
  int s = 0;
  for (size_t i = 0; i < n; i++) {
    int one = sign(a[i]);
    if (one != 0 && s != 0 && one != s) return unknown;
    if (one != 0) s = one;
  }
  return huge_of(s);
}

/* Positive and negative members apart: the sum is exact whenever it fits. */
static struct value sum(const struct value *a, size_t n) {
  if (worst(a, n) != NUMBER) return sum_huge(a, n);
  wide up = 0, down = 0;
  for (size_t i = 0; i < n; i++) {
    if (a[i].number > 0) up = wide_add(up, a[i].number);
    else down = wide_add(down, a[i].number);
  }
  if (wide_saturated(up) && wide_saturated(down)) return unknown;
  if (wide_saturated(up) || wide_saturated(down)) return down == 0 || up == 0 ? huge_of(down == 0 ? 1 : -1) : unknown;
  return number(up + down);
}

static struct value difference(const struct value *a, size_t n) {
  (void)n;
  struct value both[2] = {a[0], negate(a + 1, 1)};
  return sum(both, 2);
}

static struct value product(const struct value *a, size_t n) {
  int s = 1;
  wide r = 1;
  for (size_t i = 0; i < n; i++) s *= sign(a[i]);
  if (s == 0) return number(0);
  for (size_t i = 0; i < n; i++)
    if (huge(a[i]) || !exact_mul(r, a[i].number, &r)) return huge_of(s);
  return number(r);
}

static struct value floordiv(const struct value *a, size_t n) {
  (void)n;
  if (sign(a[1]) == 0) return undefined;
  if (!huge(a[0]) && !huge(a[1])) return number(wide_floordiv(a[0].number, a[1].number));
  return unknown;
}

static struct value modulo(const struct value *a, size_t n) {
  (void)n;
  if (sign(a[1]) == 0) return undefined;
  if (!huge(a[1]) && (a[1].number == 1 || a[1].number == -1)) return number(0);
  if (!huge(a[0]) && !huge(a[1])) return number(wide_floormod(a[0].number, a[1].number));
  return unknown;
}

static struct value exactdiv(const struct value *a, size_t n) {
  (void)n;
  if (sign(a[1]) == 0) return undefined;
  if (huge(a[0]) || huge(a[1])) return unknown;
  return a[0].number % a[1].number == 0 ? number(a[0].number / a[1].number) : undefined;
}

static struct value ceildiv(const struct value *a, size_t n) {
  (void)n;
  if (sign(a[1]) == 0) return undefined;
  if (!huge(a[0]) && !huge(a[1])) return number(wide_ceildiv(a[0].number, a[1].number));
  return unknown;
}

static struct value power(const struct value *a, size_t n) {
  (void)n;
  if (sign(a[1]) < 0) return undefined;
  if (a[0].kind == NUMBER && (a[0].number == 0 || a[0].number == 1)) return number(sign(a[1]) ? a[0].number : 1);
  if (huge(a[1])) return a[0].kind == HUGE_UP || a[0].number > 1 ? huge_of(1) : unknown;
  bool odd = a[1].number & 1;
  wide r = 1;
  if (a[1].number == 0) return number(1);
  if (!huge(a[0]) && exact_pow(a[0].number, a[1].number, &r)) return number(r);
  return huge_of(sign(a[0]) < 0 && odd ? -1 : 1);
}

static struct value bitxor(const struct value *a, size_t n) {
  return worst(a, n) == NUMBER ? number(a[0].number ^ a[1].number) : unknown;
}

/* UNKNOWN arguments are welcome in the next ones. */

static struct value extreme(const struct value *a, size_t n, bool greatest) {
  wide lo = low(a[0]), hi = high(a[0]);
  for (size_t i = 1; i < n; i++) {
    wide l = low(a[i]), h = high(a[i]);
    if (greatest ? l > lo : l < lo) lo = l;
    if (greatest ? h > hi : h < hi) hi = h;
  }
  if (lo == hi) return number(lo);
  return unknown;
}

static struct value minimum(const struct value *a, size_t n) { return extreme(a, n, false); }
static struct value maximum(const struct value *a, size_t n) { return extreme(a, n, true); }

static struct value element(const struct value *a, size_t n) {
  if (a[0].kind == UNDEFINED || a[0].kind == UNKNOWN) return a[0];
  if (huge(a[0]) || a[0].number < 0 || a[0].number >= (wide)n - 1) return undefined;
  return a[1 + (size_t)a[0].number];
}

/* ---- truth values ---- */

/* An integer as a truth value; UNKNOWN if that depends on what is not known. */
static struct value as_truth(struct value v) {
  if (v.kind == UNDEFINED) return truth(false);
  if (v.kind == UNKNOWN) return unknown;
  return truth(sign(v) != 0);
}

static struct value choice(const struct value *a, size_t n) {
  (void)n;
  struct value c = as_truth(a[0]);
  if (c.kind == NUMBER) return c.number ? a[1] : a[2];
  bool same = a[1].kind == NUMBER && a[2].kind == NUMBER && a[1].number == a[2].number;
  return same ? a[1] : unknown;
}

/* Is a <= b (a < b)?  Decided by the ends where they suffice. */
static struct value compare(struct value a, struct value b, bool strict) {
  if (a.kind == UNDEFINED || b.kind == UNDEFINED) return truth(false);
  if (a.kind == NUMBER && b.kind == NUMBER) return truth(strict ? a.number < b.number : a.number <= b.number);
  if (a.kind != b.kind && (b.kind == HUGE_UP || a.kind == HUGE_DOWN) && a.kind != UNKNOWN && b.kind != UNKNOWN)
    return truth(true);
  if (a.kind != b.kind && a.kind != UNKNOWN && b.kind != UNKNOWN) return truth(false);
  return unknown;
}

static struct value equal(struct value a, struct value b) {
  if (a.kind == UNDEFINED || b.kind == UNDEFINED) return truth(false);
  if (a.kind == UNKNOWN || b.kind == UNKNOWN) return unknown;
  if (a.kind != b.kind) return truth(false);
  return a.kind == NUMBER ? truth(a.number == b.number) : unknown;
}

static struct value not(struct value v) {
  struct value t = as_truth(v);
  return t.kind == NUMBER ? truth(!t.number) : t;
}

static struct value eq(const struct value *a, size_t n) { (void)n; return equal(a[0], a[1]); }
static struct value ne(const struct value *a, size_t n) {
  return worst(a, n) == UNDEFINED ? truth(false) : not(equal(a[0], a[1]));
}
static struct value lt(const struct value *a, size_t n) { (void)n; return compare(a[0], a[1], true); }
static struct value le(const struct value *a, size_t n) { (void)n; return compare(a[0], a[1], false); }
static struct value gt(const struct value *a, size_t n) { (void)n; return compare(a[1], a[0], true); }
static struct value ge(const struct value *a, size_t n) { (void)n; return compare(a[1], a[0], false); }

static struct value divides(const struct value *a, size_t n) {
  enum kind kind = worst(a, n);
  if (kind == UNDEFINED) return truth(false);
  if (a[0].kind == NUMBER && a[0].number == 0) return truth(false);
  if (a[0].kind == NUMBER && (a[0].number == 1 || a[0].number == -1)) return truth(true);
  if (a[1].kind == NUMBER && a[1].number == 0 && a[0].kind != UNKNOWN) return truth(true);
  if (kind != NUMBER) return unknown;
  return truth(a[1].number % a[0].number == 0);
}

static struct value negation(const struct value *a, size_t n) { (void)n; return not(a[0]); }

/* Some truth value equal to `wanted` decides; an unknown one leaves it open. */
static struct value search(const struct value *a, size_t n, bool wanted) {
  bool open = false;
  for (size_t i = 0; i < n; i++) {
    struct value t = as_truth(a[i]);
    if (t.kind == UNKNOWN) open = true;
    else if ((t.number != 0) == wanted) return truth(wanted);
  }
  return open ? unknown : truth(!wanted);
}

static struct value and(const struct value *a, size_t n) { return search(a, n, false); }
static struct value or(const struct value *a, size_t n) { return search(a, n, true); }

static struct value xor(const struct value *a, size_t n) {
  (void)n;
  struct value x = as_truth(a[0]), y = as_truth(a[1]);
  return x.kind == UNKNOWN || y.kind == UNKNOWN ? unknown : truth(x.number != y.number);
}

static struct value iff(const struct value *a, size_t n) { return not(xor(a, n)); }

static struct value implies(const struct value *a, size_t n) {
  (void)n;
  struct value both[2] = {not(a[0]), a[1]};
  return or(both, 2);
}

static struct value alldifferent(const struct value *a, size_t n) {
  bool open = false;
  if (worst(a, n) == UNDEFINED) return truth(false);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < i; j++) {
      struct value same = equal(a[i], a[j]);
      if (same.kind == UNKNOWN) open = true;
      else if (same.number) return truth(false);
    }
  }
  return open ? unknown : truth(true);
}

/* ---- the table ---- */

struct meaning {
  struct value (*apply)(const struct value *a, size_t n);
  bool strict; /* undefined or unknown when an argument is */
};

static const struct meaning meanings[CI_OP_COUNT] = {
    [CI_NEG] = {negate, true},        [CI_ABS] = {absolute, true},
    [CI_ADD] = {sum, true},           [CI_SUB] = {difference, true},
    [CI_MUL] = {product, true},       [CI_FLOORDIV] = {floordiv, true},
    [CI_MOD] = {modulo, true},        [CI_EXACTDIV] = {exactdiv, true},
    [CI_CEILDIV] = {ceildiv, true},   [CI_POW] = {power, true},
    [CI_BITXOR] = {bitxor, true},     [CI_MIN] = {minimum, false},
    [CI_MAX] = {maximum, false},      [CI_ELEMENT] = {element, false},
    [CI_ITE] = {choice, false},       [CI_EQ] = {eq, false},
    [CI_NE] = {ne, false},            [CI_LT] = {lt, false},
    [CI_LE] = {le, false},            [CI_GT] = {gt, false},
    [CI_GE] = {ge, false},            [CI_DIVIDES] = {divides, false},
    [CI_NOT] = {negation, false},     [CI_AND] = {and, false},
    [CI_OR] = {or, false},            [CI_XOR] = {xor, false},
    [CI_IMPLIES] = {implies, false},  [CI_IFF] = {iff, false},
    [CI_ALLDIFFERENT] = {alldifferent, false},
};

struct value calculate(int32_t op, const struct value *args, size_t n) {
  const struct meaning *m = &meanings[op];
  enum kind kind = m->strict || op == CI_MIN || op == CI_MAX ? worst(args, n) : NUMBER;
  if (kind == UNDEFINED) return undefined;
  if (m->strict && kind == UNKNOWN) return unknown;
  return m->apply(args, n);
}

static struct value is_in(const struct list *list, const struct value *args) {
  if (args->kind == UNKNOWN) return unknown;
  bool found = false;
  for (size_t i = 0; i < list->n && args->kind == NUMBER; i++) found = found || list->values[i] == args->number;
  return truth(found);
}

static struct value is_row(const struct list *list, const struct value *args, size_t n) {
  bool open = false;
  if (worst(args, n) == UNDEFINED) return truth(false);
  for (size_t r = 0; r + n <= list->n; r += n) {
    bool equal_row = true, maybe = true;
    for (size_t i = 0; i < n; i++) {
      bool is = args[i].kind == NUMBER && args[i].number == list->values[r + i];
      equal_row = equal_row && is;
      maybe = maybe && (is || args[i].kind == UNKNOWN);
    }
    if (equal_row) return truth(true);
    open = open || maybe;
  }
  return open ? unknown : truth(false);
}

/* The numbers of the arguments as the constraint's own. */
static struct value is_global(const struct list *list, const struct value *args, size_t n) {
  enum kind kind = worst(args, n);
  wide small[16], *v = small;
  if (kind != NUMBER) return kind == UNDEFINED ? truth(false) : unknown;
  if (n > 16 && !(v = malloc(n * sizeof *v))) return unknown;
  for (size_t i = 0; i < n; i++) v[i] = args[i].number;
  bool holds = global_of(list->values[0])->holds(list->values + 1, v, n);
  if (v != small) free(v);
  return truth(holds);
}

struct value calculate_node(const struct graph *g, const struct node *node, const struct value *args) {
  switch (node->op) {
  case NODE_INT: return number(g->ints[node->data]);
  case NODE_IN: return is_in(&g->lists[node->data], args);
  case NODE_TABLE: return is_row(&g->lists[node->data], args, (size_t)node->n);
  case NODE_GLOBAL: return is_global(&g->lists[node->data], args, (size_t)node->n);
  default: return calculate(node->op, args, (size_t)node->n);
  }
}
