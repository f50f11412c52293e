/* The schema: every key that a hardware model may have, in one table. */
#ifndef HW_SCHEMA_H
#define HW_SCHEMA_H

#include <stdbool.h>

#include "hwmodel.h"
#include "unit.h"

enum { HW_CPU = 1, HW_GPU = 2, HW_BOTH = 3 };

typedef struct schema_key {
  hw_key public;         /* the part that hwmodel.h shows */
  unit_dimension dimension;
  int kinds;             /* HW_CPU | HW_GPU */
  bool needed;           /* a model of such a kind is not usable without it */
  const char *copy_of[2]; /* for a cpu, for a gpu: derived, never written in a file */
} schema_key;

const schema_key *schema_find(const char *name);
const schema_key *schema_at(size_t i); /* NULL beyond the end */
/* "cpu" or "gpu" to HW_CPU or HW_GPU; 0 for others. */
int schema_kind(const char *name);
const char *schema_kind_name(int kind);
static inline bool schema_derived(const schema_key *k) { return k->copy_of[0] || k->copy_of[1]; }
/* The key of the same kind with the nearest name; NULL if none is near. */
const char *schema_nearest(const char *name, int kind);

#endif
