/* Random trees: every operation of a dialect, small values, divisions by zero. */
#include <string.h>
#include "model_tree.h"

static _Thread_local uint64_t state = 1;

/* Mixed: states a stride apart would give neighbouring seeds one stream, shifted by one. */
void random_seed(uint64_t seed) {
  state = seed;
  state = random_bits();
}

uint64_t random_bits(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

int random_below(int n) { return (int)(random_bits() % (unsigned)n); }

static int64_t small_int(const struct model *m) { return m->dialect == FLASHRNN ? random_below(20) : random_below(14) - 4; }

static int add(struct model *m, enum kind kind) {
  struct node *n = &m->node[m->nodes];
  memset(n, 0, sizeof *n);
  n->kind = kind;
  return m->nodes++;
}

static int integer(struct model *m, int64_t value) {
  int n = add(m, K_INT);
  m->node[n].value[0] = value;
  return n;
}

static int with_kids(struct model *m, enum kind kind, int count, const int *kids) {
  int n = add(m, kind);
  m->node[n].n = count;
  memcpy(m->node[n].kid, kids, (size_t)count * sizeof *kids);
  return n;
}

/* ---- Numbers ---- */

static int number(struct model *m, int depth, bool whole);
static int truth(struct model *m, int depth);

static int leaf(struct model *m, bool whole) {
  if (m->dialect == T1 && !whole && random_below(12) == 0) {
    int n = add(m, K_FRACTION);
    m->node[n].value[0] = random_below(40) + 1;
    return n;
  }
  int v = random_below(m->vars);
  bool usable = m->var[v].type != V_STRING && !(whole && m->var[v].type == V_FLOAT);
  if (!usable || random_below(3) == 0) return integer(m, small_int(m));
  int n = add(m, K_VAR);
  m->node[n].value[0] = v;
  return n;
}

static int n_ary(struct model *m, enum kind kind, int depth, bool whole) {
  int kids[3], n = 2 + random_below(2);
  for (int i = 0; i < n; i++) kids[i] = number(m, depth - 1, whole);
  return with_kids(m, kind, n, kids);
}

static int binary(struct model *m, enum kind kind, int depth, bool whole) {
  int kids[2] = {number(m, depth - 1, whole), number(m, depth - 1, whole)};
  return with_kids(m, kind, 2, kids);
}

static int unary(struct model *m, enum kind kind, int depth, bool whole) {
  int kid = number(m, depth - 1, whole);
  return with_kids(m, kind, 1, &kid);
}

static int power(struct model *m, int depth, bool whole) {
  int low = m->dialect == FLASHRNN ? 0 : m->dialect == T1 && whole ? 0 : -1;
  int kids[2] = {number(m, depth - 1, whole), integer(m, random_below(4 - low) + low)};
  return with_kids(m, K_POW, 2, kids);
}

static int shift(struct model *m, enum kind kind, int depth) {
  int kids[2] = {number(m, depth - 1, true), integer(m, random_below(5) - 1)};
  return with_kids(m, kind, 2, kids);
}

static int element(struct model *m, int depth) {
  int kids[4], n = 2 + random_below(2);
  kids[0] = number(m, depth - 1, true);
  for (int i = 1; i <= n; i++) kids[i] = number(m, depth - 1, true);
  return with_kids(m, K_ELEMENT, n + 1, kids);
}

static int choose(struct model *m, int depth, bool whole) {
  int kids[3] = {truth(m, depth - 1), number(m, depth - 1, whole), number(m, depth - 1, whole)};
  return with_kids(m, K_ITE, 3, kids);
}

/* Sums (depth 2) of products (1) of powers: the dialect has no brackets. */
static int flash_number(struct model *m, int depth) {
  if (depth >= 2) return random_below(2) ? n_ary(m, K_ADD, 2, true) : flash_number(m, 1);
  if (random_below(3)) return n_ary(m, K_MUL, 1, true);
  int kids[2] = {leaf(m, true), integer(m, random_below(4))};
  return with_kids(m, K_POW, 2, kids);
}

static int native_number(struct model *m, int depth) {
  switch (random_below(19)) {
    case 0: return unary(m, K_ABS, depth, true);
    case 1: return n_ary(m, K_MIN, depth, true);
    case 2: return n_ary(m, K_MAX, depth, true);
    case 3: return binary(m, K_CEILDIV, depth, true);
    case 4: return binary(m, K_DIV, depth, true);
    case 5: return power(m, depth, true);
    case 6: return element(m, depth);
    case 7: return choose(m, depth, true);
    case 8: return truth(m, depth - 1);
    case 9: return unary(m, K_NEG, depth, true);
    case 10: return binary(m, K_BITXOR, depth, true);
    case 11: case 12: return binary(m, K_FLOORDIV, depth, true);
    case 13: case 14: return binary(m, K_MOD, depth, true);
    case 15: return binary(m, K_SUB, depth, true);
    case 16: return n_ary(m, K_MUL, depth, true);
    default: return n_ary(m, K_ADD, depth, true);
  }
}

static int whole_number(struct model *m, int depth) {
  switch (random_below(8)) {
    case 0: return binary(m, K_BITXOR, depth, true);
    case 1: return binary(m, K_BITAND, depth, true);
    case 2: return binary(m, K_BITOR, depth, true);
    case 3: return shift(m, K_SHL, depth);
    case 4: return shift(m, K_SHR, depth);
    case 5: return unary(m, K_INVERT, depth, true);
    case 6: return unary(m, random_below(2) ? K_FLOOR : K_CEIL, depth, false);
    default: return unary(m, K_TRUNC, depth, false);
  }
}

static int t1_number(struct model *m, int depth, bool whole) {
  switch (random_below(18)) {
    case 0: return unary(m, K_ABS, depth, whole);
    case 1: return n_ary(m, K_MIN, depth, whole);
    case 2: return n_ary(m, K_MAX, depth, whole);
    case 3: return power(m, depth, whole);
    case 4: return choose(m, depth, whole);
    case 5: return n_ary(m, random_below(2) ? K_AND : K_OR, depth, whole);
    case 6: return truth(m, depth - 1);
    case 7: return unary(m, K_NEG, depth, whole);
    case 8: case 9: return whole_number(m, depth);
    case 10: case 11: return binary(m, whole ? K_FLOORDIV : K_DIV, depth, whole);
    case 12: return binary(m, K_FLOORDIV, depth, whole);
    case 13: case 14: return binary(m, K_MOD, depth, whole);
    case 15: return binary(m, K_SUB, depth, whole);
    case 16: return n_ary(m, K_MUL, depth, whole);
    default: return n_ary(m, K_ADD, depth, whole);
  }
}

static int number(struct model *m, int depth, bool whole) {
  if (depth <= 0 || random_below(4) == 0) return leaf(m, whole);
  if (m->dialect == FLASHRNN) return flash_number(m, depth);
  return m->dialect == NATIVE ? native_number(m, depth) : t1_number(m, depth, whole);
}

/* ---- Truth values ---- */

static int chain(struct model *m, int depth) {
  int kids[3], n = random_below(4) ? 2 : 3;
  for (int i = 0; i < n; i++) kids[i] = number(m, depth - 1, m->dialect != T1);
  int c = with_kids(m, K_CHAIN, n, kids);
  for (int i = 1; i < n; i++) m->node[c].relation[i] = (enum relation)random_below(RELATIONS);
  return c;
}

static void fill(struct model *m, int node, int count, int range, int from) {
  m->node[node].values = count;
  for (int i = 0; i < count; i++) m->node[node].value[i] = random_below(range) + from;
}

static int membership(struct model *m, int depth) {
  int s = unary(m, random_below(3) ? K_IN : K_NOT_IN, depth, m->dialect != T1);
  fill(m, s, 1 + random_below(4), 12, -3);
  return s;
}

static int logic(struct model *m, enum kind kind, int depth, int n) {
  int kids[3];
  for (int i = 0; i < n; i++) kids[i] = random_below(8) ? truth(m, depth - 1) : number(m, depth - 1, m->dialect != T1);
  return with_kids(m, kind, n, kids);
}

static int table(struct model *m, int depth) {
  int kids[2] = {number(m, depth - 1, true), number(m, depth - 1, true)};
  int t = with_kids(m, K_TABLE, 2, kids);
  fill(m, t, 2 * (1 + random_below(4)), 8, -2);
  return t;
}

static int label(struct model *m) {
  int l = add(m, K_LABEL);
  for (int i = 0; i < m->vars; i++)
    if (m->var[i].type == V_STRING) m->node[l].kid[0] = i;
  m->node[l].relation[0] = random_below(2) ? R_EQ : R_NE;
  fill(m, l, 1 + random_below(3), 6, 0);
  return l;
}

static int native_truth(struct model *m, int depth) {
  switch (random_below(16)) {
    case 0: return logic(m, K_NOT, depth, 1);
    case 1: case 2: return logic(m, K_AND, depth, 2 + random_below(2));
    case 3: case 4: return logic(m, K_OR, depth, 2 + random_below(2));
    case 5: return logic(m, K_XOR, depth, 2);
    case 6: return logic(m, K_IMPLIES, depth, 2);
    case 7: return logic(m, K_IFF, depth, 2);
    case 8: return binary(m, K_DIVIDES, depth, true);
    case 9: return n_ary(m, K_ALLDIFFERENT, depth, true);
    case 10: return table(m, depth);
    case 11: return membership(m, depth);
    default: return chain(m, depth);
  }
}

static int t1_truth(struct model *m, int depth) {
  bool has_text = false;
  for (int i = 0; i < m->vars; i++) has_text |= m->var[i].type == V_STRING;
  if (has_text && random_below(4) == 0) return label(m);
  switch (random_below(10)) {
    case 0: return logic(m, K_NOT, depth, 1);
    case 1: case 2: return logic(m, K_AND, depth, 2 + random_below(2));
    case 3: case 4: return logic(m, K_OR, depth, 2 + random_below(2));
    case 5: return membership(m, depth);
    case 6: {
      int kids[3] = {truth(m, depth - 1), truth(m, depth - 1), truth(m, depth - 1)};
      return with_kids(m, K_ITE, 3, kids);
    }
    default: return chain(m, depth);
  }
}

static int flash_comparison(struct model *m) {
  if (random_below(3) == 0) return binary(m, K_DIVIDES, 2, true);
  if (random_below(4) == 0) {
    int s = unary(m, K_IN, 2, true);
    fill(m, s, 1 + random_below(4), 24, 1);
    return s;
  }
  int kids[2] = {number(m, 2, true), number(m, 2, true)};
  int c = with_kids(m, K_CHAIN, 2, kids);
  m->node[c].relation[1] = (enum relation)random_below(RELATIONS);
  return c;
}

static int flash_truth(struct model *m) {
  int kids[3], n = 1 + (random_below(4) == 0) + (random_below(12) == 0);
  for (int i = 0; i < n; i++) kids[i] = flash_comparison(m);
  return n == 1 ? kids[0] : with_kids(m, K_OR, n, kids);
}

static int truth(struct model *m, int depth) {
  if (m->dialect == FLASHRNN) return flash_truth(m);
  if (depth <= 0) return chain(m, 1);
  return m->dialect == NATIVE ? native_truth(m, depth) : t1_truth(m, depth);
}

/* ---- Models ---- */

static bool listed_before(const struct variable *v, int n, int64_t value) {
  for (int i = 0; i < n; i++)
    if (v->value[i] == value) return true;
  return false;
}

static void list_values(struct variable *v, int range, int from) {
  for (int wanted = 1 + random_below(5); v->n < wanted;) {
    int64_t value = random_below(range) + from;
    if (listed_before(v, v->n, value)) wanted--;
    else v->value[v->n++] = value;
  }
}

static void declare_range(struct variable *v, int from) {
  v->range = true;
  v->step = 1 + random_below(3) * random_below(3);
  int64_t lo = random_below(8) + from;
  for (v->n = 0; v->n < 1 + random_below(6); v->n++) v->value[v->n] = lo + v->n * v->step;
}

static void declare(struct model *m, struct variable *v) {
  memset(v, 0, sizeof *v);
  v->type = m->dialect == T1 && random_below(3) == 0 ? (enum var_type)(1 + random_below(3)) : V_INT;
  if (v->type == V_BOOL) {
    v->value[0] = random_below(2);
    v->value[1] = !v->value[0];
    v->n = 1 + random_below(2);
  } else if (v->type == V_STRING) list_values(v, 6, 0);
  else if (v->type == V_FLOAT) list_values(v, 60, -20);
  else if (m->dialect == FLASHRNN && random_below(2)) {
    v->range = true; /* 1..n */
    v->step = 1;
    for (v->n = 0; v->n < 1 + random_below(6); v->n++) v->value[v->n] = v->n + 1;
  } else if (m->dialect == FLASHRNN) list_values(v, 20, 1);
  else if (m->dialect == NATIVE && random_below(2)) declare_range(v, -6);
  else list_values(v, 16, -5);
}

/* Defined for every assignment, so that it has a best value. */
static int total_number(struct model *m, int depth) {
  static const enum kind kinds[] = {K_ADD, K_MUL, K_SUB, K_MIN, K_MAX};
  if (depth <= 0) return leaf(m, true);
  int kids[2] = {total_number(m, depth - 1), total_number(m, depth - 1)};
  return with_kids(m, kinds[random_below(5)], 2, kids);
}

void generate(struct model *m, enum dialect dialect) {
  m->dialect = dialect;
  m->nodes = 0;
  m->vars = 1 + random_below(MAX_VARS);
  for (int i = 0; i < m->vars; i++) declare(m, &m->var[i]);
  m->constraints = 1 + random_below(MAX_CONSTRAINTS - 1);
  for (int i = 0; i < m->constraints; i++) m->constraint[i] = truth(m, 1 + random_below(3));
  m->objectives = dialect == NATIVE ? random_below(3) : 0;
  for (int i = 0; i < m->objectives; i++) {
    m->objective[i] = total_number(m, 2);
    m->maximize[i] = random_below(2);
  }
}
