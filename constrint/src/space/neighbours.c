/* Neighbours: the configurations near a given one, by walking the diagrams.
 *
 * The parts are walked as one chain, the end of each leading to the root of
 * the next.  `left` is what may still be spent: a change of a variable costs
 * one; where any number may change, 2 means that none has yet, and 1 that
 * one has.  A node below which nothing was found with as much left is dead: it
 * is remembered and not entered again. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "around.h"
#include "walk.h"

enum { UNMOVED = 2, MOVED = 1 };

struct step {
  uint32_t part, level;      /* where in the chain */
  uint32_t node, edge, end;  /* edge: the next to try */
  uint32_t left;             /* before this variable */
  bool found;
};

/* A node of a step from which nothing is found with that much left. */
struct dead { uint32_t step, node, left; };

struct hood {
  const ci_space *s;
  struct around *around; /* a variable */
  struct step *steps;
  size_t length;
  bool boundless;        /* any number of variables may change */
  uint32_t budget, left; /* left: after the fixed variables */
  struct dead *dead;     /* open addressing; step length: a free slot */
  size_t ndead, slots;
  int64_t *row, *rows;
  size_t n, room, most;
  bool starved;          /* no memory */
};

/* ---- dead ends ---- */

static size_t dead_slot(const struct hood *h, struct dead key) {
  uint64_t x = ((uint64_t)key.step << 32 | key.node) * 0x9e3779b97f4a7c15u + key.left;
  size_t i = (size_t)((x ^ x >> 29) * 0xbf58476d1ce4e5b9u >> 20) & (h->slots - 1);
  for (; h->dead[i].step < h->length; i = (i + 1) & (h->slots - 1))
    if (h->dead[i].step == key.step && h->dead[i].node == key.node && h->dead[i].left == key.left) break;
  return i;
}

static bool is_dead(const struct hood *h, struct dead key) {
  return h->slots > 0 && h->dead[dead_slot(h, key)].step < h->length;
}

static bool grow_dead(struct hood *h) {
  struct hood bigger = *h;
  bigger.slots = h->slots ? 2 * h->slots : 64;
  bigger.dead = malloc(bigger.slots * sizeof *bigger.dead);
  if (!bigger.dead) return false;
  for (size_t i = 0; i < bigger.slots; i++) bigger.dead[i].step = (uint32_t)h->length;
  for (size_t i = 0; i < h->slots; i++)
    if (h->dead[i].step < h->length) bigger.dead[dead_slot(&bigger, h->dead[i])] = h->dead[i];
  free(h->dead);
  h->dead = bigger.dead;
  h->slots = bigger.slots;
  return true;
}

static void bury(struct hood *h, struct dead key) {
  if (2 * (h->ndead + 1) > h->slots && !grow_dead(h)) {
    h->starved = true;
    return;
  }
  h->dead[dead_slot(h, key)] = key;
  h->ndead++;
}

/* ---- the walk ---- */

static void enter(struct hood *h, size_t i, uint32_t node, uint32_t left) {
  struct step *st = &h->steps[i];
  const struct diagram *d = &h->s->parts[st->part];
  const struct around *a = &h->around[d->var[st->level]];
  st->node = node;
  st->left = left;
  st->found = false;
  st->end = d->edge[node + 1];
  if (left > 0) {
    st->edge = edge_from(d, node, a->lo);
    return;
  }
  uint32_t e = a->centre == UINT32_MAX ? UINT32_MAX : edge_find(d, node, a->centre);
  st->edge = e == UINT32_MAX ? st->end : e;
  st->end = e == UINT32_MAX ? st->end : e + 1;
}

static bool keep(struct hood *h, const int64_t *row) {
  size_t width = h->s->nvars;
  if (h->n == h->room) {
    size_t room = h->room ? 2 * h->room : 16;
    int64_t *rows = realloc(h->rows, room * (width ? width : 1) * sizeof *rows);
    h->starved = !rows;
    if (!rows) return false;
    h->rows = rows;
    h->room = room;
  }
  memcpy(h->rows + h->n++ * width, row, width * sizeof *row);
  return true;
}

static uint32_t spend(const struct hood *h, uint32_t left, bool moves) {
  if (!moves) return left;
  return h->boundless ? MOVED : left - 1;
}

/* The next edge of a step that its variable may take; UINT32_MAX: none. */
static uint32_t next_edge(struct step *st, const struct diagram *d, const struct around *a) {
  while (st->edge < st->end && d->value[st->edge] <= a->hi) {
    uint32_t e = st->edge++;
    if (st->left == 0 || around_has(a, d->value[e])) return e;
  }
  return UINT32_MAX;
}

static void walk_chain(struct hood *h) {
  size_t i = 0;
  enter(h, 0, 0, h->left);
  while (!h->starved && (h->most == 0 || h->n < h->most)) {
    struct step *st = &h->steps[i];
    const struct diagram *d = &h->s->parts[st->part];
    uint32_t var = d->var[st->level], e = next_edge(st, d, &h->around[var]);
    if (e == UINT32_MAX) {
      if (!st->found) bury(h, (struct dead){(uint32_t)i, st->node, st->left});
      if (i == 0) return;
      h->steps[i - 1].found |= st->found;
      i--;
      continue;
    }
    uint32_t left = spend(h, st->left, d->value[e] != h->around[var].centre);
    uint32_t node = st->level + 1 < d->levels ? d->child[e] : 0;
    h->row[var] = h->s->vars[var].values[d->value[e]];
    if (i + 1 < h->length && !is_dead(h, (struct dead){(uint32_t)i + 1, node, left})) enter(h, ++i, node, left);
    else if (i + 1 == h->length && left < h->budget) st->found = keep(h, h->row);
  }
}

/* ---- making ready ---- */

/* The fixed variables; false: one of them is out of reach. */
static bool settle_fixed(struct hood *h) {
  for (size_t v = 0; v < h->s->nvars; v++) {
    const struct around *a = &h->around[v];
    if (h->s->vars[v].part >= 0) continue;
    bool moves = a->centre != 0;
    if (!around_has(a, 0) || (moves && h->left == 0)) return false;
    h->left = spend(h, h->left, moves);
    h->row[v] = h->s->vars[v].values[0];
  }
  return true;
}

static void lay_chain(struct hood *h) {
  h->length = 0;
  for (uint32_t p = 0; p < h->s->nparts; p++)
    for (uint32_t level = 0; level < h->s->parts[p].levels; level++)
      h->steps[h->length++] = (struct step){.part = p, .level = level};
}

static bool hood_new(struct hood *h) {
  size_t n = h->s->nvars + 1;
  h->around = malloc(n * sizeof *h->around);
  h->steps = malloc(n * sizeof *h->steps);
  h->row = malloc(n * sizeof *h->row);
  return h->around && h->steps && h->row;
}

static void hood_free(struct hood *h) {
  free(h->around);
  free(h->steps);
  free(h->row);
  free(h->dead);
}

static struct around (*const kinds[])(const struct space_var *v, int64_t value) = {
  [CI_NEIGHBOURS_HAMMING] = around_any,
  [CI_NEIGHBOURS_ADJACENT] = around_adjacent,
  [CI_NEIGHBOURS_WITHIN] = around_any,
  [CI_NEIGHBOURS_STRICT] = around_strict,
};

static void find_all(struct hood *h, const int64_t *values, ci_neighbourhood kind, unsigned k) {
  h->boundless = kind == CI_NEIGHBOURS_ADJACENT || kind == CI_NEIGHBOURS_STRICT;
  h->budget = h->left = h->boundless ? UNMOVED : kind == CI_NEIGHBOURS_HAMMING ? 1 : k;
  for (size_t v = 0; v < h->s->nvars; v++) h->around[v] = kinds[kind](&h->s->vars[v], values[v]);
  lay_chain(h);
  if (!settle_fixed(h)) return;
  if (h->length > 0) walk_chain(h);
  else if (h->left < h->budget) keep(h, h->row);
}

int ci_space_neighbours(const ci_space *s, const int64_t *values, ci_neighbourhood kind, unsigned k,
                        size_t most, int64_t **rows, size_t *n) {
  if ((unsigned)kind >= sizeof kinds / sizeof *kinds) return ci_fail(CI_EINVAL, "no kind of neighbours has the number %d", (int)kind);
  struct hood h = {.s = s, .most = most};
  h.starved = !hood_new(&h);
  if (!h.starved && !s->empty) find_all(&h, values, kind, k);
  hood_free(&h);
  if (h.starved) {
    free(h.rows);
    return ci_fail(CI_ENOMEM, "no memory for the neighbours: ask for fewer");
  }
  *rows = h.rows;
  *n = h.n;
  return CI_OK;
}
