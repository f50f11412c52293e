/* What the tests of this room share: a small device and ways to open a space. */
#ifndef TOY_H
#define TOY_H

#include <stdio.h>
#include <string.h>
#include "fail.h"
#include "hwmodel.h"
#include "problem.h"
#include "space.h"
#include "spec.h"

static const char toy_hw_text[] =
  "schema: 1\nname: toy\nvendor: nobody\nkind: cpu\narchitecture: toy\n"
  "figures:\n"
  "  cores: {value: 4, source: \"assumed: for tests\"}\n"
  "  l1d_bytes: {value: 1 KiB, source: \"assumed: for tests\"}\n";

static inline hw_model *toy_hw(void) {
  hw_model *hw = NULL;
  if (hw_parse(&hw, toy_hw_text, sizeof toy_hw_text - 1, "toy-hw.yaml")) fprintf(stderr, "%s\n", hw_error());
  return hw;
}

/* The problem of a spec with the smallest value of every key. */
static inline int toy_problem(struct problem **out, const struct spec *s) {
  char text[4096] = "";
  for (size_t i = 0; i < s->nproblem; i++) {
    const struct spec_key *k = &s->problem[i];
    size_t used = strlen(text);
    if (k->nlabels) snprintf(text + used, sizeof text - used, "%s%s=%s", i ? "," : "", k->name, k->labels[0]);
    else snprintf(text + used, sizeof text - used, "%s%s=%lld", i ? "," : "", k->name, (long long)k->lo);
  }
  return problem_parse(out, s, text);
}

/* A spec's text all the way to its space.  *spec is the caller's to free, also on failure. */
static inline int toy_space(struct space **out, struct spec **spec, const char *text, size_t length,
                            const struct space_limits *limits) {
  struct problem *p = NULL;
  hw_model *hw = NULL;
  int code = spec_parse(spec, text, length, "toy.yaml");
  if (!code) code = toy_problem(&p, *spec);
  if (!code && !(hw = toy_hw())) code = TUNER_EENV;
  if (!code) code = space_open(out, *spec, p, hw, limits);
  hw_free(hw);
  problem_free(p);
  return code;
}

/* The values of a configuration: of up to 8 parameters, good until the fourth call after this. */
static inline const int64_t *toy_values(const struct space *s, size_t index) {
  static int64_t buffers[4][8];
  static int turn;
  int64_t *values = buffers[turn++ & 3];
  space_values(s, index, values);
  return values;
}

#endif
