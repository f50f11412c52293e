/* Conditions become automata, automata a frontier, the frontier a diagram. */
#include "part.h"

#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct assembly {
  struct workshop *w;
  struct plan *p;
  const struct part_task *task;
  uint32_t *order;        /* variables, by level */
  uint32_t levels;
  uint32_t *position;     /* per variable of the model: its level */
  const struct condition **pending;
  size_t npending;
  struct factor *factors;
  size_t nfactors;        /* made so far */
  size_t most;            /* conditions of the part */
  size_t stage;
  struct table_diagram *tables;
  size_t ntables;
  bool empty;
};

/* ---- conditions, the cheapest first ---- */

static double cost_of(const struct plan *p, const struct condition *c) {
  double sum = 0;
  for (uint32_t i = 0; i < c->n; i++) sum += p->vars[p->scope[c->first + i]].log_size;
  return sum;
}

static const struct condition *take_cheapest(struct assembly *a) {
  size_t best = 0;
  double least = 0;
  for (size_t i = 0; i < a->npending; i++) {
    double cost = cost_of(a->p, a->pending[i]);
    if (i > 0 && !(cost < least)) continue;
    best = i;
    least = cost;
  }
  const struct condition *c = a->pending[best];
  a->pending[best] = a->pending[--a->npending];
  return c;
}

static void sort_by_position(const struct assembly *a, uint32_t *vars, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    uint32_t x = vars[i], k = i;
    for (; k > 0 && a->position[vars[k - 1]] > a->position[x]; k--) vars[k] = vars[k - 1];
    vars[k] = x;
  }
}

/* ---- values that no condition leaves ---- */

static void drop_columns(struct factor *f, uint32_t level, const bool *alive, size_t width, size_t kept) {
  uint32_t *rows = f->next[level], *to = rows;
  for (size_t s = 0; s < f->states[level]; s++)
    for (size_t v = 0; v < width; v++)
      if (alive[v]) *to++ = rows[s * width + v];
  uint32_t *smaller = budget_realloc(f->plan->b, rows, f->states[level] * width * sizeof *rows,
                                     f->states[level] * kept * sizeof *rows);
  if (smaller) f->next[level] = smaller; /* a smaller block is always granted */
}

static void drop_values(struct assembly *a, uint32_t var, const bool *alive, size_t kept) {
  size_t n = a->p->vars[var].n;
  for (size_t i = 0; i < a->nfactors; i++) {
    struct factor *f = &a->factors[i];
    for (uint32_t level = 0; level < f->levels && !f->live && !f->diagram; level++)
      if (f->vars[level] == var && f->next[level]) drop_columns(f, level, alive, n, kept);
  }
  plan_keep(a->p, var, alive);
}

/* The values of a level that lead anywhere from any state. */
static size_t find_alive(const struct factor *f, uint32_t level, bool *alive, size_t width) {
  size_t kept = 0;
  memset(alive, 0, width);
  for (size_t s = FACTOR_FIRST; s < f->states[level]; s++) {
    const uint32_t *row = f->next[level] + s * width;
    for (size_t v = 0; v < width; v++) alive[v] |= row[v] != FACTOR_FALSE;
  }
  for (size_t v = 0; v < width; v++) kept += alive[v];
  return kept;
}

/* A state before every later level may be TRUE: then all values lead on. */
static bool is_reached_true(const struct factor *f, uint32_t level) {
  for (uint32_t l = 0; l < level; l++) {
    size_t width = factor_width(f, l);
    for (size_t i = FACTOR_FIRST * width; i < f->states[l] * width; i++)
      if (f->next[l][i] == FACTOR_TRUE || f->next[l][i] == FACTOR_UNKNOWN) return true;
  }
  return false;
}

static int filter(struct assembly *a, struct factor *f) {
  for (uint32_t level = 0; level < f->levels; level++) {
    if (is_reached_true(f, level)) break;
    size_t width = factor_width(f, level);
    bool *alive = budget_alloc(a->w->b, width);
    if (!alive) return CI_ENOMEM;
    size_t kept = find_alive(f, level, alive, width);
    if (kept < width) drop_values(a, f->vars[level], alive, kept);
    budget_free(a->w->b, alive, width);
  }
  return CI_OK;
}

/* ---- automata ---- */

static bool has_wide_variable(const struct factor *f) {
  for (uint32_t i = 0; i < f->levels; i++)
    if (!f->plan->vars[f->vars[i]].values) return true;
  return false;
}

/* How much is done before something else is tried: transitions for one condition, and for a frontier over them all.
 * A condition that is worked out whole makes for the smallest frontier, but may cost far more than what a frontier asks of it. */
static const struct { uint64_t condition, frontier; } stages[] = {{1 << 16, 1 << 20}, {1 << 20, 1 << 23}, {1 << 23, 0}};

enum { HOPEFUL = 22 }; /* bits of the assignments to a condition's variables: with more, it is not tried at the first stage */

/* Positions of values in diagrams are kept as they are. */
static bool has_diagrams(const struct assembly *a) { return a->task->ndiagrams || a->ntables; }

/* Its automaton, if that takes no more than the stage allows. */
static int complete(struct assembly *a, struct factor *f) {
  int done = factor_complete(f, a->w, stages[a->stage].condition);
  f->live = done == 0;
  if (done <= 0) return done;
  if (f->start == FACTOR_FALSE) a->empty = true;
  return f->start >= FACTOR_FIRST && !has_diagrams(a) ? filter(a, f) : CI_OK;
}

static int make_factor(struct assembly *a, const struct condition *c) {
  struct factor *f = &a->factors[a->nfactors++];
  uint32_t *vars = a->p->scope + c->first;
  sort_by_position(a, vars, c->n);
  int error = factor_init(f, a->p, c, vars);
  f->live = true;
  return error < 0 || has_wide_variable(f) || cost_of(a->p, c) > HOPEFUL ? error : complete(a, f);
}

/* What always holds says nothing. */
static void drop_true(struct assembly *a) {
  size_t kept = 0;
  for (size_t i = 0; i < a->nfactors; i++) {
    if (a->factors[i].start == FACTOR_TRUE) factor_free(&a->factors[i]);
    else a->factors[kept++] = a->factors[i];
  }
  a->nfactors = kept;
}

static int make_table(struct assembly *a, const struct condition *c) {
  uint32_t *vars = a->p->scope + c->first;
  struct table_diagram *t = &a->tables[a->ntables++];
  sort_by_position(a, vars, c->n);
  int error = table_make(t, a->p, c, vars);
  if (error < 0 || t->diagram.levels == 0) return a->empty = error == CI_OK, error;
  struct factor *f = &a->factors[a->nfactors++];
  error = factor_of_diagram(f, a->p, &t->diagram);
  f->condition = c;
  return error;
}

/* Last of all, when the values are known that the other conditions leave. */
static int make_tables(struct assembly *a) {
  int error = CI_OK;
  for (size_t i = 0; i < a->p->nconditions && error == CI_OK && !a->empty; i++) {
    const struct condition *c = &a->p->conditions[i];
    if (c->part == a->task->part && table_is(a->p, c)) error = make_table(a, c);
  }
  return error;
}

/* First of all. */
static int filter_tables(struct assembly *a) {
  int error = CI_OK;
  for (size_t i = 0; i < a->p->nconditions && error == CI_OK && !a->p->empty; i++) {
    const struct condition *c = &a->p->conditions[i];
    if (c->part == a->task->part && table_is(a->p, c)) error = table_filter(a->p, c);
  }
  return error;
}

static int make_factors(struct assembly *a) {
  for (size_t i = 0; i < a->task->ndiagrams; i++) {
    int error = factor_of_diagram(&a->factors[a->nfactors++], a->p, a->task->diagrams[i]);
    if (error < 0) return error;
  }
  for (size_t i = 0; i < a->p->nconditions; i++) {
    const struct condition *c = &a->p->conditions[i];
    if (c->part == a->task->part && !table_is(a->p, c)) a->pending[a->npending++] = c;
  }
  while (a->npending > 0 && !a->empty) {
    int error = make_factor(a, take_cheapest(a));
    if (error < 0) return error;
  }
  drop_true(a);
  return a->empty ? CI_OK : make_tables(a);
}

/* At the next stage. */
static int complete_more(struct assembly *a) {
  a->stage++;
  for (size_t i = 0; i < a->nfactors && !a->empty; i++) {
    struct factor *f = &a->factors[i];
    int error = f->live && !has_wide_variable(f) ? complete(a, f) : CI_OK;
    if (error < 0) return error;
  }
  drop_true(a);
  return CI_OK;
}

/* ---- the diagram ---- */

/* Which values of a level occur: to[i] is the position of value i among them. */
static uint32_t number_values(const struct frontier_level *l, uint32_t *to, uint32_t width) {
  uint32_t n = 0;
  memset(to, 0, width * sizeof *to);
  for (size_t e = 0; e < l->edges; e++) to[l->value[e]] = 1;
  for (uint32_t i = 0; i < width; i++) to[i] = to[i] ? n++ : UINT32_MAX;
  return n;
}

/* Of the values that an equation gave: in ascending order. */
struct given { int64_t value; uint32_t number; };

static int by_value(const void *a, const void *b) {
  int64_t x = ((const struct given *)a)->value, y = ((const struct given *)b)->value;
  return (x > y) - (x < y);
}

static int keep_given(struct frontier *x, uint32_t level) {
  struct frontier_level *l = &x->level[level];
  struct plan_var *v = &x->plan->vars[x->vars[level]];
  uint32_t most = l->given.n, n = 0;
  uint32_t *to = budget_alloc(x->b, (most + 1) * sizeof *to);
  struct given *list = budget_alloc(x->b, (most + 1) * sizeof *list);
  v->values = budget_alloc(x->b, (most + 1) * sizeof *v->values);
  v->capacity = most + 1;
  if (!x->b->stopped) {
    number_values(l, to, most);
    for (uint32_t i = 0; i < most; i++)
      if (to[i] != UINT32_MAX) list[n++] = (struct given){(int64_t)l->given.at[i], i};
    qsort(list, n, sizeof *list, by_value);
    for (uint32_t i = 0; i < n; i++) to[list[i].number] = i, v->values[i] = list[i].value;
    for (size_t e = 0; e < l->edges; e++) l->value[e] = to[l->value[e]];
    v->n = n;
  }
  budget_free(x->b, to, (most + 1) * sizeof *to);
  budget_free(x->b, list, (most + 1) * sizeof *list);
  return x->b->stopped;
}

static int keep_occurring(struct frontier *x, uint32_t level) {
  if (!x->plan->vars[x->vars[level]].values) return keep_given(x, level);
  struct frontier_level *l = &x->level[level];
  struct plan_var *v = &x->plan->vars[x->vars[level]];
  uint32_t *to = budget_alloc(x->b, v->n * sizeof *to), width = v->n;
  if (!to) return CI_ENOMEM;
  uint32_t n = number_values(l, to, width);
  for (size_t e = 0; e < l->edges; e++) l->value[e] = to[l->value[e]];
  for (uint32_t i = 0; i < width; i++)
    if (to[i] != UINT32_MAX) v->values[to[i]] = v->values[i];
  v->n = n;
  budget_free(x->b, to, width * sizeof *to);
  return CI_OK;
}

static uint32_t *draft_array(struct part_result *r, budget *b, int which, size_t n) {
  r->draft_bytes[which] = (n + 1) * sizeof(uint32_t);
  return budget_alloc(b, r->draft_bytes[which]);
}

/* Levels of one value are left out: their nodes stand for their only child. */
static bool is_fixed(const struct frontier *x, uint32_t level) { return x->plan->vars[x->vars[level]].n == 1; }

static int size_draft(struct part_result *r, const struct frontier *x) {
  struct part_draft *d = &r->draft;
  size_t nodes = 1, edges = 0;
  for (uint32_t i = 0; i < x->levels; i++) {
    if (is_fixed(x, i)) continue;
    d->levels++;
    nodes += x->level[i].nodes;
    edges += x->level[i].edges;
  }
  if (nodes >= UINT32_MAX || edges >= UINT32_MAX) return x->b->stopped = CI_ENOMEM;
  d->nodes = (uint32_t)nodes;
  d->edges = (uint32_t)edges;
  d->var = draft_array(r, x->b, 0, d->levels);
  d->first = draft_array(r, x->b, 1, d->levels + 2u);
  d->edge = draft_array(r, x->b, 2, nodes + 1);
  d->value = draft_array(r, x->b, 3, edges);
  d->child = draft_array(r, x->b, 4, edges);
  return x->b->stopped;
}

/* Where the nodes of each level begin, those of fixed levels excepted. */
static void number_levels(struct part_draft *d, const struct frontier *x) {
  uint32_t level = 0, node = 0;
  for (uint32_t i = 0; i < x->levels; i++) {
    if (is_fixed(x, i)) continue;
    d->var[level] = x->vars[i];
    d->first[level++] = node;
    node += x->level[i].nodes;
  }
  d->first[level] = node;
  d->first[level + 1] = node + 1;
}

/* The number in the draft of a node of a level: through fixed levels. */
static uint32_t draft_node(const struct part_draft *d, const struct frontier *x, uint32_t level, uint32_t at, uint32_t node) {
  while (level < x->levels && is_fixed(x, level)) node = x->level[level].child[x->level[level].begin[node]], level++;
  return d->first[at] + (level < x->levels ? node : 0);
}

static void fill_draft(struct part_draft *d, const struct frontier *x) {
  uint32_t at = 0, edge = 0, node = 0;
  for (uint32_t i = 0; i < x->levels; i++) {
    const struct frontier_level *l = &x->level[i];
    if (is_fixed(x, i)) continue;
    at++;
    for (uint32_t k = 0; k < l->nodes; k++) d->edge[node++] = edge + l->begin[k];
    memcpy(d->value + edge, l->value, l->edges * sizeof *l->value);
    for (size_t e = 0; e < l->edges; e++) d->child[edge + e] = draft_node(d, x, i + 1, at, l->child[e]);
    edge += (uint32_t)l->edges;
  }
  d->edge[node] = edge; /* the terminal's */
  d->edge[node + 1] = edge;
}

static int make_draft(struct part_result *r, struct frontier *x) {
  int error = CI_OK;
  for (uint32_t i = 0; i < x->levels && error == CI_OK; i++) error = keep_occurring(x, i);
  if (error == CI_OK) error = size_draft(r, x);
  if (error < 0) return error;
  number_levels(&r->draft, x);
  fill_draft(&r->draft, x);
  return CI_OK;
}

/* ---- what cannot be judged ---- */

/* Walk up from a node after the last level to the root. */
static void find_example(const struct frontier *x, uint32_t node, int64_t *example) {
  for (uint32_t level = x->levels; level-- > 0;) {
    const struct frontier_level *l = &x->level[level];
    size_t e = 0;
    while (l->child[e] != node) e++;
    const struct plan_var *v = &x->plan->vars[x->vars[level]];
    example[x->vars[level]] = v->values ? v->values[l->value[e]] : (int64_t)l->given.at[l->value[e]];
    for (node = 0; l->begin[node + 1] <= e;) node++;
  }
}

static bool find_unknown(const struct frontier *x, int64_t *example) {
  for (uint32_t i = 0; i < x->width; i++) {
    if (!x->unknown[i]) continue;
    find_example(x, i, example);
    return true;
  }
  return false;
}

/* ---- the whole ---- */

static int make_diagram(struct part_result *r, struct frontier *x) {
  int error = frontier_reduce(x);
  return error < 0 ? error : make_draft(r, x);
}

/* 1: the stage's limit is reached. */
static int run_frontier(struct assembly *a, struct part_result *r) {
  struct frontier x = {.b = a->w->b, .plan = a->p, .levels = a->levels, .vars = a->order,
                       .factors = a->factors, .nfactors = a->nfactors, .effort_limit = stages[a->stage].frontier};
  int error = frontier_run(&x, a->w);
  if (error == CI_OK) {
    r->unknown = find_unknown(&x, a->task->example);
    r->empty = x.width == 0;
    if (!r->unknown && !r->empty) error = a->task->total ? frontier_tally(&x, a->task->total) : make_diagram(r, &x);
  }
  frontier_free(&x);
  return error;
}

static int run_stages(struct assembly *a, struct part_result *r) {
  int error = make_factors(a);
  while (error == CI_OK && !a->empty) {
    error = run_frontier(a, r);
    if (error != 1) return error;
    error = complete_more(a);
  }
  return error;
}

static void find_positions(struct assembly *a) {
  for (uint32_t i = 0; i < a->levels; i++) a->position[a->order[i]] = i;
}

/* The order goes on without variables that are left out. */
static void close_up(struct assembly *a) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < a->levels; i++)
    if (!a->p->vars[a->order[i]].left_out) a->order[kept++] = a->order[i];
  a->levels = kept;
}

static int assemble(struct assembly *a, struct part_result *r) {
  const struct part_task *task = a->task;
  bool fresh = task->ndiagrams == 0;
  find_positions(a);
  int error = fresh ? filter_tables(a) : CI_OK;
  if (error == CI_OK && !a->p->empty) error = plan_give(a->p, task->part, task->ordered ? a->position : NULL, task->total != NULL);
  close_up(a);
  if (error == CI_OK && !a->p->empty && fresh) error = part_filter(a->w, task->part);
  if (error == CI_OK && !a->p->empty && !task->ordered) error = part_order(a->p, task->part, a->order, a->levels);
  find_positions(a);
  if (error == CI_OK && !a->p->empty) error = run_stages(a, r);
  r->empty = r->empty || a->empty || a->p->empty;
  return error;
}

int part_build(struct part_result *r, struct workshop *w, const struct part_task *task) {
  budget *b = w->b;
  uint32_t n = task->n;
  struct assembly a = {.w = w, .p = w->plan, .task = task, .levels = n, .most = task->ndiagrams + task->n + 1};
  *r = (struct part_result){.empty = false};
  for (size_t i = 0; i < a.p->nconditions; i++) a.most += a.p->conditions[i].part == task->part;
  a.order = budget_alloc(b, n * sizeof *a.order);
  a.position = budget_alloc(b, a.p->graph->nvars * sizeof *a.position);
  a.pending = budget_alloc(b, a.most * sizeof *a.pending);
  a.factors = budget_alloc(b, a.most * sizeof *a.factors);
  a.tables = budget_alloc(b, a.most * sizeof *a.tables);
  int error = b->stopped;
  if (error == CI_OK) {
    memcpy(a.order, task->vars, n * sizeof *a.order);
    error = assemble(&a, r);
  }
  for (size_t i = 0; i < a.nfactors; i++) factor_free(&a.factors[i]);
  budget_free(b, a.order, n * sizeof *a.order);
  budget_free(b, a.position, a.p->graph->nvars * sizeof *a.position);
  budget_free(b, a.pending, a.most * sizeof *a.pending);
  for (size_t i = 0; i < a.ntables; i++) table_diagram_free(&a.tables[i], b);
  budget_free(b, a.factors, a.most * sizeof *a.factors);
  budget_free(b, a.tables, a.most * sizeof *a.tables);
  return error;
}

void part_free(struct part_result *r, budget *b) {
  uint32_t *arrays[5] = {r->draft.var, r->draft.first, r->draft.edge, r->draft.value, r->draft.child};
  for (int i = 0; i < 5; i++) budget_free(b, arrays[i], r->draft_bytes[i]);
}
