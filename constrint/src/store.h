/* The store: domains, the trail, and the queue of propagators.
 *
 * Every node of the model's graph that the search needs is a term: the declared
 * variables and the intermediates alike.  A term has 128-bit bounds, a stride
 * (lo + k*step), and, once it is small, an explicit set of values.
 *
 * Every change of a domain goes through term_change(), is recorded on the
 * trail and carries a reason: the propagator that made it, or the search.
 */
#ifndef CI_STORE_H
#define CI_STORE_H

#include <stddef.h>
#include "wide.h"

typedef struct store store;
typedef int32_t term;
typedef struct propagator propagator;
struct because;
struct fact;

/* Why a domain changed: a propagator, or NULL for a decision of the search. */
typedef const propagator *reason;

/* ---- Reading domains ---- */
wide term_lo(const store *s, term x);
wide term_hi(const store *s, term x);
bool term_fixed(const store *s, term x);
wide term_value(const store *s, term x); /* of a fixed term */
bool term_has(const store *s, term x, wide v);
/* Every value is congruent to lo modulo step; 1 says nothing, 0 means fixed. */
wide term_step(const store *s, term x);
/* Number of values, saturating at UINT64_MAX. */
uint64_t term_size(const store *s, term x);
/* Is the domain held value by value, so that term_remove() takes effect anywhere? */
bool term_explicit(const store *s, term x);
/* The smallest value > v (largest < v) in the domain; v itself if there is none. */
wide term_next(const store *s, term x, wide v);
wide term_prev(const store *s, term x, wide v);
/* Iterate: for (wide v = term_lo(s,x);; v = term_next(s,x,v)) { ...; if (v == term_hi(s,x)) break; } */

/* ---- Changing domains: false means the domain would be empty ---- */
enum change { CHANGE_LO, CHANGE_HI, CHANGE_FIX, CHANGE_REMOVE, CHANGE_STEP };
/* CHANGE_LO: keep values >= a.  CHANGE_HI: <= a.  CHANGE_FIX: only a.
 * CHANGE_REMOVE: all but a; on a domain that is not explicit this takes effect
 * only at its ends, so a propagator that needs it must stay awake.
 * CHANGE_STEP: only values congruent to b modulo a (a >= 1). */
bool term_change(store *s, term x, enum change kind, wide a, wide b, reason why);

static inline bool term_ge(store *s, term x, wide v, reason why) { return term_change(s, x, CHANGE_LO, v, 0, why); }
static inline bool term_le(store *s, term x, wide v, reason why) { return term_change(s, x, CHANGE_HI, v, 0, why); }
static inline bool term_fix(store *s, term x, wide v, reason why) { return term_change(s, x, CHANGE_FIX, v, 0, why); }
static inline bool term_remove(store *s, term x, wide v, reason why) { return term_change(s, x, CHANGE_REMOVE, v, 0, why); }
static inline bool term_mod(store *s, term x, wide m, wide r, reason why) { return term_change(s, x, CHANGE_STEP, m, r, why); }
/* Keep only the n given values (ascending); at the root this makes the domain
 * explicit, during search it prunes as far as the representation allows. */
bool term_keep(store *s, term x, const wide *values, size_t n, reason why);
/* Ends at WIDE_MAX / WIDE_MIN: hi == WIDE_MAX and lo == WIDE_MIN say nothing;
 * lo == WIDE_MAX (hi == WIDE_MIN) is a value beyond 128 bits: such a term is
 * never fixed.  Such ends are not aligned to a stride, and the step is 1 where
 * lo is one of them.  On a domain that is not explicit CHANGE_STEP is an effort, not
 * a promise: check again when the term is fixed. */

/* ---- Propagators ---- */
enum outcome {
  FAILED,   /* no solution below here */
  FIXPOINT, /* nothing more to prune until somebody else changes a term it watches:
             * a propagator is not woken by its own changes */
  AGAIN,    /* pruned something; may prune more if run again */
  SUBSUMED  /* holds whatever happens below here: asleep until backtracking */
};

/* What a propagator wants to hear of a term. */
enum event { ON_FIX = 1, ON_BOUNDS = 2, ON_ANY = 4 /* each implies the ones before it */ };

/* One kind of propagator: a static const table in a file of its own. */
struct propagator_class {
  const char *name;
  enum outcome (*propagate)(store *s, propagator *p);
  /* For the learning search (learn/because.h): facts that held and from which p
   * concludes `what`.  False: it cannot say; then all that is known of its terms
   * is taken.  NULL: it never can. */
  bool (*explain)(struct because *why, const propagator *p, struct fact what);
  int priority; /* 0 runs first: cheap; 1: linear in arity; 2: value by value */
  /* Where p has exactly one value of its term z for every choice of its other
   * terms within their domains: bounds of that value (ends as in domains).
   * False: z is none such, or not for certain.  NULL: p defines no term. */
  bool (*image)(const store *s, const propagator *p, term z, wide *lo, wide *hi);
};

/* super must be the first member of every propagator's own struct. */
struct propagator {
  const struct propagator_class *class;
  int32_t id;
  bool queued, dead; /* the store's own */
  bool asleep;       /* while there is a log: the learning search does its work (learn/clauses.c) */
  bool tells;        /* at the fixpoint all that its fixed terms say stands in the domains
                      * of the others, where these are explicit: they no longer matter */
};

/* A term of the given bounds (a fresh intermediate). < 0: out of memory. */
term store_new_term(store *s, wide lo, wide hi);
/* A term of the n >= 1 given values, ascending. */
term store_new_set(store *s, const wide *values, size_t n);
/* The term that is always v; shared. */
term store_constant(store *s, wide v);
/* Memory that lives as long as the store, zeroed; NULL when the budget is spent. */
void *store_alloc(store *s, size_t bytes);
/* Hand over a propagator made with store_alloc, and name what wakes it: all the
 * terms that it reads or changes (constants may be left out), for they are its
 * scope too.  Posting runs nothing: store_propagate() does. */
int store_post(store *s, propagator *p, const struct propagator_class *class,
               const term *watched, size_t n, enum event on);
/* One more term of a propagator that was posted, woken by an event of its own. */
int store_watch(store *s, propagator *p, term x, enum event on);
/* A post function found the model contradictory before search. */
void store_fail(store *s);

/* ---- State of propagators that backtracking restores ---- */
/* Set a word (in memory from store_alloc); false: out of memory, return FAILED. */
bool store_set_word(store *s, uint64_t *where, uint64_t value);
/* Grows by every call that really changed a domain: compare before and after. */
uint64_t store_changes(const store *s);
/* Long loops within a propagator ask now and then; true: give up (return FAILED). */
bool store_stop(store *s);

/* ---- The store as a whole: the engine's and the tests' side ---- */
struct budget;
/* NULL: out of memory.  The budget outlives the store. */
store *store_new(struct budget *b);
void store_free(store *s);
/* Run to the fixpoint: 1 reached, 0 contradiction, < 0 an error (CI_ENOMEM,
 * CI_ELIMIT, CI_ECANCEL).  After 0 at the root the store stays failed. */
int store_propagate(store *s);
/* A level of search begins; the last one ends, and all its changes with it. */
int store_push(store *s);
void store_pop(store *s);
int store_level(const store *s);
size_t store_terms(const store *s);

#endif
