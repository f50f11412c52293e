/* Samples: independent, distinct, stratified; spread.c has the fourth kind. */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "count.h"
#include "row_set.h"

static int no_memory(size_t n) { return ci_fail(CI_ENOMEM, "no memory for %zu samples", n); }

static int independent(struct drawer *w, size_t n, int64_t *rows) { return draw_rows(w, n, rows); }

/* ---- distinct ---- */

/* Independent draws, of which those seen before are dropped: what is left is
 * uniform over all sequences of distinct configurations.  Each draw is new with
 * a chance of at least a half where n is at most half the space. */
static int distinct_by_dropping(struct drawer *w, size_t n, int64_t *rows) {
  struct row_set seen;
  size_t width = w->s->nvars, kept = 0;
  int error = CI_OK;
  if (!row_set_new(&seen, rows, width, n)) return no_memory(n);
  while (kept < n && error == CI_OK) {
    size_t drawn = n - kept < DRAW_BATCH ? n - kept : DRAW_BATCH;
    error = draw_rows(w, drawn, rows + kept * width);
    for (size_t at = kept, end = kept + drawn; at < end; at++) {
      if (kept != at) memcpy(rows + kept * width, rows + at * width, width * sizeof *rows);
      if (row_set_add(&seen, kept)) kept++;
    }
  }
  row_set_free(&seen);
  return error;
}

enum { SHUFFLED = 1 << 12 /* between two looks at the clock */ };

/* The first n of a random permutation of all ranks; for n above half the space. */
static int distinct_by_shuffling(struct drawer *w, size_t n, int64_t *rows) {
  size_t all = (size_t)w->s->total[0];
  uint64_t *rank = malloc(all * sizeof *rank);
  if (!rank) return no_memory(n);
  for (size_t i = 0; i < all; i++) rank[i] = i;
  int error = CI_OK;
  for (size_t i = 0; i < n && error == CI_OK; i++) {
    if (i % SHUFFLED == 0) error = drawer_stopped(w);
    size_t j = i + (size_t)stream_below(&w->random, all - i);
    uint64_t chosen = rank[j];
    rank[j] = rank[i];
    rank[i] = chosen;
  }
  if (error == CI_OK) error = draw_ranks(w, rank, n, rows);
  free(rank);
  return error;
}

int sample_distinct(struct drawer *w, size_t n, int64_t *rows) {
  bool few = w->s->limbs > 1 || n <= w->s->total[0] / 2;
  return few ? distinct_by_dropping(w, n, rows) : distinct_by_shuffling(w, n, rows);
}

/* ---- stratified ---- */

static int strata_small(struct drawer *w, size_t n, int64_t *rows) {
  uint64_t all = w->s->total[0], from = 0;
  int error = CI_OK;
  for (size_t i = 0; i < n && error == CI_OK; i++) {
    uint64_t to = (uint64_t)((unsigned __int128)all * (i + 1) / n);
    error = ci_space_at(w->s, from + stream_below(&w->random, to - from), rows + i * w->s->nvars);
    if (error == CI_OK) error = drawer_stopped(w);
    from = to;
  }
  return error;
}

/* A number below bound, uniform; limb: room for as many limbs. */
static void below_mpz(struct stream *r, mpz_srcptr bound, mpz_ptr out, uint64_t *limb) {
  uint32_t limbs = (uint32_t)mpz_size(bound);
  stream_below_limbs(r, mpz_limbs_read(bound), limbs, limb);
  count_to_mpz(out, limb, limbs);
}

static int strata_big(struct drawer *w, size_t n, int64_t *rows) {
  const ci_space *s = w->s;
  uint64_t *limb = malloc(s->limbs * sizeof *limb);
  if (!limb) return no_memory(n);
  mpz_t all, from, to, inside;
  mpz_inits(all, from, to, inside, NULL);
  count_to_mpz(all, s->total, s->limbs);
  int error = CI_OK;
  for (size_t i = 0; i < n && error == CI_OK; i++) {
    mpz_mul_ui(to, all, i + 1);
    mpz_fdiv_q_ui(to, to, n);
    mpz_sub(inside, to, from);
    below_mpz(&w->random, inside, inside, limb);
    mpz_add(inside, inside, from);
    error = space_at_mpz(s, inside, rows + i * s->nvars);
    if (error == CI_OK) error = drawer_stopped(w);
    mpz_swap(from, to);
  }
  mpz_clears(all, from, to, inside, NULL);
  free(limb);
  return error;
}

static int stratified(struct drawer *w, size_t n, int64_t *rows) {
  int error = w->s->limbs == 1 ? strata_small(w, n, rows) : strata_big(w, n, rows);
  if (error == CI_OK) shuffle_rows(&w->random, rows, n, w->s->nvars);
  return error;
}

/* ---- the call ---- */

static int (*const ways[])(struct drawer *w, size_t n, int64_t *rows) = {
  [CI_SAMPLE_INDEPENDENT] = independent,
  [CI_SAMPLE_DISTINCT] = sample_distinct,
  [CI_SAMPLE_STRATIFIED] = stratified,
  [CI_SAMPLE_SPREAD] = sample_spread,
};

static int told(const budget *b, int error) {
  if (error == CI_ELIMIT) return ci_fail(error, "the time limit of %g s ended the sample; raise it", b->limits.seconds);
  return error == CI_ECANCEL ? ci_fail(error, "cancelled: there is no sample") : error;
}

int ci_space_sample_within(const ci_space *s, ci_sampling kind, uint64_t seed, size_t n, const ci_limits *limits,
                           int64_t *rows, size_t *given) {
  struct drawer w;
  budget within;
  if ((unsigned)kind >= sizeof ways / sizeof *ways) return ci_fail(CI_EINVAL, "no kind of sample has the number %d", (int)kind);
  if (s->empty) n = 0;
  if (kind != CI_SAMPLE_INDEPENDENT && s->limbs == 1 && n > s->total[0]) n = (size_t)s->total[0];
  int error = drawer_new(&w, s, seed);
  if (error < 0) return error;
  budget_init(&within, limits);
  budget_start(&within);
  w.limits = limits ? &within : NULL;
  if (n > 0) error = ways[kind](&w, n, rows);
  drawer_free(&w);
  if (error == CI_OK && given) *given = n;
  return told(&within, error);
}

int ci_space_sample(const ci_space *s, ci_sampling kind, uint64_t seed, size_t n, int64_t *rows, size_t *given) {
  return ci_space_sample_within(s, kind, seed, n, NULL, rows, given);
}
