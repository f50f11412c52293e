/* A workload: a named list of problems of one kernel (docs/workload.md).
 *
 * Read in two steps, because the file names the kernel whose spec gives its
 * problems their meaning: workload_load(), find the spec, workload_problem().
 */
#ifndef TUNER_WORKLOAD_H
#define TUNER_WORKLOAD_H

#include <stddef.h>
#include "problem.h"
#include "spec.h"

struct workload_entry; /* one problem, its values still texts */

struct workload {
  char *path, *name, *kernel;
  struct workload_entry *entries; /* expanded: one a problem */
  size_t n;
};

int workload_load(struct workload **out, const char *path);
int workload_parse(struct workload **out, const char *text, size_t len, const char *name);
void workload_free(struct workload *w); /* NULL is fine */
/* Problem i < n; a message names the place in the workload. */
int workload_problem(struct problem **out, const struct workload *w, size_t i, const struct spec *s);
/* Every problem at once, in order, doubles (the same problem again) left out.
 * The caller frees each and the array (free()). */
int workload_problems(struct problem ***out, size_t *n, const struct workload *w, const struct spec *s);

#endif
