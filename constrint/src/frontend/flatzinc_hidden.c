/* Solutions are told apart by the variables that are shown.  The hidden ones
 * make no difference where the shown ones determine them: by a sum, a product,
 * a truth value of a comparison and so on.  Where that does not reach all, the
 * model is marked: its solutions are projections. */
#include <string.h>
#include "flatzinc.h"

static int add_member(struct fz *z, uint32_t var) {
  if (!budget_grow(&z->budget, &z->members, &z->member_capacity, z->nmembers + 1, sizeof var)) return fz_no_memory();
  z->members[z->nmembers++] = var;
  return CI_OK;
}

static uint32_t variable_of(const struct fz *z, const struct fz_value *v) {
  return (uint32_t)z->b->graph.nodes[v->e].data;
}

static int add_value(struct fz *z, const struct fz_value *v) {
  if (v->kind != FZ_ARRAY) return v->e < 0 ? CI_OK : add_member(z, variable_of(z, v));
  int rc = CI_OK;
  for (size_t i = 0; i < v->n && rc >= 0; i++) rc = add_value(z, &v->items[i]);
  return rc;
}

static bool has_zero(const struct fz_value *v) {
  for (size_t i = 0; v->kind == FZ_ARRAY && i < v->n; i++)
    if (v->items[i].e < 0 && v->items[i].number == 0) return true;
  return false;
}

int fz_determines(struct fz *z, const struct fz_value *v, size_t n, int32_t result) {
  struct fz_edge edge = {.first = (uint32_t)z->nmembers, .result = -1};
  if (result >= 0 && v[result].e < 0) return CI_OK;
  if (result < 0 && n && has_zero(&v[0])) return CI_OK; /* coefficients: any one, only if none is 0 */
  int rc = CI_OK;
  for (size_t i = 0; i < n && rc >= 0; i++)
    if ((int32_t)i != result) rc = add_value(z, &v[i]);
  if (rc >= 0 && !budget_grow(&z->budget, &z->edges, &z->edge_capacity, z->nedges + 1, sizeof edge)) rc = fz_no_memory();
  if (rc < 0) return rc;
  if (z->nmembers > UINT32_MAX / 2) return fz_no_memory();
  edge.n = (uint32_t)z->nmembers - edge.first;
  if (result >= 0) edge.result = (int32_t)variable_of(z, &v[result]);
  z->edges[z->nedges++] = edge;
  return CI_OK;
}

/* ---- what follows from what is shown ---- */

struct closure {
  bool *known;       /* per variable */
  uint32_t *first;   /* per variable: where its edges begin in `users`; and one more */
  uint32_t *users;
  uint32_t *missing; /* per edge: members that are not known */
  uint32_t *queue;
  size_t head, tail;
};

static bool closure_make(struct fz *z, struct closure *c) {
  size_t nvars = z->b->graph.nvars;
  c->known = arena_alloc(&z->keep, nvars + 1);
  c->first = arena_alloc(&z->keep, (nvars + 2) * sizeof *c->first);
  c->users = arena_alloc(&z->keep, (z->nmembers + 1) * sizeof *c->users);
  c->missing = arena_alloc(&z->keep, (z->nedges + 1) * sizeof *c->missing);
  c->queue = arena_alloc(&z->keep, (nvars + 1) * sizeof *c->queue);
  return c->known && c->first && c->users && c->missing && c->queue;
}

static void list_users(const struct fz *z, struct closure *c) {
  size_t nvars = z->b->graph.nvars;
  for (size_t i = 0; i < z->nmembers; i++) c->first[z->members[i] + 1]++;
  for (size_t i = 0; i < nvars; i++) c->first[i + 1] += c->first[i];
  for (size_t e = 0; e < z->nedges; e++) {
    c->missing[e] = z->edges[e].n;
    for (uint32_t i = 0; i < z->edges[e].n; i++) {
      uint32_t var = z->members[z->edges[e].first + i];
      c->users[c->first[var]++] = (uint32_t)e;
    }
  }
  for (size_t i = nvars; i > 0; i--) c->first[i] = c->first[i - 1];
  c->first[0] = 0;
}

static void learn(struct closure *c, uint32_t var) {
  if (c->known[var]) return;
  c->known[var] = true;
  c->queue[c->tail++] = var;
}

/* All members but one are known, or all of them: the result is. */
static void fire(const struct fz *z, struct closure *c, size_t e) {
  const struct fz_edge *edge = &z->edges[e];
  if (edge->result >= 0) {
    if (c->missing[e] == 0) learn(c, (uint32_t)edge->result);
    return;
  }
  for (uint32_t i = 0; i < edge->n && c->missing[e] == 1; i++) learn(c, z->members[edge->first + i]);
}

static void close_all(const struct fz *z, struct closure *c) {
  for (size_t e = 0; e < z->nedges; e++)
    if (c->missing[e] <= 1) fire(z, c, e);
  while (c->head < c->tail) {
    uint32_t var = c->queue[c->head++];
    for (uint32_t k = c->first[var]; k < c->first[var + 1]; k++) {
      c->missing[c->users[k]]--;
      fire(z, c, c->users[k]);
    }
  }
}

/* ---- */

static void mark_hidden(struct graph *g) {
  for (size_t i = 0; i < g->nvars; i++) g->vars[i].hidden = true;
  for (size_t i = 0; i < g->nshown; i++)
    for (size_t k = 0; k < g->shown[i].n; k++) {
      const struct node *node = &g->nodes[g->shown[i].items[k]];
      if (node->op == NODE_VAR) g->vars[node->data].hidden = false;
    }
}

int fz_find_hidden(struct fz *z) {
  struct graph *g = &z->b->graph;
  struct closure c = {0};
  if (!z->shows) return CI_OK; /* then all variables are a solution */
  mark_hidden(g);
  if (!closure_make(z, &c)) return fz_no_memory();
  list_users(z, &c);
  for (size_t i = 0; i < g->nvars; i++)
    if (!g->vars[i].hidden || g->vars[i].lo == g->vars[i].hi) learn(&c, (uint32_t)i);
  close_all(z, &c);
  g->projected = c.tail < g->nvars;
  return CI_OK;
}
