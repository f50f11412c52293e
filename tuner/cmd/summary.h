/* What a tune came to: a table for people or JSON for programs, on stdout. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <stdio.h>

#include "problem.h"
#include "tune.h"

struct summary_line { const struct problem *problem; struct tune_result result; int reached; };

struct summary {
  const char *kernel, *device, *database;
  struct summary_line *lines;
  size_t n;
  int interrupted;
};

void summary_print(FILE *to, const struct summary *s);
/* {"version": 1, ...}: 0, or -1 for no memory or a file that cannot be written. */
int summary_json(FILE *to, const struct summary *s);

#endif
