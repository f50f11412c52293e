/* constrint enumerate: a stream of solutions. */
#include "print.h"
#include "solver_commands.h"

static void print_line(const struct session *s) {
  if (s->options.format == FORMAT_CSV) {
    print_csv(s);
    return;
  }
  json_t *j = values_json(s);
  if (j && json_dumpf(j, stdout, JSON_COMPACT) == 0) putchar('\n');
  json_decref(j);
}

/* CI_OK when all there is (or was asked for) is printed. */
static int stream(const struct session *s) {
  for (uint64_t n = 0; !s->options.limited || n < s->options.limit; n++) {
    ci_answer answer;
    int rc = ci_next(s->solver, s->values, &answer);
    if (rc < 0) return rc;
    if (answer == CI_NONE) return CI_OK;
    print_line(s);
    if (ferror(stdout)) return CI_OK; /* session_close() reports it */
  }
  return CI_OK;
}

int command_enumerate(int argc, char **argv) {
  static const struct usage usage = {
    "enumerate", "FILE", "Prints every solution once, in the model's order if it has one: CSV with a header,\n"
    "or one JSON object a line. Exit code 3: a time or memory limit ended the stream early.",
    TAKES_LIMIT | TAKES_FORMAT | NO_JSON};
  struct session s;
  int code = session_open(&s, &usage, argc, argv);
  if (code != CONTINUE) return session_close(&s, code);
  if (s.options.format == FORMAT_CSV) print_csv_header(&s);
  int rc = stream(&s);
  return session_close(&s, rc < 0 ? report_error(&s.options, rc) : EXIT_DONE);
}
