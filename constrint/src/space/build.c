/* ci_space_build: a plan, a diagram for each part, and all of it in one block. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "../evaluate.h"
#include "diagram.h"
#include "part.h"

struct build {
  budget b;
  const ci_model *model;
  const struct graph *g;
  const ci_space_options *options;
  struct plan plan;
  struct workshop workshop;
  uint32_t *wanted;        /* all variables in the order that options ask for; NULL: none */
  uint32_t *members;       /* scratch: the variables of one part */
  struct part_result *parts;
  bool empty, unknown;
  int64_t *example;
};

/* ---- the order that is asked for ---- */

static bool separates(char c) { return c == ' ' || c == ',' || c == '<' || c == '>' || c == '\t' || c == '\n' || c == '\r'; }

static int find_var(const struct graph *g, const char *name, size_t len) {
  ci_expr e = -1;
  int32_t i = graph_find(g, name, len);
  if (i >= 0) e = g->names[i].e;
  return e >= 0 && g->nodes[e].op == NODE_VAR ? g->nodes[e].data : -1;
}

static int parse_order(struct build *u, const char *text) {
  size_t n = 0, nvars = u->g->nvars;
  bool *seen = budget_alloc(&u->b, nvars + 1);
  if (!seen) return CI_ENOMEM;
  int error = CI_OK;
  while (*text && error == CI_OK && strcmp(text, "declared") != 0) {
    while (separates(*text)) text++;
    size_t len = 0;
    while (text[len] && !separates(text[len])) len++;
    int var = len ? find_var(u->g, text, len) : -1;
    if (len && var < 0)
      error = ci_fail(CI_EINVAL, "the order names '%.*s', which is no variable", len > 100 ? 100 : (int)len, text);
    else if (len && !seen[var])
      seen[var] = true, u->wanted[n++] = (uint32_t)var;
    text += len;
  }
  for (size_t i = 0; i < nvars && error == CI_OK; i++)
    if (!seen[i]) u->wanted[n++] = (uint32_t)i;
  budget_free(&u->b, seen, nvars + 1);
  return error;
}

static int read_order(struct build *u) {
  if (!u->options || !u->options->order) return CI_OK;
  u->wanted = budget_alloc(&u->b, (u->g->nvars + 1) * sizeof *u->wanted);
  return u->wanted ? parse_order(u, u->options->order) : CI_ENOMEM;
}

/* ---- parts ---- */

static uint32_t gather_members(struct build *u, int32_t part) {
  uint32_t n = 0;
  for (size_t i = 0; i < u->g->nvars; i++) {
    uint32_t var = u->wanted ? u->wanted[i] : (uint32_t)i;
    if (u->plan.vars[var].part == part) u->members[n++] = var;
  }
  return n;
}

static int build_parts(struct build *u) {
  u->parts = budget_alloc(&u->b, ((size_t)u->plan.nparts + 1) * sizeof *u->parts);
  u->members = budget_alloc(&u->b, (u->g->nvars + 1) * sizeof *u->members);
  if (u->b.stopped) return u->b.stopped;
  for (int32_t i = 0; i < u->plan.nparts && !u->empty; i++) {
    uint32_t n = gather_members(u, i);
    int error = part_build(&u->parts[i], &u->workshop, i, u->members, n, u->wanted != NULL, u->example);
    if (error < 0) return error;
    u->empty = u->parts[i].empty;
    u->unknown = u->unknown || u->parts[i].unknown;
  }
  return CI_OK;
}

/* The one assignment that there is. */
static int judge_constant(struct build *u) {
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
    while (v->values[at] != d->values[k]) at++;
    labels[k] = v->labels[at];
  }
  d->labels = labels;
  return CI_OK;
}

static int describe(struct build *u, struct draft_var *vars) {
  for (size_t i = 0; i < u->g->nvars; i++) {
    const struct var *v = &u->g->vars[i];
    vars[i].name = v->name;
    vars[i].listed = (struct space_listed){.values = v->values, .n = v->n, .lo = v->lo, .step = v->step};
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
  struct draft_part *parts = budget_alloc(&u->b, ((size_t)u->plan.nparts + 1) * sizeof *parts);
  if (!parts) return CI_ENOMEM;
  for (int32_t i = 0; i < u->plan.nparts; i++) {
    const struct part_draft *d = &u->parts[i].draft;
    if (d->levels) parts[n++] = (struct draft_part){d->levels, d->nodes, d->edges, d->var, d->first, d->edge, d->value, d->child};
  }
  ci_limits limits = u->b.limits;
  if (limits.memory_bytes) limits.memory_bytes = limits.memory_bytes > u->b.used ? limits.memory_bytes - u->b.used : 1;
  int error = space_make(out, vars, nvars, parts, n, u->wanted, &limits);
  budget_free(&u->b, parts, ((size_t)u->plan.nparts + 1) * sizeof *parts);
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

/* ---- the call ---- */

static int run(struct build *u, ci_space **out) {
  u->example = budget_alloc(&u->b, (u->g->nvars + 1) * sizeof *u->example);
  int error = u->example ? read_order(u) : CI_ENOMEM;
  if (error == CI_OK) error = plan_make(&u->plan, &u->b, u->g);
  if (error < 0) return error;
  u->empty = u->plan.empty;
  workshop_init(&u->workshop, &u->plan);
  for (size_t i = 0; i < u->g->nvars; i++) u->example[i] = u->plan.vars[i].lo;
  if (!u->empty && u->plan.constant) error = judge_constant(u);
  if (error == CI_OK && !u->empty) error = build_parts(u);
  if (error == CI_OK && u->unknown && !u->empty) error = fail_unknown(u);
  return error < 0 ? error : finish(u, out);
}

static void release(struct build *u) {
  budget *b = &u->b;
  size_t nvars = u->g->nvars;
  for (int32_t i = 0; u->parts && i < u->plan.nparts; i++) part_free(&u->parts[i], b);
  budget_free(b, u->parts, ((size_t)u->plan.nparts + 1) * sizeof *u->parts);
  budget_free(b, u->members, (nvars + 1) * sizeof *u->members);
  budget_free(b, u->wanted, (nvars + 1) * sizeof *u->wanted);
  budget_free(b, u->example, (nvars + 1) * sizeof *u->example);
  if (u->workshop.b) workshop_free(&u->workshop);
  if (u->plan.b) plan_free(&u->plan);
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

int ci_space_build(ci_space **out, const ci_model *m, const ci_space_options *options) {
  struct build u = {.model = m, .g = &m->graph, .options = options};
  double begun = budget_now();
  ci_space *made = NULL;
  budget_init(&u.b, options ? &options->limits : NULL);
  budget_start(&u.b);
  int error = budget_check(&u.b);
  if (error == CI_OK) error = run(&u, &made);
  release(&u);
  if (error < 0) return explain(&u, error);
  made->info.peak_bytes = u.b.peak + made->info.bytes;
  made->info.seconds = budget_now() - begun;
  *out = made;
  return CI_OK;
}
