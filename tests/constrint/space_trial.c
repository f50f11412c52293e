/* Making, reading and enumerating a trial. */
#include "space_trial.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const dialect_names[DIALECTS] = {"native", "t1", "flashrnn"};

bool fail(struct verdict *v, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(v->why, sizeof v->why, format, args);
  va_end(args);
  v->agrees = false;
  return false;
}

bool fine(struct verdict *v, int rc, const char *what) {
  if (rc >= 0) return true;
  v->skipped = rc == CI_EOVERFLOW;
  return fail(v, "%s: %d: %s", what, rc, ci_error());
}

/* ---- Assignments by number ---- */

void choice_of(const struct model *m, int number, int *choice) {
  for (int i = m->vars; i-- > 0; number /= m->var[i].n) choice[i] = number % m->var[i].n;
}

int number_of(const struct model *m, const int *choice) {
  int number = 0;
  for (int i = 0; i < m->vars; i++) number = number * m->var[i].n + choice[i];
  return number;
}

void values_of(const struct model *m, int number, int64_t *values) {
  int choice[MAX_VARS];
  choice_of(m, number, choice);
  for (int i = 0; i < m->vars; i++) values[i] = held_value(&m->var[i], choice[i]);
}

int number_with(const struct model *m, const int64_t *values) {
  int choice[MAX_VARS];
  for (int i = 0; i < m->vars; i++) {
    choice[i] = -1;
    for (int k = 0; k < m->var[i].n; k++)
      if (held_value(&m->var[i], k) == values[i]) choice[i] = k;
    if (choice[i] < 0) return -1;
  }
  return number_of(m, choice);
}

/* ---- Brute force ---- */

static int assignments(const struct model *m) {
  int total = 1;
  for (int i = 0; i < m->vars; i++) total *= m->var[i].n;
  return total;
}

void brute_force(struct trial *t, enum mutation mutation) {
  t->solutions = 0;
  t->too_large = false;
  t->total = assignments(&t->m);
  for (int number = 0; number < t->total; number++) {
    int choice[MAX_VARS];
    bool all = true;
    choice_of(&t->m, number, choice);
    for (int c = 0; c < t->m.constraints; c++) all &= holds(&t->m, c, choice, mutation, &t->too_large);
    t->valid[number] = all;
    if (all) t->rows[t->solutions++] = number;
  }
}

static bool is_sparse(const struct trial *t) {
  return t->solutions > 0 && t->solutions * 5 <= t->total && t->total >= 10 && !t->too_large;
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* Names of the FlashRNN dialect are integers: their lists are conditions, their order is by size. */
static void sort_values(struct variable *v) { qsort(v->value, (size_t)v->n, sizeof *v->value, ascending); }

void trial_generate(struct trial *t, enum dialect dialect, uint64_t seed, bool sparse, enum mutation mutation) {
  random_seed(seed);
  for (int tries = 0; tries < 200; tries++) {
    generate(&t->m, dialect);
    brute_force(t, mutation);
    if (!sparse || is_sparse(t)) break;
  }
  t->len = print_model(&t->m, t->text, sizeof t->text);
  if (dialect != FLASHRNN) return;
  for (int i = 0; i < t->m.vars; i++) sort_values(&t->m.var[i]);
  brute_force(t, mutation);
}

/* ---- The space ---- */

int random_names(const struct model *m, bool signs, char *text, int *order, int *sign) {
  static const char *const between[] = {" ", ", ", " ,"};
  int given = random_below(m->vars + 1);
  *text = 0;
  for (int i = 0; i < m->vars; i++) order[i] = i, sign[i] = 0;
  for (int i = 0; i < given; i++) {
    int j = i + random_below(m->vars - i), taken = order[j];
    for (int k = j; k > i; k--) order[k] = order[k - 1]; /* the others stay as declared */
    order[i] = taken;
    sign[taken] = signs ? random_below(3) - 1 : 0;
    const char *mark = sign[taken] < 0 ? "< " : sign[taken] > 0 ? ">" : "";
    text += sprintf(text, "%s%sv%d", i ? between[random_below(3)] : "", mark, taken);
  }
  return given;
}

bool trial_build(struct trial *t, struct verdict *v) {
  int order[MAX_VARS], sign[MAX_VARS];
  ci_space_options options = {0};
  if (!fine(v, ci_read(&t->model, dialect_names[t->m.dialect], t->text, t->len, "model", NULL, 0), "read")) return false;
  *t->order = 0;
  if (random_below(3) == 0) random_names(&t->m, false, t->order, order, sign);
  if (random_below(12) == 0) strcpy(t->order, "declared");
  options.order = *t->order ? t->order : NULL;
  return fine(v, ci_space_build(&t->space, t->model, *t->order || random_below(2) ? &options : NULL), "build");
}

void trial_free(struct trial *t) {
  ci_space_free(t->space);
  ci_model_free(t->model);
  t->space = NULL;
  t->model = NULL;
}
