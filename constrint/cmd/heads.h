/* What the columns of a table are: names of variables and the labels of their
 * values, of a model or of a saved form. */
#ifndef CMD_HEADS_H
#define CMD_HEADS_H

#include <stdbool.h>
#include "constrint.h"
#include "constrint_space.h"

struct label { int64_t value; const char *text; };
struct head { const char *name; struct label *labels; size_t nlabels; }; /* labels by ascending value */
struct heads {
  struct head *at;
  size_t n;
  size_t *places; /* where each stands in a row of `width` values; NULL: all of them, in order */
  size_t width;
};

/* Texts are borrowed.  false: no memory. */
bool heads_of_model(struct heads *out, const ci_model *m);
bool heads_of_space(struct heads *out, const ci_space *s);
/* Leaves out what the model hides.  false: no memory. */
bool heads_shown(struct heads *h, const ci_model *m);
static inline size_t heads_place(const struct heads *h, size_t i) { return h->places ? h->places[i] : i; }
void heads_free(struct heads *h);

/* The number of a name, or -1. */
int heads_find(const struct heads *h, const char *name);
/* Where the label of a value stands in h->labels, or -1. */
long heads_label(const struct head *h, int64_t value);

#endif
