/* A frontier at work: what frontier.c and its helpers read.c and given.c share. */
#ifndef CI_RUN_H
#define CI_RUN_H

#include <string.h>

#include "frontier.h"

/* Where a condition's state stands in a node's key. */
struct field {
  uint16_t at, shift, bits; /* bits 0: it is not there */
};

/* A condition (or a diagram) that reads the variable of the level at hand. */
struct reader {
  struct factor *f;
  uint32_t level;                  /* of the factor's own */
  struct field before, after;
  bool ready;                      /* what follows is known */
  uint64_t *leads;                 /* per state: a bit for each value that leads on */
  size_t leads_capacity;
  const uint32_t *dense;           /* where each value leads, state by state; NULL: it is packed */
  const uint32_t *begin, *packed;  /* the same for those values alone that lead on */
  uint32_t below;                  /* what is to be taken off packed numbers */
  uint32_t *own_begin, *own_packed;
  size_t begin_capacity, packed_capacity;
  uint32_t *row;                   /* scratch: the unpacked row of one state */
  size_t row_capacity;
};

/* One that does not, but is under way. */
struct carried { struct field before, after; };

struct run {
  struct frontier *x;
  struct workshop *w;
  struct field *fields;      /* per factor, of the nodes at hand */
  uint32_t *reached;         /* per factor: how many of its levels are done */
  struct reader *readers;
  size_t nreaders;
  struct reader **kept;      /* those of them that later levels ask for */
  size_t nkept;
  struct carried *carried;
  size_t ncarried;
  struct keys before, after;
  uint32_t width_after;      /* words of a key */
};

static inline uint64_t run_get(const uint64_t *key, struct field f) {
  return key[f.at] >> f.shift & (((uint64_t)1 << f.bits) - 1);
}
static inline uint32_t run_state(const struct reader *r, const uint64_t *key) {
  return r->before.bits ? (uint32_t)run_get(key, r->before) : r->f->start;
}
/* Words of a bit for each of so many values. */
static inline size_t run_words(size_t values) { return (values + 63) / 64; }

/* read.c: what each reader makes of the values of the level at hand. */
int run_prepare(struct run *r, uint32_t width);

/* frontier.c: */
bool run_room(struct run *r, struct frontier_level *l, size_t more);
void run_lay_out(struct run *r);
void run_carry(const struct run *r, const uint64_t *key, uint64_t *base); /* what all children of a node have in common */

/* given.c: all of a level whose variable is not listed. */
int run_given(struct run *r, uint32_t level);

#endif
