/* Questions to parts of a model: do these of its constraints contradict each other? */
#ifndef CI_CONFLICT_H
#define CI_CONFLICT_H

#include "graph.h"

struct parts {
  const ci_model *m;
  ci_options options;
  double deadline; /* 0: none */
  bool *in;        /* per constraint: is it posted? */
  struct constraint *posted;
  int64_t *values; /* the solution of the last part that had one */
};

/* Nothing is posted at first.  The options' time is that of all questions together. */
int parts_open(struct parts *p, const ci_model *m, const ci_options *options);
void parts_close(struct parts *p);
/* What is left of the time, into the options; false: nothing. */
bool parts_time(struct parts *p);
int parts_late(void); /* the error that goes with it */
/* Is there no solution of the posted constraints?  1, 0, or < 0: an error. */
int parts_contradictory(struct parts *p);
/* None of the n constraints of the list is posted; with all of them what is
 * posted is contradictory, without any it is not.  Post a minimal part of them
 * that is contradictory, too. */
int parts_halve(struct parts *p, const size_t *list, size_t n);  /* QuickXplain */
int parts_delete(struct parts *p, const size_t *list, size_t n); /* one by one */

#endif
