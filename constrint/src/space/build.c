/* ci_space_build: a plan, a diagram for each part, and all of it in one block.
 * ci_space_count: the same plan, and no more than a number of each part. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "form.h"

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
    else if (len && seen[var])
      error = ci_fail(CI_EINVAL, "the order names '%.*s' twice", len > 100 ? 100 : (int)len, text);
    else if (len)
      seen[var] = true, u->wanted[n++] = (uint32_t)var;
    text += len;
  }
  for (size_t i = 0; i < nvars && error == CI_OK; i++)
    if (!seen[i]) u->wanted[n++] = (uint32_t)i;
  budget_free(&u->b, seen, nvars + 1);
  return error;
}

static int read_order(struct build *u) {
  const ci_space_options *options = u->task;
  if (!options || !options->order) return CI_OK;
  u->wanted = budget_alloc(&u->b, (u->g->nvars + 1) * sizeof *u->wanted);
  return u->wanted ? parse_order(u, options->order) : CI_ENOMEM;
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
  u->nparts = (size_t)u->plan.nparts;
  u->parts = budget_alloc(&u->b, (u->nparts + 1) * sizeof *u->parts);
  u->members = budget_alloc(&u->b, (u->g->nvars + 1) * sizeof *u->members);
  if (u->b.stopped) return u->b.stopped;
  for (int32_t i = 0; i < u->plan.nparts && !u->empty; i++) {
    struct part_task task = {.part = i, .vars = u->members, .n = gather_members(u, i), .ordered = u->wanted != NULL,
                             .example = u->example, .total = u->total};
    int error = part_build(&u->parts[i], &u->workshop, &task);
    if (error < 0) return error;
    u->empty = u->parts[i].empty;
    u->unknown = u->unknown || u->parts[i].unknown;
  }
  return CI_OK;
}

/* ---- the call ---- */

static int run(struct build *u) {
  u->example = budget_alloc(&u->b, (u->g->nvars + 1) * sizeof *u->example);
  int error = u->example ? read_order(u) : CI_ENOMEM;
  if (error == CI_OK) error = plan_make(&u->plan, &u->b, u->g);
  if (error < 0) return error;
  u->empty = u->plan.empty;
  workshop_init(&u->workshop, &u->plan);
  for (size_t i = 0; i < u->g->nvars; i++) u->example[i] = u->plan.vars[i].lo;
  if (!u->empty && u->plan.constant) error = form_judge_constant(u);
  return error == CI_OK && !u->empty ? build_parts(u) : error;
}

static int check_model(const ci_model *m) {
  if (ci_model_has_form(m)) return CI_OK;
  return ci_fail(CI_EINVAL, "a model with %s has no compact form: count, enumerate and solve search it",
                 m->graph.projected ? "hidden variables that its solutions leave open" : "global constraints");
}

int ci_space_build(ci_space **out, const ci_model *m, const ci_space_options *options) {
  struct build u = {.g = &m->graph, .task = options};
  int error = check_model(m);
  return error < 0 ? error : form_make(&u, out, options ? &options->limits : NULL, run);
}

int ci_space_count(const ci_model *m, const ci_space_options *options, char **decimal) {
  mpz_t total;
  struct build u = {.g = &m->graph, .task = options, .total = total};
  int error = check_model(m);
  if (error < 0) return error;
  mpz_init_set_ui(total, 1);
  error = form_count(&u, options ? &options->limits : NULL, run);
  char *text = error == CI_OK ? malloc(mpz_sizeinbase(total, 10) + 2) : NULL;
  if (text) *decimal = mpz_get_str(text, 10, total);
  else if (error == CI_OK) error = ci_fail(CI_ENOMEM, "no memory to count");
  mpz_clear(total);
  return error;
}
