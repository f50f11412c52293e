/* The log of changes. */
#include "log.h"

#include "../integer.h"

struct event_log *log_new(store *s) {
  struct event_log *l = budget_alloc(s->budget, sizeof *l);
  if (!l) return NULL;
  l->budget = s->budget;
  l->terms = s->terms;
  l->last = budget_alloc(s->budget, l->terms * sizeof *l->last);
  l->gone = budget_alloc(s->budget, l->terms * sizeof *l->gone);
  l->sets = s->explicit;
  l->root_lo = budget_alloc(s->budget, l->terms * sizeof *l->root_lo);
  l->root_hi = budget_alloc(s->budget, l->terms * sizeof *l->root_hi);
  if (s->budget->stopped) {
    log_free(l);
    return NULL;
  }
  for (size_t x = 0; x < l->terms; x++) {
    l->last[x] = -1;
    l->root_lo[x] = s->domains[x].lo;
    l->root_hi[x] = s->domains[x].hi;
  }
  l->refusal.x = -1;
  return l;
}

void log_free(struct event_log *l) {
  if (!l) return;
  budget *b = l->budget;
  budget_free(b, l->event, l->capacity * sizeof *l->event);
  for (size_t x = 0; l->gone && x < l->terms; x++)
    if (l->gone[x]) budget_free(b, l->gone[x], (size_t)l->sets[x]->n * sizeof *l->gone[x]);
  budget_free(b, l->gone, l->terms * sizeof *l->gone);
  budget_free(b, l->last, l->terms * sizeof *l->last);
  budget_free(b, l->root_lo, l->terms * sizeof *l->root_lo);
  budget_free(b, l->root_hi, l->terms * sizeof *l->root_hi);
  budget_free(b, l->start, l->start_capacity * sizeof *l->start);
  budget_free(b, l, sizeof *l);
}

/* The positions from..to-1 go by event e, but those that had gone before. */
static void take_away(const struct set *set, int32_t *gone, int32_t from, int32_t to, int32_t e) {
  for (int32_t i = from; i < to; i++)
    if (set_bit(set, i)) gone[i] = e;
}

/* Note which positions go by event e; false: out of memory. */
static bool note_positions(const store *s, term x, const struct domain *before, int32_t e) {
  struct event_log *l = s->log;
  const struct set *set = s->explicit[x];
  const struct domain *now = &s->domains[x];
  if (!l->gone[x]) {
    l->gone[x] = budget_alloc(l->budget, (size_t)set->n * sizeof *l->gone[x]);
    if (!l->gone[x]) return false;
    for (int32_t i = 0; i < set->n; i++) l->gone[x][i] = -1;
  }
  if (l->kind == CHANGE_REMOVE && now->lo <= l->a && l->a <= now->hi) l->gone[x][set_lower(set, l->a)] = e;
  take_away(set, l->gone[x], before->low, now->low, e);
  take_away(set, l->gone[x], now->high + 1, before->high + 1, e);
  return true;
}

bool log_event(store *s, term x, const struct domain *before, reason why) {
  struct event_log *l = s->log;
  if (s->explicit[x] && l->n < INT32_MAX && !note_positions(s, x, before, (int32_t)l->n)) return false;
  if (l->n >= INT32_MAX || !budget_grow(l->budget, &l->event, &l->capacity, l->n + 1, sizeof *l->event)) {
    s->budget->stopped = CI_ENOMEM;
    return false;
  }
  l->event[l->n] = (struct entry){.x = x, .previous = l->last[x], .level = (int32_t)s->level, .kind = l->kind,
                                  .nogood = l->nogood, .why = why, .a = l->a, .lo = before->lo, .hi = before->hi};
  l->last[x] = (int32_t)l->n++;
  return true;
}

bool log_level(store *s) {
  struct event_log *l = s->log;
  if (!budget_grow(l->budget, &l->start, &l->start_capacity, s->level + 2, sizeof *l->start)) return false;
  l->start[s->level + 1] = l->n;
  return true;
}

void log_undo(store *s) {
  struct event_log *l = s->log;
  while (l->n > l->start[s->level + 1]) {
    const struct entry *e = &l->event[--l->n];
    l->last[e->x] = e->previous;
  }
}

/* ---- looking back ---- */

/* The last event of x before `at`, and the bounds that it left. */
static int32_t last_before(const store *s, term x, size_t at, struct ends *after) {
  const struct event_log *l = s->log;
  int32_t e = l->last[x];
  *after = (struct ends){s->domains[x].lo, s->domains[x].hi};
  while (e >= 0 && (size_t)e >= at) {
    *after = (struct ends){l->event[e].lo, l->event[e].hi};
    e = l->event[e].previous;
  }
  return e;
}

struct ends log_ends(const store *s, term x, size_t at) {
  struct ends ends;
  last_before(s, x, at, &ends);
  return ends;
}

static int32_t find_bound(const store *s, struct fact f, size_t at) {
  const struct event_log *l = s->log;
  struct ends ends;
  int32_t e = last_before(s, f.x, at, &ends);
  bool low = f.kind != AT_MOST, high = f.kind != AT_LEAST;
  if ((low && ends.lo < f.v) || (high && ends.hi > f.v)) return NOT_SO;
  while (e >= 0 && (!low || l->event[e].lo >= f.v) && (!high || l->event[e].hi <= f.v)) e = l->event[e].previous;
  return e;
}

/* Had the root value v, as far as a set's bits or a range's stride tell?  A bit
 * that was cleared since has an event. */
static bool was_possible(const store *s, term x, wide v) {
  const struct event_log *l = s->log;
  const struct set *set = s->explicit[x];
  if (v < l->root_lo[x] || v > l->root_hi[x]) return false;
  if (set) {
    int32_t position = set_find(set, v);
    return position >= 0 && set_bit(set, position);
  }
  wide step = s->domains[x].step;
  return step <= 1 || wide_saturated(l->root_lo[x]) || ((uwide)v - (uwide)l->root_lo[x]) % (uwide)step == 0;
}

/* The first event that took v away, of a range. */
static int32_t find_passed(const store *s, struct fact *f, size_t at) {
  const struct event_log *l = s->log;
  const wide v = f->v;
  struct fact as = *f;
  struct ends after = {s->domains[f->x].lo, s->domains[f->x].hi};
  int32_t found = AT_ROOT;
  if (!was_possible(s, f->x, v)) return AT_ROOT;
  for (int32_t e = l->last[f->x]; e >= 0; e = l->event[e].previous) {
    const struct entry *event = &l->event[e];
    bool below = event->lo <= v && v < after.lo, above = event->hi >= v && v > after.hi;
    if (below || above) {
      found = e;
      as = below ? fact_at_least(f->x, v + 1) : fact_at_most(f->x, v - 1);
    }
    after = (struct ends){event->lo, event->hi};
  }
  *f = as;
  return found >= 0 && (size_t)found < at ? found : NOT_SO;
}

/* Did the event take v away, which was there before it? */
static bool takes(const struct entry *e, wide v) {
  if (v < e->lo || v > e->hi) return false;
  switch (e->kind) {
  case CHANGE_LO: return v < e->a;
  case CHANGE_HI: return v > e->a;
  case CHANGE_FIX: return v != e->a;
  default: return v == e->a;
  }
}

/* The event that took a set's value v away; AT_ROOT: it never was, NOT_SO: it is there.
 * A note of an event that was undone points at none that takes v: one that did
 * would have been noted in its stead. */
static int32_t taken_by(const store *s, term x, wide v) {
  const struct event_log *l = s->log;
  const struct set *set = s->explicit[x];
  int32_t position = set_find(set, v), e = position >= 0 && l->gone[x] ? l->gone[x][position] : -1;
  if (e >= 0 && (size_t)e < l->n && l->event[e].x == x && takes(&l->event[e], v)) return e;
  return was_possible(s, x, v) ? NOT_SO : AT_ROOT;
}

static int32_t find_hole(const store *s, struct fact *f, size_t at) {
  if (!s->explicit[f->x]) return find_passed(s, f, at);
  int32_t e = taken_by(s, f->x, f->v);
  if (e < 0) return e;
  const struct entry *event = &s->log->event[e];
  if (event->kind != CHANGE_REMOVE) {
    bool below = event->kind == CHANGE_LO || (event->kind == CHANGE_FIX && f->v < event->a);
    *f = below ? fact_at_least(f->x, f->v + 1) : fact_at_most(f->x, f->v - 1);
  }
  return (size_t)e < at ? e : NOT_SO;
}

bool log_has(const store *s, term x, wide v, size_t at) {
  if (term_has(s, x, v)) return true;
  struct event_log *l = s->log;
  struct ends ends = log_ends(s, x, at);
  if (v < ends.lo || v > ends.hi) return false;
  if (was_possible(s, x, v)) return true;
  struct fact f = fact_is_not(x, v);
  int32_t e = find_hole(s, &f, l->n);
  return e >= 0 && (size_t)e >= at;
}

int32_t log_find(const store *s, struct fact *f, size_t at) {
  return f->kind == IS_NOT ? find_hole(s, f, at) : find_bound(s, *f, at);
}
