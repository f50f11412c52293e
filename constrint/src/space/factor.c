/* Working automata out from tapes. */
#include "factor.h"

#include <string.h>

void workshop_init(struct workshop *w, struct plan *p) {
  *w = (struct workshop){.b = p->b, .plan = p, .batch = {.b = p->b}};
  keys_init(&w->rows, p->b, 1);
}

void workshop_free(struct workshop *w) {
  batch_free(&w->batch);
  keys_free(&w->rows);
}

int factor_init(struct factor *f, struct plan *p, const struct condition *c, const uint32_t *vars) {
  *f = (struct factor){.plan = p, .condition = c, .levels = c->n, .start = FACTOR_FIRST};
  keys_init(&f->before, p->b, 1);
  keys_init(&f->after, p->b, 1);
  f->vars = budget_alloc(p->b, c->n * sizeof *f->vars);
  f->states = budget_alloc(p->b, (c->n + 1) * sizeof *f->states);
  f->next = budget_alloc(p->b, c->n * sizeof *f->next);
  if (p->b->stopped) return p->b->stopped;
  memcpy(f->vars, vars, c->n * sizeof *f->vars);
  int error = tape_make(&f->tape, &p->pool, c->root, c->whole, f->vars, c->n);
  return error;
}

int factor_of_diagram(struct factor *f, const struct plan *p, const struct diagram *d) {
  *f = (struct factor){.plan = p, .diagram = d, .levels = d->levels, .start = FACTOR_FIRST};
  keys_init(&f->before, p->b, 1);
  keys_init(&f->after, p->b, 1);
  f->vars = budget_alloc(p->b, d->levels * sizeof *f->vars);
  f->states = budget_alloc(p->b, (d->levels + 1) * sizeof *f->states);
  if (p->b->stopped) return p->b->stopped;
  memcpy(f->vars, d->var, d->levels * sizeof *f->vars);
  for (uint32_t i = 0; i < d->levels; i++) f->states[i] = d->first[i + 1] - d->first[i] + FACTOR_FIRST;
  return CI_OK;
}

static void free_rows(struct factor *f, uint32_t level) {
  if (!f->next[level]) return;
  budget_free(f->plan->b, f->next[level], f->states[level] * factor_width(f, level) * sizeof **f->next);
  f->next[level] = NULL;
}

void factor_free(struct factor *f) {
  budget *b = f->plan->b;
  for (uint32_t i = 0; f->next && i < f->levels; i++) free_rows(f, i);
  if (f->tape.b) tape_free(&f->tape);
  keys_free(&f->before);
  keys_free(&f->after);
  budget_free(b, f->vars, f->levels * sizeof *f->vars);
  budget_free(b, f->states, (f->levels + 1) * sizeof *f->states);
  if (f->next) budget_free(b, f->next, f->levels * sizeof *f->next);
}

/* ---- from one level to the next ---- */

static uint64_t mask_of(const struct tape_word *w) { return w->bits == 64 ? ~(uint64_t)0 : ((uint64_t)1 << w->bits) - 1; }

/* Code 0 stands for no value where there may be none. */
static int64_t decode(const struct tape_node *x, uint64_t code) {
  if (x->undefined) return code ? (int64_t)((uint64_t)x->lo + code - 1) : TAPE_UNDEFINED;
  return (int64_t)((uint64_t)x->lo + code);
}

static uint64_t encode(const struct tape_node *x, int64_t v) {
  if (x->undefined) return v == TAPE_UNDEFINED ? 0 : (uint64_t)v - (uint64_t)x->lo + 1;
  return (uint64_t)v - (uint64_t)x->lo;
}

/* The words before a level, for n entries of the given states. */
static void load(const struct factor *f, struct batch *x, uint32_t level, const uint32_t *states, size_t n) {
  const struct tape *t = &f->tape;
  for (uint32_t i = level ? t->first_word[level - 1] : 0; level && i < t->first_word[level]; i++) {
    const struct tape_word *w = &t->words[i];
    const struct tape_node *node = &t->nodes[w->node];
    int64_t *column = batch_column(x, w->node);
    uint64_t mask = mask_of(w);
    uint32_t last = UINT32_MAX;
    int64_t v = 0;
    for (size_t k = 0; k < n; k++) {
      if (states[k] != last) {
        last = states[k];
        v = decode(node, keys_at(&f->before, last)[w->at] >> w->shift & mask);
      }
      column[k] = v;
    }
  }
}

/* The keys after a level, from the columns. */
static bool save(struct factor *f, const struct batch *x, uint32_t level, size_t n, uint32_t *out) {
  const struct tape *t = &f->tape;
  uint64_t key[BATCH];
  memset(key, 0, n * sizeof *key);
  for (uint32_t i = t->first_word[level]; i < t->first_word[level + 1]; i++) {
    const struct tape_word *w = &t->words[i];
    const struct tape_node *node = &t->nodes[w->node];
    const int64_t *column = batch_column(x, w->node);
    for (size_t k = 0; k < n; k++) key[k] |= encode(node, column[k]) << w->shift;
  }
  for (size_t k = 0; k < n; k++)
    if ((out[k] = keys_add(&f->after, key[k])) == KEYS_FULL) return false;
  return true;
}

static bool save_wide(struct factor *f, const struct batch *x, uint32_t level, size_t n, uint32_t *out) {
  const struct tape *t = &f->tape;
  size_t bytes = t->key_words[level] * sizeof(uint64_t);
  uint64_t *key = budget_alloc(x->b, bytes);
  bool ok = key != NULL;
  for (size_t k = 0; k < n && ok; k++) {
    memset(key, 0, bytes);
    for (uint32_t i = t->first_word[level]; i < t->first_word[level + 1]; i++) {
      const struct tape_word *w = &t->words[i];
      key[w->at] |= encode(&t->nodes[w->node], batch_column(x, w->node)[k]) << w->shift;
    }
    ok = (out[k] = keys_add_wide(&f->after, key)) != KEYS_FULL;
  }
  budget_free(x->b, key, bytes);
  return ok;
}

/* Up to BATCH pairs; out: numbers of keys of f->after, or after the last level truths. */
static int step_batch(struct factor *f, struct workshop *w, uint32_t level, const uint32_t *states, const int64_t *values,
                      size_t n, uint32_t *out) {
  const struct tape *t = &f->tape;
  struct batch *x = &w->batch;
  w->effort += n;
  if (budget_poll(w->b)) return w->b->stopped;
  load(f, x, level, states, n);
  if (t->variable[level] != UINT32_MAX) memcpy(batch_column(x, t->variable[level]), values, n * sizeof *values);
  batch_level(x, t, level, n);
  if (level + 1 == f->levels) {
    const int64_t *truth = batch_column(x, t->root);
    for (size_t k = 0; k < n; k++) out[k] = (uint32_t)truth[k];
    return CI_OK;
  }
  bool ok = t->key_words[level] == 1 ? save(f, x, level, n, out) : save_wide(f, x, level, n, out);
  return ok ? CI_OK : CI_ENOMEM;
}

/* ---- what a new state comes to ---- */

static void load_reach(const struct factor *f, struct batch *x, uint32_t level, uint32_t first, size_t n) {
  const struct tape *t = &f->tape;
  for (uint32_t i = t->first_word[level]; i < t->first_word[level + 1]; i++) {
    const struct tape_word *w = &t->words[i];
    const struct tape_node *node = &t->nodes[w->node];
    int64_t *lo = reach_low(x, w->node), *hi = reach_high(x, w->node);
    for (size_t k = 0; k < n; k++)
      lo[k] = hi[k] = decode(node, keys_at(&f->after, first + (uint32_t)k)[w->at] >> w->shift & mask_of(w));
  }
}

/* Which states after a level are open: to[i] is FACTOR_FALSE, FACTOR_TRUE or a
 * new number; the open ones move together. */
static int judge(struct factor *f, struct workshop *w, uint32_t level, uint32_t *to) {
  const struct tape *t = &f->tape;
  uint32_t n = f->after.n, open = 0;
  if (reach_begin(&w->batch, t) < 0) return CI_ENOMEM;
  for (uint32_t first = 0; first < n; first += BATCH) {
    size_t count = n - first < BATCH ? n - first : BATCH;
    load_reach(f, &w->batch, level, first, count);
    reach_above(&w->batch, t, level, count);
    const int64_t *lo = reach_low(&w->batch, t->root), *hi = reach_high(&w->batch, t->root);
    bool exact = t->nodes[t->root].op == TAPE_EXACT;
    for (size_t k = 0; k < count; k++) {
      if (hi[k] == 0) to[first + k] = FACTOR_FALSE;
      else if (lo[k] == 1 && !exact) to[first + k] = FACTOR_TRUE;
      else to[first + k] = FACTOR_FIRST + open++;
    }
  }
  for (uint32_t i = 0; i < n; i++)
    if (to[i] >= FACTOR_FIRST)
      memmove(f->after.at + (size_t)(to[i] - FACTOR_FIRST) * f->after.width, keys_at(&f->after, i), f->after.width * sizeof(uint64_t));
  f->after.n = open;
  return CI_OK;
}

/* Numbers of keys become states. */
int factor_settle(struct factor *f, struct workshop *w, uint32_t level, uint32_t *out, size_t n) {
  if (level + 1 == f->levels) return CI_OK;
  uint32_t keys = f->after.n;
  uint32_t *to = budget_alloc(w->b, (keys + 1) * sizeof *to);
  int error = to ? judge(f, w, level, to) : CI_ENOMEM;
  for (size_t i = 0; i < n && error == CI_OK; i++)
    out[i] = to[out[i]];
  budget_free(w->b, to, (keys + 1) * sizeof *to);
  return error;
}

int factor_begin(struct factor *f, struct workshop *w, uint32_t level) {
  keys_reset(&f->after, f->tape.key_words[level]);
  return batch_begin(&w->batch, &f->tape);
}

int factor_feed(struct factor *f, struct workshop *w, uint32_t level, const uint32_t *states, const int64_t *values,
                size_t n, uint32_t *out) {
  uint32_t from[BATCH];
  for (size_t k = 0; k < n; k++) from[k] = states[k] < FACTOR_FIRST ? 0 : states[k] - FACTOR_FIRST;
  return step_batch(f, w, level, from, values, n, out);
}

int factor_step(struct factor *f, struct workshop *w, uint32_t level, const uint32_t *states, const int64_t *values,
                size_t n, uint32_t *out) {
  int error = factor_begin(f, w, level);
  for (size_t first = 0; first < n && error == CI_OK; first += BATCH) {
    size_t count = n - first < BATCH ? n - first : BATCH;
    error = factor_feed(f, w, level, states + first, values + first, count, out + first);
  }
  if (error == CI_OK) error = factor_settle(f, w, level, out, n);
  for (size_t i = 0; i < n; i++)
    if (states[i] < FACTOR_FIRST) out[i] = states[i];
  return error;
}

/* Rows of the fixed states come first. */
static uint32_t *make_rows(struct factor *f, uint32_t level, size_t width) {
  uint32_t *rows = budget_alloc(f->plan->b, f->states[level] * width * sizeof *rows);
  for (size_t i = 0; rows && i < width; i++) {
    rows[width + i] = FACTOR_TRUE;
    rows[2 * width + i] = FACTOR_UNKNOWN;
  }
  return rows;
}

/* All states before a level, with all values.  1: more than the effort allowed. */
static int expand(struct factor *f, struct workshop *w, uint32_t level) {
  const int64_t *values = w->plan->vars[f->vars[level]].values;
  size_t width = factor_width(f, level), total = (size_t)f->before.n * width;
  uint32_t states[BATCH], state = 0;
  int64_t chosen[BATCH];
  if (w->effort + total > w->effort_limit) return 1;
  f->states[level] = f->before.n + FACTOR_FIRST;
  f->next[level] = make_rows(f, level, width);
  int error = f->next[level] ? factor_begin(f, w, level) : CI_ENOMEM;
  uint32_t *out = error == CI_OK ? f->next[level] + FACTOR_FIRST * width : NULL;
  for (size_t done = 0, value = 0; done < total && error == CI_OK;) {
    size_t n = total - done < BATCH ? total - done : BATCH;
    for (size_t k = 0; k < n; k++) {
      states[k] = state;
      chosen[k] = values[value];
      if (++value == width) value = 0, state++;
    }
    error = step_batch(f, w, level, states, chosen, n, out + done);
    done += n;
  }
  return error < 0 ? error : factor_settle(f, w, level, out, total);
}

void factor_advance(struct factor *f) {
  struct keys spare = f->before;
  f->before = f->after;
  f->after = spare;
}

/* The other side of "variable == expression". */
static uint32_t given_node(const struct factor *f) {
  const struct tape *t = &f->tape;
  const uint32_t *sides = tape_args(t, &t->nodes[t->root]);
  return sides[sides[0] == t->variable[f->levels - 1]];
}

void factor_given(const struct factor *f, const uint32_t *states, size_t n, int64_t *values) {
  const struct tape *t = &f->tape;
  uint32_t node = given_node(f), level = f->levels - 2;
  const struct tape_word *w = &t->words[t->first_word[level]];
  while (w->node != node) w++;
  for (size_t i = 0; i < n; i++)
    values[i] = decode(&t->nodes[node], keys_at(&f->before, states[i] - FACTOR_FIRST)[w->at] >> w->shift & mask_of(w));
}

/* ---- the smallest automaton ---- */

/* A number for a row, the same for equal rows: FACTOR_... where all agree. */
static uint32_t classify(struct workshop *w, uint32_t *row, size_t width, uint64_t *key) {
  bool same = row[0] < FACTOR_FIRST;
  for (size_t i = 1; i < width && same; i++) same = row[i] == row[0];
  if (same) return row[0];
  if (width & 1) key[width / 2] = 0;
  memcpy(key, row, width * sizeof *row);
  uint32_t number = keys_add_wide(&w->rows, key);
  return number == KEYS_FULL ? KEYS_FULL : FACTOR_FIRST + number;
}

/* Merge equal states before a level.  map: what became of the states after it; it is
 * freed and replaced by what becomes of those before it. */
static int merge_level(struct factor *f, struct workshop *w, uint32_t level, uint32_t **map, size_t *map_size) {
  size_t width = factor_width(f, level), words = (width + 1) / 2, old = f->states[level];
  uint32_t *rows = f->next[level], *to = budget_alloc(w->b, old * sizeof *to);
  uint64_t *key = budget_alloc(w->b, words * sizeof *key);
  int error = w->b->stopped;
  keys_reset(&w->rows, (uint32_t)words);
  for (size_t i = 0; i < FACTOR_FIRST && to; i++) to[i] = (uint32_t)i;
  for (size_t s = FACTOR_FIRST; s < old && error == CI_OK; s++) {
    uint32_t *row = rows + s * width;
    for (size_t i = 0; *map && i < width; i++) row[i] = (*map)[row[i]];
    to[s] = classify(w, row, width, key);
    if (to[s] == KEYS_FULL) error = CI_ENOMEM;
    else if (to[s] >= FACTOR_FIRST) memmove(rows + to[s] * width, row, width * sizeof *row);
  }
  budget_free(w->b, key, words * sizeof *key);
  if (*map) budget_free(w->b, *map, *map_size * sizeof **map);
  *map = to;
  *map_size = old;
  if (error < 0) return error;
  f->states[level] = w->rows.n + FACTOR_FIRST;
  uint32_t *smaller = budget_realloc(w->b, rows, old * width * sizeof *rows, f->states[level] * width * sizeof *rows);
  if (!smaller) {
    f->states[level] = (uint32_t)old;
    return CI_ENOMEM;
  }
  f->next[level] = smaller;
  return CI_OK;
}

static int minimise(struct factor *f, struct workshop *w) {
  uint32_t *map = NULL;
  size_t size = 0;
  int error = CI_OK;
  for (uint32_t level = f->levels; level-- > 0 && error == CI_OK;) error = merge_level(f, w, level, &map, &size);
  if (error == CI_OK) f->start = map[FACTOR_FIRST];
  if (map) budget_free(w->b, map, size * sizeof *map);
  return error;
}

int factor_restart(struct factor *f) {
  keys_reset(&f->before, 1);
  return keys_add(&f->before, 0) == KEYS_FULL ? CI_ENOMEM : CI_OK;
}

int factor_complete(struct factor *f, struct workshop *w, uint64_t effort_limit) {
  int result = factor_restart(f);
  w->effort = 0;
  w->effort_limit = effort_limit;
  for (uint32_t level = 0; level < f->levels && result == 0; level++) {
    result = expand(f, w, level);
    if (result == 0) factor_advance(f);
  }
  if (result == 0) result = minimise(f, w);
  keys_free(&f->before);
  keys_free(&f->after);
  if (result < 0) return result;
  if (result == 0) return 1;
  for (uint32_t level = 0; level < f->levels; level++) free_rows(f, level);
  return 0;
}
