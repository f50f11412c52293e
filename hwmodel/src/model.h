/* A hardware model in memory: built once, then immutable. */
#ifndef HW_MODEL_H
#define HW_MODEL_H

#include "hwmodel.h"
#include "schema.h"

enum { MODEL_TEXT = 512 }; /* longest text of a model, with its end */

typedef struct model_head {
  const char *name, *vendor, *architecture;
  int kind; /* HW_CPU or HW_GPU */
} model_head;

/* Copies the texts. */
int model_new(hw_model **out, const model_head *head);
/* Copies the source.  value > 0; a key is added once. */
int model_add(hw_model *m, const schema_key *key, int64_t value, const char *source, int line);
/* By name, for probes: nothing is added if value <= 0 (the machine did not tell). */
int model_add_known(hw_model *m, const char *key, int64_t value, const char *source);
/* Adds the figures that follow from others; the last step of building. */
int model_finish(hw_model *m);

#endif
