/* The oracle: a tree's value under one assignment, by plain recursion.
 *
 * native and flashrnn: the innermost truth value that holds an undefined
 * number is false.  T1: an exception makes the whole condition false, and what
 * Python does not evaluate cannot raise one. */
#include "model_tree.h"

typedef __int128 big;

/* n / d, d > 0; not ok: undefined, or an exception on its way. */
struct num { big n, d; bool ok; };

struct run {
  const struct model *m;
  const int *choice;
  enum mutation mutation;
  bool too_large;
};

static struct num number(struct run *r, int node);
static struct num truth(struct run *r, int node); /* 0 or 1; never undefined but in T1 */

static const struct num undefined = {0, 1, false};

static big magnitude(big a) { return a < 0 ? -a : a; }
static big common(big a, big b) { return b ? common(b, a % b) : magnitude(a); }

static struct num make(struct run *r, big n, big d) {
  if (d < 0) n = -n, d = -d;
  big g = common(n, d);
  struct num x = {g ? n / g : n, g ? d / g : d, true};
  if (magnitude(x.n) > (big)1 << 62 || x.d > (big)1 << 62) {
    r->too_large = true;
    return (struct num){1, 1, true};
  }
  return x;
}

static big down(big a, big b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

static int compare(struct num a, struct num b) {
  big x = a.n * b.d, y = b.n * a.d;
  return (x > y) - (x < y);
}

static struct num quotient(struct run *r, struct num a, struct num b) {
  if (!b.n) return undefined;
  big q = r->mutation == TRUNCATED_DIVISION ? a.n * b.d / (a.d * b.n) : down(a.n * b.d, a.d * b.n);
  return make(r, q, 1);
}

static struct num remainder_of(struct run *r, struct num a, struct num b) {
  if (!b.n) return undefined;
  big q = r->mutation == DIVIDEND_SIGN ? a.n * b.d / (a.d * b.n) : down(a.n * b.d, a.d * b.n);
  return make(r, a.n * b.d - q * b.n * a.d, a.d * b.d);
}

static struct num divided(struct run *r, struct num a, struct num b) {
  if (!b.n || (r->m->dialect == NATIVE && a.n % b.n)) return undefined;
  return make(r, a.n * b.d, a.d * b.n);
}

static struct num raised(struct run *r, struct num a, struct num b) {
  struct num x = {1, 1, true};
  if (b.n < 0 && (r->m->dialect != T1 || !a.n)) return undefined;
  for (big i = 0; i < magnitude(b.n) && !r->too_large; i++) x = make(r, x.n * a.n, x.d * a.d);
  return b.n < 0 ? make(r, x.d, x.n) : x;
}

static struct num two(struct run *r, enum kind kind, struct num a, struct num b) {
  switch (kind) {
    case K_ADD: return make(r, a.n * b.d + b.n * a.d, a.d * b.d);
    case K_SUB: return make(r, a.n * b.d - b.n * a.d, a.d * b.d);
    case K_MUL: return make(r, a.n * b.n, a.d * b.d);
    case K_FLOORDIV: return quotient(r, a, b);
    case K_MOD: return remainder_of(r, a, b);
    case K_DIV: return divided(r, a, b);
    case K_CEILDIV: return b.n ? make(r, -down(-a.n, b.n), 1) : undefined;
    case K_POW: return raised(r, a, b);
    case K_BITXOR: return make(r, a.n ^ b.n, 1);
    case K_BITAND: return make(r, a.n & b.n, 1);
    case K_BITOR: return make(r, a.n | b.n, 1);
    case K_SHL: return b.n < 0 ? undefined : make(r, a.n * ((big)1 << b.n), 1);
    case K_SHR: return b.n < 0 ? undefined : make(r, a.n >> b.n, 1);
    case K_MIN: return compare(b, a) < 0 ? b : a;
    default: return compare(b, a) > 0 ? b : a;
  }
}

static struct num one(struct run *r, enum kind kind, struct num a) {
  switch (kind) {
    case K_NEG: return make(r, -a.n, a.d);
    case K_ABS: return make(r, magnitude(a.n), a.d);
    case K_INVERT: return make(r, -a.n - 1, 1);
    case K_TRUNC: return make(r, a.n / a.d, 1);
    case K_FLOOR: return make(r, down(a.n, a.d), 1);
    default: return make(r, -down(-a.n, a.d), 1);
  }
}

static struct num folded(struct run *r, const struct node *n) {
  struct num x = number(r, n->kid[0]);
  if (n->n == 1) return x.ok ? one(r, n->kind, x) : x;
  for (int i = 1; i < n->n; i++) {
    struct num y = number(r, n->kid[i]);
    if (!x.ok || !y.ok) return undefined;
    x = two(r, n->kind, x, y);
  }
  return x;
}

static struct num variable(struct run *r, int v) {
  int64_t value = r->m->var[v].value[r->choice[v]];
  return make(r, value, r->m->var[v].type == V_FLOAT ? 10 : 1);
}

static struct num chosen(struct run *r, const struct node *n, struct num (*evaluate)(struct run *r, int node)) {
  struct num c = truth(r, n->kid[0]);
  if (!c.ok) return c;
  return evaluate(r, n->kid[c.n ? 1 : 2]);
}

static struct num element(struct run *r, const struct node *n) {
  struct num i = number(r, n->kid[0]);
  if (!i.ok || i.n < 0 || i.n >= n->n - 1) return undefined;
  return number(r, n->kid[1 + (int)i.n]);
}

/* Python's and, or: the operand that decides. */
static struct num operand(struct run *r, const struct node *n) {
  struct num x = undefined;
  for (int i = 0; i < n->n; i++) {
    x = number(r, n->kid[i]);
    if (!x.ok || (x.n != 0) == (n->kind == K_OR)) return x;
  }
  return x;
}

static struct num number(struct run *r, int node) {
  const struct node *n = &r->m->node[node];
  switch (n->kind) {
    case K_INT: return make(r, n->value[0], 1);
    case K_FRACTION: return make(r, n->value[0], 10);
    case K_VAR: return variable(r, (int)n->value[0]);
    case K_ELEMENT: return element(r, n);
    case K_ITE: return chosen(r, n, number);
    case K_AND: case K_OR: return r->m->dialect == T1 ? operand(r, n) : truth(r, node);
    default: return n->kind >= K_CHAIN ? truth(r, node) : folded(r, n);
  }
}

/* ---- Truth values ---- */

static struct num fact(bool holds) { return (struct num){holds, 1, true}; }

/* What an undefined number makes of the truth value around it. */
static struct num nothing(const struct run *r) {
  return r->m->dialect == T1 ? undefined : fact(r->mutation == UNDEFINED_HOLDS);
}

static bool related(enum relation relation, int order) {
  switch (relation) {
    case R_EQ: return order == 0;
    case R_NE: return order != 0;
    case R_LT: return order < 0;
    case R_LE: return order <= 0;
    case R_GT: return order > 0;
    default: return order >= 0;
  }
}

static struct num chain(struct run *r, const struct node *n) {
  struct num left = number(r, n->kid[0]);
  bool all = true;
  int last = r->mutation == FIRST_PAIR_ONLY ? 2 : n->n;
  for (int i = 1; i < last; i++) {
    if (!left.ok) return nothing(r);
    if (!all && r->m->dialect == T1) return fact(false); /* the rest is not evaluated */
    struct num right = number(r, n->kid[i]);
    if (!right.ok) return nothing(r);
    all = all && related(n->relation[i], compare(left, right));
    left = right;
  }
  return fact(all);
}

static struct num membership(struct run *r, const struct node *n) {
  struct num x = number(r, n->kid[0]);
  bool in = false;
  if (r->m->dialect != T1 && !x.ok) return fact((n->kind == K_NOT_IN) != (r->mutation == UNDEFINED_HOLDS)); /* not (x in ...) */
  if (!x.ok) return undefined;
  for (int i = 0; i < n->values; i++) in |= x.d == 1 && x.n == n->value[i];
  return fact(in == (n->kind == K_IN));
}

static struct num label(struct run *r, const struct node *n) {
  int64_t own = r->m->var[n->kid[0]].value[r->choice[n->kid[0]]];
  bool in = false;
  for (int i = 0; i < n->values; i++) in |= own == n->value[i];
  return fact(in == (n->relation[0] == R_EQ));
}

static struct num divides(struct run *r, const struct node *n) {
  struct num a = number(r, n->kid[0]), b = number(r, n->kid[1]);
  return a.ok && b.ok && a.n ? fact(b.n % a.n == 0) : nothing(r);
}

static struct num different(struct run *r, const struct node *n) {
  struct num x[MAX_KIDS];
  for (int i = 0; i < n->n; i++) x[i] = number(r, n->kid[i]);
  for (int i = 0; i < n->n; i++)
    if (!x[i].ok) return nothing(r);
  for (int i = 0; i < n->n; i++)
    for (int j = 0; j < i; j++)
      if (!compare(x[i], x[j])) return fact(false);
  return fact(true);
}

static struct num table(struct run *r, const struct node *n) {
  struct num a = number(r, n->kid[0]), b = number(r, n->kid[1]);
  if (!a.ok || !b.ok) return nothing(r);
  for (int i = 0; i < n->values; i += 2)
    if (a.n == n->value[i] && b.n == n->value[i + 1]) return fact(true);
  return fact(false);
}

static struct num logic(struct run *r, const struct node *n) {
  bool any = n->kind == K_OR;
  for (int i = 0; i < n->n; i++) {
    struct num x = truth(r, n->kid[i]);
    if (r->mutation == EAGER_OR && any && i == 0 && n->n > 1 && !truth(r, n->kid[1]).ok) return undefined;
    if (!x.ok || (x.n != 0) == any) return x;
  }
  return fact(!any);
}

static struct num joined(struct run *r, const struct node *n) {
  bool a = truth(r, n->kid[0]).n, b = n->n > 1 && truth(r, n->kid[1]).n;
  switch (n->kind) {
    case K_XOR: return fact(a != b);
    case K_IMPLIES: return fact(!a || b);
    default: return fact(a == b);
  }
}

static struct num negated(struct run *r, const struct node *n) {
  struct num x = truth(r, n->kid[0]);
  return x.ok ? fact(!x.n) : x;
}

static struct num truth(struct run *r, int node) {
  const struct node *n = &r->m->node[node];
  switch (n->kind) {
    case K_CHAIN: return chain(r, n);
    case K_IN: case K_NOT_IN: return membership(r, n);
    case K_LABEL: return label(r, n);
    case K_DIVIDES: return divides(r, n);
    case K_ALLDIFFERENT: return different(r, n);
    case K_TABLE: return table(r, n);
    case K_AND: case K_OR: return logic(r, n);
    case K_NOT: return negated(r, n);
    case K_XOR: case K_IMPLIES: case K_IFF: return joined(r, n);
    case K_ITE: if (r->m->dialect == T1) return chosen(r, n, truth); break;
    default: break;
  }
  struct num x = number(r, node);
  return x.ok ? fact(x.n != 0) : nothing(r);
}

bool holds(const struct model *m, int c, const int *choice, enum mutation mutation, bool *too_large) {
  struct run r = {m, choice, mutation, false};
  struct num x = truth(&r, m->constraint[c]);
  *too_large |= r.too_large;
  return x.ok && x.n;
}

int64_t objective_value(const struct model *m, int k, const int *choice, bool *too_large) {
  struct run r = {m, choice, NO_MUTATION, false};
  struct num x = number(&r, m->objective[k]);
  *too_large |= r.too_large;
  return (int64_t)x.n;
}
