/* What each reader makes of a variable's values, state by state: which of them
 * lead on, and where.  An automaton has it worked out for all its states, a
 * live condition works out what the other readers leave. */
#include "run.h"

/* Room for the bits of so many states, all 0. */
static bool clear_leads(struct run *r, struct reader *reader, size_t states, size_t width) {
  size_t n = states * run_words(width);
  if (!budget_grow(r->x->b, &reader->leads, &reader->leads_capacity, n, sizeof *reader->leads)) return false;
  memset(reader->leads, 0, n * sizeof *reader->leads);
  return true;
}

static int prepare_dense(struct run *r, struct reader *reader) {
  size_t width = factor_width(reader->f, reader->level), states = reader->f->states[reader->level];
  if (!clear_leads(r, reader, states, width)) return CI_ENOMEM;
  const uint32_t *row = reader->dense = reader->f->next[reader->level];
  uint64_t *leads = reader->leads;
  for (size_t s = 0; s < states; s++, leads += run_words(width), row += width)
    for (size_t v = 0; v < width; v++) leads[v / 64] |= (uint64_t)(row[v] != FACTOR_FALSE) << (v % 64);
  return CI_OK;
}

static int prepare_diagram(struct run *r, struct reader *reader) {
  const struct diagram *d = reader->f->diagram;
  size_t width = factor_width(reader->f, reader->level), words = run_words(width);
  uint32_t first = d->first[reader->level], nodes = d->first[reader->level + 1] - first;
  if (!clear_leads(r, reader, nodes + FACTOR_FIRST, width)) return CI_ENOMEM;
  for (uint32_t i = 0; i < nodes; i++) {
    uint64_t *leads = reader->leads + (i + FACTOR_FIRST) * words;
    for (uint32_t e = d->edge[first + i]; e < d->edge[first + i + 1]; e++) leads[d->value[e] / 64] |= (uint64_t)1 << d->value[e] % 64;
  }
  reader->begin = d->edge + first - FACTOR_FIRST;
  reader->packed = d->child;
  reader->below = d->first[reader->level + 1] - FACTOR_FIRST;
  return CI_OK;
}

/* The pairs of a live condition that no reader before it rules out. */
static void find_wanted(struct run *r, struct reader *reader, size_t width) {
  size_t words = run_words(width);
  for (uint32_t i = 0; i < r->before.n; i++) {
    const uint64_t *key = keys_at(&r->before, i);
    uint64_t *leads = reader->leads + run_state(reader, key) * words;
    for (size_t w = 0; w < words; w++) {
      uint64_t bits = width - 64 * w < 64 ? ((uint64_t)1 << (width - 64 * w)) - 1 : ~(uint64_t)0;
      for (size_t k = 0; k < r->nreaders && bits; k++)
        if (r->readers[k].ready) bits &= r->readers[k].leads[run_state(&r->readers[k], key) * words + w];
      leads[w] |= bits;
    }
  }
}

static size_t count_bits(const uint64_t *words, size_t n) {
  size_t sum = 0;
  for (size_t i = 0; i < n; i++)
    for (uint64_t bits = words[i]; bits; bits &= bits - 1) sum++;
  return sum;
}

/* A state's pairs to be fed. */
struct feeding {
  uint32_t states[BATCH];
  int64_t values[BATCH];
  size_t n, done;
};

static int feed(struct run *r, struct reader *reader, struct feeding *f) {
  int error = factor_feed(reader->f, r->w, reader->level, f->states, f->values, f->n, reader->own_packed + f->done);
  f->done += f->n;
  f->n = 0;
  return error;
}

static int feed_all(struct run *r, struct reader *reader, size_t states, size_t words) {
  const int64_t *values = r->x->plan->vars[reader->f->vars[reader->level]].values;
  struct feeding f;
  f.n = f.done = 0;
  int error = factor_begin(reader->f, r->w, reader->level);
  for (uint32_t s = 0; s < states && error == CI_OK; s++) {
    reader->own_begin[s] = (uint32_t)(f.done + f.n);
    for (size_t w = 0; w < words; w++) {
      for (uint64_t bits = reader->leads[s * words + w]; bits && error == CI_OK; bits &= bits - 1) {
        f.states[f.n] = s;
        f.values[f.n++] = values[64 * w + (size_t)__builtin_ctzll(bits)];
        if (f.n == BATCH) error = feed(r, reader, &f);
      }
    }
  }
  if (error == CI_OK && f.n) error = feed(r, reader, &f);
  return error < 0 ? error : factor_settle(reader->f, r->w, reader->level, reader->own_packed, f.done);
}

/* Pairs that lead nowhere go. */
static void drop_false(struct reader *reader, size_t states, size_t words) {
  uint32_t from = 0, to = 0;
  for (uint32_t s = 0; s < states; s++) {
    reader->own_begin[s] = to;
    for (size_t w = 0; w < words; w++) {
      uint64_t *leads = &reader->leads[s * words + w];
      for (uint64_t bits = *leads; bits; bits &= bits - 1) {
        uint32_t next = s < FACTOR_FIRST ? s : reader->own_packed[from];
        from++;
        if (next == FACTOR_FALSE) *leads &= ~(bits & -bits);
        else reader->own_packed[to++] = next;
      }
    }
  }
}

static int prepare_live(struct run *r, struct reader *reader) {
  budget *b = r->x->b;
  size_t width = factor_width(reader->f, reader->level), states = reader->f->before.n + (size_t)FACTOR_FIRST;
  if (!clear_leads(r, reader, states, width)) return CI_ENOMEM;
  find_wanted(r, reader, width);
  size_t words = run_words(width), pairs = count_bits(reader->leads, states * words);
  if (pairs >= UINT32_MAX || !budget_grow(b, &reader->own_begin, &reader->begin_capacity, states, sizeof *reader->own_begin) ||
      !budget_grow(b, &reader->own_packed, &reader->packed_capacity, pairs + 1, sizeof *reader->own_packed))
    return b->stopped = CI_ENOMEM;
  r->x->effort += pairs;
  if (r->x->effort_limit && r->x->effort > r->x->effort_limit) return 1;
  int error = feed_all(r, reader, states, words);
  if (error != CI_OK) return error;
  drop_false(reader, states, words);
  reader->begin = reader->own_begin;
  reader->packed = reader->own_packed;
  reader->below = 0;
  return CI_OK;
}

/* Live conditions last: the others rule out most of their pairs. */
int run_prepare(struct run *r, uint32_t width) {
  int error = CI_OK;
  for (int live = 0; live < 2; live++) {
    for (size_t i = 0; i < r->nreaders && error == CI_OK; i++) {
      struct reader *reader = &r->readers[i];
      if (reader->f->live != live) continue;
      reader->dense = NULL;
      error = live ? prepare_live(r, reader) : reader->f->diagram ? prepare_diagram(r, reader) : prepare_dense(r, reader);
      reader->ready = true;
      if (error == CI_OK && !reader->dense && !budget_grow(r->x->b, &reader->row, &reader->row_capacity, width, sizeof *reader->row))
        error = CI_ENOMEM;
    }
  }
  return error;
}
