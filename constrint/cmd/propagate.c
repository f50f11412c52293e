/* constrint propagate: the domains that propagation alone leaves. */
#include <inttypes.h>

#include "print.h"
#include "solver_commands.h"

struct range { int64_t lo, hi, step; };

static struct range range_at(const struct session *s, size_t var, size_t i) {
  struct range r = {0, 0, 1};
  ci_domain_range(s->solver, var, i, &r.lo, &r.hi, &r.step);
  return r;
}

static void print_value(const struct session *s, size_t var, int64_t value) {
  const char *label = ci_model_label(s->model, var, value);
  if (label) fputs(label, stdout);
  else printf("%" PRId64, value);
}

/* Labels belong to values, so a labelled range is spelt out. */
static void print_range(const struct session *s, size_t var, struct range r) {
  print_value(s, var, r.lo);
  if (r.lo == r.hi) return;
  if (!ci_model_label(s->model, var, r.lo)) {
    printf("..%" PRId64, r.hi);
    if (r.step != 1) printf(" step %" PRId64, r.step);
    return;
  }
  for (int64_t v = r.lo; v < r.hi;) {
    v += r.step;
    fputs(", ", stdout);
    print_value(s, var, v);
  }
}

static void print_domain(const struct session *s, size_t var) {
  size_t n = ci_domain_ranges(s->solver, var);
  struct range first = range_at(s, var, 0);
  bool braces = n != 1 || first.lo == first.hi || ci_model_label(s->model, var, first.lo);
  printf("%s in %s", ci_model_var_name(s->model, var), braces ? "{" : "");
  for (size_t i = 0; i < n; i++) {
    if (i) fputs(", ", stdout);
    print_range(s, var, range_at(s, var, i));
  }
  puts(braces ? "}" : "");
}

static json_t *domain_json(const struct session *s, size_t var) {
  json_t *ranges = json_array();
  for (size_t i = 0; i < ci_domain_ranges(s->solver, var); i++) {
    struct range r = range_at(s, var, i);
    json_array_append_new(ranges, json_pack("[I,I,I]", (json_int_t)r.lo, (json_int_t)r.hi, (json_int_t)r.step));
  }
  return ranges;
}

static int print_domains_json(const struct session *s) {
  json_t *domains = json_object(), *j = answer_json("open");
  for (size_t v = 0; v < ci_model_vars(s->model); v++)
    json_object_set_new(domains, ci_model_var_name(s->model, v), domain_json(s, v));
  json_object_set_new(j, "domains", domains);
  return print_json(s, j, EXIT_DONE);
}

static int print_domains(const struct session *s, ci_answer answer) {
  if (answer == CI_NONE) {
    fprintf(stderr, "constrint propagate: there is no solution (proven by propagation)\n");
    return s->options.json ? print_json(s, answer_json("none"), EXIT_NONE) : EXIT_NONE;
  }
  if (s->options.json) return print_domains_json(s);
  for (size_t v = 0; v < ci_model_vars(s->model); v++) print_domain(s, v);
  return EXIT_DONE;
}

int command_propagate(int argc, char **argv) {
  static const struct usage usage = {
    "propagate", "FILE", "Prints the domains that propagation alone leaves, without search.\n"
    "Exit code 1: they prove that there is no solution. JSON: ranges [lowest, highest, step].", 0};
  struct session s;
  int code = session_open(&s, &usage, argc, argv);
  if (code != CONTINUE) return session_close(&s, code);
  ci_answer answer;
  int rc = ci_propagate(s.solver, &answer);
  return session_close(&s, rc < 0 ? report_error(&s.options, rc) : print_domains(&s, answer));
}
