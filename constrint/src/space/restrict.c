/* ci_space_restrict: the parts that a condition reads become automata whose
 * states are their nodes; they and the condition make one frontier.  The other
 * parts stay as they are. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "form.h"

/* ---- a model of the condition alone ---- */

static int declare(ci_builder *b, const ci_space *s) {
  for (size_t i = 0; i < s->nvars; i++) {
    const struct space_var *v = &s->vars[i];
    ci_expr e = ci_var_values(b, v->name, v->values, v->n);
    if (e < 0) return e;
    int error = v->labels ? ci_var_labels(b, e, v->labels, v->n) : CI_OK;
    if (error < 0) return error;
  }
  return CI_OK;
}

static int read_text(ci_model **out, const ci_space *s, const char *conditions) {
  ci_builder *b;
  int error = ci_builder_new(&b);
  if (error < 0) return error;
  error = declare(b, s);
  if (error == CI_OK) error = ci_read_into(b, conditions, strlen(conditions), "condition", 1, NULL, 0);
  if (error == CI_OK) error = ci_build(b, out);
  ci_builder_free(b);
  return error;
}

/* The last ';' may be left out. */
static int read_conditions(ci_model **out, const ci_space *s, const char *conditions) {
  size_t n = strlen(conditions);
  int error = read_text(out, s, conditions);
  char *ended = error == CI_ESYNTAX ? malloc(n + 3) : NULL;
  if (ended) {
    memcpy(ended, conditions, n);
    memcpy(ended + n, "\n;", 3);
    error = read_text(out, s, ended);
    free(ended);
  }
  if (error < 0) return error;
  bool declares = ci_model_vars(*out) != s->nvars;
  if (!declares && ci_model_objectives(*out) == 0) return CI_OK;
  ci_model_free(*out);
  return declares ? ci_fail(CI_EINVAL, "a restriction declares no variables: it speaks of those that the space has")
                  : ci_fail(CI_EINVAL, "a restriction has no objectives: maximize and minimize belong to the model");
}

/* ---- which parts are read, and which belong together ---- */

struct groups {
  int32_t *of;   /* per part of the base: its group; -1: no condition reads it */
  int32_t n;
};

static int32_t find_root(int32_t *up, int32_t x) {
  while (up[x] != x) x = up[x];
  return x;
}

static void join_parts(const struct build *u, int32_t *up, bool *read) {
  const struct plan *p = &u->plan;
  for (size_t c = 0; c < p->nconditions; c++) {
    int32_t first = -1;
    for (uint32_t i = 0; i < p->conditions[c].n; i++) {
      int32_t part = find_root(up, u->base->vars[p->scope[p->conditions[c].first + i]].part);
      if (first < 0) first = part;
      up[part] = first;
      read[first] = true;
    }
  }
}

static int find_groups(struct build *u, struct groups *g) {
  size_t n = u->base->nparts;
  int32_t *up = budget_alloc(&u->b, (n + 1) * sizeof *up);
  bool *read = budget_alloc(&u->b, n + 1);
  if (u->b.stopped) return budget_free(&u->b, up, (n + 1) * sizeof *up), budget_free(&u->b, read, n + 1), CI_ENOMEM;
  for (size_t i = 0; i < n; i++) up[i] = (int32_t)i;
  join_parts(u, up, read);
  for (size_t i = 0; i < n; i++) g->of[i] = -1;
  for (size_t i = 0; i < n; i++) {
    int32_t root = find_root(up, (int32_t)i);
    if (read[root] && g->of[root] < 0) g->of[root] = g->n++;
    g->of[i] = g->of[root];
  }
  budget_free(&u->b, up, (n + 1) * sizeof *up);
  budget_free(&u->b, read, n + 1);
  return CI_OK;
}

/* ---- the new parts ---- */

static void number_conditions(struct build *u, const struct groups *g) {
  struct plan *p = &u->plan;
  for (size_t c = 0; c < p->nconditions; c++)
    p->conditions[c].part = g->of[u->base->vars[p->scope[p->conditions[c].first]].part];
}

static int build_group(struct build *u, const struct groups *g, int32_t group, const struct diagram **diagrams) {
  const ci_space *s = u->base;
  struct part_task task = {.part = group, .vars = u->members, .ordered = true, .diagrams = diagrams, .example = u->example};
  for (size_t i = 0; i < s->nparts; i++)
    if (g->of[i] == group) diagrams[task.ndiagrams++] = &s->parts[i];
  for (size_t i = 0; i < s->nvars; i++) {
    int32_t part = s->vars[s->order[i]].part;
    if (part >= 0 && g->of[part] == group) u->members[task.n++] = s->order[i];
  }
  int error = part_build(&u->parts[group], &u->workshop, &task);
  u->empty = u->empty || u->parts[group].empty;
  u->unknown = u->unknown || u->parts[group].unknown;
  return error;
}

static int build_groups(struct build *u, const struct groups *g) {
  const ci_space *s = u->base;
  const struct diagram **diagrams = budget_alloc(&u->b, (s->nparts + 1) * sizeof *diagrams);
  u->nparts = (size_t)g->n;
  u->parts = budget_alloc(&u->b, (u->nparts + 1) * sizeof *u->parts);
  u->members = budget_alloc(&u->b, (s->nvars + 1) * sizeof *u->members);
  int error = u->b.stopped;
  for (int32_t i = 0; i < g->n && error == CI_OK && !u->empty; i++) error = build_group(u, g, i, diagrams);
  for (size_t i = 0; i < s->nparts; i++)
    if (g->of[i] < 0) u->kept[u->nkept++] = &s->parts[i];
  budget_free(&u->b, diagrams, (s->nparts + 1) * sizeof *diagrams);
  return error;
}

static int regroup(struct build *u) {
  struct groups g = {.n = 0};
  size_t bytes = (u->base->nparts + 1) * sizeof *g.of;
  g.of = budget_alloc(&u->b, bytes);
  int error = g.of ? find_groups(u, &g) : CI_ENOMEM;
  if (error == CI_OK) {
    number_conditions(u, &g);
    error = build_groups(u, &g);
  }
  budget_free(&u->b, g.of, bytes);
  return error;
}

/* ---- the call ---- */

static int run(struct build *u) {
  size_t n = u->g->nvars;
  u->example = budget_alloc(&u->b, (n + 1) * sizeof *u->example);
  u->wanted = budget_alloc(&u->b, (n + 1) * sizeof *u->wanted);
  int error = u->b.stopped ? u->b.stopped : plan_make(&u->plan, &u->b, u->g);
  if (error < 0) return error;
  memcpy(u->wanted, u->base->order, n * sizeof *u->wanted);
  u->empty = u->plan.empty;
  workshop_init(&u->workshop, &u->plan);
  for (size_t i = 0; i < n; i++) u->example[i] = u->plan.vars[i].lo;
  if (!u->empty && u->plan.constant) error = form_judge_constant(u);
  return error == CI_OK && !u->empty ? regroup(u) : error;
}

/* Nothing is left of nothing. */
static int restrict_empty(ci_space **out, const ci_space *s) {
  struct draft_var *vars = calloc(s->nvars + 1, sizeof *vars);
  if (!vars) return ci_fail(CI_ENOMEM, "out of memory while a space is restricted");
  for (size_t i = 0; i < s->nvars; i++) vars[i] = (struct draft_var){.name = s->vars[i].name, .listed = s->vars[i].listed};
  int error = space_make_empty(out, vars, s->nvars);
  free(vars);
  return error;
}

int ci_space_restrict(ci_space **out, const ci_space *s, const char *conditions, const ci_space_options *options) {
  ci_model *m;
  if (options && options->order)
    return ci_fail(CI_EINVAL, "a restricted space keeps its order; build it anew from its model for another");
  if (s->empty) return restrict_empty(out, s);
  int error = read_conditions(&m, s, conditions);
  if (error < 0) return error;
  struct build u = {.g = &m->graph, .base = s};
  u.kept = malloc((s->nparts + 1) * sizeof *u.kept);
  error = u.kept ? form_make(&u, out, options ? &options->limits : NULL, run)
                 : ci_fail(CI_ENOMEM, "out of memory while a space is restricted");
  free(u.kept);
  ci_model_free(m);
  return error;
}
