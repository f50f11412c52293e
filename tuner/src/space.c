/* The legal configurations of a kernel: ConstrINT's compact form of them, and
 * their costs. */
#include "space.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "fail.h"
#include "space_cost.h"
#include "space_parts.h"

/* ---- The form ---- */

static int too_large(const struct space *s, const struct space_limits *limits) {
  return tuner_fail(TUNER_ELIMIT, "%s: the legal configurations of kernel %s do not fit into %llu MiB; narrow a parameter's "
                    "domain or add a constraint", s->spec->path, s->spec->kernel,
                    (unsigned long long)(limits->memory_bytes >> 20));
}

static int build(struct space *s, const struct space_limits *limits) {
  ci_space_options options = {.limits = {.seconds = limits->seconds, .memory_bytes = limits->memory_bytes,
                                         .cancel = limits->cancel, .cancel_data = limits->cancel_data}};
  int code = ci_space_build(&s->form, s->model.model, &options);
  if (code == CI_ENOMEM) return too_large(s, limits);
  if (code) return space_model_code(code);
  uint64_t n;
  if (ci_space_size_u64(s->form, &n) || n > INT64_MAX)
    return tuner_fail(TUNER_ELIMIT, "%s: kernel %s has more than 2^63 legal configurations; narrow a parameter's domain or "
                      "add a constraint", s->spec->path, s->spec->kernel);
  s->n = n;
  return TUNER_OK;
}

/* ---- Cost ---- */

int space_has_cost(const struct space *s) { return ci_model_objectives(s->model.model) > 0; }
const size_t *space_by_cost(const struct space *s) { return s->ranked; }

double space_cost(const struct space *s, size_t index) {
  double cost;
  int64_t values[PROTOCOL_VALUES];
  if (s->costs) return s->costs[index];
  space_values(s, index, values);
  return cost_of_values(s, values, &cost) ? INFINITY : cost;
}

/* ---- Opening and closing ---- */

static int fill(struct space *s, const struct problem *p, const hw_model *hw, const struct space_limits *limits) {
  if (s->width > PROTOCOL_VALUES) return tuner_fail(TUNER_EINPUT, "%s: more than %d parameters", s->spec->path, PROTOCOL_VALUES);
  int code = space_model_compose(&s->model, s->spec, p, hw);
  if (!code) code = build(s, limits);
  return code || s->n > limits->ranked ? code : cost_rank_all(s, limits);
}

int space_open(struct space **out, const struct spec *spec, const struct problem *p, const hw_model *hw,
               const struct space_limits *limits) {
  struct space_limits bounded = limits ? *limits : (struct space_limits){0};
  if (!bounded.ranked) bounded.ranked = SPACE_RANKED;
  if (!bounded.memory_bytes) bounded.memory_bytes = SPACE_MEMORY;
  struct space *s = calloc(1, sizeof *s);
  if (!s) return tuner_nomem();
  s->spec = spec;
  s->width = spec->parameters.n;
  int code = fill(s, p, hw, &bounded);
  if (code) space_close(s);
  else *out = s;
  return code;
}

void space_close(struct space *s) {
  if (!s) return;
  ci_space_free(s->form);
  free(s->costs);
  free(s->ranked);
  free(s->kinds);
  space_model_release(&s->model);
  free(s);
}

/* ---- Looking ---- */

const char *space_notes(const struct space *s) { return s->model.notes; }
size_t space_size(const struct space *s) { return s->n; }
size_t space_parameters(const struct space *s) { return s->width; }
const char *space_parameter(const struct space *s, size_t i) { return s->spec->parameters.at[i].name; }
void space_values(const struct space *s, size_t index, int64_t *values) { ci_space_at(s->form, index, values); }

int64_t space_find(const struct space *s, const int64_t *values) {
  uint64_t index;
  ci_answer answer;
  return ci_space_rank(s->form, values, &index, &answer) || answer == CI_NONE ? -1 : (int64_t)index;
}

int space_neighbours(const struct space *s, size_t index, size_t **out, size_t *n) {
  int64_t values[PROTOCOL_VALUES], *rows;
  size_t found;
  space_values(s, index, values);
  int code = space_model_code(ci_space_neighbours(s->form, values, CI_NEIGHBOURS_HAMMING, 0, 0, &rows, &found));
  if (code) return code;
  size_t *list = malloc((found + 1) * sizeof *list);
  for (size_t i = 0; list && i < found; i++) list[i] = (size_t)space_find(s, rows + i * s->width);
  free(rows);
  if (!list) return tuner_nomem();
  *out = list;
  *n = found;
  return TUNER_OK;
}
