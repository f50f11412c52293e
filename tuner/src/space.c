/* The legal configurations of a kernel: enumerated once, then looked up. */
#include "space.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "fail.h"
#include "keyvalue.h"
#include "space_parts.h"

/* ---- Enumerating ---- */

static int grow(struct space *s, size_t *room) {
  if (s->n < *room) return TUNER_OK;
  size_t bigger = *room ? *room * 2 : 1024;
  int64_t *grown = realloc(s->values, bigger * s->width * sizeof *grown);
  if (!grown) return tuner_nomem();
  s->values = grown;
  *room = bigger;
  return TUNER_OK;
}

static int too_many(const struct space *s, size_t limit) {
  return tuner_fail(TUNER_ELIMIT, "%s: kernel %s has more than %zu legal configurations for this problem; narrow a "
                    "parameter's domain or add a constraint", s->spec->path, s->spec->kernel, limit);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The solver's own limits hold for each solution; these for all. */
static int check_limits(const struct space *s, const struct space_limits *limits, double began) {
  if (s->n > limits->configurations) return too_many(s, limits->configurations);
  if (limits->cancel && limits->cancel(limits->cancel_data)) return tuner_fail(TUNER_ECANCEL, "interrupted");
  if (limits->seconds > 0 && now() - began > limits->seconds)
    return tuner_fail(TUNER_ELIMIT, "%s: after %g s there are %zu legal configurations and more to come", s->spec->path,
                      limits->seconds, s->n);
  return TUNER_OK;
}

static int collect(struct space *s, ci_solver *solver, const struct space_limits *limits) {
  double began = now();
  size_t room = 0;
  for (;;) {
    ci_answer answer;
    int code = grow(s, &room);
    if (!code) code = space_model_code(ci_next(solver, s->values + s->n * s->width, &answer));
    if (code || answer == CI_NONE) return code;
    s->n++;
    if (s->n % 256 == 0 || s->n > limits->configurations) code = check_limits(s, limits, began);
    if (code) return code;
  }
}

static int compare_values(const void *a, const void *b, void *width) {
  const int64_t *x = a, *y = b;
  for (size_t i = 0; i < *(size_t *)width; i++)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

static int enumerate(struct space *s, const struct space_limits *limits) {
  ci_options options = {.limits = {.seconds = limits->seconds, .cancel = limits->cancel,
                                   .cancel_data = limits->cancel_data}};
  ci_solver *solver;
  int code = space_model_code(ci_solver_new(&solver, s->model.model, &options));
  if (code) return code;
  code = collect(s, solver, limits);
  ci_solver_free(solver);
  if (!code && s->n) qsort_r(s->values, s->n, s->width * sizeof *s->values, compare_values, &s->width);
  return code;
}

/* ---- Domains ---- */

static int compare_numbers(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* The distinct values that a parameter takes in the legal configurations:
 * all that lists and neighbours need, however wide the declaration. */
static int fill_domain(struct space *s, size_t parameter) {
  struct domain *d = &s->domains[parameter];
  int64_t *values = malloc((s->n ? s->n : 1) * sizeof *values);
  if (!values) return tuner_nomem();
  size_t count = 0;
  for (size_t i = 0; i < s->n; i++) {
    int64_t v = s->values[i * s->width + parameter];
    if (!count || values[count - 1] != v) values[count++] = v;
  }
  if (count) qsort(values, count, sizeof *values, compare_numbers);
  for (size_t i = 0; i < count; i++)
    if (!d->n || values[d->n - 1] != values[i]) values[d->n++] = values[i];
  int64_t *fitted = realloc(values, (d->n ? d->n : 1) * sizeof *values);
  d->values = fitted ? fitted : values;
  return TUNER_OK;
}

static int fill_domains(struct space *s) {
  int code = TUNER_OK;
  s->domains = calloc(s->width, sizeof *s->domains);
  if (!s->domains) return tuner_nomem();
  for (size_t i = 0; !code && i < s->width; i++) code = fill_domain(s, i);
  return code;
}

/* ---- Cost ---- */

static int no_cost(const struct space *s, size_t index, size_t objective, int code) {
  const struct spec_text *t = &s->spec->cost.at[s->model.terms[objective]];
  char *config = space_config(s, index), why[2000];
  snprintf(why, sizeof why, "%s", tuner_error());
  tuner_fail(code, "%s:%d:%d: cost term '%s' has no value for %s: %s", s->spec->path, t->place.line, t->place.column,
             t->name, config ? config : "a configuration", why);
  free(config);
  return code;
}

static int cost_of(const struct space *s, size_t index, double *out) {
  *out = 0;
  for (size_t k = 0; k < ci_model_objectives(s->model.model); k++) {
    int64_t term;
    int code = space_model_code(ci_eval_objective(s->model.model, k, space_values(s, index), &term));
    if (code) return no_cost(s, index, k, code);
    *out += (double)term;
  }
  return TUNER_OK;
}

static int compare_costs(const void *a, const void *b, void *costs) {
  size_t i = *(const size_t *)a, k = *(const size_t *)b;
  double x = ((double *)costs)[i], y = ((double *)costs)[k];
  if (x != y) return x < y ? -1 : 1;
  return (i > k) - (i < k);
}

static int fill_costs(struct space *s) {
  int code = TUNER_OK;
  s->costs = malloc((s->n ? s->n : 1) * sizeof *s->costs);
  s->ranked = malloc((s->n ? s->n : 1) * sizeof *s->ranked);
  if (!s->costs || !s->ranked) return tuner_nomem();
  for (size_t i = 0; !code && i < s->n; i++) {
    s->ranked[i] = i;
    code = cost_of(s, i, &s->costs[i]);
  }
  if (!code && s->n) qsort_r(s->ranked, s->n, sizeof *s->ranked, compare_costs, s->costs);
  return code;
}

/* ---- Opening and closing ---- */

static int fill(struct space *s, const struct problem *p, const hw_model *hw, const struct space_limits *limits) {
  int code = space_model_compose(&s->model, s->spec, p, hw);
  if (!code) code = enumerate(s, limits);
  if (!code) code = fill_domains(s);
  return code ? code : fill_costs(s);
}

int space_open(struct space **out, const struct spec *spec, const struct problem *p, const hw_model *hw,
               const struct space_limits *limits) {
  struct space_limits bounded = limits ? *limits : (struct space_limits){0};
  if (!bounded.configurations) bounded.configurations = SPACE_CONFIGURATIONS;
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
  for (size_t i = 0; s->domains && i < s->width; i++) free(s->domains[i].values);
  free(s->domains);
  free(s->values);
  free(s->costs);
  free(s->ranked);
  space_model_release(&s->model);
  free(s);
}

/* ---- Looking ---- */

const char *space_notes(const struct space *s) { return s->model.notes; }
size_t space_size(const struct space *s) { return s->n; }
size_t space_parameters(const struct space *s) { return s->width; }
const char *space_parameter(const struct space *s, size_t i) { return s->spec->parameters.at[i].name; }

size_t space_domain(const struct space *s, size_t parameter, const int64_t **values) {
  *values = s->domains[parameter].values;
  return s->domains[parameter].n;
}

const int64_t *space_values(const struct space *s, size_t index) { return s->values + index * s->width; }

int64_t space_find(const struct space *s, const int64_t *values) {
  size_t low = 0, high = s->n, width = s->width;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_values(space_values(s, middle), values, &width);
    if (!order) return (int64_t)middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return -1;
}

int space_has_cost(const struct space *s) { return ci_model_objectives(s->model.model) > 0; }
double space_cost(const struct space *s, size_t index) { return s->costs[index]; }
const size_t *space_by_cost(const struct space *s) { return s->ranked; }
