/* Cursors: one configuration after another, in an order that the caller names. */
#include "cursor.h"

#include <stdlib.h>
#include <string.h>

#include "../error.h"

/* ---- along the levels ---- */

struct along {
  uint32_t *edge; /* a turn: the one taken */
  uint32_t *node; /* a turn: where it starts */
  uint32_t *at;   /* a part: where it stands */
};

static bool along_start(ci_cursor *c) {
  struct along *a = c->state = calloc(1, sizeof *a);
  if (!a) return false;
  a->edge = malloc((c->nturns + 1) * sizeof *a->edge);
  a->node = malloc((c->nturns + 1) * sizeof *a->node);
  a->at = calloc(c->s->nparts + 1, sizeof *a->at);
  return a->edge && a->node && a->at;
}

static void along_stop(ci_cursor *c) {
  struct along *a = c->state;
  if (!a) return;
  free(a->edge);
  free(a->node);
  free(a->at);
  free(a);
}

static void along_take(ci_cursor *c, size_t i, uint32_t e) {
  struct along *a = c->state;
  const struct space_var *v = &c->s->vars[c->turns[i].var];
  const struct diagram *d = &c->s->parts[v->part];
  a->edge[i] = e;
  a->at[v->part] = d->child[e];
  c->row[c->turns[i].var] = v->values[d->value[e]];
}

static int along_next(ci_cursor *c) {
  struct along *a = c->state;
  size_t i = c->begun ? c->nturns : 0;
  for (bool more = !c->begun; !more;) {
    if (i-- == 0) return CI_NONE;
    int32_t part = c->s->vars[c->turns[i].var].part;
    a->at[part] = a->node[i];
    more = a->edge[i] + 1 < c->s->parts[part].edge[a->node[i] + 1];
    if (more) along_take(c, i, a->edge[i] + 1);
  }
  i += c->begun;
  for (; i < c->nturns; i++) {
    int32_t part = c->s->vars[c->turns[i].var].part;
    a->node[i] = a->at[part];
    along_take(c, i, c->s->parts[part].edge[a->node[i]]);
  }
  return CI_FOUND;
}

const struct cursor_way cursor_along = {along_start, along_next, along_stop};

/* ---- which way ---- */

static bool goes_along(const ci_space *s, const struct turn *turns, size_t n) {
  bool along = true;
  uint32_t *next = calloc(s->nparts + 1, sizeof *next);
  for (size_t i = 0; next && i < n; i++) {
    const struct space_var *v = &s->vars[turns[i].var];
    if (turns[i].by != LISTED || v->level != next[v->part]) along = false;
    next[v->part]++;
  }
  free(next);
  return next && along;
}

static void own_order(const ci_space *s, struct turn *turns, size_t *n) {
  *n = 0;
  for (size_t i = 0; i < s->nvars; i++)
    if (s->vars[s->order[i]].part >= 0) turns[(*n)++] = (struct turn){s->order[i], LISTED};
}

static int prepare(ci_cursor *c, const char *order) {
  const ci_space *s = c->s;
  int error = CI_OK;
  c->row = calloc(s->nvars + 1, sizeof *c->row);
  c->turns = calloc(s->nvars + 1, sizeof *c->turns);
  if (!c->row || !c->turns) return ci_fail(CI_ENOMEM, "no memory for a cursor");
  if (order) error = cursor_order(s, order, c->turns, &c->nturns);
  else own_order(s, c->turns, &c->nturns);
  if (error < 0) return error;
  c->way = goes_along(s, c->turns, c->nturns) ? &cursor_along : &cursor_across;
  c->ended = s->empty;
  for (size_t v = 0; v < s->nvars && !s->empty; v++) c->row[v] = s->vars[v].values[0];
  return c->way->start(c) ? CI_OK : ci_fail(CI_ENOMEM, "no memory for a cursor");
}

/* ---- the calls ---- */

int ci_cursor_new(ci_cursor **out, const ci_space *s, const char *order) {
  ci_cursor *c = calloc(1, sizeof *c);
  if (!c) return ci_fail(CI_ENOMEM, "no memory for a cursor");
  c->s = s;
  int error = prepare(c, order);
  if (error < 0) ci_cursor_free(c);
  else *out = c;
  return error;
}

int ci_cursor_next(ci_cursor *c, int64_t *values, ci_answer *answer) {
  int found = c->ended ? CI_NONE : c->way->next(c);
  c->begun = true;
  c->ended = found != CI_FOUND;
  if (found < 0) return ci_fail(found, "no memory to go on with the cursor");
  if (!c->ended) memcpy(values, c->row, c->s->nvars * sizeof *values);
  *answer = c->ended ? CI_NONE : CI_FOUND;
  return CI_OK;
}

void ci_cursor_free(ci_cursor *c) {
  if (!c) return;
  if (c->way) c->way->stop(c);
  free(c->turns);
  free(c->row);
  free(c);
}
