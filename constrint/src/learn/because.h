/* What a propagator says to explain itself: facts that held at one point of the
 * log, the moment before the change in question, and that imply it. */
#ifndef CI_BECAUSE_H
#define CI_BECAUSE_H

#include "../propagators/interval.h"
#include "log.h"

struct because {
  const store *s;
  size_t at; /* before this event */
  struct fact *fact;
  size_t n, capacity;
  bool spent; /* out of memory */
};

void because_free(struct because *b);

/* ---- The domains of that moment ---- */
static inline interval because_interval(const struct because *b, term x) {
  struct ends e = log_ends(b->s, x, b->at);
  return (interval){e.lo, e.hi};
}
static inline bool because_has(const struct because *b, term x, wide v) { return log_has(b->s, x, v, b->at); }
static inline bool because_fixed(const struct because *b, term x, wide *v) {
  interval a = because_interval(b, x);
  *v = a.lo;
  return a.lo == a.hi && !wide_saturated(a.lo);
}
/* The domains before the search: what needs no reason. */
static inline interval because_root(const struct because *b, term x) {
  return (interval){b->s->log->root_lo[x], b->s->log->root_hi[x]};
}

/* ---- Naming a fact, which must have held then ---- */
void because(struct because *b, struct fact f);
static inline void because_at_least(struct because *b, term x, wide v) { because(b, fact_at_least(x, v)); }
static inline void because_at_most(struct because *b, term x, wide v) { because(b, fact_at_most(x, v)); }
static inline void because_is(struct because *b, term x, wide v) { because(b, fact_is(x, v)); }
static inline void because_is_not(struct because *b, term x, wide v) { because(b, fact_is_not(x, v)); }
/* Its bounds, and all its values. */
void because_ends(struct because *b, term x);
void because_domain(struct because *b, term x);

/* ---- By intervals ---- */
/* No solution within the box (box[i] for the i-th term): may err on false; and
 * where it says true of a box it does so of every smaller one. */
typedef bool (*box_refuted)(const void *data, const interval *box);
/* Explain `what` by the bounds of n <= BOX_TERMS terms alone: the box with the
 * contrary is refuted; then every end is let out as far as that stays so.
 * False: bounds alone do not do it. */
enum { BOX_TERMS = 64 };
bool because_of_box(struct because *b, const term *x, size_t n, struct fact what, box_refuted refuted, const void *data);

/* The explanation of an event's fact, or of a failure (what.x < 0), by `why`;
 * always says something true, at worst all that is known of its terms. */
void because_of(struct because *b, reason why, struct fact what);

#endif
