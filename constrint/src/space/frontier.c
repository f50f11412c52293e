/* Breadth first, from the first level to the last. */
#include "run.h"

/* ---- fields ---- */

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

void run_lay_out(struct run *r) {
  struct layout l = {0, 0};
  r->nkept = 0;
  for (size_t i = 0; i < r->ncarried; i++) r->carried[i].after = place(&l, r->carried[i].before.bits);
  for (size_t i = 0; i < r->nreaders; i++) {
    uint32_t states = states_after(&r->readers[i]);
    r->readers[i].after = states ? place(&l, bits_for(states)) : (struct field){0, 0, 0};
    if (states) r->kept[r->nkept++] = &r->readers[i];
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
      reader->ready = false;
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

static void finish_readers(struct run *r) {
  for (size_t i = 0; i < r->nreaders; i++)
    if (r->readers[i].f->live) factor_advance(r->readers[i].f);
}

/* ---- edges ---- */

bool run_room(struct run *r, struct frontier_level *l, size_t more) {
  budget *b = r->x->b;
  return l->edges + more < UINT32_MAX &&
         budget_grow(b, &l->value, &l->value_capacity, l->edges + more, sizeof *l->value) &&
         budget_grow(b, &l->child, &l->child_capacity, l->edges + more, sizeof *l->child);
}

/* What all children of a node have in common. */
void run_carry(const struct run *r, const uint64_t *key, uint64_t *base) {
  memset(base, 0, r->width_after * sizeof *base);
  for (size_t i = 0; i < r->ncarried; i++) {
    const struct carried *c = &r->carried[i];
    base[c->after.at] |= run_get(key, c->before) << c->after.shift;
  }
}

static void set(uint64_t *key, struct field f, uint32_t state) {
  key[f.at] &= ~((((uint64_t)1 << f.bits) - 1) << f.shift);
  key[f.at] |= (uint64_t)state << f.shift;
}

/* What a node's edges are made from. */
struct start {
  uint64_t *base;         /* what all children have in common; scratch, where keys are wide */
  const uint32_t **row;   /* per kept reader */
  const uint64_t **leads; /* per reader */
};

static bool add_edge(struct run *r, struct frontier_level *l, const struct start *s, uint32_t v) {
  uint32_t child;
  if (r->width_after == 1) {
    uint64_t key = s->base[0];
    for (size_t i = 0; i < r->nkept; i++) key |= (uint64_t)s->row[i][v] << r->kept[i]->after.shift;
    child = keys_add(&r->after, key);
  } else {
    for (size_t i = 0; i < r->nkept; i++) set(s->base, r->kept[i]->after, s->row[i][v]);
    child = keys_add_wide(&r->after, s->base);
  }
  l->value[l->edges] = v;
  l->child[l->edges++] = child;
  return child != KEYS_FULL;
}

/* The values that lead on from all states of the node. */
static bool add_edges_listed(struct run *r, struct frontier_level *l, const struct start *s, uint32_t n) {
  for (uint32_t first = 0, word = 0; first < n; first += 64, word++) {
    uint64_t bits = n - first < 64 ? ((uint64_t)1 << (n - first)) - 1 : ~(uint64_t)0;
    for (size_t i = 0; i < r->nreaders; i++) bits &= s->leads[i][word];
    for (; bits; bits &= bits - 1)
      if (!add_edge(r, l, s, first + (uint32_t)__builtin_ctzll(bits))) return false;
  }
  return true;
}

/* Where each value leads from a state. */
static const uint32_t *row_of(struct reader *reader, uint32_t state, const uint64_t *leads, uint32_t n) {
  if (reader->dense) return reader->dense + (size_t)state * n;
  const uint32_t *next = reader->packed + reader->begin[state];
  for (uint32_t first = 0; first < n; first += 64, leads++)
    for (uint64_t bits = *leads; bits; bits &= bits - 1)
      reader->row[first + (uint32_t)__builtin_ctzll(bits)] = *next++ - reader->below;
  return reader->row;
}

/* The edges of one node. */
static bool add_edges(struct run *r, struct frontier_level *l, uint32_t node, const struct start *s, uint32_t n) {
  const uint64_t *key = keys_at(&r->before, node);
  for (size_t i = 0, kept = 0; i < r->nreaders; i++) {
    struct reader *reader = &r->readers[i];
    uint32_t state = run_state(reader, key);
    s->leads[i] = reader->leads + state * run_words(n);
    if (kept < r->nkept && r->kept[kept] == reader) s->row[kept++] = row_of(reader, state, s->leads[i], n);
  }
  run_carry(r, key, s->base);
  return run_room(r, l, n) && add_edges_listed(r, l, s, n);
}

static bool is_too_much(const struct frontier *x, uint64_t more) {
  return x->effort_limit && x->effort + more > x->effort_limit;
}

/* All edges of a level. */
static int connect(struct run *r, uint32_t level) {
  struct frontier *x = r->x;
  struct frontier_level *l = &x->level[level];
  uint32_t n = x->plan->vars[x->vars[level]].n;
  struct start s = {budget_alloc(x->b, r->width_after * sizeof *s.base), budget_alloc(x->b, (r->nreaders + 1) * sizeof *s.row),
                    budget_alloc(x->b, (r->nreaders + 1) * sizeof *s.leads)};
  int error = x->b->stopped;
  keys_reset(&r->after, r->width_after);
  l->nodes = r->before.n;
  if (!budget_grow(x->b, &l->begin, &l->begin_capacity, l->nodes + 1, sizeof *l->begin)) error = CI_ENOMEM;
  for (uint32_t i = 0; i < l->nodes && error == CI_OK; i++) {
    l->begin[i] = (uint32_t)l->edges;
    if (!add_edges(r, l, i, &s, n)) error = CI_ENOMEM;
    else if (budget_poll(x->b)) error = x->b->stopped;
    else if (is_too_much(x, l->edges)) error = 1;
  }
  if (error == CI_OK) l->begin[l->nodes] = (uint32_t)l->edges;
  x->effort += l->edges;
  budget_free(x->b, s.base, r->width_after * sizeof *s.base);
  budget_free(x->b, s.row, (r->nreaders + 1) * sizeof *s.row);
  budget_free(x->b, s.leads, (r->nreaders + 1) * sizeof *s.leads);
  return error;
}

static int step_listed(struct run *r, uint32_t level) {
  int error = run_prepare(r, r->x->plan->vars[r->x->vars[level]].n);
  if (error != CI_OK) return error;
  run_lay_out(r);
  return connect(r, level);
}

/* ---- the run ---- */

static int step(struct run *r, uint32_t level) {
  find_readers(r, level);
  bool listed = r->x->plan->vars[r->x->vars[level]].values != NULL;
  int error = listed ? step_listed(r, level) : run_given(r, level);
  if (error != CI_OK) return error;
  store_fields(r, level);
  finish_readers(r);
  struct keys spare = r->before;
  r->before = r->after;
  r->after = spare;
  return CI_OK;
}

/* Which nodes after the last level stand for a condition left open. */
static int find_unknown(struct run *r) {
  struct frontier *x = r->x;
  x->width = r->before.n;
  x->unknown = budget_alloc(x->b, x->width + 1);
  if (!x->unknown) return CI_ENOMEM;
  for (uint32_t i = 0; i < x->width; i++)
    for (size_t f = 0; f < x->nfactors; f++)
      if (r->fields[f].bits && run_get(keys_at(&r->before, i), r->fields[f]) == FACTOR_UNKNOWN) x->unknown[i] = true;
  return CI_OK;
}

static int begin(struct run *r) {
  budget *b = r->x->b;
  size_t n = r->x->nfactors + 1;
  keys_init(&r->before, b, 1);
  keys_init(&r->after, b, 1);
  r->fields = budget_alloc(b, n * sizeof *r->fields);
  r->reached = budget_alloc(b, n * sizeof *r->reached);
  r->readers = budget_alloc(b, n * sizeof *r->readers);
  r->kept = budget_alloc(b, n * sizeof *r->kept);
  r->carried = budget_alloc(b, n * sizeof *r->carried);
  r->x->level = budget_alloc(b, r->x->levels * sizeof *r->x->level);
  int error = b->stopped;
  for (size_t i = 0; i < r->x->nfactors && error == CI_OK; i++)
    if (r->x->factors[i].live) error = factor_restart(&r->x->factors[i]);
  if (error < 0) return error;
  return keys_add(&r->before, 0) == KEYS_FULL ? CI_ENOMEM : CI_OK;
}

static void end(struct run *r) {
  budget *b = r->x->b;
  size_t n = r->x->nfactors + 1;
  for (size_t i = 0; r->readers && i < n; i++) {
    struct reader *reader = &r->readers[i];
    budget_free(b, reader->leads, reader->leads_capacity * sizeof *reader->leads);
    budget_free(b, reader->own_begin, reader->begin_capacity * sizeof *reader->own_begin);
    budget_free(b, reader->own_packed, reader->packed_capacity * sizeof *reader->own_packed);
    budget_free(b, reader->row, reader->row_capacity * sizeof *reader->row);
  }
  budget_free(b, r->fields, n * sizeof *r->fields);
  budget_free(b, r->reached, n * sizeof *r->reached);
  budget_free(b, r->readers, n * sizeof *r->readers);
  budget_free(b, r->kept, n * sizeof *r->kept);
  budget_free(b, r->carried, n * sizeof *r->carried);
  keys_free(&r->before);
  keys_free(&r->after);
}

int frontier_run(struct frontier *x, struct workshop *w) {
  struct run r = {.x = x, .w = w};
  int error = begin(&r);
  for (uint32_t level = 0; level < x->levels && error == CI_OK; level++)
    if (!(error = budget_check(x->b))) error = step(&r, level);
  if (error == CI_OK) error = find_unknown(&r);
  end(&r);
  return error;
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
