/* Search annotations: int_search, bool_search, seq_search.  They guide and
 * decide nothing: those that are not known are passed over. */
#include "flatzinc.h"

static const struct { const char *name; ci_choice choice; } choices[] = {
  {"input_order", CI_CHOOSE_FIRST}, {"first_fail", CI_CHOOSE_FEWEST}, {"anti_first_fail", CI_CHOOSE_MOST},
  {"smallest", CI_CHOOSE_SMALLEST}, {"largest", CI_CHOOSE_LARGEST}, {"occurrence", CI_CHOOSE_OCCURRENCE},
  {"most_constrained", CI_CHOOSE_CONSTRAINED}, {"max_regret", CI_CHOOSE_REGRET}, {"dom_w_deg", CI_CHOOSE_WEIGHTED},
};

static const struct { const char *name; ci_branching branching; } branchings[] = {
  {"indomain_min", CI_TRY_LEAST}, {"indomain", CI_TRY_LEAST}, {"indomain_max", CI_TRY_GREATEST},
  {"indomain_median", CI_TRY_MIDDLE}, {"indomain_middle", CI_TRY_MIDDLE}, {"indomain_random", CI_TRY_MIDDLE},
  {"indomain_split", CI_TRY_LOWER_HALF}, {"indomain_reverse_split", CI_TRY_UPPER_HALF},
  {"indomain_interval", CI_TRY_LOWER_HALF}, {"outdomain_min", CI_TRY_GREATEST}, {"outdomain_max", CI_TRY_LEAST},
};

static ci_choice choice_of(const struct fz_value *v) {
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
    if (fz_named(v, choices[i].name)) return choices[i].choice;
  return CI_CHOOSE_WEIGHTED;
}

static ci_branching branching_of(const struct fz_value *v) {
  for (size_t i = 0; i < sizeof branchings / sizeof *branchings; i++)
    if (fz_named(v, branchings[i].name)) return branchings[i].branching;
  return CI_TRY_LEAST;
}

static int add_phase(struct fz *z, const struct fz_value *call) {
  const struct fz_value *list = &call->items[0];
  if (list->kind == FZ_NAME)
    return fz_fail(z, list->at, "the name '%.*s' is not declared", list->len > 60 ? 60 : (int)list->len, list->at);
  ci_expr *e = list->kind == FZ_ARRAY ? fz_exprs(z, list->n) : NULL;
  size_t n = 0;
  if (list->kind != FZ_ARRAY) return fz_fail(z, call->at, "a search annotation takes a list of variables first");
  if (!e) return CI_ENOMEM;
  for (size_t i = 0; i < list->n; i++) {
    const struct fz_value *v = &list->items[i];
    if ((v->kind == FZ_INT || v->kind == FZ_BOOL) && v->e >= 0) e[n++] = v->e;
  }
  return n ? ci_phase(z->b, e, n, choice_of(&call->items[1]), branching_of(&call->items[2])) : CI_OK;
}

int fz_search(struct fz *z, const struct fz_value *annotations) {
  int rc = CI_OK;
  for (size_t i = 0; i < annotations->n && rc >= 0; i++) {
    const struct fz_value *a = &annotations->items[i];
    bool phase = fz_named(a, "int_search") || fz_named(a, "bool_search");
    if (fz_named(a, "seq_search") && a->n == 1 && a->items[0].kind == FZ_ARRAY) rc = fz_search(z, &a->items[0]);
    else if (phase && a->kind == FZ_CALL && a->n >= 3) rc = add_phase(z, a);
  }
  return rc;
}
