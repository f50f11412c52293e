/* A variable whose value an equation gives: one edge a node, or none. */
#include "run.h"

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
  for (uint32_t i = 0; i < p->most; i++) p->state[i] = run_state(giver, keys_at(&r->before, i));
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
  for (size_t i = 0; i < p->n; i++) p->state[i] = run_state(reader, keys_at(&r->before, p->node[i]));
  return factor_step(reader->f, r->w, reader->level, p->state, p->value, p->n, next);
}

static bool add_given_edge(struct run *r, struct frontier_level *l, const struct pairs *p, size_t pair, uint64_t *key) {
  for (size_t i = 0; i < r->nreaders; i++)
    if (p->next[i * p->n + pair] == FACTOR_FALSE) return true;
  run_carry(r, keys_at(&r->before, p->node[pair]), key);
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
  bool ok = key && run_room(r, l, p->n) && budget_grow(x->b, &l->begin, &l->begin_capacity, r->before.n + 1u, sizeof *l->begin);
  keys_reset(&r->after, r->width_after);
  keys_init(&l->given, x->b, 1);
  l->nodes = r->before.n;
  for (uint32_t node = 0, pair = 0; node < l->nodes && ok; node++) {
    l->begin[node] = (uint32_t)l->edges;
    if (pair < p->n && p->node[pair] == node) ok = add_given_edge(r, l, p, pair++, key);
  }
  if (ok) l->begin[l->nodes] = (uint32_t)l->edges;
  budget_free(x->b, key, r->width_after * sizeof *key);
  return ok ? CI_OK : CI_ENOMEM;
}

int run_given(struct run *r, uint32_t level) {
  struct pairs p = {.n = 0};
  int error = make_pairs(r, &p, r->x->vars[level]);
  for (size_t i = 0; i < r->nreaders && error == CI_OK; i++) error = step_reader(r, &p, i);
  if (error == CI_OK) {
    run_lay_out(r);
    error = connect_pairs(r, level, &p);
  }
  free_pairs(r, &p);
  return error;
}
