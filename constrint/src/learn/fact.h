/* Facts about terms, the literals of the learning search: x >= v, x <= v,
 * x = v, x != v; and what must have been so that a propagator could conclude one. */
#ifndef CI_FACT_H
#define CI_FACT_H

#include "../store.h"

enum fact_kind { AT_LEAST, AT_MOST, IS, IS_NOT };

/* x < 0: the contradiction. */
struct fact {
  term x;
  enum fact_kind kind;
  wide v;
};

static inline struct fact fact_at_least(term x, wide v) { return (struct fact){x, AT_LEAST, v}; }
static inline struct fact fact_at_most(term x, wide v) { return (struct fact){x, AT_MOST, v}; }
static inline struct fact fact_is(term x, wide v) { return (struct fact){x, IS, v}; }
static inline struct fact fact_is_not(term x, wide v) { return (struct fact){x, IS_NOT, v}; }
static inline struct fact fact_none(void) { return (struct fact){.x = -1}; }

static inline struct fact fact_negated(struct fact f) {
  switch (f.kind) {
  case AT_LEAST: return fact_at_most(f.x, f.v - 1);
  case AT_MOST: return fact_at_least(f.x, f.v + 1);
  case IS: return fact_is_not(f.x, f.v);
  default: return fact_is(f.x, f.v);
  }
}

/* Make it so; of a hole in a range only the ends take notice. */
static inline bool fact_assert(store *s, struct fact f, reason why) {
  switch (f.kind) {
  case AT_LEAST: return term_ge(s, f.x, f.v, why);
  case AT_MOST: return term_le(s, f.x, f.v, why);
  case IS: return term_fix(s, f.x, f.v, why);
  default: return term_remove(s, f.x, f.v, why);
  }
}

#endif
