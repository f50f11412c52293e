/* Exactly uniform draws.  A batch goes through a part level by level, so that
 * the memory accesses of its samples overlap. */
#include "draw.h"

#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "count.h"

int drawer_new(struct drawer *w, const ci_space *s, uint64_t seed) {
  uint32_t limbs = 1;
  for (size_t i = 0; i < s->nparts; i++)
    if (s->parts[i].limbs > limbs) limbs = s->parts[i].limbs;
  *w = (struct drawer){.s = s};
  stream_seed(&w->random, seed);
  w->rank = malloc(DRAW_BATCH * limbs * sizeof *w->rank);
  w->node = malloc(DRAW_BATCH * sizeof *w->node);
  if (w->rank && w->node) return CI_OK;
  drawer_free(w);
  return ci_fail(CI_ENOMEM, "no memory to draw samples");
}

void drawer_free(struct drawer *w) {
  free(w->rank);
  free(w->node);
}

void stream_below_limbs(struct stream *r, const uint64_t *n, uint32_t limbs, uint64_t *out) {
  uint64_t mask = UINT64_MAX >> __builtin_clzll(n[limbs - 1]);
  do {
    for (uint32_t i = 0; i < limbs; i++) out[i] = stream_next(r);
    out[limbs - 1] &= mask;
  } while (mpn_cmp(out, n, limbs) >= 0);
}

/* The ranks in w->rank, to rows: counts of one limb. */
static void descend(struct drawer *w, const struct diagram *d, size_t n, int64_t *rows) {
  size_t width = w->s->nvars;
  memset(w->node, 0, n * sizeof *w->node);
  for (uint32_t level = 0; level < d->levels; level++) {
    const int64_t *values = w->s->vars[d->var[level]].values;
    int64_t *cell = rows + d->var[level];
    for (size_t i = 0; i < n; i++, cell += width) {
      uint32_t e = edge_of_rank(d, w->node[i], w->rank[i]);
      w->rank[i] -= d->before[e];
      w->node[i] = d->child[e];
      *cell = values[d->value[e]];
    }
  }
}

static uint32_t edge_of_limbs(const struct diagram *d, uint32_t node, const uint64_t *rank) {
  uint32_t e = d->edge[node];
  for (uint32_t n = d->edge[node + 1] - e; n > 1;) {
    uint32_t half = n / 2;
    if (mpn_cmp(edge_before(d, e + half), rank, d->limbs) <= 0) e += half;
    n -= half;
  }
  return e;
}

/* The same for counts of several limbs. */
static void descend_limbs(struct drawer *w, const struct diagram *d, size_t n, int64_t *rows) {
  size_t width = w->s->nvars;
  memset(w->node, 0, n * sizeof *w->node);
  for (uint32_t level = 0; level < d->levels; level++) {
    const int64_t *values = w->s->vars[d->var[level]].values;
    int64_t *cell = rows + d->var[level];
    for (size_t i = 0; i < n; i++, cell += width) {
      uint64_t *rank = w->rank + i * d->limbs;
      uint32_t e = edge_of_limbs(d, w->node[i], rank);
      mpn_sub_n(rank, rank, edge_before(d, e), d->limbs);
      w->node[i] = d->child[e];
      *cell = values[d->value[e]];
    }
  }
}

static void draw_part(struct drawer *w, const struct diagram *d, size_t n, int64_t *rows) {
  if (d->limbs == 1) {
    for (size_t i = 0; i < n; i++) w->rank[i] = stream_below(&w->random, d->count[0]);
    descend(w, d, n, rows);
  } else {
    for (size_t i = 0; i < n; i++) stream_below_limbs(&w->random, d->count, d->limbs, w->rank + i * d->limbs);
    descend_limbs(w, d, n, rows);
  }
}

static void fill_fixed(const ci_space *s, size_t n, int64_t *rows) {
  for (size_t v = 0; v < s->nvars; v++)
    if (s->vars[v].part < 0)
      for (size_t i = 0; i < n; i++) rows[i * s->nvars + v] = s->vars[v].values[0];
}

int draw_rows(struct drawer *w, size_t n, int64_t *rows) {
  const ci_space *s = w->s;
  for (size_t done = 0; done < n && drawer_stopped(w) == CI_OK;) {
    size_t batch = n - done < DRAW_BATCH ? n - done : DRAW_BATCH;
    for (size_t p = 0; p < s->nparts; p++) draw_part(w, &s->parts[p], batch, rows + done * s->nvars);
    fill_fixed(s, batch, rows + done * s->nvars);
    done += batch;
  }
  return drawer_stopped(w);
}

int draw_ranks(struct drawer *w, const uint64_t *ranks, size_t n, int64_t *rows) {
  const ci_space *s = w->s;
  for (size_t done = 0; done < n && drawer_stopped(w) == CI_OK;) {
    size_t batch = n - done < DRAW_BATCH ? n - done : DRAW_BATCH;
    uint64_t later = s->total[0];
    for (size_t p = 0; p < s->nparts; p++) {
      uint64_t count = s->parts[p].count[0];
      later /= count;
      for (size_t i = 0; i < batch; i++) w->rank[i] = ranks[done + i] / later % count;
      descend(w, &s->parts[p], batch, rows + done * s->nvars);
    }
    fill_fixed(s, batch, rows + done * s->nvars);
    done += batch;
  }
  return drawer_stopped(w);
}

void shuffle_rows(struct stream *r, int64_t *rows, size_t n, size_t width) {
  for (size_t i = n; i > 1; i--) {
    int64_t *a = rows + (i - 1) * width, *b = rows + (size_t)stream_below(r, i) * width;
    if (a == b) continue;
    for (size_t k = 0; k < width; k++) {
      int64_t value = a[k];
      a[k] = b[k];
      b[k] = value;
    }
  }
}
