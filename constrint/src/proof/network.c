/* Cells, made once each, and their domains. */
#include "network.h"

#include <stdlib.h>
#include <string.h>

void network_free(struct network *w) {
  for (size_t i = 0; w->allowed && i < w->g->nvars; i++) free(w->allowed[i]);
  free(w->allowed);
  free(w->cells);
  free(w->args);
  free(w->coefficients);
  free(w->domains);
  free(w->same);
  free(w->stop);
  free(w->removed);
  free(w->first);
  free(w->trail);
  free(w->number);
  free(w->defined);
  free(w->relation);
  free(w->best);
}

bool network_room(struct network *w, void *list, size_t *capacity, size_t n, size_t size) {
  void **at = list;
  if (n <= *capacity) return !w->spent;
  size_t wanted = n > 2 * *capacity ? n + 16 : 2 * *capacity;
  void *bigger = n > SIZE_MAX / 4 / size ? NULL : budget_realloc(&w->budget, *at, *capacity * size, wanted * size);
  if (!bigger) {
    w->spent = true;
    return false;
  }
  memset((char *)bigger + *capacity * size, 0, (wanted - *capacity) * size);
  *at = bigger;
  *capacity = wanted;
  return !w->spent;
}

void network_release(struct network *w, void *list, size_t capacity, size_t size) { budget_free(&w->budget, list, capacity * size); }

bool network_stopped(struct network *w) {
  if (budget_check(&w->budget) != CI_OK) w->spent = true;
  return w->spent;
}

static size_t bucket_of(enum cell_op op, const cell *args, const wide *coefficients, size_t n, int32_t data, wide constant) {
  uint64_t h = (uint64_t)op * 31 + (uint64_t)data * 131 + (uint64_t)constant;
  for (size_t i = 0; i < n; i++) h = (h ^ (uint64_t)args[i] ^ (coefficients ? (uint64_t)coefficients[i] << 20 : 0)) * 0x9e3779b97f4a7c15u;
  return (size_t)(h >> 40) & 4095;
}

static bool is_same(const struct network *w, cell x, enum cell_op op, const cell *args, const wide *coefficients, size_t n,
                    int32_t data, wide constant) {
  const struct cell_of *c = &w->cells[x];
  if (c->op != op || (size_t)c->n != n || c->data != data || c->constant != constant) return false;
  for (size_t i = 0; i < n; i++)
    if (w->args[c->first + i] != args[i] || (coefficients && w->coefficients[c->first + i] != coefficients[i])) return false;
  return true;
}

static bool has_truth(enum cell_op op) { return op >= CELL_EQUAL && op <= CELL_XOR; }

static cell add_cell(struct network *w, struct cell_of c, const cell *args, const wide *coefficients) {
  size_t n = (size_t)c.n;
  if (!network_room(w, &w->cells, &w->capacity, w->n + 1, sizeof *w->cells) ||
      !network_room(w, &w->domains, &w->domain_capacity, w->n + 1, sizeof *w->domains) ||
      !network_room(w, &w->same, &w->same_capacity, w->n + 1, sizeof *w->same) ||
      !network_room(w, &w->stop, &w->stop_capacity, w->n + 1, sizeof *w->stop) ||
      !network_room(w, &w->args, &w->arg_capacity, w->nargs + n, sizeof *w->args) ||
      !network_room(w, &w->coefficients, &w->coefficient_capacity, w->nargs + n, sizeof *w->coefficients))
    return -1;
  cell x = (cell)w->n++;
  c.first = w->nargs;
  c.ring = x;
  w->cells[x] = c;
  w->same[x] = x;
  w->domains[x] = has_truth(c.op) ? (struct domain_of){0, 1, -1} : (struct domain_of){WIDE_MIN, WIDE_MAX, -1};
  if (c.op == CELL_CONSTANT) w->domains[x].lo = w->domains[x].hi = c.constant;
  for (size_t i = 0; i < n; i++) {
    w->args[w->nargs] = args[i];
    w->coefficients[w->nargs++] = coefficients ? coefficients[i] : 0;
  }
  return x;
}

cell network_cell(struct network *w, enum cell_op op, const cell *args, const wide *coefficients, size_t n, int32_t data,
                  wide constant) {
  size_t bucket = bucket_of(op, args, coefficients, n, data, constant);
  for (size_t i = 0; i < n; i++)
    if (args[i] < 0) return -1;
  for (cell x = w->buckets[bucket]; x >= 0; x = w->cells[x].next)
    if (is_same(w, x, op, args, coefficients, n, data, constant)) return x;
  struct cell_of c = {.op = op, .n = (int32_t)n, .data = data, .constant = constant, .next = w->buckets[bucket]};
  cell x = add_cell(w, c, args, coefficients);
  if (x >= 0) w->buckets[bucket] = x;
  return x;
}

cell network_constant(struct network *w, wide v) {
  if (wide_saturated(v)) {
    w->spent = true;
    return -1;
  }
  return network_cell(w, CELL_CONSTANT, NULL, NULL, 0, 0, v);
}

/* ---- domains ---- */

/* The nearest value of a variable from v on: upwards, or downwards. */
static wide nearest(const struct network *w, size_t var, wide v, bool up) {
  const struct var *x = &w->g->vars[var];
  const wide *list = w->allowed[var];
  if (!list) {
    wide lo = x->lo, hi = x->hi, step = x->step;
    if (v < lo) return up ? lo : WIDE_MIN;
    if (v > hi) return up ? WIDE_MAX : lo + (hi - lo) / step * step;
    wide down = lo + (v - lo) / step * step;
    if (!up || down == v) return down;
    return down + step > hi ? WIDE_MAX : down + step;
  }
  size_t from = 0, to = x->n; /* the first >= v */
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (list[middle] < v) from = middle + 1;
    else to = middle;
  }
  if (from < x->n && (up || list[from] == v)) return list[from];
  if (up) return WIDE_MAX;
  return from ? list[from - 1] : WIDE_MIN;
}

static bool is_removed(const struct network *w, cell x, wide v) {
  for (int32_t i = w->domains[w->same[x]].removed; i >= 0; i = w->removed[i].next)
    if (w->removed[i].v == v) return true;
  return false;
}

/* The nearest value that all of the ring allow. */
static wide allowed_from(const struct network *w, cell x, wide v, bool up) {
  for (wide before = v;; before = v) {
    cell member = x;
    do {
      if (wide_saturated(v)) return v;
      if (w->cells[member].op == CELL_VARIABLE) v = nearest(w, (size_t)w->cells[member].data, v, up);
      member = w->cells[member].ring;
    } while (member != x);
    if (wide_saturated(v)) return v;
    if (is_removed(w, x, v)) v += up ? 1 : -1;
    else if (v == before) return v;
  }
}

bool cell_has(const struct network *w, cell x, wide v) {
  return v >= cell_lo(w, x) && v <= cell_hi(w, x) && (wide_saturated(v) || allowed_from(w, x, v, true) == v);
}

static bool save(struct network *w, cell x) {
  if (!network_room(w, &w->trail, &w->trail_capacity, w->ntrail + 1, sizeof *w->trail)) return false;
  w->trail[w->ntrail++] = (struct saved){x, w->domains[x]};
  w->changes++;
  return true;
}

/* Where 128 bits end a bound is one less: nothing is lost but what only the last number tells. */
bool cell_within(struct network *w, cell x, wide lo, wide hi) {
  x = w->same[x];
  if (lo >= WIDE_MAX) lo = WIDE_MAX - 1;
  if (hi <= WIDE_MIN) hi = WIDE_MIN + 1;
  struct domain_of d = w->domains[x];
  if (lo <= d.lo && hi >= d.hi) return true;
  if (lo > d.lo) d.lo = allowed_from(w, x, lo, true);
  if (hi < d.hi) d.hi = allowed_from(w, x, hi, false);
  if (!save(w, x)) return false;
  w->domains[x] = d;
  if (d.lo > d.hi) w->broken = true;
  return !w->broken;
}

bool cell_remove(struct network *w, cell x, wide v) {
  x = w->same[x];
  if (!cell_has(w, x, v) || wide_saturated(v)) return true;
  if (v == cell_lo(w, x)) return cell_within(w, x, v + 1, WIDE_MAX);
  if (v == cell_hi(w, x)) return cell_within(w, x, WIDE_MIN, v - 1);
  if (!network_room(w, &w->removed, &w->removed_capacity, w->nremoved + 1, sizeof *w->removed) || !save(w, x)) return false;
  w->removed[w->nremoved] = (struct removed){v, w->domains[x].removed};
  w->domains[x].removed = (int32_t)w->nremoved++;
  return true;
}

/* At the root only, before any value was removed. */
bool cell_unite(struct network *w, cell x, cell y) {
  x = w->same[x];
  y = w->same[y];
  if (x == y) return true;
  struct domain_of a = w->domains[x];
  cell member = x;
  do {
    w->same[member] = y;
    member = w->cells[member].ring;
  } while (member != x);
  cell next = w->cells[x].ring;
  w->cells[x].ring = w->cells[y].ring;
  w->cells[y].ring = next;
  struct domain_of b = w->domains[y];
  wide lo = a.lo > b.lo ? a.lo : b.lo, hi = a.hi < b.hi ? a.hi : b.hi;
  w->changes++;
  w->domains[y] = (struct domain_of){allowed_from(w, y, lo, true), allowed_from(w, y, hi, false), -1};
  if (w->domains[y].lo > w->domains[y].hi) w->broken = true;
  return !w->broken;
}

size_t network_mark(const struct network *w) { return w->ntrail; }

/* Removed values stay in their list unused: it is cut where none is held. */
void network_undo(struct network *w, size_t mark) {
  while (w->ntrail > mark) {
    const struct saved *s = &w->trail[--w->ntrail];
    int32_t removed = w->domains[s->x].removed;
    if (removed > s->domain.removed && (size_t)removed + 1 == w->nremoved) w->nremoved--;
    w->domains[s->x] = s->domain;
  }
  w->broken = false;
}

/* ---- literals ---- */

enum state literal_state(const struct network *w, struct literal l) {
  wide lo = cell_lo(w, l.x), hi = cell_hi(w, l.x);
  switch (l.kind) {
  case LITERAL_GE: return lo >= l.v ? LITERAL_TRUE : hi < l.v ? LITERAL_FALSE : LITERAL_OPEN;
  case LITERAL_LE: return hi <= l.v ? LITERAL_TRUE : lo > l.v ? LITERAL_FALSE : LITERAL_OPEN;
  case LITERAL_IS: return !cell_has(w, l.x, l.v) ? LITERAL_FALSE : lo == hi ? LITERAL_TRUE : LITERAL_OPEN;
  default: return !cell_has(w, l.x, l.v) ? LITERAL_TRUE : lo == hi ? LITERAL_FALSE : LITERAL_OPEN;
  }
}

static bool cell_fix(struct network *w, cell x, wide v) {
  if (!cell_has(w, x, v)) w->broken = true;
  return !w->broken && cell_within(w, x, v, v);
}

bool literal_assert(struct network *w, struct literal l) {
  switch (l.kind) {
  case LITERAL_GE: return cell_within(w, l.x, l.v, WIDE_MAX);
  case LITERAL_LE: return cell_within(w, l.x, WIDE_MIN, l.v);
  case LITERAL_IS: return cell_fix(w, l.x, l.v);
  default: return cell_remove(w, l.x, l.v);
  }
}

bool literal_deny(struct network *w, struct literal l) {
  switch (l.kind) {
  case LITERAL_GE: return cell_within(w, l.x, WIDE_MIN, wide_sub(l.v, 1));
  case LITERAL_LE: return cell_within(w, l.x, wide_add(l.v, 1), WIDE_MAX);
  case LITERAL_IS: return cell_remove(w, l.x, l.v);
  default: return cell_fix(w, l.x, l.v);
  }
}
