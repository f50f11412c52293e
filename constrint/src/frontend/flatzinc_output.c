/* output_var and output_array: what a solution shows. */
#include "flatzinc.h"

static int add_shown(struct fz *z, const struct shown *shown) {
  struct graph *g = &z->b->graph;
  if (!budget_grow(&g->budget, &g->shown, &g->shown_capacity, g->nshown + 1, sizeof *shown)) return fz_no_memory();
  g->shown[g->nshown++] = *shown;
  z->shows = true;
  return CI_OK;
}

static int copy_items(struct fz *z, const struct fz_value *v, size_t n, struct shown *out) {
  struct graph *g = &z->b->graph;
  out->n = n;
  out->items = arena_alloc(&g->arena, (n + 1) * sizeof *out->items);
  if (!out->items) return fz_no_memory();
  for (size_t i = 0; i < n; i++) {
    out->items[i] = fz_expr(z, &v[i]);
    if (out->items[i] < 0) return out->items[i];
  }
  out->boolean = n && v[0].kind == FZ_BOOL;
  return CI_OK;
}

/* The index sets of an array of n items. */
static int copy_shape(struct fz *z, const struct fz_value *sets, struct shown *out) {
  struct graph *g = &z->b->graph;
  uint64_t items = 1;
  out->ndims = sets->n;
  out->dims = arena_alloc(&g->arena, (2 * sets->n + 1) * sizeof *out->dims);
  if (!out->dims) return fz_no_memory();
  for (size_t i = 0; i < sets->n; i++) {
    const struct fz_value *v = &sets->items[i];
    if (v->kind != FZ_SET || v->set->values) return fz_fail(z, v->at, "output_array takes ranges: [1..2, 1..3]");
    uint64_t size = v->set->lo > v->set->hi ? 0 : (uint64_t)v->set->hi - (uint64_t)v->set->lo + 1;
    if (__builtin_mul_overflow(items, size, &items)) items = UINT64_MAX;
    out->dims[2 * i] = v->set->lo;
    out->dims[2 * i + 1] = v->set->hi;
  }
  if (!sets->n || items != out->n) return fz_fail(z, sets->at, "these ranges are not those of %zu items", out->n);
  return CI_OK;
}

static int show(struct fz *z, const char *name, size_t len, const struct fz_value *x, const struct fz_value *sets) {
  struct shown shown = {.name = graph_string(&z->b->graph, name, len)};
  if (!shown.name) return fz_no_memory();
  bool list = x->kind == FZ_ARRAY;
  if (list != (sets != NULL))
    return fz_fail(z, name, list ? "an array is shown by output_array" : "a variable is shown by output_var");
  int rc = copy_items(z, list ? x->items : x, list ? x->n : 1, &shown);
  if (rc >= 0 && list) rc = copy_shape(z, sets, &shown);
  return rc < 0 ? rc : add_shown(z, &shown);
}

int fz_output(struct fz *z, const char *name, size_t len, const struct fz_value *x, const struct fz_value *annotations) {
  for (size_t i = 0; i < annotations->n; i++) {
    const struct fz_value *a = &annotations->items[i];
    if (fz_named(a, "output_var")) return show(z, name, len, x, NULL);
    if (!fz_named(a, "output_array")) continue;
    if (a->kind != FZ_CALL || a->n != 1 || a->items[0].kind != FZ_ARRAY)
      return fz_fail(z, a->at, "output_array takes one list of ranges");
    return show(z, name, len, x, &a->items[0]);
  }
  return CI_OK;
}
