/* All configurations, or a range of them, into columns.
 *
 * Under an edge a column holds one value: a run.  Below it lie the rows of the
 * child, and those of a node are the same wherever it is met: written out once,
 * then copied.  A part that comes before others has every row repeated as often
 * as those have rows; one that comes after others is written once and tiled.
 * So nearly all the work is filling and copying long stretches.
 *
 * Where an order interleaves parts, its first variables are walked one by one,
 * until each part that is left has its variables side by side.
 *
 * Places of rows are numbers below 2^128 in which counts of 2^64 and more are
 * cut to 2^64: no row that far away is ever in the window. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "walk.h"

typedef unsigned __int128 place;
#define FAR ((place)1 << 64)
enum { CHUNK = 1 << 18 /* bytes that stay in the cache while they are tiled */ };

/* Where a node's rows were written out, for rows that are repeated so often. */
struct written { uint64_t row, repeat; };

struct frame { uint32_t edge, end; place at; };

/* A part's stay in the tail of the order: from that level on. */
struct stay { uint32_t part, level; };

struct filler {
  const ci_space *s;
  void *const *columns;
  int width;
  bool positions;
  place first, end;         /* the window */
  struct written **written; /* a part: a node */
  struct frame *frames;     /* the most levels of a part */
  uint32_t *node;           /* a part: where it stands */
  uint32_t *sequence;       /* the variables that are not fixed, in order */
  size_t length, tail;      /* of the sequence; where the parts begin to lie side by side */
  struct stay *stays;       /* the parts from there on */
  size_t nstays;
  struct frame *prefix;     /* a variable before the tail */
};

static place saturate(place a) { return a < FAR ? a : FAR; }
static place span_of(const struct diagram *d, uint32_t node) {
  const uint64_t *count = node_count(d, node);
  for (uint32_t i = 1; i < d->limbs; i++)
    if (count[i]) return FAR;
  return count[0];
}
/* Neither above 2^64; the product of two such may be 2^128. */
static place times(place a, place b) { return a == FAR || b == FAR ? (a && b ? FAR : 0) : saturate(a * b); }

/* ---- stretches of a column ---- */

static void fill_run(const struct filler *f, size_t var, uint64_t row, uint64_t n, uint32_t position) {
  void *column = f->columns[var];
  if (!column) return;
  int64_t value = f->positions ? (int64_t)position : f->s->vars[var].values[position];
  switch (f->width) {
  case 1: memset((int8_t *)column + row, (int8_t)value, n); break;
  case 2:
    for (int16_t *c = (int16_t *)column + row, *end = c + n; c < end; c++) *c = (int16_t)value;
    break;
  case 4:
    for (int32_t *c = (int32_t *)column + row, *end = c + n; c < end; c++) *c = (int32_t)value;
    break;
  default:
    for (int64_t *c = (int64_t *)column + row, *end = c + n; c < end; c++) *c = value;
  }
}

static void copy_run(const struct filler *f, size_t var, uint64_t to, uint64_t from, uint64_t n) {
  char *column = f->columns[var];
  size_t width = (size_t)f->width;
  if (column) memcpy(column + to * width, column + from * width, n * width);
}

/* A part's columns from a level on. */
static void copy_block(const struct filler *f, const struct diagram *d, uint32_t level, uint64_t to, uint64_t from, uint64_t n) {
  for (; level < d->levels; level++) copy_run(f, d->var[level], to, from, n);
}

/* ---- one part ---- */

/* The rows from `at` on under edge e, as far as they are in the window; true: those of the child are still to be written. */
static bool write_edge(struct filler *f, const struct diagram *d, struct written *written, uint32_t level, uint32_t e,
                       uint64_t repeat, place at, place length) {
  bool whole = at >= f->first && at + length <= f->end;
  place from = at < f->first ? f->first : at, to = at + length < f->end ? at + length : f->end;
  uint64_t row = (uint64_t)(from - f->first), n = (uint64_t)(to - from);
  fill_run(f, d->var[level], row, n, d->value[e]);
  if (level + 1 == d->levels) return false;
  struct written *w = &written[d->child[e]];
  if (whole && w->repeat == repeat) {
    copy_block(f, d, level + 1, row, w->row, n);
    return false;
  }
  if (whole) *w = (struct written){row, repeat};
  return true;
}

/* The rows of a node, each `repeat` times, from `at` on. */
static void write_node(struct filler *f, const struct diagram *d, struct written *written, uint32_t top, uint32_t node,
                       place repeat, place at) {
  uint32_t level = top;
  f->frames[top] = (struct frame){d->edge[node], d->edge[node + 1], at};
  for (;;) {
    struct frame *now = &f->frames[level];
    if (now->edge == now->end || now->at >= f->end) {
      if (level == top) return;
      level--;
      continue;
    }
    uint32_t e = now->edge++, child = d->child[e];
    place begin = now->at, length = times(span_of(d, child), repeat);
    now->at += length;
    if (now->at <= f->first) continue;
    if (write_edge(f, d, written, level, e, (uint64_t)repeat, begin, length))
      f->frames[++level] = (struct frame){d->edge[child], d->edge[child + 1], begin};
  }
}

/* The rows [from, from + period) over and over, up to `to`. */
static void tile(const struct filler *f, const struct diagram *d, uint32_t level, uint64_t from, uint64_t period, uint64_t to) {
  uint64_t most = CHUNK / (uint64_t)f->width / period * period;
  for (uint64_t filled = period; from + filled < to;) {
    uint64_t n = filled;
    if (most && n > most) n = most;
    if (n > to - from - filled) n = to - from - filled;
    copy_block(f, d, level, from + filled, from, n);
    filled += n;
  }
}

/* A part's columns of a block that begins at `at` and has `length` rows. */
static void write_part(struct filler *f, const struct stay *stay, place repeat, place at, place length) {
  const struct diagram *d = &f->s->parts[stay->part];
  struct written *written = f->written[stay->part];
  uint32_t node = f->node[stay->part], level = stay->level;
  place from = at < f->first ? f->first : at, to = at + length < f->end ? at + length : f->end;
  place period = times(span_of(d, node), repeat), skipped = (from - at) / period * period;
  place begin = at + skipped, whole = begin < from ? begin + period : begin;
  if (whole + period > to) { /* no tile is whole in the window: two pieces at most */
    write_node(f, d, written, level, node, repeat, begin);
    if (whole > begin && whole < to) write_node(f, d, written, level, node, repeat, whole);
    return;
  }
  uint64_t row = (uint64_t)(whole - f->first);
  if (written[node].repeat == repeat) copy_block(f, d, level, row, written[node].row, (uint64_t)period);
  else write_node(f, d, written, level, node, repeat, whole);
  written[node] = (struct written){row, (uint64_t)repeat};
  if (begin < from) copy_block(f, d, level, (uint64_t)(from - f->first), row + (uint64_t)(from - begin), (uint64_t)(whole - from));
  tile(f, d, level, row, (uint64_t)period, (uint64_t)(to - f->first));
}

/* ---- several parts ---- */

/* All parts that are left, from `at` on. */
static void write_tail(struct filler *f, place at) {
  place length = 1, repeat = 1;
  for (size_t i = 0; i < f->nstays; i++)
    length = times(length, span_of(&f->s->parts[f->stays[i].part], f->node[f->stays[i].part]));
  for (size_t i = f->nstays; i-- > 0;) {
    write_part(f, &f->stays[i], repeat, at, length);
    repeat = times(repeat, span_of(&f->s->parts[f->stays[i].part], f->node[f->stays[i].part]));
  }
}

/* The configurations below the parts' present nodes, except one part's. */
static place rows_beside(const struct filler *f, int32_t part) {
  place rows = 1;
  for (size_t p = 0; p < f->s->nparts; p++)
    if ((int32_t)p != part) rows = times(rows, span_of(&f->s->parts[p], f->node[p]));
  return rows;
}

static void enter_prefix(struct filler *f, size_t i, place at) {
  const struct space_var *v = &f->s->vars[f->sequence[i]];
  const struct diagram *d = &f->s->parts[v->part];
  uint32_t node = f->node[v->part];
  f->prefix[i] = (struct frame){d->edge[node], d->edge[node + 1], at};
}

/* One edge of the i-th variable of the order; true: what lies below is to be written. */
static bool write_prefix(struct filler *f, size_t i, place *below) {
  struct frame *now = &f->prefix[i];
  uint32_t var = f->sequence[i], e = now->edge++;
  const struct diagram *d = &f->s->parts[f->s->vars[var].part];
  place at = now->at, length = times(span_of(d, d->child[e]), rows_beside(f, f->s->vars[var].part));
  now->at += length;
  if (now->at <= f->first) return false;
  place from = at < f->first ? f->first : at, to = now->at < f->end ? now->at : f->end;
  fill_run(f, var, (uint64_t)(from - f->first), (uint64_t)(to - from), d->value[e]);
  f->node[f->s->vars[var].part] = d->child[e];
  *below = at;
  return true;
}

/* The node that a part stood at before its variable i was decided. */
static void leave_prefix(struct filler *f, size_t i) {
  const struct space_var *v = &f->s->vars[f->sequence[i]];
  const struct diagram *d = &f->s->parts[v->part];
  uint32_t node = d->first[v->level];
  if (v->level > 0) {
    size_t k = i;
    while (f->s->vars[f->sequence[k - 1]].part != v->part) k--;
    node = d->child[f->prefix[k - 1].edge - 1];
  }
  f->node[v->part] = node;
}

static void write_all(struct filler *f) {
  size_t i = 0;
  if (f->tail == 0) {
    write_tail(f, 0);
    return;
  }
  enter_prefix(f, 0, 0);
  for (;;) {
    place below = 0;
    leave_prefix(f, i);
    if (f->prefix[i].edge == f->prefix[i].end || f->prefix[i].at >= f->end) {
      if (i-- == 0) return;
      continue;
    }
    if (!write_prefix(f, i, &below)) continue;
    if (i + 1 == f->tail) write_tail(f, below);
    else enter_prefix(f, ++i, below);
  }
}

/* ---- making ready ---- */

/* Where, from the end of the sequence backwards, a part is met a second time. */
static void find_tail(struct filler *f) {
  const struct space_var *vars = f->s->vars;
  for (f->tail = f->length; f->tail > 0; f->tail--) {
    const struct space_var *v = &vars[f->sequence[f->tail - 1]];
    for (size_t i = 1; i < f->nstays; i++)
      if (f->stays[i].part == (uint32_t)v->part) return;
    if (f->nstays == 0 || f->stays[0].part != (uint32_t)v->part) {
      memmove(f->stays + 1, f->stays, f->nstays * sizeof *f->stays);
      f->nstays++;
    }
    f->stays[0] = (struct stay){(uint32_t)v->part, v->level};
  }
}

static bool filler_new(struct filler *f) {
  const ci_space *s = f->s;
  size_t levels = 1;
  f->written = calloc(s->nparts + 1, sizeof *f->written);
  f->node = calloc(s->nparts + 1, sizeof *f->node);
  f->stays = calloc(s->nparts + 1, sizeof *f->stays);
  f->sequence = calloc(s->nvars + 1, sizeof *f->sequence);
  f->prefix = calloc(s->nvars + 1, sizeof *f->prefix);
  if (!f->written || !f->node || !f->stays || !f->sequence || !f->prefix) return false;
  for (size_t i = 0; i < s->nparts; i++) {
    f->written[i] = calloc(s->parts[i].nodes, sizeof **f->written);
    if (!f->written[i]) return false;
    if (s->parts[i].levels > levels) levels = s->parts[i].levels;
  }
  f->frames = malloc(levels * sizeof *f->frames);
  for (size_t i = 0; i < s->nvars; i++)
    if (s->vars[s->order[i]].part >= 0) f->sequence[f->length++] = s->order[i];
  find_tail(f);
  return f->frames != NULL;
}

static void filler_free(struct filler *f) {
  for (size_t i = 0; f->written && i < f->s->nparts; i++) free(f->written[i]);
  free(f->written);
  free(f->node);
  free(f->stays);
  free(f->sequence);
  free(f->prefix);
  free(f->frames);
}

static int check_fit(const ci_space *s, size_t var, int width, int positions) {
  const struct space_var *v = &s->vars[var];
  if (width == 8) return CI_OK;
  int64_t most = ((int64_t)1 << (8 * width - 1)) - 1, least = -most - 1;
  for (uint32_t i = 0; i < v->n; i++) {
    int64_t value = positions ? (int64_t)i : v->values[i];
    if (value < least || value > most)
      return ci_fail(CI_EOVERFLOW, "%s takes %s %lld, which does not fit %d bytes: take wider columns", v->name,
                     positions ? "position" : "value", (long long)value, width);
  }
  return CI_OK;
}

int ci_space_columns(const ci_space *s, uint64_t first, uint64_t n, int width, int positions,
                     void *const *columns, uint64_t *given) {
  if (width != 1 && width != 2 && width != 4 && width != 8)
    return ci_fail(CI_EINVAL, "columns are 1, 2, 4 or 8 bytes wide, not %d", width);
  for (size_t v = 0; v < s->nvars; v++) {
    int error = columns[v] ? check_fit(s, v, width, positions) : CI_OK;
    if (error < 0) return error;
  }
  uint64_t left = s->limbs > 1 ? UINT64_MAX : s->total[0];
  left = first < left ? left - first : 0;
  if (n > left) n = left;
  struct filler f = {.s = s, .columns = columns, .width = width, .positions = positions != 0,
                     .first = first, .end = (place)first + n};
  bool ready = n == 0 || filler_new(&f);
  if (n > 0 && ready) {
    for (size_t v = 0; v < s->nvars; v++)
      if (s->vars[v].part < 0) fill_run(&f, v, 0, n, 0);
    write_all(&f);
  }
  filler_free(&f);
  if (!ready) return ci_fail(CI_ENOMEM, "no memory for columns");
  if (given) *given = n;
  return CI_OK;
}
