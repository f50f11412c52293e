/* Breadth first, from the first level to the last. */
#include "frontier.h"

#include <string.h>

/* Where a condition's state stands in a node's key. */
struct field {
  uint16_t at, shift, bits; /* bits 0: it is not there */
};

/* A condition that reads the variable of the level at hand. */
struct reader {
  struct factor *f;
  uint32_t level;            /* of the factor's own */
  struct field before, after;
  uint32_t *to;              /* live: new numbers of states, by old number */
  size_t to_capacity;
  const uint32_t *next;      /* rows */
};

/* One that does not, but is under way. */
struct carried { struct field before, after; };

struct run {
  struct frontier *x;
  struct workshop *w;
  struct field *fields;      /* per factor, of the nodes at hand */
  uint32_t *reached;         /* per factor: how many of its levels are done */
  struct reader *readers;
  size_t nreaders;
  struct carried *carried;
  size_t ncarried;
  struct keys before, after;
  uint32_t width_after;      /* words of a key */
};

/* ---- fields ---- */

static uint64_t get(const uint64_t *key, struct field f) {
  return key[f.at] >> f.shift & (((uint64_t)1 << f.bits) - 1);
}

static uint16_t bits_for(uint32_t states) {
  uint32_t most = states > 1 ? states - 1 : 1;
  return (uint16_t)(32 - __builtin_clz(most));
}

struct layout { uint16_t at, used; };

static struct field place(struct layout *l, uint16_t bits) {
  if (l->used + bits > 64) l->at++, l->used = 0;
  struct field f = {l->at, l->used, bits};
  l->used = (uint16_t)(l->used + bits);
  return f;
}

static bool is_exact(const struct factor *f) { return !f->diagram && f->tape.nodes[f->tape.root].op == TAPE_EXACT; }

/* How many states a condition may be in after the level at hand. */
static uint32_t states_after(const struct reader *r) {
  const struct factor *f = r->f;
  if (r->level + 1 == f->levels) return is_exact(f) ? FACTOR_FIRST : 0;
  return f->live ? f->after.n + FACTOR_FIRST : f->states[r->level + 1];
}

static void lay_out(struct run *r) {
  struct layout l = {0, 0};
  for (size_t i = 0; i < r->ncarried; i++) r->carried[i].after = place(&l, r->carried[i].before.bits);
  for (size_t i = 0; i < r->nreaders; i++) {
    uint32_t states = states_after(&r->readers[i]);
    r->readers[i].after = states ? place(&l, bits_for(states)) : (struct field){0, 0, 0};
  }
  r->width_after = l.at + 1u;
}

/* Sort the factors into those that read the variable and those that wait. */
static void find_readers(struct run *r, uint32_t level) {
  struct frontier *x = r->x;
  r->nreaders = r->ncarried = 0;
  for (size_t i = 0; i < x->nfactors; i++) {
    struct factor *f = &x->factors[i];
    uint32_t done = r->reached[i];
    if (done < f->levels && f->vars[done] == x->vars[level]) {
      struct reader *reader = &r->readers[r->nreaders++];
      reader->f = f;
      reader->level = done;
      reader->before = r->fields[i];
    } else if (r->fields[i].bits) {
      r->carried[r->ncarried++].before = r->fields[i];
    }
  }
}

static void store_fields(struct run *r, uint32_t level) {
  struct frontier *x = r->x;
  size_t reader = 0, carried = 0;
  for (size_t i = 0; i < x->nfactors; i++) {
    struct factor *f = &x->factors[i];
    if (r->reached[i] < f->levels && f->vars[r->reached[i]] == x->vars[level]) {
      r->fields[i] = r->readers[reader++].after;
      r->reached[i]++;
    } else if (r->fields[i].bits) {
      r->fields[i] = r->carried[carried++].after;
    }
  }
}

static uint32_t state_of(const struct reader *r, const uint64_t *key) {
  return r->before.bits ? (uint32_t)get(key, r->before) : r->f->start;
}

/* ---- live conditions ---- */

/* Number the states that occur, and have their rows worked out. */
static int expand_live(struct run *r, struct reader *reader) {
  struct factor *f = reader->f;
  size_t old = f->before.n + FACTOR_FIRST;
  if (!budget_grow(r->x->b, &reader->to, &reader->to_capacity, old, sizeof *reader->to)) return CI_ENOMEM;
  memset(reader->to, 0, old * sizeof *reader->to);
  for (uint32_t i = 0; i < r->before.n; i++) reader->to[state_of(reader, keys_at(&r->before, i))] = 1;
  uint32_t next = FACTOR_FIRST;
  for (uint32_t s = 0; s < FACTOR_FIRST; s++) reader->to[s] = s;
  for (size_t s = FACTOR_FIRST; s < old; s++)
    if (reader->to[s]) reader->to[s] = next++;
  factor_keep(f, reader->to + FACTOR_FIRST);
  int error = factor_expand(f, r->w, reader->level);
  reader->next = f->next[reader->level];
  return error;
}

static int prepare_readers(struct run *r) {
  for (size_t i = 0; i < r->nreaders; i++) {
    struct reader *reader = &r->readers[i];
    reader->next = reader->f->diagram ? NULL : reader->f->next[reader->level];
    int error = reader->f->live ? expand_live(r, reader) : CI_OK;
    if (error < 0) return error;
  }
  return CI_OK;
}

static void finish_readers(struct run *r) {
  for (size_t i = 0; i < r->nreaders; i++)
    if (r->readers[i].f->live) factor_advance(r->readers[i].f);
}

/* ---- edges ---- */

static bool room_for(struct run *r, struct frontier_level *l, size_t more) {
  budget *b = r->x->b;
  return l->edges + more < UINT32_MAX &&
         budget_grow(b, &l->value, &l->value_capacity, l->edges + more, sizeof *l->value) &&
         budget_grow(b, &l->child, &l->child_capacity, l->edges + more, sizeof *l->child);
}

/* What all children of a node have in common. */
static void carry(const struct run *r, const uint64_t *key, uint64_t *base) {
  memset(base, 0, r->width_after * sizeof *base);
  for (size_t i = 0; i < r->ncarried; i++) {
    const struct carried *c = &r->carried[i];
    base[c->after.at] |= get(key, c->before) << c->after.shift;
  }
}

static bool add_edges_narrow(struct run *r, struct frontier_level *l, uint64_t base, const uint32_t *const *rows, uint32_t n) {
  size_t readers = r->nreaders;
  for (uint32_t v = 0; v < n; v++) {
    uint64_t key = base;
    size_t i = 0;
    for (; i < readers; i++) {
      uint32_t state = rows[i][v];
      if (!state) break;
      if (r->readers[i].after.bits) key |= (uint64_t)state << r->readers[i].after.shift;
    }
    if (i < readers) continue;
    uint32_t child = keys_add(&r->after, key);
    if (child == KEYS_FULL) return false;
    l->value[l->edges] = v;
    l->child[l->edges++] = child;
  }
  return true;
}

static bool add_edges_wide(struct run *r, struct frontier_level *l, uint64_t *key, const uint32_t *const *rows, uint32_t n) {
  size_t readers = r->nreaders;
  for (uint32_t v = 0; v < n; v++) {
    size_t i = 0;
    while (i < readers && rows[i][v]) i++;
    if (i < readers) continue;
    for (i = 0; i < readers; i++) {
      struct field f = r->readers[i].after;
      if (!f.bits) continue;
      key[f.at] &= ~((((uint64_t)1 << f.bits) - 1) << f.shift);
      key[f.at] |= (uint64_t)rows[i][v] << f.shift;
    }
    uint32_t child = keys_add_wide(&r->after, key);
    if (child == KEYS_FULL) return false;
    l->value[l->edges] = v;
    l->child[l->edges++] = child;
  }
  return true;
}

/* Where the edges of a node are those of a node of a diagram that the other conditions let pass. */
static bool add_edges_driven(struct run *r, struct frontier_level *l, const struct reader *driver, uint32_t state,
                             uint64_t *key, const uint32_t *const *rows) {
  const struct diagram *d = driver->f->diagram;
  uint32_t node = d->first[driver->level] + state - FACTOR_FIRST, below = d->first[driver->level + 1];
  for (uint32_t e = d->edge[node]; e < d->edge[node + 1]; e++) {
    bool passes = true;
    for (size_t i = 0; i < r->nreaders && passes; i++) {
      const struct reader *reader = &r->readers[i];
      struct field f = reader->after;
      uint32_t next = reader == driver ? d->child[e] - below + FACTOR_FIRST : rows[i][d->value[e]];
      passes = next != FACTOR_FALSE;
      if (!f.bits) continue;
      key[f.at] &= ~((((uint64_t)1 << f.bits) - 1) << f.shift);
      key[f.at] |= (uint64_t)next << f.shift;
    }
    if (!passes) continue;
    uint32_t child = keys_add_wide(&r->after, key);
    if (child == KEYS_FULL) return false;
    l->value[l->edges] = d->value[e];
    l->child[l->edges++] = child;
  }
  return true;
}

static const struct reader *find_driver(const struct run *r) {
  for (size_t i = 0; i < r->nreaders; i++)
    if (r->readers[i].f->diagram) return &r->readers[i];
  return NULL;
}

/* The edges of one node. */
static bool add_edges(struct run *r, struct frontier_level *l, uint32_t node, uint64_t *base, const uint32_t **rows, uint32_t n) {
  const uint64_t *key = keys_at(&r->before, node);
  for (size_t i = 0; i < r->nreaders; i++) {
    const struct reader *reader = &r->readers[i];
    uint32_t state = state_of(reader, key);
    if (reader->f->diagram) continue;
    if (reader->f->live) state = reader->to[state];
    rows[i] = reader->next + (size_t)state * n;
  }
  carry(r, key, base);
  if (!room_for(r, l, n)) return false;
  const struct reader *driver = find_driver(r);
  if (driver) return add_edges_driven(r, l, driver, state_of(driver, key), base, rows);
  return r->width_after == 1 ? add_edges_narrow(r, l, base[0], rows, n) : add_edges_wide(r, l, base, rows, n);
}

/* All edges of a level.  1: done, 0: past the limit. */
static int connect(struct run *r, uint32_t level) {
  struct frontier *x = r->x;
  struct frontier_level *l = &x->level[level];
  uint32_t n = x->plan->vars[x->vars[level]].n;
  const uint32_t **rows = budget_alloc(x->b, (r->nreaders + 1) * sizeof *rows);
  uint64_t *base = budget_alloc(x->b, r->width_after * sizeof *base);
  int result = x->b->stopped ? x->b->stopped : 1;
  keys_reset(&r->after, r->width_after);
  l->nodes = r->before.n;
  if (!budget_grow(x->b, &l->begin, &l->begin_capacity, l->nodes + 1, sizeof *l->begin)) result = CI_ENOMEM;
  for (uint32_t i = 0; i < l->nodes && result > 0; i++) {
    l->begin[i] = (uint32_t)l->edges;
    if (!add_edges(r, l, i, base, rows, n)) result = CI_ENOMEM;
    else if (budget_poll(x->b)) result = x->b->stopped;
    else if (x->edge_limit && x->edges + l->edges > x->edge_limit) result = 0;
  }
  if (result > 0) l->begin[l->nodes] = (uint32_t)l->edges;
  x->edges += l->edges;
  budget_free(x->b, rows, (r->nreaders + 1) * sizeof *rows);
  budget_free(x->b, base, r->width_after * sizeof *base);
  return result;
}

/* ---- a variable whose value an equation gives ---- */

struct pairs {
  uint32_t *node, *state; /* state: scratch, of one condition */
  int64_t *value;
  uint32_t *next;         /* per reader: n states */
  size_t n, most;
};

static struct reader *find_giver(struct run *r, uint32_t var) {
  for (size_t i = 0; i < r->nreaders; i++)
    if (r->readers[i].f->condition->defines == (int32_t)var) return &r->readers[i];
  return NULL;
}

static int make_pairs(struct run *r, struct pairs *p, uint32_t var) {
  budget *b = r->x->b;
  const struct reader *giver = find_giver(r, var);
  const struct plan_var *v = &r->x->plan->vars[var];
  p->most = r->before.n;
  p->node = budget_alloc(b, p->most * sizeof *p->node);
  p->state = budget_alloc(b, p->most * sizeof *p->state);
  p->value = budget_alloc(b, p->most * sizeof *p->value);
  p->next = budget_alloc(b, p->most * r->nreaders * sizeof *p->next);
  if (b->stopped) return b->stopped;
  for (uint32_t i = 0; i < p->most; i++) p->state[i] = state_of(giver, keys_at(&r->before, i));
  factor_given(giver->f, p->state, p->most, p->value);
  for (uint32_t i = 0; i < p->most; i++) {
    if (p->value[i] == TAPE_UNDEFINED || !plan_has(v, p->value[i])) continue;
    p->node[p->n] = i;
    p->value[p->n++] = p->value[i];
  }
  return CI_OK;
}

static void free_pairs(struct run *r, struct pairs *p) {
  budget *b = r->x->b;
  budget_free(b, p->node, p->most * sizeof *p->node);
  budget_free(b, p->state, p->most * sizeof *p->state);
  budget_free(b, p->value, p->most * sizeof *p->value);
  budget_free(b, p->next, p->most * r->nreaders * sizeof *p->next);
}

/* What a condition's states become: fixed ones stay as they are. */
static int step_reader(struct run *r, struct pairs *p, size_t which) {
  struct reader *reader = &r->readers[which];
  uint32_t *next = p->next + which * p->n;
  if (reader->f->condition->defines == (int32_t)reader->f->vars[reader->level]) {
    for (size_t i = 0; i < p->n; i++) next[i] = FACTOR_TRUE;
    return CI_OK;
  }
  for (size_t i = 0; i < p->n; i++) p->state[i] = state_of(reader, keys_at(&r->before, p->node[i]));
  return factor_step(reader->f, r->w, reader->level, p->state, p->value, p->n, next);
}

static bool add_given_edge(struct run *r, struct frontier_level *l, const struct pairs *p, size_t pair, uint64_t *key) {
  for (size_t i = 0; i < r->nreaders; i++)
    if (p->next[i * p->n + pair] == FACTOR_FALSE) return true;
  carry(r, keys_at(&r->before, p->node[pair]), key);
  for (size_t i = 0; i < r->nreaders; i++) {
    struct field f = r->readers[i].after;
    if (f.bits) key[f.at] |= (uint64_t)p->next[i * p->n + pair] << f.shift;
  }
  uint32_t child = keys_add_wide(&r->after, key), value = keys_add(&l->given, (uint64_t)p->value[pair]);
  if (child == KEYS_FULL || value == KEYS_FULL) return false;
  l->value[l->edges] = value;
  l->child[l->edges++] = child;
  return true;
}

static int connect_pairs(struct run *r, uint32_t level, const struct pairs *p) {
  struct frontier *x = r->x;
  struct frontier_level *l = &x->level[level];
  uint64_t *key = budget_alloc(x->b, r->width_after * sizeof *key);
  bool ok = key && room_for(r, l, p->n) && budget_grow(x->b, &l->begin, &l->begin_capacity, r->before.n + 1u, sizeof *l->begin);
  keys_reset(&r->after, r->width_after);
  keys_init(&l->given, x->b, 1);
  l->nodes = r->before.n;
  for (uint32_t node = 0, pair = 0; node < l->nodes && ok; node++) {
    l->begin[node] = (uint32_t)l->edges;
    if (pair < p->n && p->node[pair] == node) ok = add_given_edge(r, l, p, pair++, key);
  }
  if (ok) l->begin[l->nodes] = (uint32_t)l->edges;
  x->edges += l->edges;
  budget_free(x->b, key, r->width_after * sizeof *key);
  return ok ? 1 : CI_ENOMEM;
}

static int step_given(struct run *r, uint32_t level) {
  struct pairs p = {.n = 0};
  int result = make_pairs(r, &p, r->x->vars[level]);
  for (size_t i = 0; i < r->nreaders && result == CI_OK; i++) result = step_reader(r, &p, i);
  if (result == CI_OK) {
    lay_out(r);
    result = connect_pairs(r, level, &p);
  }
  free_pairs(r, &p);
  return result;
}

static int step_listed(struct run *r, uint32_t level) {
  int result = prepare_readers(r);
  if (result < 0) return result;
  lay_out(r);
  return connect(r, level);
}

/* ---- the run ---- */

static int step(struct run *r, uint32_t level) {
  find_readers(r, level);
  bool listed = r->x->plan->vars[r->x->vars[level]].values != NULL;
  int result = listed ? step_listed(r, level) : step_given(r, level);
  if (result <= 0) return result;
  store_fields(r, level);
  finish_readers(r);
  struct keys spare = r->before;
  r->before = r->after;
  r->after = spare;
  return 1;
}

/* Which nodes after the last level stand for a condition left open. */
static int find_unknown(struct run *r) {
  struct frontier *x = r->x;
  x->width = r->before.n;
  x->unknown = budget_alloc(x->b, x->width + 1);
  if (!x->unknown) return CI_ENOMEM;
  for (uint32_t i = 0; i < x->width; i++)
    for (size_t f = 0; f < x->nfactors; f++)
      if (r->fields[f].bits && get(keys_at(&r->before, i), r->fields[f]) == FACTOR_UNKNOWN) x->unknown[i] = true;
  return 1;
}

static int begin(struct run *r) {
  budget *b = r->x->b;
  size_t n = r->x->nfactors + 1;
  keys_init(&r->before, b, 1);
  keys_init(&r->after, b, 1);
  r->fields = budget_alloc(b, n * sizeof *r->fields);
  r->reached = budget_alloc(b, n * sizeof *r->reached);
  r->readers = budget_alloc(b, n * sizeof *r->readers);
  r->carried = budget_alloc(b, n * sizeof *r->carried);
  r->x->level = budget_alloc(b, r->x->levels * sizeof *r->x->level);
  if (b->stopped) return b->stopped;
  return keys_add(&r->before, 0) == KEYS_FULL ? CI_ENOMEM : 1;
}

static void end(struct run *r) {
  budget *b = r->x->b;
  size_t n = r->x->nfactors + 1;
  for (size_t i = 0; r->readers && i < n; i++) budget_free(b, r->readers[i].to, r->readers[i].to_capacity * sizeof(uint32_t));
  budget_free(b, r->fields, n * sizeof *r->fields);
  budget_free(b, r->reached, n * sizeof *r->reached);
  budget_free(b, r->readers, n * sizeof *r->readers);
  budget_free(b, r->carried, n * sizeof *r->carried);
  keys_free(&r->before);
  keys_free(&r->after);
}

int frontier_run(struct frontier *x, struct workshop *w) {
  struct run r = {.x = x, .w = w};
  int result = begin(&r);
  for (uint32_t level = 0; level < x->levels && result > 0; level++) result = step(&r, level);
  if (result > 0) result = find_unknown(&r);
  end(&r);
  return result;
}

void frontier_free(struct frontier *x) {
  for (uint32_t i = 0; x->level && i < x->levels; i++) {
    struct frontier_level *l = &x->level[i];
    budget_free(x->b, l->begin, l->begin_capacity * sizeof *l->begin);
    budget_free(x->b, l->value, l->value_capacity * sizeof *l->value);
    budget_free(x->b, l->child, l->child_capacity * sizeof *l->child);
    if (l->given.b) keys_free(&l->given);
  }
  budget_free(x->b, x->level, x->levels * sizeof *x->level);
  budget_free(x->b, x->unknown, x->width + 1);
}
