/* The i-th configuration, and which one a configuration is.
 *
 * The order may interleave the parts.  When variable x of a part is to be
 * decided, that many configurations lie under one of its edges: those below the
 * edge times those below the other parts' present nodes. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "count.h"
#include "walk.h"

bool places_new(struct places *p, const ci_space *s) {
  p->node = s->nparts <= PLACES_INLINE ? p->few : malloc(s->nparts * sizeof *p->node);
  if (p->node) memset(p->node, 0, s->nparts * sizeof *p->node);
  return p->node != NULL;
}

void places_free(struct places *p) {
  if (p->node != p->few) free(p->node);
}

static int no_memory(const ci_space *s) { return ci_fail(CI_ENOMEM, "no memory to walk %zu parts", s->nparts); }

static int beyond(const ci_space *s) {
  char *size = count_text(s->total, s->limbs);
  int error = ci_fail(CI_EINVAL, "the index is beyond the last configuration: the space has %s", size ? size : "fewer");
  free(size);
  return error;
}

/* ---- where all counts are below 2^64 ---- */

static void at_small(const ci_space *s, uint32_t *node, uint64_t index, int64_t *values) {
  uint64_t all = s->total[0]; /* the configurations that agree with what is decided */
  for (size_t i = 0; i < s->nvars; i++) {
    const struct space_var *v = &s->vars[s->order[i]];
    uint32_t position = 0;
    if (v->part >= 0) {
      const struct diagram *d = &s->parts[v->part];
      uint32_t at = node[v->part];
      uint64_t others = all / d->count[at];
      uint32_t e = edge_of_rank(d, at, index / others);
      index -= d->before[e] * others;
      node[v->part] = d->child[e];
      all = others * d->count[d->child[e]];
      position = d->value[e];
    }
    values[s->order[i]] = v->values[position];
  }
}

static bool rank_small(const ci_space *s, uint32_t *node, const int64_t *values, uint64_t *index) {
  uint64_t all = s->total[0];
  *index = 0;
  for (size_t i = 0; i < s->nvars; i++) {
    const struct space_var *v = &s->vars[s->order[i]];
    uint32_t position = space_position(v, values[s->order[i]]);
    if (position == UINT32_MAX) return false;
    if (v->part < 0) continue;
    const struct diagram *d = &s->parts[v->part];
    uint32_t at = node[v->part], e = edge_find(d, at, position);
    if (e == UINT32_MAX) return false;
    uint64_t others = all / d->count[at];
    *index += d->before[e] * others;
    node[v->part] = d->child[e];
    all = others * d->count[d->child[e]];
  }
  return true;
}

/* ---- of any size ---- */

struct big { mpz_t all, others, index, one, other; };

static void big_init(struct big *b, const ci_space *s) {
  mpz_inits(b->all, b->others, b->index, b->one, b->other, NULL);
  count_to_mpz(b->all, s->total, s->limbs);
}

static void big_clear(struct big *b) { mpz_clears(b->all, b->others, b->index, b->one, b->other, NULL); }

static void big_others(struct big *b, const struct diagram *d, uint32_t node) {
  count_to_mpz(b->one, node_count(d, node), d->limbs);
  mpz_divexact(b->others, b->all, b->one);
}

/* The last edge whose earlier ones hold at most `rank`. */
static uint32_t big_edge(const struct diagram *d, uint32_t node, mpz_srcptr rank, mpz_ptr before) {
  uint32_t e = d->edge[node];
  for (uint32_t n = d->edge[node + 1] - e; n > 1;) {
    uint32_t half = n / 2;
    count_to_mpz(before, edge_before(d, e + half), d->limbs);
    if (mpz_cmp(before, rank) <= 0) e += half;
    n -= half;
  }
  return e;
}

/* Through edge e of a part; *place: that part's node. */
static void big_step(struct big *b, const struct diagram *d, uint32_t e, uint32_t *place) {
  count_to_mpz(b->one, node_count(d, d->child[e]), d->limbs);
  mpz_mul(b->all, b->others, b->one);
  count_to_mpz(b->one, edge_before(d, e), d->limbs);
  *place = d->child[e];
}

static void at_big(const ci_space *s, uint32_t *node, struct big *b, int64_t *values) {
  for (size_t i = 0; i < s->nvars; i++) {
    const struct space_var *v = &s->vars[s->order[i]];
    uint32_t position = 0;
    if (v->part >= 0) {
      const struct diagram *d = &s->parts[v->part];
      big_others(b, d, node[v->part]);
      mpz_fdiv_q(b->other, b->index, b->others);
      uint32_t e = big_edge(d, node[v->part], b->other, b->one);
      big_step(b, d, e, &node[v->part]);
      mpz_submul(b->index, b->one, b->others);
      position = d->value[e];
    }
    values[s->order[i]] = v->values[position];
  }
}

static bool rank_big(const ci_space *s, uint32_t *node, const int64_t *values, struct big *b) {
  for (size_t i = 0; i < s->nvars; i++) {
    const struct space_var *v = &s->vars[s->order[i]];
    uint32_t position = space_position(v, values[s->order[i]]);
    if (position == UINT32_MAX) return false;
    if (v->part < 0) continue;
    const struct diagram *d = &s->parts[v->part];
    uint32_t e = edge_find(d, node[v->part], position);
    if (e == UINT32_MAX) return false;
    big_others(b, d, node[v->part]);
    big_step(b, d, e, &node[v->part]);
    mpz_addmul(b->index, b->one, b->others);
  }
  return true;
}

int space_at_mpz(const ci_space *s, mpz_srcptr index, int64_t *values) {
  struct places p;
  struct big b;
  if (!places_new(&p, s)) return no_memory(s);
  big_init(&b, s);
  int error = CI_OK;
  mpz_set(b.index, index);
  if (mpz_sgn(index) < 0 || mpz_cmp(index, b.all) >= 0) error = beyond(s);
  else at_big(s, p.node, &b, values);
  big_clear(&b);
  places_free(&p);
  return error;
}

/* ---- the calls ---- */

int ci_space_at(const ci_space *s, uint64_t index, int64_t *values) {
  if (s->limbs == 1) {
    struct places p;
    if (index >= s->total[0]) return beyond(s);
    if (!places_new(&p, s)) return no_memory(s);
    at_small(s, p.node, index, values);
    places_free(&p);
    return CI_OK;
  }
  mpz_t z;
  mpz_init(z);
  count_to_mpz(z, &index, 1);
  int error = space_at_mpz(s, z, values);
  mpz_clear(z);
  return error;
}

int ci_space_at_decimal(const ci_space *s, const char *index, int64_t *values) {
  mpz_t z;
  if (index[0] == '\0' || index[strspn(index, "0123456789")] != '\0')
    return ci_fail(CI_EINVAL, "not an index: '%.40s'; expected digits", index);
  if (mpz_init_set_str(z, index, 10) != 0) {
    mpz_clear(z);
    return ci_fail(CI_EINVAL, "not an index: '%.40s'; expected digits", index);
  }
  int error = space_at_mpz(s, z, values);
  mpz_clear(z);
  return error;
}

/* The rank as a number; *answer tells whether there is one. */
static int rank_mpz(const ci_space *s, const int64_t *values, mpz_ptr index, ci_answer *answer) {
  struct places p;
  struct big b;
  if (!places_new(&p, s)) return no_memory(s);
  big_init(&b, s);
  *answer = !s->empty && rank_big(s, p.node, values, &b) ? CI_FOUND : CI_NONE;
  mpz_set(index, b.index);
  big_clear(&b);
  places_free(&p);
  return CI_OK;
}

static int rank_u64(const ci_space *s, const int64_t *values, uint64_t *index, ci_answer *answer) {
  struct places p;
  if (!places_new(&p, s)) return no_memory(s);
  *answer = !s->empty && rank_small(s, p.node, values, index) ? CI_FOUND : CI_NONE;
  places_free(&p);
  return CI_OK;
}

int ci_space_rank(const ci_space *s, const int64_t *values, uint64_t *index, ci_answer *answer) {
  uint64_t found = 0;
  ci_answer is = CI_NONE;
  mpz_t z;
  mpz_init(z);
  int error = s->limbs == 1 ? rank_u64(s, values, &found, &is) : rank_mpz(s, values, z, &is);
  if (error == CI_OK && is == CI_FOUND && s->limbs > 1) {
    if (mpz_size(z) > 1) error = ci_fail(CI_EOVERFLOW, "the index is 2^64 or more: ask for it in decimal");
    else found = mpz_size(z) ? mpz_getlimbn(z, 0) : 0;
  }
  mpz_clear(z);
  if (error < 0) return error;
  if (is == CI_FOUND) *index = found;
  *answer = is;
  return CI_OK;
}

int ci_space_rank_decimal(const ci_space *s, const int64_t *values, char **index, ci_answer *answer) {
  ci_answer is = CI_NONE;
  char *text = NULL;
  mpz_t z;
  mpz_init(z);
  int error = rank_mpz(s, values, z, &is);
  if (error == CI_OK && is == CI_FOUND) {
    text = malloc(mpz_sizeinbase(z, 10) + 2);
    if (text) mpz_get_str(text, 10, z);
    else error = no_memory(s);
  }
  mpz_clear(z);
  if (error < 0) return error;
  if (is == CI_FOUND) *index = text;
  *answer = is;
  return CI_OK;
}

/* Does a part hold the values? */
static bool part_has(const ci_space *s, const struct diagram *d, const int64_t *values) {
  uint32_t node = 0;
  for (uint32_t level = 0; level < d->levels; level++) {
    uint32_t position = space_position(&s->vars[d->var[level]], values[d->var[level]]);
    uint32_t e = position == UINT32_MAX ? position : edge_find(d, node, position);
    if (e == UINT32_MAX) return false;
    node = d->child[e];
  }
  return true;
}

int ci_space_has(const ci_space *s, const int64_t *values) {
  if (s->empty) return 0;
  for (size_t i = 0; i < s->nvars; i++)
    if (s->vars[i].part < 0 && s->vars[i].values[0] != values[i]) return 0;
  for (size_t i = 0; i < s->nparts; i++)
    if (!part_has(s, &s->parts[i], values)) return 0;
  return 1;
}
