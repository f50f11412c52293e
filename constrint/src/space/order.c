/* The order of a part's variables: the one whose frontier is expected to stay
 * smallest.
 *
 * For a set of variables that have values, the frontier is estimated by the
 * words that later levels read: log2 of how many values each may have.  The
 * declared order plays no role but to break ties. */
#include "part.h"

#include <math.h>
#include <string.h>

enum { SITES_MAX = 500 }; /* with more, chains are not compared */

typedef uint64_t varset; /* by index in the part; parts of more variables share bits */

struct site { /* a node of some condition that has arguments */
  int32_t op;
  uint32_t first, n; /* its arguments, in args */
  varset vars;
  double most;       /* what a sum or product of positive terms may come to; 0: not of that kind */
  int32_t inner;     /* a narrower chain all of whose terms it has; -1: none */
};

struct ordering {
  struct plan *p;
  int32_t part;
  uint32_t n;
  const uint32_t *vars;
  double *weight;       /* per variable of the part: log2 of its values */
  struct site *sites;
  size_t nsites, site_capacity;
  uint32_t *args;       /* words: index in the tables below */
  size_t nargs, arg_capacity;
  varset *word_vars;    /* per node of the pool */
  double *word_log;
  uint32_t *visited;    /* per node of the pool: marks */
  uint32_t mark;
  uint64_t chains[64];  /* those seen in one estimate */
  size_t nchains;
  uint32_t *index;      /* per variable of the model */
  struct giving { uint32_t var; const struct condition *condition; varset from; } *givings;
  size_t ngivings, giving_capacity;
  struct { varset set; double log; bool known; } memo[1024];
};

/* ---- what the conditions look like ---- */

static bool is_chain(int32_t op) {
  return op == CI_ADD || op == CI_MUL || op == CI_MIN || op == CI_MAX || op == CI_AND || op == CI_OR;
}

static double width_log(struct pool_domain x) {
  double width = (double)x.hi - (double)x.lo + 1;
  return width > 1 ? log2(width) : 0;
}

/* Nodes made late have no bounds but their own. */
static struct pool_domain tight(const struct ordering *o, pool_id e) {
  const struct pool_node *x = &o->p->pool.nodes[e];
  return (size_t)e + 1 < o->p->ntight ? o->p->tight[e] : (struct pool_domain){x->lo, x->hi};
}

/* The upper end of a sum or product of what is not negative (of what is positive). */
static double most_of(const struct ordering *o, pool_id e) {
  const struct pool_node *x = &o->p->pool.nodes[e];
  if (x->op != CI_ADD && x->op != CI_MUL) return 0;
  for (int32_t i = 0; i < x->n; i++)
    if (tight(o, pool_args(&o->p->pool, x)[i]).lo < (x->op == CI_MUL)) return 0;
  double most = (double)tight(o, e).hi;
  for (int32_t i = 0; i < x->n; i++) {
    pool_id a = pool_args(&o->p->pool, x)[i];
    if (!pool_is_int(&o->p->pool, a)) continue;
    most = x->op == CI_MUL ? most / (double)pool_value(&o->p->pool, a) : most - (double)pool_value(&o->p->pool, a);
  }
  return most;
}

/* How many values a node may have: no more than its arguments' together. */
static void measure(struct ordering *o, pool_id e) {
  const struct pool_node *x = &o->p->pool.nodes[e];
  double sum = 0;
  varset vars = 0;
  if (x->op == NODE_VAR) {
    vars = (varset)1 << (o->index[x->data] & 63);
    sum = o->p->vars[x->data].log_size;
  }
  for (int32_t i = 0; i < x->n; i++) {
    pool_id a = pool_args(&o->p->pool, x)[i];
    vars |= o->word_vars[a];
    sum += o->word_log[a];
  }
  double width = width_log(tight(o, e));
  o->word_vars[e] = vars;
  o->word_log[e] = sum < width ? sum : width;
}

static int add_site(struct ordering *o, pool_id e) {
  const struct pool_node *x = &o->p->pool.nodes[e];
  budget *b = o->p->b;
  if (x->n == 0) return CI_OK;
  if (!budget_grow(b, &o->sites, &o->site_capacity, o->nsites + 1, sizeof *o->sites) ||
      !budget_grow(b, &o->args, &o->arg_capacity, o->nargs + (size_t)x->n, sizeof *o->args))
    return CI_ENOMEM;
  struct site *s = &o->sites[o->nsites++];
  *s = (struct site){x->op, (uint32_t)o->nargs, 0, o->word_vars[e], most_of(o, e), -1};
  for (int32_t i = 0; i < x->n; i++) {
    pool_id a = pool_args(&o->p->pool, x)[i];
    if (o->word_vars[a]) o->args[o->nargs++] = (uint32_t)a, s->n++;
  }
  return CI_OK;
}

static void mark_below(struct ordering *o, pool_id root, bool *used) {
  used[root] = true;
  for (pool_id e = root; e >= 0; e--) {
    const struct pool_node *x = &o->p->pool.nodes[e];
    for (int32_t i = 0; used[e] && i < x->n; i++) used[pool_args(&o->p->pool, x)[i]] = true;
  }
}

static bool has_term(const struct ordering *o, const struct site *s, uint32_t term) {
  for (uint32_t i = 0; i < s->n; i++)
    if (o->args[s->first + i] == term) return true;
  return false;
}

static bool holds_chain(const struct ordering *o, const struct site *s, const struct site *inner) {
  if (s == inner || s->op != inner->op || inner->n < 2 || inner->n >= s->n) return false;
  for (uint32_t i = 0; i < inner->n; i++)
    if (!has_term(o, s, o->args[inner->first + i])) return false;
  return true;
}

/* The smallest bound that a chain within a chain is known to have helps both. */
static void find_inner(struct ordering *o) {
  for (size_t i = 0; i < o->nsites && o->nsites <= SITES_MAX; i++) {
    struct site *s = &o->sites[i];
    if (s->op != CI_ADD && s->op != CI_MUL) continue;
    for (size_t k = 0; k < o->nsites; k++) {
      const struct site *inner = &o->sites[k];
      bool better = s->inner < 0 || inner->most < o->sites[s->inner].most;
      if (inner->most > 0 && better && holds_chain(o, s, inner)) s->inner = (int32_t)k;
    }
  }
}

static int survey(struct ordering *o) {
  struct plan *p = o->p;
  bool *used = budget_alloc(p->b, p->pool.n + 1);
  int error = used ? CI_OK : CI_ENOMEM;
  for (size_t i = 0; i < p->nconditions && used; i++)
    if (p->conditions[i].part == o->part) mark_below(o, p->conditions[i].root, used);
  for (size_t e = 0; e < p->pool.n && error == CI_OK; e++) {
    if (!used[e]) continue;
    measure(o, (pool_id)e);
    error = add_site(o, (pool_id)e);
  }
  budget_free(p->b, used, p->pool.n + 1);
  return error;
}

/* ---- the size of a frontier ---- */

/* Chains of the same operation over the same terms are one word. */
static bool is_new_chain(struct ordering *o, const struct site *s, uint64_t sum) {
  uint64_t key = (sum + (uint64_t)s->op) * 0x9e3779b97f4a7c15u | 1;
  for (size_t i = 0; i < o->nchains; i++)
    if (o->chains[i] == key) return false;
  if (o->nchains < sizeof o->chains / sizeof *o->chains) o->chains[o->nchains++] = key;
  return true;
}

/* What the terms to come leave of the upper end. */
static double chain_limit(const struct ordering *o, const struct site *s, varset done) {
  double rest = s->most;
  for (uint32_t i = 0; i < s->n; i++) {
    uint32_t a = o->args[s->first + i];
    if ((o->word_vars[a] & ~done) == 0) continue;
    double lo = (double)tight(o, (pool_id)a).lo;
    rest = s->op == CI_ADD ? rest - lo : rest / lo;
  }
  return rest > 1 ? log2(rest + 1) : 0;
}

static double limited(const struct ordering *o, const struct site *s, varset done, double sum) {
  if (s->most == 0) return sum;
  double limit = chain_limit(o, s, done);
  return sum < limit ? sum : limit;
}

static double ready_log(const struct ordering *o, const struct site *s, varset done) {
  double sum = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    uint32_t a = o->args[s->first + i];
    if ((o->word_vars[a] & ~done) == 0) sum += o->word_log[a];
  }
  return sum;
}

static double chain_words(struct ordering *o, const struct site *s, varset done) {
  double sum = 0;
  uint64_t terms = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    uint32_t a = o->args[s->first + i];
    if (o->word_vars[a] & ~done) continue;
    sum += o->word_log[a];
    terms += ((uint64_t)a + 1) * 0xbf58476d1ce4e5b9u;
  }
  if (terms == 0 || !is_new_chain(o, s, terms)) return 0;
  if (s->op == CI_AND || s->op == CI_OR) return sum > 1 ? 1 : sum;
  double limit = limited(o, s, done, sum);
  if (s->inner < 0) return limit;
  const struct site *inner = &o->sites[s->inner];
  double within = ready_log(o, inner, done), narrow = sum - within + limited(o, inner, done, within);
  return narrow < limit ? narrow : limit;
}

static double other_words(struct ordering *o, const struct site *s, varset done) {
  double sum = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    uint32_t a = o->args[s->first + i];
    if (o->word_vars[a] & ~done || o->visited[a] == o->mark) continue;
    o->visited[a] = o->mark;
    sum += o->word_log[a];
  }
  return sum;
}

static double estimate(struct ordering *o, varset done) {
  double words = 0, values = 0;
  varset live = 0;
  o->mark++;
  o->nchains = 0;
  for (size_t i = 0; i < o->nsites; i++) {
    const struct site *s = &o->sites[i];
    if ((s->vars & ~done) == 0 || (s->vars & done) == 0) continue;
    live |= s->vars & done;
    words += is_chain(s->op) ? chain_words(o, s, done) : other_words(o, s, done);
  }
  for (uint32_t i = 0; i < o->n && i < 64; i++)
    if (live >> i & 1) values += o->weight[i];
  return words < values ? words : values;
}

static double frontier_log(struct ordering *o, varset done) {
  size_t slot = (done * 0x9e3779b97f4a7c15u) >> 54;
  if (!o->memo[slot].known || o->memo[slot].set != done) {
    o->memo[slot].log = estimate(o, done);
    o->memo[slot].set = done;
    o->memo[slot].known = true;
  }
  return o->memo[slot].log;
}

/* log2 of how many values a variable takes in one state; infinite where its value must be known, and is not. */
static double choice_log(const struct ordering *o, uint32_t var, varset done) {
  for (size_t i = 0; i < o->ngivings; i++)
    if (o->givings[i].var == var) return o->givings[i].from & ~done ? INFINITY : 0;
  return o->weight[var];
}

/* All transitions of an order. */
static double cost_of(struct ordering *o, const uint32_t *order, double limit) {
  double cost = 0;
  varset done = 0;
  for (uint32_t i = 0; i < o->n && cost < limit; i++) {
    cost += exp2(frontier_log(o, done) + choice_log(o, order[i], done));
    done |= (varset)1 << (order[i] & 63);
  }
  return cost;
}

/* ---- choosing ---- */

/* Where time runs out, the rest stays as it is: any order is right. */
static void greedy(struct ordering *o, uint32_t *order) {
  varset done = 0;
  for (uint32_t i = 0; i < o->n; i++) {
    uint32_t best = i;
    double least = INFINITY;
    for (uint32_t k = i; k < o->n; k++) {
      if (budget_poll(o->p->b)) return;
      double choices = choice_log(o, order[k], done);
      double after = frontier_log(o, done | (varset)1 << (order[k] & 63)) + choices * 1e-3;
      if (!o->p->vars[o->vars[order[k]]].values && choices == 0) after = -1;
      if (after < least) least = after, best = k;
    }
    uint32_t x = order[best];
    memmove(order + i + 1, order + i, (best - i) * sizeof *order);
    order[i] = x;
    done |= (varset)1 << (x & 63);
  }
}

static void move(uint32_t *order, uint32_t from, uint32_t to) {
  uint32_t x = order[from];
  if (from < to) memmove(order + from, order + from + 1, (to - from) * sizeof *order);
  else memmove(order + to + 1, order + to, (from - to) * sizeof *order);
  order[to] = x;
}

/* Take out one variable and put it elsewhere, as long as that helps. */
static double improve(struct ordering *o, uint32_t *order) {
  double cost = cost_of(o, order, INFINITY);
  bool better = true;
  for (int rounds = 0; better && rounds < 8 && o->n <= 64; rounds++) {
    better = false;
    for (uint32_t from = 0; from < o->n && !budget_poll(o->p->b); from++) {
      for (uint32_t to = 0; to < o->n; to++) {
        if (from == to) continue;
        move(order, from, to);
        double c = cost_of(o, order, cost);
        if (c < cost * 0.999) cost = c, better = true;
        else move(order, to, from);
      }
    }
  }
  return cost;
}

static uint32_t place_of(const struct ordering *o, const uint32_t *order, uint32_t var) {
  uint32_t i = 0;
  while (i < o->n && order[i] != var) i++;
  return i;
}

/* A value that is given comes after what it is given from.  Was it so? */
static bool settle_one(struct ordering *o, uint32_t *order, const struct giving *g) {
  const struct condition *c = g->condition;
  uint32_t from = place_of(o, order, g->var), last = from;
  for (uint32_t k = 0; k < c->n; k++) {
    uint32_t place = place_of(o, order, o->index[o->p->scope[c->first + k]]);
    if (place > last) last = place;
  }
  if (last > from) move(order, from, last);
  return last == from;
}

/* The estimates see to it as a rule, but their sets are not exact beyond 64 variables. */
static void settle(struct ordering *o, uint32_t *order) {
  bool settled = false;
  while (!settled && !budget_check(o->p->b)) {
    settled = true;
    for (size_t i = 0; i < o->ngivings; i++) settled = settle_one(o, order, &o->givings[i]) && settled;
  }
}

static void choose(struct ordering *o, uint32_t *vars) {
  uint32_t *order = budget_alloc(o->p->b, o->n * sizeof *order), *sorted = budget_alloc(o->p->b, o->n * sizeof *sorted);
  if (order && sorted) {
    for (uint32_t i = 0; i < o->n; i++) order[i] = i;
    greedy(o, order);
    improve(o, order);
    settle(o, order);
    for (uint32_t i = 0; i < o->n; i++) sorted[i] = vars[order[i]];
    memcpy(vars, sorted, o->n * sizeof *vars);
  }
  budget_free(o->p->b, order, o->n * sizeof *order);
  budget_free(o->p->b, sorted, o->n * sizeof *sorted);
}

/* What conditions give variables their values from. */
static int find_givings(struct ordering *o) {
  const struct plan *p = o->p;
  for (size_t i = 0; i < p->nconditions; i++) {
    const struct condition *c = &p->conditions[i];
    if (c->part != o->part || c->defines < 0) continue;
    if (!budget_grow(p->b, &o->givings, &o->giving_capacity, o->ngivings + 1, sizeof *o->givings)) return CI_ENOMEM;
    struct giving *g = &o->givings[o->ngivings++];
    *g = (struct giving){o->index[c->defines], c, 0};
    for (uint32_t k = 0; k < c->n; k++)
      if (p->scope[c->first + k] != (uint32_t)c->defines) g->from |= (varset)1 << (o->index[p->scope[c->first + k]] & 63);
  }
  return CI_OK;
}

int part_order(struct plan *p, int32_t part, uint32_t *vars, uint32_t n) {
  budget *b = p->b;
  size_t nodes = p->pool.n + 1, nvars = p->graph->nvars;
  if (n < 2) return CI_OK;
  struct ordering *o = budget_alloc(b, sizeof *o);
  if (!o) return CI_ENOMEM;
  o->p = p, o->part = part, o->n = n, o->vars = vars;
  o->weight = budget_alloc(b, n * sizeof *o->weight);
  o->word_vars = budget_alloc(b, nodes * sizeof *o->word_vars);
  o->word_log = budget_alloc(b, nodes * sizeof *o->word_log);
  o->visited = budget_alloc(b, nodes * sizeof *o->visited);
  o->index = budget_alloc(b, nvars * sizeof *o->index);
  int error = b->stopped;
  for (uint32_t i = 0; i < n && error == CI_OK; i++) {
    o->index[vars[i]] = i;
    o->weight[i] = p->vars[vars[i]].log_size;
  }
  if (error == CI_OK) error = survey(o);
  if (error == CI_OK) find_inner(o);
  if (error == CI_OK) error = find_givings(o);
  if (error == CI_OK) choose(o, vars);
  budget_free(b, o->weight, n * sizeof *o->weight);
  budget_free(b, o->word_vars, nodes * sizeof *o->word_vars);
  budget_free(b, o->word_log, nodes * sizeof *o->word_log);
  budget_free(b, o->visited, nodes * sizeof *o->visited);
  budget_free(b, o->index, nvars * sizeof *o->index);
  budget_free(b, o->sites, o->site_capacity * sizeof *o->sites);
  budget_free(b, o->args, o->arg_capacity * sizeof *o->args);
  budget_free(b, o->givings, o->giving_capacity * sizeof *o->givings);
  budget_free(b, o, sizeof *o);
  return error < 0 ? error : b->stopped;
}
