/* From drafts to a form; what building and restricting share. */
#include "form.h"

#include "../error.h"
#include "../evaluate.h"

/* ---- what only the evaluator can judge ---- */

/* The one assignment that there is. */
int form_judge_constant(struct build *u) {
  evaluation e;
  int error = evaluation_new(&e, u->g);
  if (error < 0) return error;
  evaluation_run(&e, u->example);
  for (size_t c = 0; c < u->g->nconstraints; c++) {
    struct value v = e.values[u->g->constraints[c].condition];
    if (v.kind == UNKNOWN) u->unknown = true;
    else if (v.kind == UNDEFINED || (v.kind == NUMBER && v.number == 0)) u->empty = true;
  }
  evaluation_free(&e);
  return CI_OK;
}

/* Some configuration needs more than 128 bits: name the expression. */
static int fail_unknown(struct build *u) {
  evaluation e;
  int error = evaluation_new(&e, u->g);
  if (error < 0) return error;
  evaluation_run(&e, u->example);
  error = ci_fail(CI_EOVERFLOW, "an intermediate value does not fit 128 bits; bound its variables more tightly");
  for (size_t c = 0; c < u->g->nconstraints; c++)
    if (e.values[u->g->constraints[c].condition].kind == UNKNOWN)
      error = evaluation_fail(&e, u->g->constraints[c].condition, u->g->constraints[c].name);
  evaluation_free(&e);
  return error;
}

/* ---- the form ---- */

/* A range of one value has no list of its own. */
static void describe_values(struct build *u, size_t i, struct draft_var *d) {
  struct plan_var *v = &u->plan.vars[i];
  d->values = v->values ? v->values : &v->lo;
  d->n = v->values ? v->n : 1;
}

/* The labels of the values that occur. */
static int describe_labels(struct build *u, size_t i, struct draft_var *d) {
  const struct var *v = &u->g->vars[i];
  if (!v->labels) return CI_OK;
  const char **labels = budget_alloc(&u->b, (d->n + 1) * sizeof *labels);
  if (!labels) return CI_ENOMEM;
  for (size_t k = 0, at = 0; k < d->n; k++, at++) {
    while ((v->values ? v->values[at] : v->lo + (int64_t)at * v->step) != d->values[k]) at++;
    labels[k] = v->labels[at];
  }
  d->labels = labels;
  return CI_OK;
}

static int describe(struct build *u, struct draft_var *vars) {
  for (size_t i = 0; i < u->g->nvars; i++) {
    const struct var *v = &u->g->vars[i];
    vars[i].name = v->name;
    vars[i].listed = u->base ? u->base->vars[i].listed
                             : (struct space_listed){.values = v->values, .n = v->n, .lo = v->lo, .step = v->step};
    if (u->empty) continue;
    describe_values(u, i, &vars[i]);
    int error = describe_labels(u, i, &vars[i]);
    if (error < 0) return error;
  }
  return CI_OK;
}

static int make_form(struct build *u, struct draft_var *vars, ci_space **out) {
  size_t nvars = u->g->nvars, n = 0;
  if (u->empty) return space_make_empty(out, vars, nvars);
  size_t most = u->nparts + u->nkept + 1;
  struct draft_part *parts = budget_alloc(&u->b, most * sizeof *parts);
  if (!parts) return CI_ENOMEM;
  for (size_t i = 0; i < u->nparts; i++) {
    const struct part_draft *d = &u->parts[i].draft;
    if (d->levels) parts[n++] = (struct draft_part){d->levels, d->nodes, d->edges, d->var, d->first, d->edge, d->value, d->child};
  }
  for (size_t i = 0; i < u->nkept; i++) {
    const struct diagram *d = u->kept[i];
    parts[n++] = (struct draft_part){d->levels, d->nodes, d->edges, d->var, d->first, d->edge, d->value, d->child};
  }
  ci_limits limits = u->b.limits;
  if (limits.memory_bytes) limits.memory_bytes = limits.memory_bytes > u->b.used ? limits.memory_bytes - u->b.used : 1;
  int error = space_make(out, vars, nvars, parts, n, u->wanted, &limits);
  budget_free(&u->b, parts, most * sizeof *parts);
  return error;
}

static int finish(struct build *u, ci_space **out) {
  size_t nvars = u->g->nvars;
  struct draft_var *vars = budget_alloc(&u->b, (nvars + 1) * sizeof *vars);
  int error = vars ? describe(u, vars) : CI_ENOMEM;
  if (error == CI_OK) error = make_form(u, vars, out);
  for (size_t i = 0; vars && i < nvars; i++) budget_free(&u->b, (void *)vars[i].labels, (vars[i].n + 1) * sizeof *vars[i].labels);
  budget_free(&u->b, vars, (nvars + 1) * sizeof *vars);
  return error;
}

static int explain(const struct build *u, int error) {
  switch (error) {
  case CI_ENOMEM:
    if (u->b.limits.memory_bytes)
      return ci_fail(error, "the memory limit of %llu bytes is too small for this space's compact form; raise it",
                     (unsigned long long)u->b.limits.memory_bytes);
    return ci_fail(error, "out of memory while the compact form was built");
  case CI_ELIMIT: return ci_fail(error, "the time limit of %g s ended before the compact form was built; raise it", u->b.limits.seconds);
  case CI_ECANCEL: return ci_fail(error, "cancelled: the compact form was not built");
  default: return error;
  }
}

static void release(struct build *u) {
  budget *b = &u->b;
  size_t nvars = u->g->nvars;
  for (size_t i = 0; u->parts && i < u->nparts; i++) part_free(&u->parts[i], b);
  budget_free(b, u->parts, (u->nparts + 1) * sizeof *u->parts);
  budget_free(b, u->members, (nvars + 1) * sizeof *u->members);
  budget_free(b, u->wanted, (nvars + 1) * sizeof *u->wanted);
  budget_free(b, u->example, (nvars + 1) * sizeof *u->example);
  if (u->workshop.b) workshop_free(&u->workshop);
  if (u->plan.b) plan_free(&u->plan);
}

static int work(struct build *u, const ci_limits *limits, int (*run)(struct build *u)) {
  budget_init(&u->b, limits);
  budget_start(&u->b);
  int error = budget_check(&u->b);
  if (error == CI_OK) error = run(u);
  return error == CI_OK && u->unknown && !u->empty ? fail_unknown(u) : error;
}

int form_count(struct build *u, const ci_limits *limits, int (*run)(struct build *u)) {
  int error = work(u, limits, run);
  if (u->empty) mpz_set_ui(u->total, 0);
  release(u);
  return error < 0 ? explain(u, error) : CI_OK;
}

int form_make(struct build *u, ci_space **out, const ci_limits *limits, int (*run)(struct build *u)) {
  double begun = budget_now();
  ci_space *made = NULL;
  int error = work(u, limits, run);
  if (error == CI_OK) error = finish(u, &made);
  release(u);
  if (error < 0) return explain(u, error);
  made->info.peak_bytes = u->b.peak + made->info.bytes;
  made->info.seconds = budget_now() - begun;
  *out = made;
  return CI_OK;
}
