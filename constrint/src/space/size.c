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

/* In how many ways each node down to a level is reached from the root. */
static mpz_t *count_ways(const struct diagram *d, uint32_t level) {
  uint32_t nodes = d->first[level + 1];
  mpz_t *ways = malloc((size_t)nodes * sizeof *ways);
  if (!ways) return NULL;
  for (uint32_t i = 0; i < nodes; i++) mpz_init_set_ui(ways[i], i == 0);
  for (uint32_t i = 0; i < d->first[level]; i++)
    for (uint32_t e = d->edge[i]; e < d->edge[i + 1]; e++) mpz_add(ways[d->child[e]], ways[d->child[e]], ways[i]);
  return ways;
}

static void free_ways(mpz_t *ways, uint32_t nodes) {
  for (uint32_t i = 0; i < nodes; i++) mpz_clear(ways[i]);
  free(ways);
}

/* Add to counts[position - from] the configurations of a part with that
 * position of a level's variable, for positions from..to-1. */
static int part_marginals(const struct diagram *d, uint32_t level, mpz_t *counts, uint32_t from, uint32_t to) {
  mpz_t *ways = count_ways(d, level), below;
  if (!ways) return no_memory();
  mpz_init(below);
  for (uint32_t i = d->first[level]; i < d->first[level + 1]; i++)
    for (uint32_t e = edge_from(d, i, from); e < d->edge[i + 1] && d->value[e] < to; e++) {
      count_to_mpz(below, node_count(d, d->child[e]), d->limbs);
      mpz_addmul(counts[d->value[e] - from], below, ways[i]);
    }
  mpz_clear(below);
  free_ways(ways, d->first[level + 1]);
  return CI_OK;
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

/* For positions from..to-1 of a variable, into decimals[0..]. */
static int marginals(const ci_space *s, size_t var, uint32_t from, uint32_t to, char **decimals) {
  const struct space_var *v = &s->vars[var];
  mpz_t *counts = malloc((size_t)(to - from) * sizeof *counts + 1), others;
  if (!counts) return no_memory();
  mpz_init(others);
  other_parts(s, v->part, others);
  for (uint32_t i = from; i < to; i++) mpz_init_set_ui(counts[i - from], v->part < 0);
  int error = v->part < 0 ? CI_OK : part_marginals(&s->parts[v->part], v->level, counts, from, to);
  uint32_t done = 0;
  for (; done < to - from && error == CI_OK; done++) {
    mpz_mul(counts[done], counts[done], others);
    error = hand_out(counts[done], &decimals[done]);
    if (error < 0) break;
  }
  while (error < 0 && done > 0) free(decimals[--done]);
  for (uint32_t i = from; i < to; i++) mpz_clear(counts[i - from]);
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
