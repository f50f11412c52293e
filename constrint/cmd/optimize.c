/* constrint optimize: the best solution, or the best so far; or all that none betters. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "interrupt.h"
#include "print.h"
#include "prove.h"
#include "solver_commands.h"

/* The values of the session's objectives; *rc: a CI_ code. */
static json_t *objectives_json(const struct session *s, const int64_t *values, int *rc) {
  json_t *out = json_array();
  size_t n = ci_model_objectives(s->model);
  for (size_t k = 0; k < n; k++) {
    int64_t value;
    if ((*rc = ci_eval_objective(s->model, k, values, &value)) < 0) break;
    json_array_append_new(out, json_integer(value));
  }
  return out;
}

static void print_objectives(const struct session *s, const json_t *objectives) {
  size_t n = json_array_size(objectives);
  for (size_t k = 0; k < n; k++) {
    json_int_t value = json_integer_value(json_array_get(objectives, k));
    if (n == 1) printf("objective = %" JSON_INTEGER_FORMAT "\n", value);
    else printf("objective %zu (%s) = %" JSON_INTEGER_FORMAT "\n", k + 1,
                ci_model_maximizes(s->model, k) ? "maximize" : "minimize", value);
  }
}

/* With --progress every line of the output is a JSON value of its own. */
static int print_answer_json(const struct session *s, json_t *answer, int code) {
  if (!s->options.progress) return print_json(s, answer, code);
  bool fine = answer && json_dumpf(answer, stdout, JSON_COMPACT) == 0;
  json_decref(answer);
  putchar('\n');
  return fine ? code : EXIT_ENVIRONMENT;
}

/* ---- on the way ---- */

struct stream {
  struct session *s;
  double started;
};

static json_t *event_json(const struct stream *t, const char *event) {
  json_t *j = json_pack("{s:i, s:s, s:f}", "version", 1, "event", event, "seconds", deadline_now() - t->started);
  return j;
}

static void print_event(json_t *j) {
  json_dumpf(j, stdout, JSON_COMPACT);
  putchar('\n');
  fflush(stdout);
  json_decref(j);
}

/* The gap of the first objective; false: not known, or too large. */
static bool gap_of(const struct session *s, const ci_progress *p, const json_t *objectives, int64_t *gap) {
  int64_t value = json_integer_value(json_array_get(objectives, 0));
  if (!p->bounded || !json_array_size(objectives)) return false;
  bool maximizes = ci_model_maximizes(s->model, 0);
  if (__builtin_sub_overflow(maximizes ? p->bound : value, maximizes ? value : p->bound, gap)) return false;
  if (*gap < 0) *gap = 0; /* the bound is of what betters the best: there is nothing */
  return true;
}

static void stream_json(const struct stream *t, const ci_progress *p, json_t *objectives, bool gapped, int64_t gap) {
  json_t *j = event_json(t, p->improved ? "incumbent" : "bound");
  if (p->values) json_object_set(j, "objectives", objectives);
  if (p->bounded) json_object_set_new(j, "bound", json_integer(p->bound));
  if (gapped) json_object_set_new(j, "gap", json_integer(gap));
  print_event(j);
}

static void stream_text(const struct stream *t, const ci_progress *p, const json_t *objectives, bool gapped, int64_t gap) {
  fprintf(stderr, "constrint optimize: %.2f s:", deadline_now() - t->started);
  if (!p->values) fprintf(stderr, " no solution yet");
  for (size_t k = 0; k < json_array_size(objectives); k++)
    fprintf(stderr, "%s %" JSON_INTEGER_FORMAT, k ? "," : p->improved ? " better:" : " best:",
            json_integer_value(json_array_get(objectives, k)));
  if (p->bounded) fprintf(stderr, "; bound %" PRId64, p->bound);
  if (gapped) fprintf(stderr, ", gap %" PRId64, gap);
  fputc('\n', stderr);
}

static void watch(void *data, const ci_progress *p) {
  const struct stream *t = data;
  int rc = CI_OK;
  int64_t gap = 0;
  json_t *objectives = p->values ? objectives_json(t->s, p->values, &rc) : json_array();
  bool gapped = gap_of(t->s, p, objectives, &gap);
  if (t->s->options.json) stream_json(t, p, objectives, gapped, gap);
  else stream_text(t, p, objectives, gapped, gap);
  json_decref(objectives);
}

/* ---- the best ---- */

static int print_best(const struct session *s, const char *answer, int code) {
  int rc = CI_OK;
  json_t *objectives = objectives_json(s, s->values, &rc);
  if (rc < 0) code = report_error(&s->options, rc);
  else if (s->options.json) {
    json_t *j = answer_json(answer);
    json_object_set(j, "objectives", objectives);
    json_object_set_new(j, "values", values_json(s));
    code = print_answer_json(s, j, code);
  } else {
    print_objectives(s, objectives);
    print_values(s);
  }
  json_decref(objectives);
  return code;
}

static int print_none(const struct session *s) {
  fprintf(stderr, "constrint optimize: there is no solution (proven)\n");
  return s->options.json ? print_answer_json(s, answer_json("none"), EXIT_NONE) : EXIT_NONE;
}

static int stopped(const char *what) {
  bool interrupted = interrupt_asked(NULL);
  fprintf(stderr, "constrint optimize: %s; %s\n", interrupted ? "interrupted" : "a limit was reached", what);
  return interrupted ? EXIT_INTERRUPTED : EXIT_OPEN;
}

static int print_answer(const struct session *s, ci_answer answer) {
  if (answer == CI_NONE) return print_none(s);
  if (answer == CI_FOUND) return print_best(s, "optimal", EXIT_DONE);
  return print_best(s, "incumbent", stopped("this is the best so far, not proven optimal"));
}

/* A better solution whose bound is not known. */
static void watch_solution(void *data, const int64_t *values) {
  ci_progress p = {.values = values, .improved = 1};
  watch(data, &p);
}

static ci_options options_of(const struct session *s) {
  return (ci_options){.seed = s->options.seed, .limits = s->options.limits, .free_search = s->options.free_search,
                      .learn = s->options.learn};
}

/* What several searches took, behind their answer's way. */
static void tell_stats(const struct stream *t, const ci_portfolio_stats *p) {
  if (!t->s->options.json) {
    fprintf(stderr, "constrint optimize: %.2f s: %u searches, %" PRIu64 " rounds, %" PRIu64 " failures; shared %" PRIu64
            " facts, %" PRIu64 " nogoods\n", deadline_now() - t->started, p->searches, p->rounds, p->failures, p->facts, p->nogoods);
    return;
  }
  json_t *j = event_json(t, "searches");
  json_object_set_new(j, "searches", json_integer(p->searches));
  json_object_set_new(j, "winner", json_integer(p->winner));
  const struct { const char *key; uint64_t n; } counts[] = {
    {"rounds", p->rounds}, {"nodes", p->nodes}, {"failures", p->failures},
    {"shared_facts", p->facts}, {"shared_nogoods", p->nogoods}, {"taken_nogoods", p->taken},
  };
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    json_object_set_new(j, counts[i].key, json_sprintf("%" PRIu64, counts[i].n));
  print_event(j);
}

static int optimize_together(struct session *s, struct stream *t, ci_answer *answer) {
  ci_options options = options_of(s);
  ci_portfolio_stats stats;
  int rc = ci_portfolio_watched(s->model, &options, s->options.threads, 1, s->values, answer,
                                s->options.progress ? watch : NULL, t, &stats);
  if (s->options.progress) tell_stats(t, &stats);
  return rc;
}

static int optimize(struct session *s) {
  ci_answer answer;
  struct stream t = {s, deadline_now()};
  int rc = s->options.threads > 1 ? optimize_together(s, &t, &answer)
           : s->options.progress  ? ci_optimize_watched(s->solver, s->values, &answer, watch, &t)
                                  : ci_optimize(s->solver, s->values, &answer, NULL, NULL);
  return rc < 0 ? report_error(&s->options, rc) : print_answer(s, answer);
}

/* ---- the front ---- */

static void take_point(struct session *s, const int64_t *front, size_t i) {
  size_t vars = ci_model_vars(s->model);
  memcpy(s->values, front + i * vars, vars * sizeof *front);
}

static int front_json(struct session *s, ci_answer answer, const int64_t *front, size_t n, int code) {
  json_t *points = json_array(), *j = answer_json(answer == CI_FOUND ? "front" : "incumbent");
  int rc = CI_OK;
  for (size_t i = 0; i < n && rc == CI_OK; i++) {
    take_point(s, front, i);
    json_t *objectives = objectives_json(s, s->values, &rc);
    json_array_append_new(points, json_pack("{s:o, s:o}", "objectives", objectives, "values", values_json(s)));
  }
  json_object_set_new(j, "points", points);
  if (rc == CI_OK) return print_answer_json(s, j, code);
  json_decref(j);
  return report_error(&s->options, rc);
}

static int front_text(struct session *s, const int64_t *front, size_t n, int code) {
  for (size_t i = 0; i < n; i++) {
    int rc = CI_OK;
    take_point(s, front, i);
    json_t *objectives = objectives_json(s, s->values, &rc);
    if (i) putchar('\n');
    if (rc == CI_OK) print_objectives(s, objectives);
    print_values(s);
    json_decref(objectives);
    if (rc < 0) return report_error(&s->options, rc);
  }
  return code;
}

static int pareto(struct session *s) {
  if (s->options.threads > 1) return wrong_use(&s->options, "--threads goes with one best solution, not with --pareto");
  if (s->options.proof) return wrong_use(&s->options, "--proof goes with one best solution, not with --pareto");
  int64_t *front = NULL;
  size_t n = 0;
  ci_answer answer;
  struct stream t = {s, deadline_now()};
  ci_options options = options_of(s);
  int rc = ci_pareto(s->model, &options, &front, &n, &answer, s->options.progress ? watch_solution : NULL, &t), code = EXIT_DONE;
  if (rc < 0) return report_error(&s->options, rc);
  if (answer == CI_INCUMBENT) code = stopped("these are the best so far, and may not be the front");
  if (answer == CI_NONE) code = print_none(s);
  else code = s->options.json ? front_json(s, answer, front, n, code) : front_text(s, front, n, code);
  free(front);
  return code;
}

int command_optimize(int argc, char **argv) {
  static const struct usage usage = {
    "optimize", "FILE", "Prints the best solution and its objectives, which count in the order given; or, with\n"
    "--pareto, every choice of the objectives' values that none betters, each with a solution.\n"
    "Exit code 1: proven that there is no solution; 3: a limit was reached, the best so far is printed.",
    TAKES_LEARNING | TAKES_OBJECTIVES};
  struct session s;
  int code = session_open(&s, &usage, argc, argv);
  if (code != CONTINUE) return session_close(&s, code);
  if (!ci_model_objectives(s.model)) {
    fprintf(stderr, "constrint optimize: the model has no objective; add 'maximize' or 'minimize', or use 'solve'\n");
    return session_close(&s, EXIT_USAGE);
  }
  return session_close(&s, s.options.pareto ? pareto(&s) : prove(&s, optimize));
}
