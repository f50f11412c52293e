/* Short nogoods from one search to the others.
 *
 * A nogood follows from the model, and from a bound of the objective that only
 * ever tightens; who has at least as good a best may take it. */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

enum {
  SHORT = 8,            /* facts, of any nogood */
  LONG = 30, LEVELS = 2, /* or so many from so few levels */
  OFFERED = 400,        /* at most, by each in a round */
  REMEMBERED = 1 << 20  /* hashes; then all are forgotten */
};

void exchange_free(struct exchange *e) {
  free(e->nogood);
  free(e->fact);
  free(e->seen);
}

void exchange_clear(struct exchange *e) { e->n = e->facts = 0; }

/* ---- offered before? ---- */

static uint64_t mix(uint64_t h) {
  h = (h ^ (h >> 32)) * 0x9e3779b97f4a7c15u;
  return h ^ (h >> 29);
}

/* The same for any order of its facts. */
static uint64_t hash_of(const struct nogood *n) {
  uint64_t sum = n->n;
  for (uint32_t i = 0; i < n->n; i++) {
    const struct fact *f = &n->fact[i];
    uwide v = (uwide)f->v;
    sum += mix(mix((uint64_t)f->x * 4 + f->kind) ^ mix((uint64_t)v) ^ mix((uint64_t)(v >> 64) + 1));
  }
  return sum ? sum : 1;
}

/* Where the hash is, or would be. */
static size_t slot_of(const struct exchange *e, uint64_t hash) {
  size_t i = mix(hash) & (e->seen_capacity - 1);
  while (e->seen[i] && e->seen[i] != hash) i = (i + 1) & (e->seen_capacity - 1);
  return i;
}

/* Twice the room; or, where there were too many, none is known any more. */
static bool grow_seen(struct exchange *e) {
  struct exchange more = {.seen_capacity = e->seen_capacity ? 2 * e->seen_capacity : 1024};
  if (e->nseen >= REMEMBERED) {
    memset(e->seen, 0, e->seen_capacity * sizeof *e->seen);
    e->nseen = 0;
    return true;
  }
  more.seen = calloc(more.seen_capacity, sizeof *more.seen);
  if (!more.seen) return false;
  for (size_t i = 0; i < e->seen_capacity; i++)
    if (e->seen[i]) more.seen[slot_of(&more, e->seen[i])] = e->seen[i];
  free(e->seen);
  e->seen = more.seen;
  e->seen_capacity = more.seen_capacity;
  return true;
}

/* 1: it is new; 0: it was offered; < 0: out of memory. */
static int note(struct exchange *e, uint64_t hash) {
  if (2 * e->nseen >= e->seen_capacity && !grow_seen(e)) return CI_ENOMEM;
  size_t i = slot_of(e, hash);
  if (e->seen[i]) return 0;
  e->seen[i] = hash;
  e->nseen++;
  return 1;
}

/* ---- the pool ---- */

static bool grow(void *array, size_t *capacity, size_t needed, size_t size) {
  void **block = array;
  if (needed <= *capacity) return true;
  void *more = realloc(*block, 2 * needed * size);
  if (!more) return false;
  *block = more;
  *capacity = 2 * needed;
  return true;
}

static int put(struct exchange *e, size_t from, const struct nogood *n) {
  int is_new = note(e, hash_of(n));
  if (is_new == 0) return CI_OK;
  if (is_new < 0 || !grow(&e->nogood, &e->capacity, e->n + 1, sizeof *e->nogood) ||
      !grow(&e->fact, &e->fact_capacity, e->facts + n->n, sizeof *e->fact))
    return ci_fail(CI_ENOMEM, "out of memory while searches exchange what they learned");
  e->nogood[e->n++] = (struct exchanged){from, e->facts, n->n, n->levels};
  memcpy(e->fact + e->facts, n->fact, n->n * sizeof *n->fact);
  e->facts += n->n;
  return CI_OK;
}

static bool is_short(const struct nogood *n) { return n->n <= SHORT || n->levels <= LEVELS; }

int exchange_offer(struct exchange *e, size_t from, struct learner *l) {
  size_t most = e->n + OFFERED;
  int error = CI_OK;
  for (uint32_t length = 2; length <= LONG; length++)
    for (size_t i = 0; i < l->nogoods && e->n < most && error == CI_OK; i++) {
      struct nogood *n = l->nogood[i];
      if (n->n != length || n->told || !is_short(n)) continue;
      n->told = true;
      error = put(e, from, n);
    }
  return error;
}

int exchange_take(const struct exchange *e, size_t to, struct learner *l) {
  int taken = 0;
  for (size_t i = 0; i < e->n && !l->exhausted; i++) {
    const struct exchanged *x = &e->nogood[i];
    if (x->from == to) continue;
    int result = nogood_adopt(l, e->fact + x->first, x->n, x->levels);
    if (result < 0) return result;
    l->exhausted = result == 0;
    taken++;
  }
  return taken;
}
