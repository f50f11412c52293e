#include "space_sets.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

uint64_t set_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

int set_below(uint64_t *state, int n) { return (int)(set_random(state) % (uint64_t)n); }

/* ---- one part ---- */

static const char *const names[SET_VARS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};

struct group { size_t nvars, n; uint32_t var[SET_VARS]; int64_t *rows; ci_space *s; };

static void list_values(struct set *set, size_t var, uint64_t *state) {
  int n = 1 + set_below(state, SET_VALUES - 3), kind = set_below(state, 3);
  int64_t value = set_below(state, 20) - 10;
  for (int i = 0; i < n; i++, value += 1 + (kind ? set_below(state, 4) : 0)) set->listed[var][i] = value;
  if (kind == 2) set->listed[var][0] = INT64_MIN + set_below(state, 2);
  for (int i = n - 1; i > 0 && kind; i--) {
    int j = set_below(state, i + 1);
    int64_t t = set->listed[var][i];
    set->listed[var][i] = set->listed[var][j];
    set->listed[var][j] = t;
  }
  set->nlisted[var] = (size_t)n;
}

static struct draft_var draft_of(const struct set *set, size_t var) {
  struct draft_var v = {.name = names[var], .values = set->listed[var], .n = set->nlisted[var]};
  v.listed = (struct space_listed){.values = set->listed[var], .n = set->nlisted[var]};
  return v;
}

/* Some of the product of the group's values, at least one. */
static void choose_rows(const struct set *set, struct group *g, uint64_t *state) {
  size_t all = 1, keep = 1 + (size_t)set_below(state, 10);
  for (size_t k = 0; k < g->nvars; k++) all *= set->nlisted[g->var[k]];
  g->rows = malloc(all * g->nvars * sizeof *g->rows);
  size_t sure = (size_t)set_below(state, (int)all);
  for (size_t i = 0; i < all; i++) {
    int64_t *row = g->rows + g->n * g->nvars;
    size_t rest = i;
    for (size_t k = 0; k < g->nvars; k++) {
      row[k] = set->listed[g->var[k]][rest % set->nlisted[g->var[k]]];
      rest /= set->nlisted[g->var[k]];
    }
    g->n += i == sure || (size_t)set_below(state, 10) < keep;
  }
}

static void make_group(const struct set *set, struct group *g, uint64_t *state) {
  struct draft_var vars[SET_VARS];
  for (size_t k = 0; k < g->nvars; k++) vars[k] = draft_of(set, g->var[k]);
  choose_rows(set, g, state);
  CHECKF(space_from_rows(&g->s, vars, g->nvars, g->rows, g->n) == CI_OK, "%s", ci_error());
}

/* ---- the product ---- */

static void join(struct set *set, const struct group *groups, size_t ngroups) {
  set->n = 1;
  for (size_t i = 0; i < ngroups; i++) set->n *= groups[i].n;
  set->rows = malloc((set->n * set->nvars + 1) * sizeof *set->rows);
  for (size_t r = 0; r < set->n; r++) {
    size_t rest = r;
    for (size_t i = 0; i < ngroups; i++) {
      const int64_t *row = groups[i].rows + rest % groups[i].n * groups[i].nvars;
      rest /= groups[i].n;
      for (size_t k = 0; k < groups[i].nvars; k++) set->rows[r * set->nvars + groups[i].var[k]] = row[k];
    }
  }
}

static int by_order(const void *a, const void *b, void *data) {
  const ci_space *s = data;
  const int64_t *x = a, *y = b;
  for (size_t i = 0; i < s->nvars; i++) {
    uint32_t v = s->order[i], p = space_position(&s->vars[v], x[v]), q = space_position(&s->vars[v], y[v]);
    if (p != q) return p < q ? -1 : 1;
  }
  return 0;
}

/* A random merge of the groups' variables: each group's in its own order. */
static void interleave(const struct group *groups, size_t ngroups, uint64_t *state, uint32_t *order, size_t nvars) {
  size_t taken[SET_VARS] = {0};
  for (size_t n = 0; n < nvars;) {
    size_t i = (size_t)set_below(state, (int)ngroups);
    if (taken[i] < groups[i].nvars) order[n++] = groups[i].var[taken[i]++];
  }
}

static void combine(struct set *set, const struct group *groups, size_t ngroups, uint64_t *state) {
  struct draft_part parts[SET_VARS];
  struct draft_var vars[SET_VARS];
  uint32_t var[SET_VARS][SET_VARS], order[SET_VARS];
  size_t nparts = 0;
  for (size_t i = 0; i < ngroups; i++) {
    for (size_t k = 0; k < groups[i].nvars; k++) {
      const struct space_var *v = &groups[i].s->vars[k];
      vars[groups[i].var[k]] = draft_of(set, groups[i].var[k]);
      vars[groups[i].var[k]].values = v->values;
      vars[groups[i].var[k]].n = v->n;
    }
    if (groups[i].s->nparts == 0) continue;
    const struct diagram *d = &groups[i].s->parts[0];
    for (uint32_t l = 0; l < d->levels; l++) var[nparts][l] = groups[i].var[d->var[l]];
    parts[nparts] = (struct draft_part){d->levels, d->nodes, d->edges, var[nparts], d->first, d->edge, d->value, d->child};
    nparts++;
  }
  interleave(groups, ngroups, state, order, set->nvars);
  CHECKF(space_make(&set->s, vars, set->nvars, parts, nparts, set_below(state, 2) ? order : NULL, NULL) == CI_OK, "%s", ci_error());
}

/* Names are dealt to the groups at random, so that parts mix in declaration order. */
static size_t deal(struct set *set, struct group *groups, uint64_t *state, int most) {
  size_t ngroups = 1 + (size_t)set_below(state, most);
  uint32_t deck[SET_VARS];
  set->nvars = 0;
  for (size_t i = 0; i < ngroups; i++) {
    groups[i] = (struct group){.nvars = 1 + (size_t)set_below(state, 4)};
    set->nvars += groups[i].nvars;
  }
  for (size_t i = 0; i < set->nvars; i++) {
    size_t j = (size_t)set_below(state, (int)i + 1);
    deck[i] = deck[j];
    deck[j] = (uint32_t)i;
  }
  for (size_t i = 0, at = 0; i < ngroups; i++)
    for (size_t k = 0; k < groups[i].nvars; k++) groups[i].var[k] = deck[at++];
  return ngroups;
}

static bool try_make(struct set *set, uint64_t *state, int most) {
  struct group groups[SET_VARS / 4];
  size_t ngroups = deal(set, groups, state, most), rows = 1;
  for (size_t v = 0; v < set->nvars; v++) list_values(set, v, state);
  for (size_t i = 0; i < ngroups; i++) {
    make_group(set, &groups[i], state);
    rows *= groups[i].n;
  }
  if (rows <= SET_ROWS) {
    join(set, groups, ngroups);
    combine(set, groups, ngroups, state);
    qsort_r(set->rows, set->n, set->nvars * sizeof *set->rows, by_order, set->s);
  }
  for (size_t i = 0; i < ngroups; i++) {
    free(groups[i].rows);
    ci_space_free(groups[i].s);
  }
  return rows <= SET_ROWS;
}

void set_make(struct set *set, uint64_t *state, int parts) {
  do memset(set, 0, sizeof *set);
  while (!try_make(set, state, parts));
}

void set_free(struct set *set) {
  free(set->rows);
  ci_space_free(set->s);
}

/* ---- asking ---- */

long set_find(const struct set *set, const int64_t *values) {
  for (size_t i = 0; i < set->n; i++)
    if (memcmp(set->rows + i * set->nvars, values, set->nvars * sizeof *values) == 0) return (long)i;
  return -1;
}

int set_listed(const struct set *set, size_t var, int64_t value) {
  for (size_t i = 0; i < set->nlisted[var]; i++)
    if (set->listed[var][i] == value) return (int)i;
  return -1;
}

void set_anywhere(const struct set *set, uint64_t *state, int64_t *values) {
  bool foreign = set_below(state, 4) == 0;
  for (size_t v = 0; v < set->nvars; v++) {
    values[v] = set->listed[v][set_below(state, (int)set->nlisted[v])];
    if (foreign && set_below(state, 3) == 0) values[v] = set_below(state, 40) - 12;
  }
}
