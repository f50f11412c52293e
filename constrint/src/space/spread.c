/* Spread samples: each variable's values used as evenly as the space allows.
 *
 * A variable's values, in listed order, are cut into min(n, values) bins of equal length, as in a
 * Latin hypercube.  The start is a uniform set of n distinct configurations.
 * Then each row in turn is taken out and put back as the configuration that
 * makes the least of sum over variables of bins * sum over bins of used^2, as
 * far as a beam search through each part finds it, if that is an improvement
 * and no other row; pass after pass until nothing changes. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "row_set.h"
#include "sample.h"

enum { BEAM = 6, TRIED = 64, PASSES = 6, MANY = 20000 /* rows that get one pass only */ };

/* A way down to a node. */
struct lead { uint32_t node, from, position; uint64_t cost; };

struct spreader {
  struct drawer *w;
  const ci_space *s;
  size_t n;
  int64_t *rows;
  uint32_t **used;     /* a variable: a bin: rows */
  uint32_t *bins;      /* a variable */
  struct lead *leads;  /* (most levels + 1) * BEAM */
  int64_t *candidate, *spare;
  struct row_set seen;
};

/* ---- memory ---- */

static bool spreader_new(struct spreader *sp, struct drawer *w, size_t n, int64_t *rows) {
  const ci_space *s = w->s;
  size_t levels = 0;
  for (size_t i = 0; i < s->nparts; i++)
    if (s->parts[i].levels > levels) levels = s->parts[i].levels;
  *sp = (struct spreader){.w = w, .s = s, .n = n, .rows = rows};
  sp->used = calloc(s->nvars + 1, sizeof *sp->used);
  sp->bins = calloc(s->nvars + 1, sizeof *sp->bins);
  sp->leads = malloc((levels + 1) * BEAM * sizeof *sp->leads);
  sp->candidate = malloc((s->nvars + 1) * sizeof *sp->candidate);
  sp->spare = malloc((s->nvars + 1) * sizeof *sp->spare);
  if (!sp->used || !sp->bins || !sp->leads || !sp->candidate || !sp->spare) return false;
  for (size_t v = 0; v < s->nvars; v++) {
    sp->bins[v] = s->vars[v].n < n ? s->vars[v].n : (uint32_t)n;
    if (!(sp->used[v] = calloc(sp->bins[v], sizeof **sp->used))) return false;
  }
  return row_set_new(&sp->seen, rows, s->nvars, n);
}

static void spreader_free(struct spreader *sp) {
  for (size_t v = 0; sp->used && v < sp->s->nvars; v++) free(sp->used[v]);
  free(sp->used);
  free(sp->bins);
  free(sp->leads);
  free(sp->candidate);
  free(sp->spare);
  row_set_free(&sp->seen);
}

/* ---- costs ---- */

static uint32_t *use_of(const struct spreader *sp, size_t var, uint32_t position) {
  return &sp->used[var][(uint64_t)position * sp->bins[var] / sp->s->vars[var].n];
}

/* By how much one more use of a value raises the sum. */
static uint64_t cost_of(const struct spreader *sp, size_t var, uint32_t position) {
  return (2 * (uint64_t)*use_of(sp, var, position) + 1) * sp->bins[var];
}

static uint64_t cost_of_row(const struct spreader *sp, const int64_t *row) {
  uint64_t cost = 0;
  for (size_t v = 0; v < sp->s->nvars; v++) cost += cost_of(sp, v, space_position(&sp->s->vars[v], row[v]));
  return cost;
}

static void use_row(struct spreader *sp, const int64_t *row, int change) {
  for (size_t v = 0; v < sp->s->nvars; v++)
    *use_of(sp, v, space_position(&sp->s->vars[v], row[v])) += (uint32_t)change;
}

/* ---- the beam ---- */

/* Keep the cheapest leads, one a node. */
static void offer(struct lead *beam, size_t *n, struct lead new) {
  size_t i = 0;
  while (i < *n && beam[i].node != new.node) i++;
  if (i < *n && beam[i].cost <= new.cost) return;
  if (i == *n) {
    if (*n == BEAM && beam[BEAM - 1].cost <= new.cost) return;
    if (*n < BEAM) i = (*n)++;
    else i = BEAM - 1;
  }
  for (; i > 0 && beam[i - 1].cost > new.cost; i--) beam[i] = beam[i - 1];
  beam[i] = new;
}

/* Costs are doubled and get a random last bit: ties fall either way. */
static void offer_edges(struct spreader *sp, const struct diagram *d, uint32_t level, uint32_t from, const struct lead *lead,
                        struct lead *beam, size_t *n) {
  uint32_t begin = d->edge[lead->node], all = d->edge[lead->node + 1] - begin, tried = all < TRIED ? all : TRIED;
  uint64_t random = stream_next(&sp->w->random);
  uint32_t turn = (uint32_t)(random >> 32);
  for (uint32_t i = 0; i < tried; i++) {
    uint32_t k = (uint32_t)(((uint64_t)i * all + turn % all) / tried % all), e = begin + k;
    uint64_t cost = lead->cost + 2 * cost_of(sp, d->var[level], d->value[e]) + (random >> (i & 31) & 1);
    offer(beam, n, (struct lead){d->child[e], from, d->value[e], cost});
  }
}

/* The cheapest way through a part that the beam finds, into the candidate. */
static void seek(struct spreader *sp, const struct diagram *d) {
  size_t n = 1;
  sp->leads[0] = (struct lead){0};
  for (uint32_t level = 0; level < d->levels; level++) {
    struct lead *now = sp->leads + (size_t)level * BEAM, *next = now + BEAM;
    size_t found = 0;
    for (uint32_t i = 0; i < n; i++) offer_edges(sp, d, level, i, &now[i], next, &found);
    n = found;
  }
  uint32_t at = 0;
  for (uint32_t level = d->levels; level > 0; level--) {
    const struct lead *l = &sp->leads[(size_t)level * BEAM + at];
    sp->candidate[d->var[level - 1]] = sp->s->vars[d->var[level - 1]].values[l->position];
    at = l->from;
  }
}

/* ---- passes ---- */

static void copy_row(const struct spreader *sp, int64_t *to, const int64_t *from) {
  memcpy(to, from, sp->s->nvars * sizeof *to);
}

/* A row is out of the counts; put in the candidate, or itself again. Was it the candidate? */
static bool settle(struct spreader *sp, size_t i) {
  int64_t *row = sp->rows + i * sp->s->nvars;
  bool better = cost_of_row(sp, sp->candidate) < cost_of_row(sp, row);
  if (better) {
    row_set_remove(&sp->seen, i);
    copy_row(sp, sp->spare, row);
    copy_row(sp, row, sp->candidate);
    better = row_set_add(&sp->seen, i);
    if (!better) {
      copy_row(sp, row, sp->spare);
      row_set_add(&sp->seen, i);
    }
  }
  use_row(sp, row, 1);
  return better;
}

/* How many rows changed; 0 where it was stopped, too. */
static size_t improve_all(struct spreader *sp) {
  size_t improved = 0;
  for (size_t i = 0; i < sp->n; i++) {
    if (drawer_stopped(sp->w) < 0) return 0;
    int64_t *row = sp->rows + i * sp->s->nvars;
    use_row(sp, row, -1);
    copy_row(sp, sp->candidate, row);
    for (size_t p = 0; p < sp->s->nparts; p++) seek(sp, &sp->s->parts[p]);
    improved += settle(sp, i);
  }
  return improved;
}

int sample_spread(struct drawer *w, size_t n, int64_t *rows) {
  struct spreader sp;
  int error = sample_distinct(w, n, rows);
  if (error < 0 || n > UINT32_MAX) return error;
  if (spreader_new(&sp, w, n, rows)) {
    for (size_t i = 0; i < n; i++) {
      row_set_add(&sp.seen, i);
      use_row(&sp, rows + i * w->s->nvars, 1);
    }
    for (int pass = 0; pass < (n > MANY ? 1 : PASSES) && improve_all(&sp) > 0; pass++) continue;
    shuffle_rows(&w->random, rows, n, w->s->nvars);
    error = drawer_stopped(w);
  } else {
    error = ci_fail(CI_ENOMEM, "no memory for %zu spread samples", n);
  }
  spreader_free(&sp);
  return error;
}
