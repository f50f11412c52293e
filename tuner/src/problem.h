/* One problem of a kernel: a value for every problem key of its spec. */
#ifndef TUNER_PROBLEM_H
#define TUNER_PROBLEM_H

#include <stddef.h>
#include "plugin.h"
#include "spec.h"

struct problem {
  kp_setting *settings; /* n, in the spec's (and the plug-in's) order; texts belong to the spec */
  size_t n;
  char *text;    /* "function=lstm,...": every key, in the spec's order, as --problem takes it */
  char *exact;   /* canonical (sorted by key): the keys that identify; the database's `problem` */
  char *scaling; /* canonical: the keys over which a winner carries; "" if none */
};

/* One "key = value" as written somewhere; line 0: no place. */
struct problem_item { const char *key, *value; struct spec_place place; };

/* "k=v,k=v" from the command line; the spec must outlive the problem. */
int problem_parse(struct problem **out, const struct spec *s, const char *text);
/* From items of a file, or with file NULL of no file; place: where the problem as a whole stands. */
int problem_build(struct problem **out, const struct spec *s, const struct problem_item *items, size_t n,
                  const char *file, struct spec_place place);
void problem_free(struct problem *p); /* NULL is fine */

#endif
