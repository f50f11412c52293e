/* Reads a space a line (any JSON dialect) and answers with a line: a bit for
 * each assignment, the last parameter fastest, from the evaluator; then the
 * count, from the solver; or "error: " and the message's first line.
 * usage: judge [DIALECT] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "constrint.h"

enum { MOST = 1 << 20, VARS = 64 };

static char bits[MOST + 1];

struct domain { const int64_t *values; int64_t lo, step; size_t n; };

static int64_t value_at(const struct domain *d, size_t i) { return d->values ? d->values[i] : d->lo + (int64_t)i * d->step; }

/* 0, or an error code. */
static int judge_one(const ci_model *m, const int64_t *values, char *bit) {
  size_t *broken = NULL, n = 0;
  int outside, rc = ci_check(m, values, &broken, &n, &outside);
  free(broken);
  *bit = rc < 0 ? '?' : n || outside >= 0 ? '0' : '1';
  return rc < 0 ? rc : 0;
}

static int judge_all(const ci_model *m) {
  struct domain d[VARS];
  int64_t values[VARS];
  size_t vars = ci_model_vars(m), total = 1;
  int rc = vars > VARS ? CI_EINVAL : CI_OK;
  for (size_t v = 0; rc >= 0 && v < vars; v++) {
    int64_t hi;
    d[v].n = ci_model_listed(m, v, &d[v].values, &d[v].lo, &hi, &d[v].step);
    if ((total *= d[v].n) > MOST) rc = CI_EINVAL;
  }
  for (size_t i = 0; rc >= 0 && i < total; i++) {
    size_t rest = i;
    for (size_t v = vars; v-- > 0; rest /= d[v].n) values[v] = value_at(&d[v], rest % d[v].n);
    rc = judge_one(m, values, &bits[i]);
  }
  bits[rc < 0 ? 0 : total] = 0;
  return rc;
}

static int count(const ci_model *m, char **decimal) {
  ci_solver *s;
  int rc = ci_solver_new(&s, m, NULL);
  if (rc < 0) return rc;
  rc = ci_count(s, decimal);
  ci_solver_free(s);
  return rc;
}

static void answer(const char *dialect, const char *line, size_t len) {
  ci_model *m;
  char *decimal = NULL;
  int rc = ci_read(&m, dialect, line, len, "f", NULL, 0);
  if (rc >= 0) {
    rc = judge_all(m);
    if (rc >= 0) rc = count(m, &decimal);
    ci_model_free(m);
  }
  if (rc < 0) printf("error: %.*s\n", (int)strcspn(ci_error(), "\n"), ci_error());
  else printf("%s %s\n", bits, decimal);
  free(decimal);
}

int main(int argc, char **argv) {
  char *line = NULL;
  size_t room = 0;
  for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) answer(argc > 1 ? argv[1] : "json", line, (size_t)n);
  free(line);
  return 0;
}
