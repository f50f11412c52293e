/* constrint enumerate: a stream of solutions, from the compact form: in columns
 * if its own order will do, else by a cursor; by search where there is no form. */
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "compact.h"
#include "output.h"
#include "solver_commands.h"

/* What is still to be printed. */
struct stream { struct session *s; struct table *table; uint64_t skip, left; struct deadline until; };

/* ---- In the form's own order ---- */

enum { BLOCK = 4096 };

static int print_blocks(struct stream *t, int64_t **columns, const int64_t **shown) {
  const struct heads *heads = &t->s->heads;
  for (size_t i = 0; i < heads->n; i++) shown[i] = columns[heads_place(heads, i)];
  for (uint64_t at = t->skip; t->left;) {
    uint64_t given;
    int rc = ci_space_columns(t->s->space, at, t->left < BLOCK ? t->left : BLOCK, sizeof(int64_t), 0, (void *const *)columns,
                              &given);
    if (rc == CI_OK) rc = table_rows(t->table, shown, 1, given);
    if (rc == CI_OK) rc = deadline_passed(&t->until);
    if (rc < 0 || given < BLOCK) return rc;
    at += given;
    t->left -= given;
  }
  return CI_OK;
}

static int by_columns(struct stream *t) {
  size_t n = ci_space_vars(t->s->space);
  int64_t *block = malloc((n + 1) * BLOCK * sizeof *block), **columns = malloc((n + 1) * sizeof *columns);
  const int64_t **shown = malloc((n + 1) * sizeof *shown);
  for (size_t v = 0; columns && v < n; v++) columns[v] = block + v * BLOCK;
  int rc = block && columns && shown ? print_blocks(t, columns, shown) : CI_ENOMEM;
  free(shown);
  free(block);
  free(columns);
  return rc;
}

/* ---- In another order ---- */

static int one_by_one(struct stream *t, int (*next)(void *from, int64_t *values, ci_answer *answer), void *from) {
  for (; t->left; t->skip ? t->skip-- : t->left--) {
    ci_answer answer;
    int rc = next(from, t->s->values, &answer);
    if (rc < 0 || answer == CI_NONE) return rc;
    if (!t->skip) rc = table_lines(t->table, t->s->values, 1);
    if (rc == CI_OK && t->left % 1024 == 0) rc = deadline_passed(&t->until);
    if (rc < 0) return rc;
  }
  return CI_OK;
}

static int cursor_next(void *cursor, int64_t *values, ci_answer *answer) { return ci_cursor_next(cursor, values, answer); }
static int solver_next(void *solver, int64_t *values, ci_answer *answer) { return ci_next(solver, values, answer); }

static int by_cursor(struct stream *t, const char *order) {
  ci_cursor *cursor;
  int rc = ci_cursor_new(&cursor, t->s->space, order);
  if (rc < 0) return rc;
  rc = one_by_one(t, cursor_next, cursor);
  ci_cursor_free(cursor);
  return rc;
}

static int by_search(struct stream *t) {
  int rc = session_solver(t->s);
  return rc < 0 ? rc : one_by_one(t, solver_next, t->s->solver);
}

/* ---- Which order ---- */

static bool is_signed(const char *order) { return order && strpbrk(order, "<>"); }

static int give_order(struct session *s) {
  ci_model *ordered;
  int rc = ci_with_order(&ordered, s->model, s->options.order);
  if (rc < 0) return rc;
  ci_model_free(s->model);
  s->model = ordered;
  return CI_OK;
}

/* The model's search order as a cursor's: all variables, the unlisted ones as declared, smallest first. */
static char *search_order(const ci_model *m) {
  char *text = NULL;
  size_t len, var, n = ci_model_order(m, 0, NULL, NULL);
  FILE *to = open_memstream(&text, &len);
  char *listed = calloc(ci_model_vars(m) + 1, 1);
  for (size_t i = 0; to && listed && i < n; i++) {
    int largest;
    ci_model_order(m, i, &var, &largest);
    listed[var] = 1;
    fprintf(to, "%s%c %s", i ? " " : "", largest ? '>' : '<', ci_model_var_name(m, var));
  }
  for (var = 0; to && listed && var < ci_model_vars(m); var++)
    if (!listed[var]) fprintf(to, " < %s", ci_model_var_name(m, var));
  if (to && !fclose(to) && listed) return free(listed), text;
  free(listed);
  free(text);
  return NULL;
}

/* What the cursor is to follow; NULL: the form's own order. */
static int choose_order(struct session *s, char **cursor) {
  const char *given = s->options.order;
  int rc = s->model && is_signed(given) ? give_order(s) : CI_OK;
  *cursor = NULL;
  if (rc < 0) return rc;
  bool search = s->model && (is_signed(given) || (!given && ci_model_order(s->model, 0, NULL, NULL)));
  if (!search && (s->model || !given)) return CI_OK;
  *cursor = search ? search_order(s->model) : strdup(given);
  return *cursor ? CI_OK : CI_ENOMEM;
}

static int print_all(struct stream *t) {
  char *cursor = NULL;
  const char *given = t->s->options.order;
  int rc = choose_order(t->s, &cursor);
  if (rc < 0) return rc;
  rc = compact_try(t->s, cursor ? NULL : given);
  if (rc >= 0) rc = cursor ? by_cursor(t, cursor) : by_columns(t);
  else if (compact_search_instead(t->s, rc) && (cursor || !given)) rc = by_search(t);
  free(cursor);
  return rc;
}

static int enumerate(struct session *s) {
  struct output out;
  struct stream t = {.s = s, .skip = s->options.from, .left = s->options.limited ? s->options.limit : UINT64_MAX,
                     .until = deadline_in(s->options.limits.seconds)};
  int rc = session_heads(s);
  if (rc == CI_OK && s->model && !heads_shown(&s->heads, s->model)) rc = CI_ENOMEM;
  if (rc < 0) return report_error(&s->options, rc);
  int code = output_open(&out, s);
  if (code != CONTINUE) return code;
  t.table = out.table;
  return output_close(&out, print_all(&t));
}

int command_enumerate(int argc, char **argv) {
  static const struct usage usage = {
    "enumerate", "FILE", "Prints every solution once: in the model's search order if it has one or --order gives one,\n"
    "else in the order of the compact form (--order 'A B': by A, then by B, values as listed).\n"
    "CSV with a header, a JSON object a line, or a NumPy file of a field a variable.\n"
    "Exit code 3: a time or memory limit ended the stream early.",
    TAKES_LIMIT | TAKES_FORMAT | TAKES_FORM | TAKES_FROM | NO_JSON};
  struct session s;
  int code = session_open(&s, &usage, argc, argv);
  return session_close(&s, code == CONTINUE ? enumerate(&s) : code);
}
