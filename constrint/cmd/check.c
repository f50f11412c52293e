/* constrint check: which constraints does an assignment break? */
#include <inttypes.h>
#include <stdlib.h>

#include "assign.h"
#include "print.h"
#include "solver_commands.h"

static bool in_domain(const ci_model *m, size_t var, int64_t value) {
  const int64_t *listed;
  int64_t lo, hi, step;
  size_t n = ci_model_listed(m, var, &listed, &lo, &hi, &step);
  if (!listed) return value >= lo && value <= hi && ((uint64_t)value - (uint64_t)lo) % (uint64_t)step == 0;
  for (size_t i = 0; i < n; i++)
    if (listed[i] == value) return true;
  return false;
}

static json_t *outside_json(const struct session *s) {
  json_t *names = json_array();
  for (size_t v = 0; v < ci_model_vars(s->model); v++)
    if (!in_domain(s->model, v, s->values[v])) json_array_append_new(names, json_string(ci_model_var_name(s->model, v)));
  return names;
}

static json_t *broken_json(const struct session *s, const size_t *broken, size_t n) {
  json_t *names = json_array();
  for (size_t i = 0; i < n; i++)
    json_array_append_new(names, json_string(ci_model_constraint_name(s->model, broken[i])));
  return names;
}

static int print_broken(const struct session *s, json_t *outside, json_t *broken) {
  size_t wrong = json_array_size(outside) + json_array_size(broken), i;
  int code = wrong ? EXIT_NONE : EXIT_DONE;
  json_t *name;
  if (s->options.json)
    return print_json(s, json_pack("{s:i, s:s, s:O, s:O}", "version", 1, "answer", wrong ? "broken" : "holds", "outside",
                                   outside, "broken", broken), code);
  json_array_foreach(outside, i, name) printf("domain of %s\n", json_string_value(name));
  json_array_foreach(broken, i, name) puts(json_string_value(name));
  return code;
}

static int check(struct session *s) {
  size_t *broken, n;
  int outside;
  int rc = session_heads(s), code;
  if (rc < 0) return report_error(&s->options, rc);
  if ((code = assign_all(s)) != CONTINUE) return code;
  rc = ci_check(s->model, s->values, &broken, &n, &outside);
  if (rc < 0) return report_error(&s->options, rc);
  json_t *out = outside_json(s), *names = broken_json(s, broken, n);
  code = print_broken(s, out, names);
  json_decref(out);
  json_decref(names);
  free(broken);
  return code;
}

int command_check(int argc, char **argv) {
  static const struct usage usage = {
    "check", "FILE NAME=VALUE ...", "Prints the names of the constraints that the assignment breaks, one a line, and\n"
    "'domain of NAME' for a value outside its domain. Every variable needs a value.\n"
    "Exit code 1: something is broken.", TAKES_REST | NO_SEARCH | NO_LIMITS};
  struct session s;
  int code = session_open(&s, &usage, argc, argv);
  return session_close(&s, code == CONTINUE ? check(&s) : code);
}
