/* Size, index, rank, true ranges, marginals, parts. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "space_checks.h"

/* ---- The order ---- */

struct sorted { const struct trial *t; const uint32_t *order; };

static int in_order(const void *a, const void *b, void *data) {
  const struct sorted *s = data;
  int x[MAX_VARS], y[MAX_VARS];
  choice_of(&s->t->m, *(const int *)a, x);
  choice_of(&s->t->m, *(const int *)b, y);
  for (int i = 0; i < s->t->m.vars; i++) {
    uint32_t var = s->order[i];
    if (x[var] != y[var]) return x[var] < y[var] ? -1 : 1;
  }
  return 0;
}

static bool is_permutation(const uint32_t *order, int n) {
  unsigned seen = 0;
  for (int i = 0; i < n; i++) seen |= order[i] < 32 ? 1u << order[i] : 0;
  return seen == (1u << n) - 1;
}

/* The names that were asked for, in their order, then the others as declared. */
static bool order_is_kept(const struct trial *t, const uint32_t *order) {
  bool placed[MAX_VARS] = {false};
  int at = 0;
  for (const char *p = strcmp(t->order, "declared") ? t->order : ""; (p = strchr(p, 'v')); p++) {
    int var = atoi(p + 1);
    placed[var] = true;
    if ((int)order[at++] != var) return false;
  }
  for (int i = 0; i < t->m.vars; i++)
    if (!placed[i] && (int)order[at++] != i) return false;
  return true;
}

bool list_in_order(const struct trial *t, struct listing *l, struct verdict *v) {
  const uint32_t *order = ci_space_order(t->space);
  if ((int)ci_space_vars(t->space) != t->m.vars) return fail(v, "%zu variables", ci_space_vars(t->space));
  if (!is_permutation(order, t->m.vars)) return fail(v, "the order is no permutation");
  if (*t->order && t->solutions && !order_is_kept(t, order)) return fail(v, "the order asked for is not kept: %s", t->order);
  l->n = t->solutions;
  memcpy(l->number, t->rows, (size_t)l->n * sizeof *t->rows);
  qsort_r(l->number, (size_t)l->n, sizeof *l->number, in_order, &(struct sorted){t, order});
  memset(l->index, -1, sizeof l->index);
  for (int i = 0; i < l->n; i++) l->index[l->number[i]] = i;
  return true;
}

/* ---- Size ---- */

bool check_size(const struct trial *t, const struct listing *l, struct verdict *v) {
  char *decimal;
  uint64_t n;
  if (!fine(v, ci_space_size(t->space, &decimal), "size")) return false;
  bool same = strtoull(decimal, NULL, 10) == (uint64_t)l->n;
  if (!same) fail(v, "size %s, not %d", decimal, l->n);
  free(decimal);
  if (!same || !fine(v, ci_space_size_u64(t->space, &n), "size")) return false;
  return n == (uint64_t)l->n ? true : fail(v, "size %" PRIu64 ", not %d", n, l->n);
}

/* The count for which no form is made. */
bool check_counted(const struct trial *t, const struct listing *l, struct verdict *v) {
  char *decimal;
  if (!fine(v, ci_space_count(t->model, &(ci_space_options){.order = *t->order ? t->order : NULL}, &decimal), "count")) return false;
  bool same = strtoull(decimal, NULL, 10) == (uint64_t)l->n;
  if (!same) fail(v, "counted %s, not %d", decimal, l->n);
  free(decimal);
  return same;
}

/* ---- Index and rank ---- */

static bool same_values(const struct trial *t, int number, const int64_t *values) {
  int64_t wanted[MAX_VARS];
  values_of(&t->m, number, wanted);
  return !memcmp(wanted, values, (size_t)t->m.vars * sizeof *values);
}

bool check_at(const struct trial *t, const struct listing *l, struct verdict *v) {
  int64_t values[MAX_VARS];
  char text[32];
  for (int i = 0; i < l->n; i++) {
    if (!fine(v, ci_space_at(t->space, (uint64_t)i, values), "at")) return false;
    if (!same_values(t, l->number[i], values)) return fail(v, "at %d of %d: another configuration", i, l->n);
    snprintf(text, sizeof text, "%d", i);
    if (!fine(v, ci_space_at_decimal(t->space, text, values), "at")) return false;
    if (!same_values(t, l->number[i], values)) return fail(v, "at '%d' of %d: another configuration", i, l->n);
  }
  snprintf(text, sizeof text, "%d", l->n);
  if (ci_space_at(t->space, (uint64_t)l->n, values) != CI_EINVAL) return fail(v, "at the size: no error");
  return ci_space_at_decimal(t->space, text, values) == CI_EINVAL ? true : fail(v, "at '%s': no error", text);
}

static bool ranked(const struct trial *t, const int64_t *values, int wanted, struct verdict *v) {
  uint64_t index = 0;
  char *decimal = NULL;
  ci_answer answer, again;
  if (!fine(v, ci_space_rank(t->space, values, &index, &answer), "rank")) return false;
  if (!fine(v, ci_space_rank_decimal(t->space, values, &decimal, &again), "rank")) return false;
  bool found = wanted >= 0;
  bool right = (answer == CI_FOUND) == found && again == answer && ci_space_has(t->space, values) == found;
  if (right && found) right = index == (uint64_t)wanted && strtol(decimal, NULL, 10) == wanted;
  if (found && again == CI_FOUND) free(decimal);
  return right ? true : fail(v, "rank: %" PRIu64 " (answer %d), not %d", index, answer, wanted);
}

bool check_rank(const struct trial *t, const struct listing *l, struct verdict *v) {
  int64_t values[MAX_VARS];
  for (int number = 0; number < t->total; number++) {
    values_of(&t->m, number, values);
    if (!ranked(t, values, l->index[number], v)) return false;
  }
  int var = random_below(t->m.vars);
  values[var] = random_below(2) ? 1000 + random_below(1000) : INT64_MIN; /* no value of any variable */
  return ranked(t, values, -1, v);
}

/* ---- Ranges and marginals ---- */

static int occurrences(const struct trial *t, int var, int choice) {
  int n = 0, all[MAX_VARS];
  for (int i = 0; i < t->solutions; i++) {
    choice_of(&t->m, t->rows[i], all);
    n += all[var] == choice;
  }
  return n;
}

bool check_values(const struct trial *t, const struct listing *l, struct verdict *v) {
  (void)l;
  for (int var = 0; var < t->m.vars; var++) {
    const int64_t *values;
    size_t n = ci_space_values(t->space, (size_t)var, &values), at = 0;
    char name[16];
    snprintf(name, sizeof name, "v%d", var);
    if (strcmp(ci_space_var_name(t->space, (size_t)var), name) || ci_space_find(t->space, name) != var)
      return fail(v, "variable %d is not %s", var, name);
    for (int k = 0; k < t->m.var[var].n; k++) {
      if (!occurrences(t, var, k)) continue;
      if (at >= n || values[at] != held_value(&t->m.var[var], k)) return fail(v, "%s: value %zu is another", name, at);
      at++;
    }
    if (at != n) return fail(v, "%s: %zu values, not %zu", name, n, at);
  }
  return ci_space_find(t->space, "nobody") == -1 ? true : fail(v, "found nobody");
}

bool check_marginals(const struct trial *t, const struct listing *l, struct verdict *v) {
  (void)l;
  for (int var = 0; var < t->m.vars; var++) {
    size_t at = 0;
    for (int k = 0; k < t->m.var[var].n; k++) {
      char *decimal;
      int wanted = occurrences(t, var, k);
      if (!wanted) continue;
      if (!fine(v, ci_space_marginal(t->space, (size_t)var, at++, &decimal), "marginal")) return false;
      long got = strtol(decimal, NULL, 10);
      free(decimal);
      if (got != wanted) return fail(v, "marginal of v%d, value %zu: %ld, not %d", var, at - 1, got, wanted);
    }
  }
  return true;
}

/* ---- Parts: the space is their product ---- */

/* Different projections of the valid rows onto the variables of a part. */
static int projections(const struct trial *t, int part) {
  static char seen[MAX_ROWS];
  int n = 0;
  memset(seen, 0, sizeof seen);
  for (int i = 0; i < t->solutions; i++) {
    int choice[MAX_VARS];
    choice_of(&t->m, t->rows[i], choice);
    for (int var = 0; var < t->m.vars; var++)
      if (ci_space_part(t->space, (size_t)var) != part) choice[var] = 0;
    char *cell = &seen[number_of(&t->m, choice)];
    n += !*cell;
    *cell = 1;
  }
  return n;
}

bool check_parts(const struct trial *t, const struct listing *l, struct verdict *v) {
  ci_space_info info;
  ci_space_info_of(t->space, &info);
  if (!l->n) return info.parts == 0 ? true : fail(v, "%zu parts of nothing", info.parts);
  int product = 1;
  for (size_t part = 0; part < info.parts; part++) product *= projections(t, (int)part);
  if (product != l->n) return fail(v, "the parts' product is %d, not %d", product, l->n);
  for (int var = 0; var < t->m.vars; var++) {
    const int64_t *values;
    bool fixed = ci_space_values(t->space, (size_t)var, &values) == 1;
    if ((ci_space_part(t->space, (size_t)var) < 0) != fixed) return fail(v, "v%d: part %d", var, ci_space_part(t->space, (size_t)var));
  }
  return true;
}
