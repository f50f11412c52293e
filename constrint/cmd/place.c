/* constrint index, rank: from a place in the order to the configuration, and back. */
#include <stdlib.h>

#include "assign.h"
#include "compact.h"
#include "output.h"
#include "print.h"
#include "solver_commands.h"

/* ---- index ---- */

static int check_indices(const struct options *o) {
  if (!o->nrest) return wrong_use(o, "an index is missing");
  for (int i = 0; i < o->nrest; i++)
    if (!is_index(o->rest[i])) return wrong_use(o, "an index is a number from 0 on, not '%.100s'", o->rest[i]);
  return CONTINUE;
}

/* All of them before any is printed. */
static int find_all(const struct session *s, int64_t *rows) {
  int rc = CI_OK;
  for (int i = 0; i < s->options.nrest && rc == CI_OK; i++)
    rc = ci_space_at_decimal(s->space, s->options.rest[i], rows + (size_t)i * s->heads.n);
  return rc < 0 ? report_error(&s->options, rc) : CONTINUE;
}

static int print_indexed(struct session *s, int64_t *rows) {
  struct output out;
  int code = find_all(s, rows);
  if (code == CONTINUE) code = output_open(&out, s);
  return code == CONTINUE ? output_close(&out, table_lines(out.table, rows, (size_t)s->options.nrest)) : code;
}

static int look_up(struct session *s) {
  int64_t *rows = session_heads(s) < 0 ? NULL : malloc((size_t)s->options.nrest * (s->heads.n + 1) * sizeof *rows);
  int code = rows ? print_indexed(s, rows) : report_error(&s->options, CI_ENOMEM);
  free(rows);
  return code;
}

int command_index(int argc, char **argv) {
  static const struct usage usage = {
    "index", "FILE I ...", "Prints the configurations of these indices: places in the order of the form, from 0,\n"
    "of any size. 'constrint space' tells the order.",
    TAKES_FORM | TAKES_REST | TAKES_FORMAT | ORDERS_INDEX | NO_SEED | NO_JSON};
  struct session s;
  int code = compact_session(&s, &usage, argc, argv);
  if (code == CONTINUE) code = check_indices(&s.options);
  return session_close(&s, code == CONTINUE ? look_up(&s) : code);
}

/* ---- rank ---- */

static int print_rank(const struct session *s, char *decimal, ci_answer answer) {
  int code = answer == CI_NONE ? EXIT_NONE : EXIT_DONE;
  if (answer == CI_NONE) fprintf(stderr, "constrint rank: not a configuration of this space\n");
  if (s->options.json) {
    json_t *j = answer_json(answer == CI_NONE ? "none" : "found");
    if (answer != CI_NONE) json_object_set_new(j, "index", json_string(decimal));
    code = print_json(s, j, code);
  } else if (answer != CI_NONE) {
    puts(decimal);
  }
  if (answer != CI_NONE) free(decimal);
  return code;
}

static int rank(struct session *s) {
  char *decimal = NULL;
  ci_answer answer;
  int code = session_heads(s) < 0 ? report_error(&s->options, CI_ENOMEM) : assign_all(s);
  if (code != CONTINUE) return code;
  int rc = ci_space_rank_decimal(s->space, s->values, &decimal, &answer);
  return rc < 0 ? report_error(&s->options, rc) : print_rank(s, decimal, answer);
}

int command_rank(int argc, char **argv) {
  static const struct usage usage = {
    "rank", "FILE NAME=VALUE ...", "Prints the index of a configuration: its place in the order of the form, from 0.\n"
    "Every variable needs a value. Exit code 1: it is not a configuration of this space.",
    TAKES_FORM | TAKES_REST | ORDERS_INDEX | NO_SEED};
  struct session s;
  int code = compact_session(&s, &usage, argc, argv);
  return session_close(&s, code == CONTINUE ? rank(&s) : code);
}
