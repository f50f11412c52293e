/* A random model, its text, every assignment by brute force and the space that
 * the library makes of it: what the checks of space_random.c look at. */
#ifndef SPACE_TRIAL_H
#define SPACE_TRIAL_H

#include <constrint_space.h>

#include "model_tree.h"

enum { TRIAL_TEXT = 1 << 16, TRIAL_ORDER = 64 };

struct trial {
  struct model m;
  char text[TRIAL_TEXT];
  size_t len;
  int total;                           /* assignments of the declared values */
  char valid[MAX_ROWS];                /* by number: choice indices, the last variable fastest */
  int rows[MAX_ROWS];                  /* numbers of the valid ones, in no particular order */
  int solutions;
  bool too_large;
  char order[TRIAL_ORDER];             /* asked of the space; "" for none */
  ci_model *model;
  ci_space *space;
};

/* What went wrong, or why the trial says nothing. */
struct verdict { bool agrees, skipped; char why[512]; };

bool fail(struct verdict *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* rc < 0: fails with ci_error(); an overflow skips. */
bool fine(struct verdict *v, int rc, const char *what);

void choice_of(const struct model *m, int number, int *choice);
int number_of(const struct model *m, const int *choice);
/* What the space holds for assignment `number`. */
void values_of(const struct model *m, int number, int64_t *values);
/* The assignment that holds these values, or -1. */
int number_with(const struct model *m, const int64_t *values);

void brute_force(struct trial *t, enum mutation mutation);
/* A model from a seed; sparse: one with solutions, but few. */
void trial_generate(struct trial *t, enum dialect dialect, uint64_t seed, bool sparse, enum mutation mutation);
/* Read the text and build its space. */
bool trial_build(struct trial *t, struct verdict *v);
void trial_free(struct trial *t);

/* A random permutation of some of the variables: their names, and all of them in the order that this
 * asks for. signs: also '<' and '>', told in sign[] as -1, 1 or 0. */
int random_names(const struct model *m, bool signs, char *text, int *order, int *sign);

#endif
