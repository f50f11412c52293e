/* From a condition to its tape. */
#include "tape.h"

#include <stdlib.h>
#include <string.h>

struct taping {
  struct tape *t;
  const struct pool *pool;
  uint32_t *made;    /* per pool node up to the condition: its tape node + 1; 0: none */
  bool *used;
  int32_t *level_of; /* per variable of the graph */
  uint32_t *list;    /* scratch: arguments */
  size_t list_capacity;
  bool wild;         /* something does not fit 64 bits */
};

/* ---- nodes ---- */

static struct tape_node *at(struct taping *w, uint32_t e) { return &w->t->nodes[e]; }

static bool same(const struct tape *t, const struct tape_node *x, const struct tape_node *y, const uint32_t *args) {
  if (x->op != y->op || x->n != y->n || x->data != y->data || x->lo != y->lo || x->hi != y->hi) return false;
  for (int32_t i = 0; i < x->n; i++)
    if (tape_args(t, x)[i] != args[i]) return false;
  return true;
}

/* UINT32_MAX: out of memory. */
static uint32_t add(struct taping *w, struct tape_node node, const uint32_t *args) {
  struct tape *t = w->t;
  for (uint32_t e = 0; e < t->n; e++)
    if (same(t, &t->nodes[e], &node, args)) return e;
  if (!budget_grow(t->b, &t->nodes, &t->capacity, t->n + 1, sizeof node) ||
      !budget_grow(t->b, &t->args, &t->arg_capacity, t->nargs + (size_t)node.n, sizeof *args))
    return UINT32_MAX;
  node.first = (uint32_t)t->nargs;
  for (int32_t i = 0; i < node.n; i++) {
    t->args[t->nargs++] = args[i];
    if (t->nodes[args[i]].level > node.level) node.level = t->nodes[args[i]].level;
  }
  t->nodes[t->n] = node;
  return t->n++;
}

/* A node with the bounds that the pool's rules give it. */
static uint32_t add_operation(struct taping *w, int32_t op, const uint32_t *args, size_t n, int32_t data, wide lo, wide hi, bool undefined) {
  if (lo < -POOL_LIMIT || hi > POOL_LIMIT) w->wild = true;
  struct tape_node node = {.op = op, .n = (int32_t)n, .data = data, .level = -1, .undefined = undefined,
                           .lo = w->wild ? 0 : (int64_t)lo, .hi = w->wild ? 0 : (int64_t)hi};
  return add(w, node, args);
}

/* ---- chains: level by level ---- */

static bool is_chain(int32_t op) {
  return op == CI_ADD || op == CI_MUL || op == CI_MIN || op == CI_MAX || op == CI_AND || op == CI_OR;
}

struct interval { wide lo, hi; };

static struct interval joined(int32_t op, struct interval x, struct interval y) {
  if (op == CI_AND || op == CI_OR) return (struct interval){0, 1};
  if (op == CI_ADD) return (struct interval){wide_add(x.lo, y.lo), wide_add(x.hi, y.hi)};
  if (op == CI_MIN) return (struct interval){x.lo < y.lo ? x.lo : y.lo, x.hi < y.hi ? x.hi : y.hi};
  if (op == CI_MAX) return (struct interval){x.lo > y.lo ? x.lo : y.lo, x.hi > y.hi ? x.hi : y.hi};
  wide v[4] = {wide_mul(x.lo, y.lo), wide_mul(x.lo, y.hi), wide_mul(x.hi, y.lo), wide_mul(x.hi, y.hi)};
  struct interval r = {v[0], v[0]};
  for (int i = 1; i < 4; i++) {
    if (v[i] < r.lo) r.lo = v[i];
    if (v[i] > r.hi) r.hi = v[i];
  }
  return r;
}

static uint32_t add_link(struct taping *w, int32_t op, uint32_t x, uint32_t y) {
  const struct tape_node *a = at(w, x), *b = at(w, y);
  struct interval r = joined(op, (struct interval){a->lo, a->hi}, (struct interval){b->lo, b->hi});
  uint32_t args[2] = {x, y};
  return add_operation(w, op, args, 2, 0, r.lo, r.hi, a->undefined || b->undefined);
}

/* By level, constants last: they do not matter to what is kept. */
static void sort_by_level(struct taping *w, uint32_t *list, size_t n) {
  for (size_t i = 1; i < n; i++) {
    uint32_t x = list[i];
    size_t k = i;
    uint32_t level = (uint32_t)at(w, x)->level;
    for (; k > 0 && (uint32_t)at(w, list[k - 1])->level > level; k--) list[k] = list[k - 1];
    list[k] = x;
  }
}

static uint32_t add_chain(struct taping *w, int32_t op, uint32_t *list, size_t n) {
  sort_by_level(w, list, n);
  uint32_t e = list[0];
  for (size_t i = 1; i < n && e != UINT32_MAX; i++) e = add_link(w, op, e, list[i]);
  return e;
}

static uint32_t add_constant(struct taping *w, int64_t v) {
  struct tape_node node = {.op = NODE_INT, .level = -1, .lo = v, .hi = v, .undefined = v == TAPE_UNDEFINED};
  return add(w, node, NULL);
}

/* Constants have no level at which they could be compared. */
static uint32_t add_difference(struct taping *w, uint32_t x, uint32_t y) {
  const struct tape_node *a = at(w, x), *b = at(w, y);
  if (a->level < 0 && b->level < 0) return add_constant(w, a->lo != b->lo && !a->undefined && !b->undefined);
  uint32_t pair[2] = {x, y};
  return add_operation(w, CI_NE, pair, 2, 0, 0, 1, false);
}

/* All pairs of arguments differ. */
static uint32_t add_alldifferent(struct taping *w, size_t n) {
  size_t pairs = n * (n - 1) / 2, at_pair = 0;
  uint32_t *list = budget_alloc(w->t->b, pairs * sizeof *list), all = UINT32_MAX;
  bool ok = list != NULL;
  for (size_t i = 1; i < n && ok; i++)
    for (size_t k = 0; k < i && ok; k++) ok = (list[at_pair++] = add_difference(w, w->list[k], w->list[i])) != UINT32_MAX;
  if (ok) all = add_chain(w, CI_AND, list, pairs);
  budget_free(w->t->b, list, pairs * sizeof *list);
  return all;
}

/* ---- products with a limit ---- */

/* A product of positive terms that is compared with a constant.  Instead of
 * the product so far, what the limit comes to when it is divided by all terms
 * so far is kept: the same for many products. */
struct limited { pool_id product; wide limit; bool above; };

static bool is_limited_product(const struct pool *p, pool_id e) {
  const struct pool_node *x = &p->nodes[e];
  int32_t terms = 0;
  for (int32_t i = 0; i < x->n && x->op == CI_MUL; i++) {
    const struct pool_node *y = &p->nodes[pool_args(p, x)[i]];
    if (y->lo < 1) return false;
    terms += y->op != NODE_INT;
  }
  return terms >= 2 && !x->undefined && !x->wild;
}

/* product <= limit, or above: product > limit. */
static bool find_limited(const struct pool *p, const struct pool_node *x, struct limited *l) {
  if (x->op != CI_LE && x->op != CI_LT) return false;
  const pool_id *a = pool_args(p, x);
  int side = pool_is_int(p, a[0]);
  if (!pool_is_int(p, a[1 - side]) || !is_limited_product(p, a[side])) return false;
  wide constant = pool_value(p, a[1 - side]);
  *l = (struct limited){a[side], side == 0 ? constant - (x->op == CI_LT) : constant - (x->op == CI_LE), side == 1};
  return l->limit >= 1 && l->limit < POOL_LIMIT;
}

static uint32_t add_quotient(struct taping *w, uint32_t x, uint32_t y) {
  const struct tape_node *a = at(w, x), *b = at(w, y);
  uint32_t args[2] = {x, y};
  return add_operation(w, CI_FLOORDIV, args, 2, 0, a->lo / (b->hi < 1 ? 1 : b->hi), a->hi / (b->lo < 1 ? 1 : b->lo), false);
}

/* ---- from the pool ---- */

static uint32_t take_limited(struct taping *w, const struct limited *l) {
  const struct pool_node *x = &w->pool->nodes[l->product];
  size_t n = 0;
  wide limit = l->limit;
  if (!budget_grow(w->t->b, &w->list, &w->list_capacity, (size_t)x->n + 1, sizeof *w->list)) return UINT32_MAX;
  for (int32_t i = 0; i < x->n; i++) {
    pool_id term = pool_args(w->pool, x)[i];
    if (pool_is_int(w->pool, term)) limit /= pool_value(w->pool, term);
    else w->list[n++] = w->made[term] - 1;
  }
  sort_by_level(w, w->list, n);
  uint32_t left = add_constant(w, (int64_t)limit), one = add_constant(w, 1);
  for (size_t i = 0; i < n && left != UINT32_MAX; i++) left = add_quotient(w, left, w->list[i]);
  if (left == UINT32_MAX || one == UINT32_MAX) return UINT32_MAX;
  uint32_t sides[2] = {l->above ? left : one, l->above ? one : left};
  return add_operation(w, l->above ? CI_LT : CI_LE, sides, 2, 0, 0, 1, false);
}

static uint32_t take(struct taping *w, pool_id e) {
  const struct pool_node *x = &w->pool->nodes[e];
  const pool_id *a = pool_args(w->pool, x);
  if (x->op == NODE_INT) return add_constant(w, (int64_t)x->lo);
  if (x->op == POOL_UNDEFINED) return add_constant(w, TAPE_UNDEFINED);
  struct limited l;
  if (find_limited(w->pool, x, &l)) return take_limited(w, &l);
  if (!budget_grow(w->t->b, &w->list, &w->list_capacity, (size_t)x->n + 1, sizeof *w->list)) return UINT32_MAX;
  for (int32_t i = 0; i < x->n; i++) w->list[i] = w->made[a[i]] - 1;
  if (is_chain(x->op)) return add_chain(w, x->op, w->list, (size_t)x->n);
  if (x->op == CI_ALLDIFFERENT && x->n > 1) return add_alldifferent(w, (size_t)x->n);
  if (x->op == NODE_VAR) {
    struct tape_node node = {.op = NODE_VAR, .data = x->data, .level = w->level_of[x->data],
                             .lo = (int64_t)w->pool->domains[x->data].lo, .hi = (int64_t)w->pool->domains[x->data].hi};
    return add(w, node, NULL);
  }
  return add_operation(w, x->op, w->list, (size_t)x->n, x->data, x->lo, x->hi, x->undefined);
}

static void mark_used(struct taping *w, pool_id root) {
  w->used[root] = true;
  for (pool_id e = root; e >= 0; e--) {
    const struct pool_node *x = &w->pool->nodes[e];
    struct limited l;
    if (w->used[e] && find_limited(w->pool, x, &l)) x = &w->pool->nodes[l.product];
    for (int32_t i = 0; w->used[e] && i < x->n; i++) w->used[pool_args(w->pool, x)[i]] = true;
  }
}

static int take_all(struct taping *w, pool_id root) {
  for (pool_id e = 0; e <= root; e++) {
    if (!w->used[e]) continue;
    uint32_t made = take(w, e);
    if (made == UINT32_MAX) return CI_ENOMEM;
    w->made[e] = made + 1;
  }
  w->t->root = w->made[root] - 1;
  return CI_OK;
}

/* The whole condition at once, over the plain values of its variables. */
static int take_exact(struct taping *w, pool_id root, uint32_t levels) {
  struct tape *t = w->t;
  t->n = 0;
  t->nargs = 0;
  if (!budget_grow(t->b, &w->list, &w->list_capacity, levels, sizeof *w->list)) return CI_ENOMEM;
  for (uint32_t i = 0; i < levels; i++) {
    int32_t var = (int32_t)t->vars[i];
    struct tape_node node = {.op = NODE_VAR, .data = var, .level = (int32_t)i,
                             .lo = (int64_t)w->pool->domains[var].lo, .hi = (int64_t)w->pool->domains[var].hi};
    w->list[i] = add(w, node, NULL);
    if (w->list[i] == UINT32_MAX) return CI_ENOMEM;
  }
  struct tape_node node = {.op = TAPE_EXACT, .n = (int32_t)levels, .data = root, .level = (int32_t)levels - 1, .hi = 2};
  t->root = add(w, node, w->list);
  return t->root == UINT32_MAX ? CI_ENOMEM : CI_OK;
}

/* ---- by level ---- */

static int sort_nodes(struct tape *t) {
  struct tape_node *sorted = budget_alloc(t->b, t->capacity * sizeof *sorted);
  uint32_t *to = budget_alloc(t->b, (t->n + 1) * sizeof *to), next = 0;
  t->begin = budget_alloc(t->b, (t->levels + 2) * sizeof *t->begin);
  t->variable = budget_alloc(t->b, (t->levels + 1) * sizeof *t->variable);
  if (t->b->stopped) return budget_free(t->b, sorted, t->capacity * sizeof *sorted),
                            budget_free(t->b, to, (t->n + 1) * sizeof *to), CI_ENOMEM;
  memset(t->variable, 0xff, (t->levels + 1) * sizeof *t->variable);
  for (int32_t level = -1; level < (int32_t)t->levels; level++) {
    t->begin[level + 1] = next;
    for (uint32_t e = 0; e < t->n; e++) {
      if (t->nodes[e].level != level) continue;
      if (t->nodes[e].op == NODE_VAR) t->variable[level] = next;
      to[e] = next;
      sorted[next++] = t->nodes[e];
    }
  }
  t->begin[t->levels + 1] = next;
  for (size_t i = 0; i < t->nargs; i++) t->args[i] = to[t->args[i]];
  t->root = to[t->root];
  budget_free(t->b, t->nodes, t->capacity * sizeof *sorted);
  t->nodes = sorted;
  budget_free(t->b, to, (t->n + 1) * sizeof *to);
  return CI_OK;
}

/* The last level that reads each node. */
static int32_t *last_reads(const struct tape *t) {
  int32_t *last = budget_alloc(t->b, (t->n + 1) * sizeof *last);
  for (uint32_t e = 0; last && e < t->n; e++) {
    const struct tape_node *x = &t->nodes[e];
    for (int32_t i = 0; i < x->n; i++) {
      uint32_t a = tape_args(t, x)[i];
      if (x->level > last[a]) last[a] = x->level;
    }
  }
  return last;
}

static uint16_t bits_for(const struct tape_node *x) {
  uint64_t codes = (uint64_t)x->hi - (uint64_t)x->lo + x->undefined;
  return codes ? (uint16_t)(64 - __builtin_clzll(codes)) : 1;
}

/* Pack the words after one level into 64-bit words. */
static void pack(struct tape *t, uint32_t level) {
  uint16_t word = 0, used = 0;
  for (uint32_t i = t->first_word[level]; i < t->first_word[level + 1]; i++) {
    struct tape_word *w = &t->words[i];
    w->bits = bits_for(&t->nodes[w->node]);
    if (used + w->bits > 64) word++, used = 0;
    w->at = word;
    w->shift = used;
    used = (uint16_t)(used + w->bits);
  }
  t->key_words[level] = word + 1u;
}

static int find_words(struct tape *t) {
  int32_t *last = last_reads(t);
  t->first_word = budget_alloc(t->b, (t->levels + 2) * sizeof *t->first_word);
  t->key_words = budget_alloc(t->b, (t->levels + 1) * sizeof *t->key_words);
  int error = t->b->stopped;
  for (uint32_t level = 0; level < t->levels && error == CI_OK; level++) {
    t->first_word[level] = (uint32_t)t->nwords;
    for (uint32_t e = t->begin[1]; e < t->begin[level + 2] && error == CI_OK; e++) {
      if (last[e] <= (int32_t)level) continue;
      if (!budget_grow(t->b, &t->words, &t->word_capacity, t->nwords + 1, sizeof *t->words)) error = CI_ENOMEM;
      else t->words[t->nwords++] = (struct tape_word){.node = e};
      t->nodes[e].word = true;
    }
    t->first_word[level + 1] = (uint32_t)t->nwords;
    if (error == CI_OK) pack(t, level);
  }
  budget_free(t->b, last, (t->n + 1) * sizeof *last);
  return error;
}

/* ---- the whole ---- */

static int fill(struct taping *w, pool_id condition, uint32_t levels) {
  mark_used(w, condition);
  w->wild = w->t->whole >= 0;
  int error = w->wild ? CI_OK : take_all(w, condition);
  if (error == CI_OK && w->wild) error = take_exact(w, condition, levels);
  if (error == CI_OK) error = sort_nodes(w->t);
  return error < 0 ? error : find_words(w->t);
}

int tape_make(struct tape *t, const struct pool *pool, pool_id condition, ci_expr whole, const uint32_t *vars,
              uint32_t levels) {
  budget *b = pool->b;
  size_t n = (size_t)condition + 1, nvars = pool->graph->nvars + 1;
  struct taping w = {.t = t, .pool = pool};
  *t = (struct tape){.b = b, .levels = levels, .pool = pool, .condition = condition, .whole = whole, .vars = vars};
  w.made = budget_alloc(b, n * sizeof *w.made);
  w.used = budget_alloc(b, n);
  w.level_of = budget_alloc(b, nvars * sizeof *w.level_of);
  int error = b->stopped;
  for (uint32_t i = 0; i < levels && error == CI_OK; i++) w.level_of[vars[i]] = (int32_t)i;
  if (error == CI_OK) error = fill(&w, condition, levels);
  budget_free(b, w.made, n * sizeof *w.made);
  budget_free(b, w.used, n);
  budget_free(b, w.level_of, nvars * sizeof *w.level_of);
  budget_free(b, w.list, w.list_capacity * sizeof *w.list);
  return error;
}

void tape_free(struct tape *t) {
  budget_free(t->b, t->nodes, t->capacity * sizeof *t->nodes);
  budget_free(t->b, t->args, t->arg_capacity * sizeof *t->args);
  budget_free(t->b, t->begin, (t->levels + 2) * sizeof *t->begin);
  budget_free(t->b, t->variable, (t->levels + 1) * sizeof *t->variable);
  budget_free(t->b, t->words, t->word_capacity * sizeof *t->words);
  budget_free(t->b, t->first_word, (t->levels + 2) * sizeof *t->first_word);
  budget_free(t->b, t->key_words, (t->levels + 1) * sizeof *t->key_words);
}
