/* Making a form: drafts of the parts are laid into one block, with their counts. */
#include "diagram.h"

#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "count.h"
#include "image.h"

/* ---- laying out ---- */

/* A block that is being laid out: twice, first without memory, for its size. */
struct layout {
  char *base; /* NULL: only measure */
  uint64_t used;
};

static uint64_t put(struct layout *l, const void *data, size_t bytes) {
  uint64_t at = l->used;
  if (l->base && data) memcpy(l->base + at, data, bytes);
  l->used += (bytes + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
  return at;
}

/* What goes into a block. */
struct draft {
  const struct draft_var *vars;
  const struct draft_part *parts;
  const uint32_t *order; /* nvars */
  size_t nvars, nparts;
  bool empty;
  uint64_t **count; /* a part: of its nodes */
  uint32_t *limbs;  /* a part */
  mpz_t total;
};

static bool ascending(const int64_t *values, size_t n) {
  for (size_t i = 1; i < n; i++)
    if (values[i - 1] >= values[i]) return false;
  return true;
}

static int by_value(const void *a, const void *b, void *values) {
  int64_t x = ((const int64_t *)values)[*(const uint32_t *)a], y = ((const int64_t *)values)[*(const uint32_t *)b];
  return (x > y) - (x < y);
}

/* The positions in ascending order of the values. */
static uint64_t put_sorted(struct layout *l, const int64_t *values, size_t n) {
  uint64_t at = put(l, NULL, n * sizeof(uint32_t));
  if (l->base) {
    uint32_t *sorted = (uint32_t *)(void *)(l->base + at);
    for (uint32_t i = 0; i < n; i++) sorted[i] = i;
    qsort_r(sorted, n, sizeof *sorted, by_value, (void *)(uintptr_t)values);
  }
  return at;
}

static uint64_t put_labels(struct layout *l, const char *const *labels, size_t n) {
  uint64_t at = put(l, NULL, n * sizeof(uint64_t));
  for (size_t i = 0; i < n; i++) {
    const char *text = labels[i] ? labels[i] : "";
    uint64_t place = put(l, text, strlen(text) + 1);
    if (l->base) memcpy(l->base + at + i * sizeof place, &place, sizeof place);
  }
  return at;
}

static struct image_var put_var(struct layout *l, const struct draft_var *v, bool empty) {
  struct image_var r = {.part = -1, .n = empty ? 0 : (uint32_t)v->n, .lo = v->listed.lo, .step = v->listed.step};
  r.name = put(l, v->name, strlen(v->name) + 1);
  r.values = put(l, v->values, r.n * sizeof *v->values);
  if (v->labels && r.n) r.labels = put_labels(l, v->labels, r.n);
  if (!ascending(v->values, r.n)) r.sorted = put_sorted(l, v->values, r.n);
  r.nlisted = v->listed.n;
  if (v->listed.values) r.listed = put(l, v->listed.values, v->listed.n * sizeof *v->listed.values);
  return r;
}

static struct image_part put_part(struct layout *l, const struct draft_part *p, const uint64_t *count, uint32_t limbs) {
  struct image_part r = {.levels = p->levels, .nodes = p->nodes, .edges = p->edges, .limbs = limbs};
  r.var = put(l, p->var, p->levels * sizeof *p->var);
  r.first = put(l, p->first, ((size_t)p->levels + 2) * sizeof *p->first);
  r.edge = put(l, p->edge, ((size_t)p->nodes + 1) * sizeof *p->edge);
  r.value = put(l, p->value, p->edges * sizeof *p->value);
  r.child = put(l, p->child, p->edges * sizeof *p->child);
  r.count = put(l, count, (size_t)p->nodes * limbs * sizeof *count);
  r.before = put(l, NULL, (size_t)p->edges * limbs * sizeof *count);
  if (l->base) count_before(p, count, limbs, (uint64_t *)(void *)(l->base + r.before));
  return r;
}

/* Each variable's part and level. */
static void place_variables(char *base, uint64_t vars, const struct draft *d) {
  struct image_var *v = (struct image_var *)(void *)(base + vars);
  for (size_t i = 0; i < d->nparts; i++)
    for (uint32_t level = 0; level < d->parts[i].levels; level++) {
      v[d->parts[i].var[level]].part = (int32_t)i;
      v[d->parts[i].var[level]].level = level;
    }
}

static void lay_out(struct layout *l, const struct draft *d) {
  struct image_header h = {.order = IMAGE_ORDER, .version = IMAGE_VERSION, .nvars = (uint32_t)d->nvars,
                           .nparts = (uint32_t)d->nparts, .empty = d->empty};
  memcpy(h.magic, IMAGE_MAGIC, sizeof h.magic);
  put(l, NULL, sizeof h);
  h.vars = put(l, NULL, d->nvars * sizeof(struct image_var));
  h.parts = put(l, NULL, d->nparts * sizeof(struct image_part));
  for (size_t i = 0; i < d->nvars; i++) {
    struct image_var r = put_var(l, &d->vars[i], d->empty);
    if (l->base) memcpy(l->base + h.vars + i * sizeof r, &r, sizeof r);
  }
  for (size_t i = 0; i < d->nparts; i++) {
    struct image_part r = put_part(l, &d->parts[i], d->count[i], d->limbs[i]);
    if (l->base) memcpy(l->base + h.parts + i * sizeof r, &r, sizeof r);
  }
  h.sequence = put(l, d->order, d->nvars * sizeof *d->order);
  h.limbs = mpz_size(d->total) ? (uint32_t)mpz_size(d->total) : 1;
  h.total = put(l, NULL, h.limbs * sizeof(uint64_t));
  h.bytes = l->used;
  if (!l->base) return;
  mpz_export(l->base + h.total, NULL, -1, sizeof(uint64_t), 0, 0, d->total);
  place_variables(l->base, h.vars, d);
  memcpy(l->base, &h, sizeof h);
}

/* ---- the form's order, when none is given ---- */

static uint32_t *own_order(const struct draft *d) {
  uint32_t *order = malloc((d->nvars + 1) * sizeof *order);
  bool *in_part = calloc(d->nvars + 1, sizeof *in_part);
  size_t n = 0;
  if (order && in_part) {
    for (size_t i = 0; i < d->nparts; i++)
      for (uint32_t level = 0; level < d->parts[i].levels; level++) in_part[d->parts[i].var[level]] = true;
    for (uint32_t v = 0; v < d->nvars; v++)
      if (!in_part[v]) order[n++] = v;
    for (size_t i = 0; i < d->nparts; i++)
      for (uint32_t level = 0; level < d->parts[i].levels; level++) order[n++] = d->parts[i].var[level];
  } else {
    free(order);
    order = NULL;
  }
  free(in_part);
  return order;
}

/* ---- making ---- */

static int count_parts(struct draft *d) {
  mpz_t root;
  mpz_init(root);
  mpz_set_ui(d->total, !d->empty);
  int error = CI_OK;
  for (size_t i = 0; i < d->nparts && error == CI_OK; i++) {
    error = count_nodes(&d->parts[i], &d->count[i], &d->limbs[i]);
    if (error < 0) break;
    count_to_mpz(root, d->count[i], d->limbs[i]);
    mpz_mul(d->total, d->total, root);
  }
  mpz_clear(root);
  return error;
}

static int make_block(ci_space **out, const struct draft *d, const ci_limits *limits) {
  struct layout l = {0};
  lay_out(&l, d);
  size_t bytes = l.used;
  if (limits && limits->memory_bytes && bytes > limits->memory_bytes)
    return ci_fail(CI_ENOMEM, "the compact form takes %zu bytes, more than the limit of %llu", bytes,
                   (unsigned long long)limits->memory_bytes);
  void *block = calloc(1, bytes);
  if (!block) return ci_fail(CI_ENOMEM, "no memory for a compact form of %zu bytes", bytes);
  l = (struct layout){.base = block};
  lay_out(&l, d);
  ci_space *s = image_attach(block, bytes);
  if (!s) {
    free(block);
    return ci_fail(CI_ENOMEM, "no memory for a compact form");
  }
  *out = s;
  return CI_OK;
}

static int make(ci_space **out, struct draft *d, const ci_limits *limits) {
  uint32_t *own = d->order ? NULL : own_order(d);
  d->count = calloc(d->nparts + 1, sizeof *d->count);
  d->limbs = calloc(d->nparts + 1, sizeof *d->limbs);
  mpz_init(d->total);
  int error = CI_OK;
  if (own) d->order = own;
  if (!d->order || !d->count || !d->limbs) error = ci_fail(CI_ENOMEM, "no memory for a compact form");
  if (error == CI_OK) error = count_parts(d);
  if (error == CI_OK) error = make_block(out, d, limits);
  for (size_t i = 0; d->count && i < d->nparts; i++) free(d->count[i]);
  mpz_clear(d->total);
  free(d->limbs);
  free(d->count);
  free(own);
  return error;
}

int space_make(ci_space **out, const struct draft_var *vars, size_t nvars, const struct draft_part *parts,
               size_t nparts, const uint32_t *order, const ci_limits *limits) {
  struct draft d = {.vars = vars, .parts = parts, .order = order, .nvars = nvars, .nparts = nparts};
  return make(out, &d, limits);
}

int space_make_empty(ci_space **out, const struct draft_var *vars, size_t nvars) {
  struct draft d = {.vars = vars, .nvars = nvars, .empty = true};
  return make(out, &d, NULL);
}

/* ---- reading a block ---- */

static void attach_var(struct space_var *v, const char *base, const struct image_var *r, const char **labels) {
  *v = (struct space_var){.name = base + r->name, .n = r->n, .part = r->part, .level = r->level,
                          .listed = {.lo = r->lo, .step = r->step, .n = r->nlisted}};
  if (r->n) v->values = (const int64_t *)(const void *)(base + r->values);
  if (r->sorted) v->sorted = (const uint32_t *)(const void *)(base + r->sorted);
  if (r->listed) v->listed.values = (const int64_t *)(const void *)(base + r->listed);
  if (!r->labels) return;
  const uint64_t *at = (const uint64_t *)(const void *)(base + r->labels);
  for (uint32_t i = 0; i < r->n; i++) labels[i] = base + at[i];
  v->labels = labels;
}

static struct diagram attach_part(const char *base, const struct image_part *r) {
  return (struct diagram){.levels = r->levels, .nodes = r->nodes, .edges = r->edges, .limbs = r->limbs,
                          .var = (const uint32_t *)(const void *)(base + r->var),
                          .first = (const uint32_t *)(const void *)(base + r->first),
                          .edge = (const uint32_t *)(const void *)(base + r->edge),
                          .value = (const uint32_t *)(const void *)(base + r->value),
                          .child = (const uint32_t *)(const void *)(base + r->child),
                          .count = (const uint64_t *)(const void *)(base + r->count),
                          .before = (const uint64_t *)(const void *)(base + r->before)};
}

static void add_up(ci_space *s) {
  s->info = (ci_space_info){.parts = s->nparts, .bytes = s->block_bytes};
  for (size_t i = 0; i < s->nparts; i++) {
    s->info.levels += s->parts[i].levels;
    s->info.nodes += s->parts[i].nodes;
    s->info.edges += s->parts[i].edges;
  }
}

ci_space *image_attach(void *block, size_t bytes) {
  char *base = block;
  const struct image_header *h = block;
  const struct image_var *v = (const void *)(base + h->vars);
  const struct image_part *p = (const void *)(base + h->parts);
  size_t nlabels = 0;
  for (uint32_t i = 0; i < h->nvars; i++) nlabels += v[i].labels ? v[i].n : 0;
  size_t vars = sizeof(ci_space), parts = vars + h->nvars * sizeof(struct space_var);
  size_t labels = parts + h->nparts * sizeof(struct diagram);
  char *side = calloc(1, labels + nlabels * sizeof(char *));
  if (!side) return NULL;
  ci_space *s = (void *)side;
  *s = (ci_space){.nvars = h->nvars, .nparts = h->nparts, .vars = (void *)(side + vars), .parts = (void *)(side + parts),
                  .order = (void *)(base + h->sequence), .empty = h->empty, .limbs = h->limbs,
                  .total = (void *)(base + h->total), .block = block, .block_bytes = bytes};
  const char **label = (void *)(side + labels);
  for (uint32_t i = 0; i < h->nvars; i++) {
    attach_var(&s->vars[i], base, &v[i], label);
    label += v[i].labels ? v[i].n : 0;
  }
  for (uint32_t i = 0; i < h->nparts; i++) s->parts[i] = attach_part(base, &p[i]);
  add_up(s);
  return s;
}
