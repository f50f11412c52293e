/* Spaces made from spaces: restricted by a condition, saved and opened again. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "space_checks.h"

/* A space whose listing is l: the same operations must hold. */
static bool holds_up(const struct trial *t, struct verdict *v) {
  static space_check *const checks[] = {check_size, check_at, check_rank, check_values, check_marginals, check_parts,
                                        check_columns, check_cursor, check_distinct, check_neighbours};
  static struct listing l;
  if (!list_in_order(t, &l, v)) return false;
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
    if (!checks[i](t, &l, v)) return false;
  return true;
}

/* ---- A further condition ---- */

/* A native condition over the trial's variables, which it sees as integers. */
static size_t random_condition(const struct trial *t, struct model *c, char *text, size_t size) {
  do generate(c, NATIVE);
  while (c->vars > t->m.vars);
  c->objectives = 0;
  size_t len = print_model(c, text, size);
  text[len] = 0;
  for (int skip = 0; skip < c->vars; skip++) text = strchr(text, '\n') + 1; /* its declarations */
  for (int i = 0; i < c->vars; i++) {
    c->var[i] = t->m.var[i];
    c->var[i].type = V_INT;
    for (int k = 0; k < c->var[i].n; k++) c->var[i].value[k] = held_value(&t->m.var[i], k);
  }
  return (size_t)(strlen(text));
}

/* t->rows and t->valid of a trial whose space was restricted. */
static void restrict_rows(struct trial *to, const struct trial *from, const struct model *c) {
  *to = *from;
  to->solutions = 0;
  *to->order = 0;
  for (int i = 0; i < from->solutions; i++) {
    int choice[MAX_VARS], number = from->rows[i];
    bool all = true;
    choice_of(&from->m, number, choice);
    for (int k = 0; k < c->constraints; k++) all &= holds(c, k, choice, NO_MUTATION, &to->too_large);
    to->valid[number] = all;
    if (all) to->rows[to->solutions++] = number;
  }
}

bool check_restrict(const struct trial *t, const struct listing *l, struct verdict *v) {
  static struct model c;
  static struct trial less;
  static char text[TRIAL_TEXT];
  (void)l;
  size_t len = random_condition(t, &c, text, sizeof text);
  char *condition = text + strlen(text) - len;
  restrict_rows(&less, t, &c);
  if (less.too_large) return true;
  int rc = ci_space_restrict(&less.space, t->space, condition, NULL);
  if (rc == CI_EOVERFLOW) return true;
  if (!fine(v, rc, "restrict")) return false;
  bool right = holds_up(&less, v);
  if (!right) {
    char why[sizeof v->why];
    memcpy(why, v->why, sizeof why);
    fail(v, "restricted by %.200s%.280s", condition, why);
  }
  ci_space_free(less.space);
  return right;
}

/* ---- Saved and opened ---- */

bool check_saved(const struct trial *t, const struct listing *l, struct verdict *v) {
  static struct trial opened;
  (void)l;
  if (random_below(8)) return true;
  char path[] = "/tmp/constrint-space-XXXXXX";
  int fd = mkstemp(path);
  if (fd < 0) return fail(v, "no temporary file");
  close(fd);
  opened = *t;
  bool right = fine(v, ci_space_save(t->space, path), "save") && fine(v, ci_space_open(&opened.space, path), "open");
  unlink(path);
  if (!right) return false;
  right = holds_up(&opened, v);
  ci_space_free(opened.space);
  return right;
}
