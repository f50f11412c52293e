/* Is a block of bytes a well-formed form?  Every offset, index and count that
 * a question relies on is looked at, so that a damaged or hostile file is refused. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "count.h"
#include "image.h"

struct checker {
  const char *base, *name;
  uint64_t bytes, claimed; /* of the block; by the arrays so far */
  const struct image_header *h;
  const char *wrong; /* what is */
  bool starved;      /* no memory to tell */
};

static bool refuse(struct checker *c, const char *what) {
  if (!c->wrong) c->wrong = what;
  return false;
}

/* n items of `size` bytes at an offset, aligned, inside, behind the header.  All
 * together are no more than the block: many that share one long array would make
 * a small file long to check. */
static const void *array(struct checker *c, uint64_t at, uint64_t n, uint64_t size) {
  if (at % IMAGE_ALIGN || at < sizeof *c->h || at > c->bytes || n > (c->bytes - at) / size) return NULL;
  c->claimed += n * size;
  return c->claimed <= c->bytes ? c->base + at : NULL;
}

static bool text(struct checker *c, uint64_t at) {
  const char *begin = array(c, at, 1, 1), *end = begin ? memchr(begin, '\0', (size_t)(c->bytes - at)) : NULL;
  return end && array(c, at, (uint64_t)(end - begin), 1);
}

/* ---- the variables ---- */

static bool check_labels(struct checker *c, const struct image_var *v) {
  if (!v->labels) return true;
  const uint64_t *at = array(c, v->labels, v->n, sizeof *at);
  for (uint32_t i = 0; at && i < v->n; i++)
    if (!text(c, at[i])) return false;
  return at != NULL;
}

/* Each value once, and `sorted` their ascending order. */
static bool check_sorted(struct checker *c, const struct image_var *v, const int64_t *values) {
  const uint32_t *sorted = v->sorted ? array(c, v->sorted, v->n, sizeof *sorted) : NULL;
  if (v->sorted && !sorted) return false;
  for (uint32_t i = 0; sorted && i < v->n; i++)
    if (sorted[i] >= v->n) return false;
  for (uint32_t i = 1; i < v->n; i++)
    if (values[sorted ? sorted[i - 1] : i - 1] >= values[sorted ? sorted[i] : i]) return false;
  return true;
}

static bool check_listed(struct checker *c, const struct image_var *v) {
  if (v->nlisted == 0 || v->listed) return !v->listed || array(c, v->listed, v->nlisted, sizeof(int64_t));
  unsigned __int128 away = (unsigned __int128)(v->nlisted - 1) * (uint64_t)v->step;
  return v->step > 0 && away <= (uint64_t)INT64_MAX - (uint64_t)v->lo;
}

static bool check_var(struct checker *c, const struct image_var *v) {
  const int64_t *values = array(c, v->values, v->n, sizeof *values);
  if (!text(c, v->name)) return refuse(c, "a name");
  if (!values || c->h->empty != (v->n == 0)) return refuse(c, "the values of a variable");
  if (!check_sorted(c, v, values)) return refuse(c, "the order of a variable's values");
  if (!check_labels(c, v)) return refuse(c, "the labels of a variable");
  if (!check_listed(c, v)) return refuse(c, "the declared values of a variable");
  if (v->part < -1 || v->part >= (int64_t)c->h->nparts || (v->part < 0 && v->n > 1)) return refuse(c, "a variable's part");
  return true;
}

/* ---- the parts ---- */

/* A part's arrays; false: outside. */
static bool find_part(struct checker *c, const struct image_part *r, struct diagram *d) {
  *d = (struct diagram){.levels = r->levels, .nodes = r->nodes, .edges = r->edges, .limbs = r->limbs,
                        .var = array(c, r->var, r->levels, sizeof(uint32_t)),
                        .first = array(c, r->first, (uint64_t)r->levels + 2, sizeof(uint32_t)),
                        .edge = array(c, r->edge, (uint64_t)r->nodes + 1, sizeof(uint32_t)),
                        .value = array(c, r->value, r->edges, sizeof(uint32_t)),
                        .child = array(c, r->child, r->edges, sizeof(uint32_t)),
                        .count = array(c, r->count, (uint64_t)r->nodes * r->limbs, sizeof(uint64_t)),
                        .before = array(c, r->before, (uint64_t)r->edges * r->limbs, sizeof(uint64_t))};
  return r->levels && r->limbs && d->var && d->first && d->edge && d->value && d->child && d->count && d->before;
}

static bool check_levels(const struct checker *c, const struct diagram *d, int32_t part) {
  const struct image_var *vars = (const void *)(c->base + c->h->vars);
  for (uint32_t l = 0; l < d->levels; l++) {
    if (d->var[l] >= c->h->nvars) return false;
    if (vars[d->var[l]].part != part || vars[d->var[l]].level != l) return false;
    if (d->first[l] >= d->first[l + 1]) return false;
  }
  return d->first[0] == 0 && d->first[1] == 1 && d->first[d->levels] + 1 == d->nodes && d->first[d->levels + 1] == d->nodes;
}

/* The edges of a level's nodes: ascending positions, children in the next level. */
static bool check_edges(const struct checker *c, const struct diagram *d, uint32_t level) {
  const struct image_var *v = (const struct image_var *)(const void *)(c->base + c->h->vars) + d->var[level];
  for (uint32_t i = d->first[level]; i < d->first[level + 1]; i++) {
    if (d->edge[i] >= d->edge[i + 1] || d->edge[i + 1] > d->edges) return false;
    for (uint32_t e = d->edge[i]; e < d->edge[i + 1]; e++) {
      if (d->value[e] >= v->n || (e > d->edge[i] && d->value[e] <= d->value[e - 1])) return false;
      if (d->child[e] < d->first[level + 1] || d->child[e] >= d->first[level + 2]) return false;
    }
  }
  return true;
}

/* Every node but the root is somewhere a child. */
static bool check_reached(struct checker *c, const struct diagram *d) {
  bool *reached = calloc(d->nodes, sizeof *reached), all = reached != NULL;
  c->starved |= !reached;
  for (uint32_t e = 0; e < d->edges && all; e++) reached[d->child[e]] = true;
  for (uint32_t i = 1; i < d->nodes && all; i++) all = reached[i];
  free(reached);
  return all;
}

/* A sum that is too long for the limbs is wrong, too. */
static bool check_node_count(const struct diagram *d, uint32_t i, uint64_t *sum) {
  size_t bytes = d->limbs * sizeof *sum;
  uint64_t carry = 0;
  memset(sum, 0, bytes);
  for (uint32_t e = d->edge[i]; e < d->edge[i + 1]; e++) {
    if (memcmp(sum, d->before + (size_t)e * d->limbs, bytes) != 0) return false;
    carry |= mpn_add_n(sum, sum, d->count + (size_t)d->child[e] * d->limbs, d->limbs);
  }
  return !carry && memcmp(sum, d->count + (size_t)i * d->limbs, bytes) == 0;
}

static bool check_counts(struct checker *c, const struct diagram *d) {
  const uint64_t *end = d->count + (size_t)(d->nodes - 1) * d->limbs;
  uint64_t *sum = malloc(d->limbs * sizeof *sum);
  bool right = sum && end[0] == 1 && count_size(end, d->limbs) == 1 && d->count[d->limbs - 1] != 0;
  c->starved |= !sum;
  for (uint32_t i = d->nodes - 1; i-- > 0 && right;) right = check_node_count(d, i, sum);
  free(sum);
  return right;
}

static bool check_part(struct checker *c, const struct image_part *r, int32_t part) {
  struct diagram d;
  if (!find_part(c, r, &d)) return refuse(c, "the arrays of a part");
  if (!check_levels(c, &d, part)) return refuse(c, "the levels of a part");
  for (uint32_t l = 0; l < d.levels; l++)
    if (!check_edges(c, &d, l)) return refuse(c, "the edges of a part");
  if (d.edge[0] != 0 || d.edge[d.nodes - 1] != d.edges || d.edge[d.nodes] != d.edges) return refuse(c, "the edges of a part");
  if (!check_reached(c, &d)) return refuse(c, "the nodes of a part");
  return check_counts(c, &d) || refuse(c, "the counts of a part");
}

/* ---- the whole ---- */

/* Every variable once, and a part's in the order of its levels. */
static bool check_sequence(struct checker *c) {
  const uint32_t *order = array(c, c->h->sequence, c->h->nvars, sizeof *order);
  const struct image_var *vars = (const void *)(c->base + c->h->vars);
  uint32_t *next = calloc((size_t)c->h->nparts + 1, sizeof *next);
  bool *seen = calloc((size_t)c->h->nvars + 1, sizeof *seen);
  bool right = order && next && seen;
  c->starved |= !next || !seen;
  for (uint32_t i = 0; i < c->h->nvars && right; i++) {
    right = order[i] < c->h->nvars && !seen[order[i]];
    if (!right) break;
    seen[order[i]] = true;
    const struct image_var *v = &vars[order[i]];
    right = v->part < 0 || v->level == next[v->part]++;
  }
  /* all of its levels, then, or a part has a level without a variable */
  const struct image_part *parts = (const void *)(c->base + c->h->parts);
  for (uint32_t p = 0; p < c->h->nparts && right; p++) right = next[p] == parts[p].levels;
  free(next);
  free(seen);
  return right || refuse(c, "the order of the variables");
}

static bool check_total(struct checker *c) {
  const uint64_t *total = array(c, c->h->total, c->h->limbs, sizeof *total);
  const struct image_part *parts = (const void *)(c->base + c->h->parts);
  if (!total || c->h->limbs == 0) return refuse(c, "the size");
  mpz_t product, one;
  mpz_init_set_ui(product, !c->h->empty);
  mpz_init(one);
  for (uint32_t p = 0; p < c->h->nparts; p++) {
    count_to_mpz(one, (const void *)(c->base + parts[p].count), parts[p].limbs);
    mpz_mul(product, product, one);
  }
  size_t limbs = mpz_size(product) ? mpz_size(product) : 1;
  count_to_mpz(one, total, c->h->limbs);
  bool right = limbs == c->h->limbs && mpz_cmp(one, product) == 0;
  mpz_clear(product);
  mpz_clear(one);
  return right || refuse(c, "the size");
}

static bool check_header(struct checker *c) {
  const struct image_header *h = c->h;
  if (h->bytes != c->bytes) return refuse(c, "its length");
  if (image_checksum(c->base, (size_t)c->bytes) != h->checksum) return refuse(c, "its checksum");
  if (h->empty > 1 || (h->empty && h->nparts)) return refuse(c, "the header");
  if (!array(c, h->vars, h->nvars, sizeof(struct image_var))) return refuse(c, "the header");
  return array(c, h->parts, h->nparts, sizeof(struct image_part)) || refuse(c, "the header");
}

static bool check_all(struct checker *c) {
  if (!check_header(c)) return false;
  const struct image_var *vars = (const void *)(c->base + c->h->vars);
  for (uint32_t i = 0; i < c->h->nvars; i++)
    if (!check_var(c, &vars[i])) return false;
  const struct image_part *parts = (const void *)(c->base + c->h->parts);
  for (uint32_t i = 0; i < c->h->nparts; i++)
    if (!check_part(c, &parts[i], (int32_t)i)) return false;
  return check_sequence(c) && check_total(c);
}

int image_check(const void *block, size_t bytes, const char *name) {
  struct checker c = {.base = block, .name = name, .bytes = bytes, .h = block};
  if (bytes < sizeof *c.h || !ci_space_is_saved(block, bytes)) return ci_fail(CI_ESYNTAX, "%s: not a saved space", name);
  if (c.h->order != IMAGE_ORDER)
    return ci_fail(CI_ESYNTAX, "%s: saved on a machine of another byte order: build the space again here", name);
  if (c.h->version != IMAGE_VERSION)
    return ci_fail(CI_ESYNTAX, "%s: saved in version %u of the format, this library reads %u: build the space again", name,
                   c.h->version, IMAGE_VERSION);
  bool right = check_all(&c);
  if (c.starved) return ci_fail(CI_ENOMEM, "no memory to check %s", name);
  if (!right) return ci_fail(CI_ESYNTAX, "%s: damaged: %s is wrong; build the space again", name, c.wrong);
  return CI_OK;
}
