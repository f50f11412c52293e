/* The log: every change of a domain in order, with what was asked for, by whom,
 * and the bounds before.  Kept only while the learning search runs; the search
 * looks up in it when and why a fact came to hold. */
#ifndef CI_LOG_H
#define CI_LOG_H

#include "../store_internal.h"
#include "fact.h"

struct nogood;

struct entry {
  term x;
  int32_t previous; /* event of the same term; -1: none */
  int32_t level;
  enum change kind; /* what was asked for: CHANGE_STEP never is */
  struct nogood *nogood; /* where that is the reason, else NULL */
  reason why;
  wide a;
  wide lo, hi;      /* before */
};

/* A change that would have emptied its domain. */
struct refusal {
  term x; /* -1: none */
  enum change kind;
  wide a;
  reason why;
};

struct event_log {
  struct budget *budget;
  struct entry *event;
  size_t n, capacity;
  size_t terms;
  struct set *const *sets; /* the store's */
  int32_t *last;         /* per term: its newest event */
  int32_t **gone;        /* per term: per position of its set an event that took it away, which
                          * may have been undone since; NULL: none ever did */
  wide *root_lo, *root_hi;
  size_t *start;         /* per level: its first event */
  size_t start_capacity;
  /* the change in hand */
  enum change kind;
  wide a;
  struct nogood *nogood;
  struct refusal refusal; /* the last, since it was cleared */
};

/* ---- Facts and the domains as they are ---- */
static inline bool fact_true(const store *s, struct fact f) {
  const struct domain *d = &s->domains[f.x];
  switch (f.kind) {
  case AT_LEAST: return d->lo >= f.v;
  case AT_MOST: return d->hi <= f.v;
  case IS: return d->lo == f.v && d->hi == f.v;
  default: return f.v < d->lo || f.v > d->hi || (d->lo != d->hi && !term_has(s, f.x, f.v));
  }
}
static inline bool fact_false(const store *s, struct fact f) {
  const struct domain *d = &s->domains[f.x];
  switch (f.kind) {
  case AT_LEAST: return d->hi < f.v;
  case AT_MOST: return d->lo > f.v;
  case IS: return f.v < d->lo || f.v > d->hi || (d->lo != d->hi && !term_has(s, f.x, f.v));
  default: return d->lo == f.v && d->hi == f.v;
  }
}

/* NULL: out of memory.  The store must be at its root. */
struct event_log *log_new(store *s);
void log_free(struct event_log *l);

/* change.c and trail.c report: */
bool log_event(store *s, term x, const struct domain *before, reason why);
bool log_level(store *s);
void log_undo(store *s);

/* The bounds of x before event `at`. */
struct ends { wide lo, hi; };
struct ends log_ends(const store *s, term x, size_t at);
/* Was v in x's domain before event `at`? */
bool log_has(const store *s, term x, wide v, size_t at);

enum { AT_ROOT = -1, NOT_SO = -2 };
/* The event before `at` that made the fact hold; AT_ROOT: none, it always held.
 * A fact x != v that a bound passed by becomes that bound. */
int32_t log_find(const store *s, struct fact *f, size_t at);

#endif
