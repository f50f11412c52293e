/* A condition as an automaton that reads the values of its variables in the
 * order of the part's levels.
 *
 * Few states: it is worked out whole beforehand, and made as small as can be.
 * Many: live, its states are those that the frontier asks for, level by level. */
#ifndef CI_FACTOR_H
#define CI_FACTOR_H

#include "batch.h"
#include "diagram.h"
#include "keys.h"
#include "plan.h"

/* States.  All others are numbered from FACTOR_FIRST on. */
enum { FACTOR_FALSE, FACTOR_TRUE, FACTOR_UNKNOWN /* true or false: that takes more than 128 bits */, FACTOR_FIRST };

struct factor {
  const struct plan *plan;
  const struct condition *condition;
  const struct diagram *diagram; /* a part of an older form instead of a condition, with its levels; NULL: none */
  struct tape tape;
  uint32_t levels;
  uint32_t *vars;    /* levels */
  bool live;
  uint32_t start;    /* the state before the first level */
  uint32_t *states;  /* per level: states before it, the first FACTOR_FIRST included */
  uint32_t **next;   /* per level: states * values of the variable; NULL where it was not worked out */
  /* live: */
  struct keys before, after; /* keys of the states around the level at hand */
};

/* What factors share while they are worked out. */
struct workshop {
  budget *b;
  struct plan *plan;
  struct batch batch;
  struct keys rows;     /* of minimising */
  uint64_t effort;          /* transitions worked out for the condition at hand */
  uint64_t effort_limit;
};

void workshop_init(struct workshop *w, struct plan *p);
void workshop_free(struct workshop *w);

/* vars: the condition's, in the order of the part's levels. */
int factor_init(struct factor *f, struct plan *p, const struct condition *c, const uint32_t *vars);
/* The states of a diagram before a level are its nodes there, in order, from FACTOR_FIRST on. */
int factor_of_diagram(struct factor *f, const struct plan *p, const struct diagram *d);
void factor_free(struct factor *f);
/* Work it out whole.  1: done, 0: it would take more transitions; < 0: an error. */
int factor_complete(struct factor *f, struct workshop *w, uint64_t effort_limit);

/* Live: before the first level. */
int factor_restart(struct factor *f);

/* Live: what pairs of a state before a level and a value lead to: begin; feed up to BATCH pairs at a time, none of a
 * fixed state's result counts; settle turns all that feeding gave into states. */
int factor_begin(struct factor *f, struct workshop *w, uint32_t level);
int factor_feed(struct factor *f, struct workshop *w, uint32_t level, const uint32_t *states, const int64_t *values,
                size_t n, uint32_t *out);
int factor_settle(struct factor *f, struct workshop *w, uint32_t level, uint32_t *out, size_t n);
/* Live: the same at once, and fixed states stay as they are. */
int factor_step(struct factor *f, struct workshop *w, uint32_t level, const uint32_t *states, const int64_t *values,
                size_t n, uint32_t *out);
/* Live, and the condition defines a variable: its values in n states before the last level; FACTOR_... in other states. */
void factor_given(const struct factor *f, const uint32_t *states, size_t n, int64_t *values);
/* Live: f->after becomes f->before. */
void factor_advance(struct factor *f);

static inline size_t factor_width(const struct factor *f, uint32_t level) { return f->plan->vars[f->vars[level]].n; }

#endif
