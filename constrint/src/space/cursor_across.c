/* A cursor across the levels of a part: variables in any order.
 *
 * A part's nodes that lie on some way from the root to the end which agrees with what is
 * decided are alive.  Each decision of one of its variables makes a new, smaller
 * *version* of them; going back drops it.  A node's depth is the last version that
 * it is alive in.  The values that a variable may take are those on edges
 * from live nodes to live nodes, so that no choice is ever in vain. */
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

/* Nodes of a part: of level l node[begin[l]] .. node[end[l] - 1]. */
struct version { uint32_t *begin, *end, *node; size_t n, room; };

struct alive {
  uint32_t versions;         /* how many variables are decided */
  struct version *version;   /* levels + 1; number 0: all nodes */
  uint32_t *depth;           /* a node */
  uint32_t *decided;         /* a level: the position, or UINT32_MAX */
};

/* The positions that a turn's variable may take, and which it has. */
struct choice { uint32_t *position; size_t n, room, now; };

struct across {
  struct alive *parts;
  struct choice *choices; /* a turn */
  uint32_t **place;       /* a turn: a position: its place in the turn's order; NULL: as listed */
  uint64_t **met;         /* a turn: a position: when last gathered */
  uint64_t now;           /* counts gatherings */
};

/* ---- memory ---- */

static bool alive_new(struct alive *a, const struct diagram *d) {
  a->version = calloc((size_t)d->levels + 1, sizeof *a->version);
  a->depth = calloc(d->nodes, sizeof *a->depth);
  a->decided = malloc(d->levels * sizeof *a->decided);
  if (!a->version || !a->depth || !a->decided) return false;
  memset(a->decided, 0xff, d->levels * sizeof *a->decided);
  for (uint32_t k = 0; k <= d->levels; k++) {
    a->version[k].begin = calloc((size_t)d->levels + 1, sizeof *a->version->begin);
    a->version[k].end = calloc((size_t)d->levels + 1, sizeof *a->version->end);
    if (!a->version[k].begin || !a->version[k].end) return false;
  }
  struct version *all = &a->version[0];
  memcpy(all->begin, d->first, ((size_t)d->levels + 1) * sizeof *all->begin);
  memcpy(all->end, d->first + 1, ((size_t)d->levels + 1) * sizeof *all->end);
  all->node = malloc(d->nodes * sizeof *all->node);
  for (uint32_t i = 0; all->node && i < d->nodes; i++) all->node[i] = i;
  return all->node != NULL;
}

static void alive_free(struct alive *a, const struct diagram *d) {
  for (uint32_t k = 0; a->version && k <= d->levels; k++) {
    free(a->version[k].begin);
    free(a->version[k].end);
    free(a->version[k].node);
  }
  free(a->version);
  free(a->depth);
  free(a->decided);
}

static void across_stop(ci_cursor *c) {
  struct across *x = c->state;
  if (!x) return;
  for (size_t i = 0; x->parts && i < c->s->nparts; i++) alive_free(&x->parts[i], &c->s->parts[i]);
  for (size_t i = 0; x->choices && i < c->nturns; i++) free(x->choices[i].position);
  for (size_t i = 0; x->place && i < c->nturns; i++) free(x->place[i]);
  for (size_t i = 0; x->met && i < c->nturns; i++) free(x->met[i]);
  free(x->parts);
  free(x->choices);
  free(x->place);
  free(x->met);
  free(x);
}

/* Each position's place among the values, by size. */
static uint32_t *place_values(const struct space_var *v, enum value_order by) {
  uint32_t *place = malloc(v->n * sizeof *place);
  for (uint32_t i = 0; place && i < v->n; i++)
    place[v->sorted ? v->sorted[i] : i] = by == SMALLEST_FIRST ? i : v->n - 1 - i;
  return place;
}

static bool across_start(ci_cursor *c) {
  struct across *x = c->state = calloc(1, sizeof *x);
  if (!x) return false;
  x->parts = calloc(c->s->nparts + 1, sizeof *x->parts);
  x->choices = calloc(c->nturns + 1, sizeof *x->choices);
  x->place = calloc(c->nturns + 1, sizeof *x->place);
  x->met = calloc(c->nturns + 1, sizeof *x->met);
  if (!x->parts || !x->choices || !x->place || !x->met) return false;
  for (size_t i = 0; i < c->s->nparts; i++)
    if (!alive_new(&x->parts[i], &c->s->parts[i])) return false;
  for (size_t i = 0; i < c->nturns; i++) {
    const struct space_var *v = &c->s->vars[c->turns[i].var];
    x->met[i] = calloc(v->n, sizeof **x->met);
    if (c->turns[i].by != LISTED) x->place[i] = place_values(v, c->turns[i].by);
    if (!x->met[i] || (c->turns[i].by != LISTED && !x->place[i])) return false;
  }
  return true;
}

/* ---- live nodes ---- */

static bool add_node(struct version *v, uint32_t node) {
  if (v->n == v->room) {
    size_t room = v->room ? 2 * v->room : 64;
    uint32_t *bigger = realloc(v->node, room * sizeof *bigger);
    if (!bigger) return false;
    v->node = bigger;
    v->room = room;
  }
  v->node[v->n++] = node;
  return true;
}

/* A node's edges that agree with what is decided at its level. */
static void agreeing(const struct alive *a, const struct diagram *d, uint32_t level, uint32_t node, uint32_t *e, uint32_t *end) {
  *e = d->edge[node];
  *end = d->edge[node + 1];
  if (a->decided[level] == UINT32_MAX) return;
  uint32_t only = edge_find(d, node, a->decided[level]);
  *e = only == UINT32_MAX ? *end : only;
  *end = only == UINT32_MAX ? *end : only + 1;
}

static bool leads_to(const struct alive *a, const struct diagram *d, uint32_t level, uint32_t node, uint32_t depth) {
  uint32_t e, end;
  for (agreeing(a, d, level, node, &e, &end); e < end; e++)
    if (a->depth[d->child[e]] >= depth) return true;
  return false;
}

/* Into version k: the nodes of a level of version k - 1 that still lead to nodes of that depth. */
static bool keep_leading(struct alive *a, const struct diagram *d, uint32_t k, uint32_t level, uint32_t depth) {
  const struct version *old = &a->version[k - 1];
  struct version *v = &a->version[k];
  v->begin[level] = (uint32_t)v->n;
  for (uint32_t i = old->begin[level]; i < old->end[level]; i++) {
    if (!leads_to(a, d, level, old->node[i], depth)) continue;
    if (!add_node(v, old->node[i])) return false;
    a->depth[old->node[i]] = k;
  }
  v->end[level] = (uint32_t)v->n;
  return true;
}

/* Into version k: the nodes below a level that its nodes there lead to. */
static bool keep_reached(struct alive *a, const struct diagram *d, uint32_t k, uint32_t level) {
  struct version *v = &a->version[k];
  v->begin[level + 1] = (uint32_t)v->n;
  for (uint32_t i = v->begin[level]; i < v->end[level]; i++) {
    uint32_t e, end;
    for (agreeing(a, d, level, v->node[i], &e, &end); e < end; e++) {
      if (a->depth[d->child[e]] != k - 1) continue;
      if (!add_node(v, d->child[e])) return false;
      a->depth[d->child[e]] = k;
    }
  }
  v->end[level + 1] = (uint32_t)v->n;
  return true;
}

static bool decide(struct alive *a, const struct diagram *d, uint32_t level, uint32_t position) {
  uint32_t k = ++a->versions;
  a->version[k].n = 0;
  a->decided[level] = position;
  bool kept = keep_leading(a, d, k, level, k - 1);
  for (uint32_t l = level; l-- > 0 && kept;) kept = keep_leading(a, d, k, l, k);
  for (uint32_t l = level; l < d->levels && kept; l++) kept = keep_reached(a, d, k, l);
  return kept;
}

static void undo(struct alive *a, uint32_t level) {
  uint32_t k = a->versions--;
  for (size_t i = 0; i < a->version[k].n; i++) a->depth[a->version[k].node[i]] = k - 1;
  a->decided[level] = UINT32_MAX;
}

/* ---- choices ---- */

static int by_place(const void *a, const void *b, void *place) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  if (place) {
    x = ((const uint32_t *)place)[x];
    y = ((const uint32_t *)place)[y];
  }
  return (x > y) - (x < y);
}

static bool add_choice(struct choice *ch, uint32_t position) {
  if (ch->n == ch->room) {
    size_t room = ch->room ? 2 * ch->room : 16;
    uint32_t *bigger = realloc(ch->position, room * sizeof *bigger);
    if (!bigger) return false;
    ch->position = bigger;
    ch->room = room;
  }
  ch->position[ch->n++] = position;
  return true;
}

static void sort_choices(struct choice *ch, uint32_t *place) {
  for (size_t i = 1; i < ch->n; i++)
    if (by_place(&ch->position[i - 1], &ch->position[i], place) > 0) {
      qsort_r(ch->position, ch->n, sizeof *ch->position, by_place, place);
      return;
    }
}

/* The positions that turn i may take now. */
static bool gather(ci_cursor *c, size_t i) {
  struct across *x = c->state;
  const struct space_var *v = &c->s->vars[c->turns[i].var];
  const struct diagram *d = &c->s->parts[v->part];
  const struct alive *a = &x->parts[v->part];
  const struct version *now = &a->version[a->versions];
  struct choice *ch = &x->choices[i];
  ch->n = ch->now = 0;
  x->now++;
  for (uint32_t k = now->begin[v->level]; k < now->end[v->level]; k++)
    for (uint32_t e = d->edge[now->node[k]]; e < d->edge[now->node[k] + 1]; e++) {
      if (a->depth[d->child[e]] < a->versions || x->met[i][d->value[e]] == x->now) continue;
      x->met[i][d->value[e]] = x->now;
      if (!add_choice(ch, d->value[e])) return false;
    }
  sort_choices(ch, x->place[i]);
  return true;
}

/* ---- moving ---- */

static bool choose(ci_cursor *c, size_t i) {
  struct across *x = c->state;
  const struct space_var *v = &c->s->vars[c->turns[i].var];
  uint32_t position = x->choices[i].position[x->choices[i].now];
  c->row[c->turns[i].var] = v->values[position];
  return decide(&x->parts[v->part], &c->s->parts[v->part], v->level, position);
}

static int across_next(ci_cursor *c) {
  struct across *x = c->state;
  size_t i = c->begun ? c->nturns : 0;
  for (bool more = !c->begun; !more;) {
    if (i-- == 0) return CI_NONE;
    const struct space_var *v = &c->s->vars[c->turns[i].var];
    undo(&x->parts[v->part], v->level);
    more = ++x->choices[i].now < x->choices[i].n;
    if (more && !choose(c, i++)) return CI_ENOMEM;
  }
  for (; i < c->nturns; i++)
    if (!gather(c, i) || !choose(c, i)) return CI_ENOMEM;
  return CI_FOUND;
}

const struct cursor_way cursor_across = {across_start, across_next, across_stop};
