/* The exact number of solutions.
 *
 * At every node the open variables fall into independent parts; the count is
 * the product of the parts' counts, and the number of values of a variable that
 * no living propagator watches.  A part is counted by branching on one of its
 * variables, and its count kept under a signature of all that it rests on:
 * its living propagators and the domains of their terms.
 *
 * An explicit stack of parts, never recursion. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "integer.h"
#include "solver.h"

/* One part being counted. */
struct part {
  size_t first, n;          /* its variables, in `vars` */
  size_t vars_end, pieces_end; /* where those lists ended when it began */
  signature key;
  term x;                   /* the variable branched on */
  wide v;                   /* the value in hand; of a large domain the middle */
  bool halves;              /* two branches, <= v and > v, instead of one a value */
  bool upper;               /* the second of them is in hand */
  size_t child;             /* the next piece of the branch in hand; they go on to npieces */
  mpz_t sum, product;       /* of the branches done; of the branch in hand */
};

struct piece { size_t first, n; };

struct counter {
  ci_solver *s;
  struct part *stack;
  size_t depth, capacity, initialised; /* parts whose numbers exist */
  term *vars;
  size_t nvars, var_capacity;
  struct piece *pieces;
  size_t npieces, piece_capacity;
  uint32_t *seen_term, *seen_propagator; /* marks of the current flood */
  uint32_t mark;
  bool *is_var;
  term *flood;     /* queue of terms */
  bool may_overflow;
  mpz_t values;    /* scratch */
  cache cache;
};

/* ---- the parts of a set of variables ---- */

static void domain_count(const store *s, term x, mpz_t out) {
  const struct domain *d = &s->domains[x];
  if (s->explicit[x]) {
    mpz_set_ui(out, d->count);
    return;
  }
  uwide n = ((uwide)d->hi - (uwide)d->lo) / (uwide)d->step;
  mpz_set_ui(out, (uint64_t)(n >> 64));
  mpz_mul_2exp(out, out, 64);
  mpz_add_ui(out, out, (uint64_t)n);
  mpz_add_ui(out, out, 1);
}

static void sign_domain(const store *s, term x, signature *key) {
  const struct domain *d = &s->domains[x];
  const struct set *e = s->explicit[x];
  signature_add(key, (uint64_t)x);
  signature_add_wide(key, d->lo);
  signature_add_wide(key, d->hi);
  if (!e || d->lo == d->hi) {
    signature_add_wide(key, d->lo == d->hi ? 0 : d->step);
    return;
  }
  for (int32_t w = d->low >> 6; w <= d->high >> 6; w++) {
    uint64_t bits = e->words[w];
    if (w == d->low >> 6) bits &= ~(uint64_t)0 << (d->low & 63);
    if (w == d->high >> 6) bits &= ~(uint64_t)0 >> (63 - (d->high & 63));
    signature_add(key, bits);
  }
}

static bool see_term(struct counter *c, term x) {
  bool is_new = c->seen_term[x] != c->mark;
  c->seen_term[x] = c->mark;
  return is_new;
}

/* Visit the scope of a living propagator; its open terms join the flood. */
static size_t visit(struct counter *c, const propagator *p, size_t n) {
  const store *s = c->s->store;
  if (p->dead || c->seen_propagator[p->id] == c->mark) return n;
  c->seen_propagator[p->id] = c->mark;
  const struct posted *posted = &s->posted[p->id];
  for (uint32_t i = 0; i < posted->n; i++) {
    term x = posted->scope[i];
    if (!term_fixed(s, x) && see_term(c, x)) c->flood[n++] = x;
  }
  return n;
}

/* All open terms that x is joined to, in c->flood; how many. */
static size_t flood_from(struct counter *c, term x) {
  const store *s = c->s->store;
  size_t n = 0;
  see_term(c, x);
  c->flood[n++] = x;
  for (size_t i = 0; i < n; i++) {
    for (int kind = 0; kind < WATCH_KINDS; kind++) {
      const struct watchers *w = &s->watchers[c->flood[i]][kind];
      for (uint32_t k = 0; k < w->n; k++) n = visit(c, w->list[k], n);
    }
  }
  return n;
}

static bool is_watched(const store *s, term x) {
  for (int kind = 0; kind < WATCH_KINDS; kind++) {
    const struct watchers *w = &s->watchers[x][kind];
    for (uint32_t k = 0; k < w->n; k++)
      if (!w->list[k]->dead) return true;
  }
  return false;
}

static int add_piece(struct counter *c, size_t first) {
  if (!budget_grow(&c->s->budget, &c->pieces, &c->piece_capacity, c->npieces + 1, sizeof *c->pieces)) return CI_ENOMEM;
  c->pieces[c->npieces++] = (struct piece){first, c->nvars - first};
  return CI_OK;
}

/* The open variables that x is joined to become a piece. */
static int gather_piece(struct counter *c, term x) {
  size_t first = c->nvars, n = flood_from(c, x);
  if (!budget_grow(&c->s->budget, &c->vars, &c->var_capacity, c->nvars + n, sizeof *c->vars)) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++)
    if (c->is_var[c->flood[i]]) c->vars[c->nvars++] = c->flood[i];
  return add_piece(c, first);
}

/* Part the open ones of n variables (at `first` in vars) into pieces; multiply
 * product by the values of those that are free. */
static int part_variables(struct counter *c, size_t first, size_t n, mpz_t product) {
  const store *s = c->s->store;
  int error = CI_OK;
  c->mark++;
  for (size_t i = 0; i < n && error == CI_OK; i++) {
    term x = c->vars[first + i];
    if (term_fixed(s, x) || c->seen_term[x] == c->mark) continue;
    if (is_watched(s, x)) {
      error = gather_piece(c, x);
    } else {
      domain_count(s, x, c->values);
      mpz_mul(product, product, c->values);
    }
  }
  return error;
}

/* ---- the signature of a part ---- */

static int by_number(const void *a, const void *b) {
  term x = *(const term *)a, y = *(const term *)b;
  return (x > y) - (x < y);
}

/* Do its fixed terms no longer matter to the open ones? */
static bool is_told(const store *s, const propagator *q) {
  const struct posted *posted = &s->posted[q->id];
  for (uint32_t j = 0; q->tells && j < posted->n; j++)
    if (!term_explicit(s, posted->scope[j])) return false;
  return q->tells;
}

/* Its open terms with their domains, then each living propagator with the
 * values of its fixed terms, all in order of number. */
static signature sign_part(struct counter *c, const struct part *p) {
  const store *s = c->s->store;
  signature key = {1, 2};
  c->mark++;
  size_t n = flood_from(c, c->vars[p->first]);
  qsort(c->flood, n, sizeof *c->flood, by_number);
  for (size_t i = 0; i < n; i++) sign_domain(s, c->flood[i], &key);
  c->mark++;
  for (size_t i = 0; i < n; i++) {
    for (int kind = 0; kind < WATCH_KINDS; kind++) {
      const struct watchers *w = &s->watchers[c->flood[i]][kind];
      for (uint32_t k = 0; k < w->n; k++) {
        const propagator *q = w->list[k];
        if (q->dead || c->seen_propagator[q->id] == c->mark) continue;
        c->seen_propagator[q->id] = c->mark;
        signature_add(&key, (uint64_t)q->id | (uint64_t)1 << 40);
        const struct posted *posted = &s->posted[q->id];
        if (is_told(s, q)) continue;
        for (uint32_t j = 0; j < posted->n; j++)
          if (term_fixed(s, posted->scope[j])) signature_add_wide(&key, term_value(s, posted->scope[j]));
      }
    }
  }
  return key;
}

/* ---- branching ---- */

static uint64_t degree(const store *s, term x) {
  uint64_t n = 0;
  for (int kind = 0; kind < WATCH_KINDS; kind++) {
    const struct watchers *w = &s->watchers[x][kind];
    for (uint32_t k = 0; k < w->n; k++) n += !w->list[k]->dead;
  }
  return n;
}

/* The variable with most living propagators for its number of values. */
static term choose(const struct counter *c, const struct part *p) {
  const store *s = c->s->store;
  term best = -1;
  double least = 0;
  for (size_t i = 0; i < p->n; i++) {
    term x = c->vars[p->first + i];
    double score = (double)term_size(s, x) / (double)(1 + degree(s, x));
    if (best >= 0 && !(score < least)) continue;
    best = x;
    least = score;
  }
  return best;
}

static struct part *push_part(struct counter *c, struct piece piece) {
  if (!budget_grow(&c->s->budget, &c->stack, &c->capacity, c->depth + 1, sizeof *c->stack)) return NULL;
  struct part *p = &c->stack[c->depth];
  if (c->depth == c->initialised) {
    mpz_init(p->sum);
    mpz_init(p->product);
    c->initialised++;
  }
  c->depth++;
  p->first = piece.first;
  p->n = piece.n;
  p->vars_end = c->nvars;
  p->pieces_end = c->npieces;
  p->child = c->npieces;
  mpz_set_ui(p->sum, 0);
  return p;
}

/* An intermediate beyond 128 bits that some constraint still asks about, once
 * all variables of a part are fixed: no count can be given. */
static int check_overflow(struct counter *c) {
  if (!c->may_overflow || c->npieces != c->stack[c->depth - 1].pieces_end) return CI_OK;
  int result = confirm_leaf(c->s);
  return result < 0 ? result : CI_OK;
}

/* After a decision: propagate, and part what is open.  The product is that of
 * the free variables, or 0. */
static int open_branch(struct counter *c, struct part *p, bool consistent) {
  store *s = c->s->store;
  if (!consistent && s->budget->stopped) return s->budget->stopped;
  int result = consistent ? store_propagate(s) : 0;
  if (result < 0) return result;
  mpz_set_ui(p->product, result > 0);
  if (result > 0) {
    if (drop_unread(c->s) < 0) return CI_ENOMEM;
    result = part_variables(c, p->first, p->n, p->product);
    return result < 0 ? result : check_overflow(c);
  }
  c->s->failures++;
  return CI_OK;
}

/* The first branch of a part: a value, or the lower half. */
static int open_first(struct counter *c, struct part *p) {
  store *s = c->s->store;
  p->x = choose(c, p);
  wide lo = term_lo(s, p->x), hi = term_hi(s, p->x);
  p->halves = term_size(s, p->x) > EXPLICIT_MAX;
  p->v = p->halves ? lo + (hi - lo) / 2 : lo;
  p->upper = false;
  c->s->nodes++;
  int error = store_push(s);
  if (error < 0) return error;
  return open_branch(c, p, p->halves ? term_le(s, p->x, p->v, NULL) : term_fix(s, p->x, p->v, NULL));
}

/* The next one; false: there is none. */
static bool open_next(struct counter *c, struct part *p, int *error) {
  store *s = c->s->store;
  store_pop(s);
  bool more = p->halves ? !p->upper : p->v != term_hi(s, p->x);
  if (!more || (*error = store_push(s)) < 0) return false;
  if (!p->halves) p->v = term_next(s, p->x, p->v);
  p->upper = true;
  c->s->nodes++;
  *error = open_branch(c, p, p->halves ? term_ge(s, p->x, p->v + 1, NULL) : term_fix(s, p->x, p->v, NULL));
  return true;
}

/* ---- the loop ---- */

/* A piece of p's branch in hand is counted. */
static void multiply(struct counter *c, struct part *p, const mpz_t count) {
  mpz_mul(p->product, p->product, count);
  if (mpz_sgn(p->product) == 0) p->child = c->npieces; /* the other pieces do not matter */
}

/* Begin to count a piece: known already, or a part on the stack. */
static int begin_piece(struct counter *c, size_t index) {
  struct piece piece = c->pieces[c->stack[index].child++];
  struct part *p = push_part(c, piece);
  if (!p) return CI_ENOMEM;
  p->key = sign_part(c, p);
  if (!count_cache_get(&c->cache, p->key, p->sum)) return open_first(c, p);
  c->depth--;
  multiply(c, &c->stack[index], p->sum);
  return CI_OK;
}

/* All pieces of the branch in hand are counted: the next branch, or the end of
 * the part. */
static int end_branch(struct counter *c, struct part *p) {
  int error = CI_OK;
  mpz_add(p->sum, p->sum, p->product);
  c->nvars = p->vars_end;
  c->npieces = p->child = p->pieces_end;
  if (open_next(c, p, &error) || error < 0) return error;
  count_cache_put(&c->cache, p->key, p->sum);
  c->depth--;
  multiply(c, p - 1, p->sum);
  return CI_OK;
}

static int run(struct counter *c) {
  int error = CI_OK;
  while (error == CI_OK) {
    struct part *p = &c->stack[c->depth - 1];
    if (p->child < c->npieces) error = begin_piece(c, c->depth - 1);
    else if (c->depth == 1) break;
    else error = end_branch(c, p);
  }
  return error;
}

/* ---- beginning and end ---- */

static int make_counter(struct counter *c, ci_solver *s) {
  budget *b = &s->budget;
  size_t terms = store_terms(s->store), propagators = s->store->propagators;
  *c = (struct counter){.s = s};
  mpz_init(c->values);
  cache_init(&c->cache, b);
  c->seen_term = budget_alloc(b, terms * sizeof *c->seen_term);
  c->seen_propagator = budget_alloc(b, propagators * sizeof *c->seen_propagator);
  c->is_var = budget_alloc(b, terms);
  c->flood = budget_alloc(b, terms * sizeof *c->flood);
  budget_grow(b, &c->vars, &c->var_capacity, s->norder + 1, sizeof *c->vars);
  if (b->stopped) return b->stopped;
  for (size_t i = 0; i < s->norder; i++) {
    c->vars[c->nvars++] = s->order[i];
    c->is_var[s->order[i]] = true;
  }
  for (size_t x = 0; x < terms; x++)
    c->may_overflow = c->may_overflow || wide_saturated(term_lo(s->store, (term)x)) ||
                      wide_saturated(term_hi(s->store, (term)x));
  return CI_OK;
}

static void free_counter(struct counter *c) {
  budget *b = &c->s->budget;
  size_t terms = store_terms(c->s->store), propagators = c->s->store->propagators;
  for (size_t i = 0; i < c->initialised; i++) {
    mpz_clear(c->stack[i].sum);
    mpz_clear(c->stack[i].product);
  }
  mpz_clear(c->values);
  count_cache_free(&c->cache);
  budget_free(b, c->stack, c->capacity * sizeof *c->stack);
  budget_free(b, c->vars, c->var_capacity * sizeof *c->vars);
  budget_free(b, c->pieces, c->piece_capacity * sizeof *c->pieces);
  budget_free(b, c->seen_term, terms * sizeof *c->seen_term);
  budget_free(b, c->seen_propagator, propagators * sizeof *c->seen_propagator);
  budget_free(b, c->is_var, terms);
  budget_free(b, c->flood, terms * sizeof *c->flood);
}

static int count_all(struct counter *c) {
  struct part *root = push_part(c, (struct piece){0, c->nvars});
  if (!root) return CI_ENOMEM;
  mpz_set_ui(root->product, 1);
  int error = part_variables(c, root->first, root->n, root->product);
  if (error == CI_OK) error = check_overflow(c);
  return error == CI_OK ? run(c) : error;
}

static int count_text(ci_solver *s, char **decimal) {
  struct counter c;
  int error = make_counter(&c, s);
  if (error == CI_OK) error = count_all(&c);
  while (store_level(s->store) > 0) store_pop(s->store);
  if (error == CI_OK) {
    char *text = malloc(mpz_sizeinbase(c.stack[0].product, 10) + 2);
    if (text) *decimal = mpz_get_str(text, 10, c.stack[0].product);
    else error = CI_ENOMEM;
  }
  free_counter(&c);
  return error;
}

/* Solutions that are projections: one by one. */
static int count_projections(ci_solver *s, char **decimal) {
  uint64_t n = 0;
  int found;
  while ((found = search_next(s)) > 0) n++;
  search_reset(s);
  if (found < 0) return found;
  return asprintf(decimal, "%" PRIu64, n) < 0 ? CI_ENOMEM : CI_OK;
}

static int count(ci_solver *s, char **decimal) {
  search_reset(s);
  int error = solver_prepare(s, false);
  if (error < 0) return error;
  if (s->concealed) return count_projections(s, decimal);
  if (s->root == 1) return count_text(s, decimal);
  *decimal = strdup("0");
  return *decimal ? CI_OK : CI_ENOMEM;
}

int ci_count(ci_solver *s, char **decimal) {
  int error = solver_begin(s);
  if (error == CI_OK) error = count(s, decimal);
  return solver_end(s, error);
}
