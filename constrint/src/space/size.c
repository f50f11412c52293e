/* How many: the whole, and with one variable at one value. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "count.h"
#include "walk.h"

static int no_memory(void) { return ci_fail(CI_ENOMEM, "no memory to count"); }

static int hand_out(mpz_srcptr z, char **decimal) {
  char *text = malloc(mpz_sizeinbase(z, 10) + 2);
  if (!text) return no_memory();
  *decimal = mpz_get_str(text, 10, z);
  return CI_OK;
}

int ci_space_size(const ci_space *s, char **decimal) {
  char *text = count_text(s->total, s->limbs);
  if (!text) return no_memory();
  *decimal = text;
  return CI_OK;
}

int ci_space_size_u64(const ci_space *s, uint64_t *n) {
  if (s->limbs > 1) return ci_fail(CI_EOVERFLOW, "the space has 2^64 configurations or more: ask for its size in decimal");
  *n = s->total[0];
  return CI_OK;
}

/* ---- marginals ---- */

/* In how many ways each node down to a level is reached from the root: no more
 * than the part's count, so that its limbs do. */
static uint64_t *count_ways(const struct diagram *d, uint32_t level) {
  size_t limbs = d->limbs;
  uint64_t *ways = calloc(d->first[level + 1] * limbs, sizeof *ways);
  if (!ways) return NULL;
  ways[0] = 1;
  for (uint32_t i = 0; i < d->first[level]; i++)
    for (uint32_t e = d->edge[i]; e < d->edge[i + 1]; e++)
      mpn_add_n(ways + d->child[e] * limbs, ways + d->child[e] * limbs, ways + i * limbs, d->limbs);
  return ways;
}

/* Add to counts[position - from] the configurations of a part with that
 * position of a level's variable, for positions from..to-1.  counts: of the
 * part's limbs; ways and product: see above, and room for twice the limbs. */
static void add_marginals(const struct diagram *d, uint32_t level, const uint64_t *ways, uint64_t *product, uint64_t *counts,
                          uint32_t from, uint32_t to) {
  size_t limbs = d->limbs;
  for (uint32_t i = d->first[level]; i < d->first[level + 1]; i++)
    for (uint32_t e = edge_from(d, i, from); e < d->edge[i + 1] && d->value[e] < to; e++) {
      uint64_t *sum = counts + (d->value[e] - from) * limbs;
      mpn_mul_n(product, node_count(d, d->child[e]), ways + i * limbs, d->limbs);
      mpn_add_n(sum, sum, product, d->limbs);
    }
}

static int part_marginals(const struct diagram *d, uint32_t level, uint64_t *counts, uint32_t from, uint32_t to) {
  uint64_t *ways = count_ways(d, level), *product = malloc(2 * (size_t)d->limbs * sizeof *product);
  if (ways && product) add_marginals(d, level, ways, product, counts, from, to);
  bool done = ways && product;
  free(product);
  free(ways);
  return done ? CI_OK : no_memory();
}

/* The configurations of all the other parts together. */
static void other_parts(const ci_space *s, int part, mpz_ptr product) {
  count_to_mpz(product, s->total, s->limbs);
  if (part < 0) return;
  mpz_t own;
  mpz_init(own);
  count_to_mpz(own, s->parts[part].count, s->parts[part].limbs);
  mpz_divexact(product, product, own);
  mpz_clear(own);
}

/* n counts of so many limbs, times the others, as texts. */
static int hand_out_all(const uint64_t *counts, size_t limbs, mpz_srcptr others, char **decimals, uint32_t n) {
  mpz_t z;
  mpz_init(z);
  int error = CI_OK;
  for (uint32_t i = 0; i < n && error == CI_OK; i++) {
    count_to_mpz(z, counts + i * limbs, limbs);
    mpz_mul(z, z, others);
    error = hand_out(z, &decimals[i]);
    while (error < 0 && i > 0) free(decimals[--i]);
  }
  mpz_clear(z);
  return error;
}

/* For positions from..to-1 of a variable, into decimals[0..]. */
static int marginals(const ci_space *s, size_t var, uint32_t from, uint32_t to, char **decimals) {
  const struct space_var *v = &s->vars[var];
  size_t limbs = v->part < 0 ? 1 : s->parts[v->part].limbs;
  uint64_t *counts = calloc((to - from) * limbs + 1, sizeof *counts);
  if (!counts) return no_memory();
  mpz_t others;
  mpz_init(others);
  other_parts(s, v->part, others);
  int error = CI_OK;
  if (v->part >= 0) error = part_marginals(&s->parts[v->part], v->level, counts, from, to);
  else counts[0] = 1;
  if (error == CI_OK) error = hand_out_all(counts, limbs, others, decimals, to - from);
  mpz_clear(others);
  free(counts);
  return error;
}

int ci_space_marginal(const ci_space *s, size_t var, size_t i, char **decimal) {
  if (var >= s->nvars || i >= s->vars[var].n) return ci_fail(CI_EINVAL, "no value %zu of variable %zu in the space", i, var);
  return marginals(s, var, (uint32_t)i, (uint32_t)i + 1, decimal);
}

int ci_space_marginals(const ci_space *s, size_t var, char **decimals) {
  if (var >= s->nvars) return ci_fail(CI_EINVAL, "no variable %zu in the space", var);
  return marginals(s, var, 0, s->vars[var].n, decimals);
}
