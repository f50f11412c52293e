/* The operations over columns.
 *
 * Numbers are far enough from the ends of int64 (tape.c sees to that) for
 * nothing to overflow; an undefined value is INT64_MIN, and what the
 * arithmetic makes of it is put right afterwards. */
#include "batch.h"

#include <string.h>

#define UNDEFINED_VALUE TAPE_UNDEFINED

typedef const int64_t *column;

static int64_t plus(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static int64_t times(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
static int64_t minus(int64_t a) { return (int64_t)(0 - (uint64_t)a); }

/* ---- the rare or long operations, entry by entry ---- */

static int64_t floor_quotient(int64_t a, int64_t b) {
  int64_t q = a / b;
  return q - (q * b != a && (a < 0) != (b < 0));
}

static int64_t floor_remainder(int64_t a, int64_t b) {
  if (((uint64_t)a | (uint64_t)b) >> 32 == 0) return (uint32_t)a % (uint32_t)b;
  int64_t r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

static int64_t divide(int32_t op, int64_t a, int64_t b) {
  if (b == 0 || a == UNDEFINED_VALUE || b == UNDEFINED_VALUE) return UNDEFINED_VALUE;
  switch (op) {
  case CI_FLOORDIV: return floor_quotient(a, b);
  case CI_MOD: return floor_remainder(a, b);
  case CI_CEILDIV: return -floor_quotient(-a, b);
  default: return a % b ? UNDEFINED_VALUE : a / b;
  }
}

static int64_t power(int64_t base, int64_t exponent) {
  if (exponent < 0 || base == UNDEFINED_VALUE) return UNDEFINED_VALUE;
  if (base == 1 || (exponent && base == 0)) return base;
  if (base == -1) return exponent & 1 ? -1 : 1;
  int64_t r = 1;
  for (int64_t i = 0; i < exponent; i++) r = times(r, base);
  return r;
}

static bool divides(int64_t a, int64_t b) {
  if (a == 0 || a == UNDEFINED_VALUE || b == UNDEFINED_VALUE) return false;
  return floor_remainder(b, a) == 0;
}

static bool listed(const struct list *list, int64_t v) {
  for (size_t i = 0; i < list->n; i++)
    if (list->values[i] == v) return v != UNDEFINED_VALUE;
  return false;
}

/* ---- operations over columns ---- */

struct operation {
  struct batch *x;
  const struct tape *t;
  const struct tape_node *node;
  const uint32_t *args;
  int64_t *out;
  size_t n;
};

static column arg(const struct operation *o, int i) { return batch_column(o->x, o->args[i]); }
static bool may_lack(const struct operation *o, int i) { return o->t->nodes[o->args[i]].undefined; }

/* Entries whose argument is undefined become `instead`. */
static void mend(const struct operation *o, int i, int64_t instead) {
  column a = arg(o, i);
  if (!may_lack(o, i)) return;
  for (size_t k = 0; k < o->n; k++)
    if (a[k] == UNDEFINED_VALUE) o->out[k] = instead;
}

static void arithmetic(const struct operation *o) {
  column a = arg(o, 0), b = o->node->n > 1 ? arg(o, 1) : a;
  int64_t *r = o->out;
  size_t n = o->n;
  switch (o->node->op) {
  case CI_ADD: for (size_t i = 0; i < n; i++) r[i] = plus(a[i], b[i]); break;
  case CI_MUL: for (size_t i = 0; i < n; i++) r[i] = times(a[i], b[i]); break;
  case CI_MIN: for (size_t i = 0; i < n; i++) r[i] = a[i] < b[i] ? a[i] : b[i]; break;
  case CI_MAX: for (size_t i = 0; i < n; i++) r[i] = a[i] > b[i] ? a[i] : b[i]; break;
  case CI_NEG: for (size_t i = 0; i < n; i++) r[i] = minus(a[i]); break;
  case CI_ABS: for (size_t i = 0; i < n; i++) r[i] = a[i] < 0 ? minus(a[i]) : a[i]; break;
  default: for (size_t i = 0; i < n; i++) r[i] = a[i] ^ b[i]; break;
  }
  for (int i = 0; i < o->node->n; i++) mend(o, i, UNDEFINED_VALUE);
}

static void division(const struct operation *o) {
  column a = arg(o, 0), b = arg(o, 1);
  for (size_t i = 0; i < o->n; i++) o->out[i] = divide(o->node->op, a[i], b[i]);
}

static void powers(const struct operation *o) {
  column a = arg(o, 0), b = arg(o, 1);
  for (size_t i = 0; i < o->n; i++) o->out[i] = power(a[i], b[i]);
}

static void comparison(const struct operation *o) {
  column a = arg(o, 0), b = arg(o, 1);
  int64_t *r = o->out;
  size_t n = o->n;
  switch (o->node->op) {
  case CI_EQ: for (size_t i = 0; i < n; i++) r[i] = a[i] == b[i]; break;
  case CI_NE: for (size_t i = 0; i < n; i++) r[i] = a[i] != b[i]; break;
  case CI_LT: for (size_t i = 0; i < n; i++) r[i] = a[i] < b[i]; break;
  default: for (size_t i = 0; i < n; i++) r[i] = a[i] <= b[i]; break;
  }
  mend(o, 0, 0);
  mend(o, 1, 0);
}

static void divisibility(const struct operation *o) {
  column a = arg(o, 0), b = arg(o, 1);
  for (size_t i = 0; i < o->n; i++) o->out[i] = divides(a[i], b[i]);
}

static void logic(const struct operation *o) {
  column a = arg(o, 0), b = o->node->n > 1 ? arg(o, 1) : a;
  int64_t *r = o->out;
  size_t n = o->n;
  switch (o->node->op) {
  case CI_AND: for (size_t i = 0; i < n; i++) r[i] = a[i] & b[i]; break;
  case CI_OR: for (size_t i = 0; i < n; i++) r[i] = a[i] | b[i]; break;
  case CI_NOT: for (size_t i = 0; i < n; i++) r[i] = !a[i]; break;
  default: for (size_t i = 0; i < n; i++) r[i] = a[i] != 0 && a[i] != UNDEFINED_VALUE; break;
  }
}

static void choice(const struct operation *o) {
  column c = arg(o, 0), a = arg(o, 1), b = arg(o, 2);
  for (size_t i = 0; i < o->n; i++) o->out[i] = c[i] ? a[i] : b[i];
}

static void element(const struct operation *o) {
  column index = arg(o, 0);
  for (size_t i = 0; i < o->n; i++) {
    bool inside = index[i] >= 0 && index[i] < o->node->n - 1;
    o->out[i] = inside ? batch_column(o->x, o->args[1 + index[i]])[i] : UNDEFINED_VALUE;
  }
}

static void membership(const struct operation *o) {
  column a = arg(o, 0);
  const struct list *list = &o->t->pool->graph->lists[o->node->data];
  for (size_t i = 0; i < o->n; i++) o->out[i] = listed(list, a[i]);
}

static bool is_row(const struct operation *o, const int64_t *row, size_t i) {
  for (int32_t k = 0; k < o->node->n; k++)
    if (arg(o, k)[i] != row[k] || (may_lack(o, k) && row[k] == UNDEFINED_VALUE)) return false;
  return true;
}

static void rows(const struct operation *o) {
  const struct list *list = &o->t->pool->graph->lists[o->node->data];
  size_t width = (size_t)o->node->n;
  for (size_t i = 0; i < o->n; i++) {
    o->out[i] = 0;
    for (size_t r = 0; r + width <= list->n && !o->out[i]; r += width) o->out[i] = is_row(o, list->values + r, i);
  }
}

/* Of one argument, that is: a truth value. */
static void different(const struct operation *o) {
  column a = arg(o, 0);
  for (size_t i = 0; i < o->n; i++) o->out[i] = a[i] != UNDEFINED_VALUE;
}

static void exactly(const struct operation *o) {
  for (size_t i = 0; i < o->n; i++) {
    for (int32_t k = 0; k < o->node->n; k++) exact_set(&o->x->exact, o->t->nodes[o->args[k]].data, arg(o, k)[i]);
    o->out[i] = exact_truth(&o->x->exact);
  }
}

/* ---- the table ---- */

static void (*const operations[TAPE_EXACT + 1])(const struct operation *o) = {
    [CI_NEG] = arithmetic,   [CI_ABS] = arithmetic,    [CI_ADD] = arithmetic,  [CI_MUL] = arithmetic,
    [CI_MIN] = arithmetic,   [CI_MAX] = arithmetic,    [CI_BITXOR] = arithmetic,
    [CI_FLOORDIV] = division, [CI_MOD] = division,     [CI_EXACTDIV] = division, [CI_CEILDIV] = division,
    [CI_POW] = powers,       [CI_ELEMENT] = element,   [CI_ITE] = choice,
    [CI_EQ] = comparison,    [CI_NE] = comparison,     [CI_LT] = comparison,   [CI_LE] = comparison,
    [CI_DIVIDES] = divisibility, [CI_NOT] = logic,     [CI_AND] = logic,       [CI_OR] = logic,
    [POOL_TRUTH] = logic,    [CI_ALLDIFFERENT] = different, [NODE_IN] = membership, [NODE_TABLE] = rows,
    [TAPE_EXACT] = exactly,
};

int batch_begin(struct batch *x, const struct tape *t) {
  if (!budget_grow(x->b, &x->columns, &x->capacity, (size_t)t->n * BATCH, sizeof *x->columns)) return CI_ENOMEM;
  for (uint32_t e = t->begin[0]; e < t->begin[1]; e++)
    for (size_t i = 0; i < BATCH; i++) batch_column(x, e)[i] = t->nodes[e].lo;
  return t->nodes[t->root].op == TAPE_EXACT ? exact_begin(&x->exact, t->pool, t->condition, t->whole) : CI_OK;
}

void batch_free(struct batch *x) {
  budget_free(x->b, x->columns, x->capacity * sizeof *x->columns);
  exact_free(&x->exact);
}

void batch_level(struct batch *x, const struct tape *t, uint32_t level, size_t n) {
  for (uint32_t e = t->begin[level + 1]; e < t->begin[level + 2]; e++) {
    if (e == t->variable[level]) continue;
    const struct tape_node *node = &t->nodes[e];
    operations[node->op](&(struct operation){x, t, node, tape_args(t, node), batch_column(x, e), n});
  }
}
