/* constrint count: how many solutions there are. */
#include <stdlib.h>

#include "compact.h"
#include "print.h"
#include "solver_commands.h"

static int print_count(const struct session *s, char *decimal) {
  int code = EXIT_DONE;
  if (s->options.json) code = print_json(s, json_pack("{s:i, s:s}", "version", 1, "count", decimal), code);
  else puts(decimal);
  free(decimal);
  return code;
}

static int count_search(struct session *s, char **decimal) {
  int rc = session_solver(s);
  return rc < 0 ? rc : ci_count(s->solver, decimal);
}

int command_count(int argc, char **argv) {
  static const struct usage usage = {
    "count", "FILE", "Prints the exact number of solutions: assignments of the declared variables.\n"
    "Counts on the compact form; by search where that takes too much memory.", TAKES_FORM | ORDERS_INDEX};
  struct session s;
  char *decimal;
  int code = session_open(&s, &usage, argc, argv);
  if (code != CONTINUE) return session_close(&s, code);
  int rc = compact_count(&s, s.options.order, &decimal);
  if (compact_search_instead(&s, rc)) rc = count_search(&s, &decimal);
  return session_close(&s, rc < 0 ? report_error(&s.options, rc) : print_count(&s, decimal));
}
