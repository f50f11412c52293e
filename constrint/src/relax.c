/* What must give way?  The fewest constraints without which there is a solution.
 *
 * Every contradictory set (a core) must lose one of its constraints, so what is
 * dropped hits every core.  A smallest set that hits the cores known so far can
 * be no larger than what is sought; where dropping it makes the model feasible it
 * is what is sought, and where not there is one more core that it misses.
 * The smallest hitting set is an optimisation problem of our own. */
#include "conflict.h"
#include "error.h"
#include "solver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct relaxing {
  struct parts parts;
  size_t all;
  const unsigned char *keep; /* per constraint; NULL: all may be dropped */
  bool *dropped;             /* per constraint */
  bool *missed;              /* constraints of cores found since: left out, too */
  size_t *list;              /* room for all */
  ci_builder *builder;       /* of the hitting set's model */
  size_t *items, nitems;     /* cores one behind the other, each with its length first */
  size_t item_capacity;
};

static int nomem(void) { return ci_fail(CI_ENOMEM, "out of memory while a relaxation is sought"); }

static bool is_kept(const struct relaxing *r, size_t i) { return r->keep && r->keep[i]; }

/* ---- cores ---- */

static int add_core(struct relaxing *r, const size_t *core, size_t n) {
  if (r->nitems + n + 1 > r->item_capacity) {
    size_t wanted = 2 * r->item_capacity + n + 1;
    size_t *more = realloc(r->items, wanted * sizeof *more);
    if (!more) return nomem();
    r->items = more;
    r->item_capacity = wanted;
  }
  r->items[r->nitems++] = n;
  memcpy(r->items + r->nitems, core, n * sizeof *core);
  r->nitems += n;
  return CI_OK;
}

/* Post what is kept, and with `free` all that is neither dropped nor missed; lists these. */
static size_t post(struct relaxing *r, bool free_too) {
  size_t n = 0;
  for (size_t i = 0; i < r->all; i++) {
    bool open = !is_kept(r, i) && !r->dropped[i] && !r->missed[i];
    if (open) r->list[n++] = i;
    r->parts.in[i] = is_kept(r, i) || (open && free_too);
  }
  return n;
}

/* A core without the constraints that are left out; these are left out, too,
 * from then on.  0: there is none. */
static int find_core(struct relaxing *r) {
  size_t n = post(r, true), kept = 0;
  int none = parts_contradictory(&r->parts);
  if (none != 1) return none;
  post(r, false);
  int error = parts_halve(&r->parts, r->list, n);
  for (size_t i = 0; i < n && error == CI_OK; i++)
    if (r->parts.in[r->list[i]]) r->missed[r->list[kept++] = r->list[i]] = true;
  if (error == CI_OK) error = add_core(r, r->list, kept);
  return error < 0 ? error : 1;
}

/* As many cores as have no constraint in common and miss what is dropped: how many. */
static int find_cores(struct relaxing *r) {
  int found = 1, n = -1;
  memset(r->missed, 0, r->all * sizeof *r->missed);
  for (; found == 1; n++) found = find_core(r);
  return found < 0 ? found : n;
}

/* ---- the smallest hitting set ---- */

/* A truth value for each constraint of the cores: is it dropped? */
static ci_expr *make_choices(struct relaxing *r) {
  ci_expr *x = malloc((r->all + 1) * sizeof *x);
  for (size_t i = 0; x && i < r->all; i++) x[i] = -1;
  for (size_t at = 0; x && at < r->nitems; at += r->items[at] + 1)
    for (size_t k = 1; k <= r->items[at]; k++) {
      char name[32];
      size_t i = r->items[at + k];
      snprintf(name, sizeof name, "c%zu", i);
      if (x[i] < 0) x[i] = ci_var_range(r->builder, name, 0, 1, 1);
    }
  return x;
}

static int fill_model(struct relaxing *r, const ci_expr *x) {
  ci_expr *some = malloc((r->all + 1) * sizeof *some);
  size_t n = 0;
  int error = some ? CI_OK : nomem();
  for (size_t at = 0; at < r->nitems && error == CI_OK; at += r->items[at] + 1) {
    for (size_t k = 0; k < r->items[at]; k++) some[k] = x[r->items[at + 1 + k]];
    error = ci_constrain(r->builder, ci_apply(r->builder, CI_OR, some, r->items[at]), "core", NULL);
  }
  for (size_t i = 0; i < r->all && error == CI_OK; i++)
    if (x[i] >= 0) some[n++] = x[i];
  if (error == CI_OK) error = ci_objective(r->builder, ci_apply(r->builder, CI_ADD, some, n), 0);
  free(some);
  return error;
}

static int choose_dropped(struct relaxing *r, const ci_model *m) {
  ci_solver *s = NULL;
  ci_answer answer;
  int64_t *values = calloc(ci_model_vars(m) + 1, sizeof *values);
  int error = values ? CI_OK : nomem();
  if (error == CI_OK) error = ci_solver_new(&s, m, &r->parts.options);
  if (error == CI_OK) error = ci_optimize(s, values, &answer, NULL, NULL);
  if (error == CI_OK && answer != CI_FOUND) error = parts_late();
  memset(r->dropped, 0, r->all * sizeof *r->dropped);
  for (size_t v = 0; v < ci_model_vars(m) && error == CI_OK; v++)
    if (values[v]) r->dropped[strtoull(ci_model_var_name(m, v) + 1, NULL, 10)] = true;
  ci_solver_free(s);
  free(values);
  return error;
}

static int hit_cores(struct relaxing *r) {
  ci_model *m = NULL;
  if (!parts_time(&r->parts)) return parts_late();
  int error = ci_builder_new(&r->builder);
  if (error < 0) return error;
  ci_expr *x = make_choices(r);
  error = x ? fill_model(r, x) : nomem();
  if (error == CI_OK) error = ci_build(r->builder, &m);
  if (error == CI_OK) error = choose_dropped(r, m);
  ci_model_free(m);
  ci_builder_free(r->builder);
  free(x);
  return error;
}

/* ---- the loop ---- */

/* Do those that are kept contradict each other?  1, 0, or < 0. */
static int kept_contradict(struct relaxing *r) {
  post(r, false);
  return r->keep ? parts_contradictory(&r->parts) : 0;
}

static int relax(struct relaxing *r, ci_answer *answer) {
  int found = kept_contradict(r);
  *answer = found == 1 ? CI_NONE : CI_FOUND;
  if (found != 0) return found < 0 ? found : CI_OK;
  while ((found = find_cores(r)) > 0) {
    int error = hit_cores(r);
    if (error < 0) return error;
  }
  return found;
}

static int give(const struct relaxing *r, size_t **constraints, size_t *n, int64_t *values) {
  size_t found = 0, *list = malloc((r->all + 1) * sizeof *list);
  if (!list) return nomem();
  for (size_t i = 0; i < r->all; i++)
    if (r->dropped[i]) list[found++] = i;
  *constraints = list;
  *n = found;
  if (values) memcpy(values, r->parts.values, r->parts.m->graph.nvars * sizeof *values);
  return CI_OK;
}

int ci_relax(const ci_model *m, const ci_options *options, const unsigned char *keep, size_t **constraints, size_t *n,
             int64_t *values, ci_answer *answer) {
  struct relaxing r = {.all = m->graph.nconstraints, .keep = keep};
  ci_answer found = CI_NONE;
  int error = parts_open(&r.parts, m, options);
  r.dropped = calloc(r.all + 1, sizeof *r.dropped);
  r.missed = calloc(r.all + 1, sizeof *r.missed);
  r.list = calloc(r.all + 1, sizeof *r.list);
  if (error == CI_OK && !(r.dropped && r.missed && r.list)) error = nomem();
  if (error == CI_OK) error = relax(&r, &found);
  if (error == CI_OK) error = give(&r, constraints, n, values);
  if (error == CI_OK) *answer = found;
  parts_close(&r.parts);
  free(r.dropped);
  free(r.missed);
  free(r.list);
  free(r.items);
  return error;
}
