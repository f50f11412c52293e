/* The harness of propagators.  A constraint's test states how to draw an
 * instance, an oracle and how to post; the harness tries every mode: explicit
 * and wide domains, posted before or after they are narrowed, at the root or
 * below, then a whole search with backtracking in random order. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stddef.h>
#include "store.h"
#include "post.h"

/* ---- Random numbers ---- */
struct rng { uint64_t state; };
uint64_t rng_next(struct rng *r);
int rng_int(struct rng *r, int lo, int hi); /* lo..hi */
static inline bool rng_chance(struct rng *r, int percent) { return rng_int(r, 1, 100) <= percent; }

/* ---- An instance ---- */
enum { MAX_TERMS = 7, MAX_VALUES = 24, MAX_PARAMS = 64 };

struct values {
  int n;
  wide v[MAX_VALUES]; /* ascending */
  wide lo, hi;        /* how far a wider start may reach */
};

struct instance {
  int n;                         /* terms */
  struct values domain[MAX_TERMS];
  int same[MAX_TERMS];           /* the term that stands here: i, or an earlier one */
  int params;
  wide param[MAX_PARAMS];        /* coefficients, tables: as the test pleases */
};

/* A random domain within lo..hi of at most n values: one value, a range, a
 * stride or a set with holes. */
void draw_values(struct rng *r, struct values *d, int lo, int hi, int n);
/* The same without 0, and so that a wider start does not reach 0. */
void draw_nonzero(struct rng *r, struct values *d, int lo, int hi, int n);
/* A truth value: 0, 1 or both. */
void draw_truth(struct rng *r, struct values *d);
/* n terms of draw_values, now and then one term twice. */
void draw_terms(struct rng *r, struct instance *in, int n, int lo, int hi, int values);
/* Now and then position i shares its term with an earlier one (their domain: the latter's). */
void draw_same(struct rng *r, struct instance *in, int i);

/* What a test claims of the fixpoint of explicit, distinct terms. */
enum strength {
  STRENGTH_SOUND,  /* no more than soundness */
  STRENGTH_BOUNDS, /* every end has support within the intervals */
  STRENGTH_DOMAIN  /* every value has support */
};

struct constraint_test {
  const char *name;
  void (*draw)(struct rng *r, struct instance *in);
  bool (*holds)(const struct instance *in, const wide *v);
  int (*post)(store *s, const struct instance *in, const term *x);
  enum strength strength;
  int result; /* fixed as soon as the others are; -1: none */
};

/* True if all instances pass; else the message says what was wrong. */
bool harness_run(const struct constraint_test *t, uint64_t seed, int instances, char *message, size_t size);

/* The same with the k-th allocation failing, for every k: CI_ENOMEM, and no crash. */
bool starvation_run(const struct constraint_test *t, uint64_t seed, int instances, char *message, size_t size);

/* Random decisions: everything that is concluded from them, and every failure,
 * must follow from the explanation alone (learn/because.h). */
bool explained_run(const struct constraint_test *t, uint64_t seed, int instances, char *message, size_t size);

/* ---- Beyond 64 bits and brute force: a tuple that holds must survive ---- */
struct witness_test {
  const char *name;
  int n;
  /* Draw a tuple that holds; false: none this time (e.g. beyond 128 bits). */
  bool (*draw)(struct rng *r, wide *v);
  int (*post)(store *s, const term *x);
};
/* Random wide domains around the tuple; propagate, fix the terms one by one:
 * the tuple must survive, and the last term must be fixed by the others if result is not -1. */
bool witness_run(const struct witness_test *t, int result, uint64_t seed, int instances, char *message, size_t size);
/* A random 64-bit number of random magnitude and sign. */
wide rng_magnitude(struct rng *r, int bits);

/* The seed of this run: PROP_SEED, or the time. */
uint64_t harness_seed(void);

#endif
