/* The store's own structures, for the files that implement it. */
#ifndef CI_STORE_INTERNAL_H
#define CI_STORE_INTERNAL_H

#include "arena.h"
#include "domain.h"

enum { PRIORITIES = 3 };
enum watch_kind { WATCH_ANY, WATCH_BOUNDS, WATCH_FIX, WATCH_KINDS };

/* The propagators that one kind of event of a term wakes. */
struct watchers {
  propagator **list;
  uint32_t n, capacity;
};

/* What the store knows of a propagator. */
struct posted {
  propagator *p;
  term *scope;
  uint32_t n, capacity;
  int32_t next; /* in the queue; -1: last */
  int32_t origin; /* the node that it was posted for; -1: none */
};

struct saved_domain {
  term x;
  uint64_t stamp; /* the domain's stamp before */
  struct domain domain;
};

struct saved_word {
  uint64_t *where, value;
};

/* Where the trail stood when a level began. */
struct level {
  size_t domains, words, dead;
  uint64_t stamp;
};

struct fifo {
  int32_t first, last; /* ids; -1: empty */
};

struct store {
  budget *budget;
  arena arena;

  /* terms; explicit[x] is NULL for a range */
  size_t terms, term_capacity, explicit_capacity, stamp_capacity, watch_capacity;
  struct domain *domains;
  struct set **explicit;
  uint64_t *stamps;
  struct watchers (*watchers)[WATCH_KINDS];

  /* constants: open addressing, -1 empty */
  term *constants;
  size_t constant_slots, constant_count;

  /* propagators */
  struct posted *posted;
  size_t propagators, posted_capacity;
  struct fifo queue[PRIORITIES];

  /* trail */
  struct saved_domain *domain_trail;
  size_t domain_trail_n, domain_trail_capacity;
  struct saved_word *word_trail;
  size_t word_trail_n, word_trail_capacity;
  int32_t *dead_trail;
  size_t dead_trail_n, dead_trail_capacity;
  struct level *levels;
  size_t level, level_capacity;
  uint64_t stamp, last_stamp;

  uint64_t changes, runs;
  bool failed;        /* a contradiction at the root */
  bool grown;         /* at the root: some range may have become small */
  propagator *culprit; /* that failed last; NULL: none */
  struct event_log *log; /* of the learning search (learn/log.h); else NULL */
  int32_t origin;      /* of what is posted now */
  struct proof *record, *proof; /* proof/proof.h: while compiling, and afterwards; else NULL */
};

/* trail.c: remember a domain before its first change at this level. */
bool trail_domain(store *s, term x);
bool trail_word(store *s, uint64_t *where);
bool trail_dead(store *s, propagator *p);

/* queue.c */
enum changed { CHANGED_HOLE, CHANGED_BOUNDS, CHANGED_FIX };
void queue_wake(store *s, term x, enum changed what, reason why);
void queue_put(store *s, propagator *p);
void queue_clear(store *s);
propagator *queue_take(store *s); /* NULL: none is left */
/* False: contradiction or error. */
bool queue_run(store *s, propagator *p);

/* explicit.c: hold a range value by value; false: out of memory. */
bool explicit_range(store *s, term x);
bool explicit_table(store *s, term x, const wide *values, size_t n);

#endif
