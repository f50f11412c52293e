/* constrint neighbours: the configurations near one. */
#include <stdlib.h>

#include "assign.h"
#include "compact.h"
#include "output.h"
#include "solver_commands.h"

static int print_near(const struct session *s, struct table *t) {
  const struct options *o = &s->options;
  int64_t *rows;
  size_t n;
  if (o->limited && !o->limit) return CI_OK;
  int rc = ci_space_neighbours(s->space, s->values, o->kind, o->changes, o->limited ? o->limit : 0, &rows, &n);
  if (rc < 0) return rc;
  rc = table_lines(t, rows, n);
  free(rows);
  return rc;
}

static int neighbours(struct session *s) {
  struct output out;
  int code = session_heads(s) < 0 ? report_error(&s->options, CI_ENOMEM) : assign_all(s);
  if (code == CONTINUE) code = output_open(&out, s);
  return code == CONTINUE ? output_close(&out, print_near(s, out.table)) : code;
}

int command_neighbours(int argc, char **argv) {
  static const struct usage usage = {
    "neighbours", "FILE NAME=VALUE ...", "Prints the configurations near the given assignment, which need not be one itself. --kind:\n"
    "  hamming   exactly one variable changed, to any value\n"
    "  adjacent  each variable stays or moves to the value before or after, of those that occur\n"
    "  strict    the same, of those that were declared\n"
    "  within    1 to K variables changed, to any value",
    TAKES_FORM | TAKES_REST | TAKES_NEARNESS | TAKES_LIMIT | TAKES_FORMAT | ORDERS_INDEX | NO_SEED | NO_JSON};
  struct session s;
  int code = compact_session(&s, &usage, argc, argv);
  return session_close(&s, code == CONTINUE ? neighbours(&s) : code);
}
