/* Tasks that share a capacity: the time table of the parts that every task
 * surely covers, against which starts, needs and the capacity are narrowed. */
#include <stdlib.h>
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

#define FAR ((wide)1 << 100) /* ends beyond that are left alone */

struct step { wide at, change; };
struct segment { wide from, to, height; };

struct cumulative {
  propagator super;
  size_t n, nsegments;
  const term *start, *duration, *need;
  term capacity;
  struct step *steps;
  struct segment *segments;
};

/* What a task covers whatever happens: from..to; false: nothing. */
static bool compulsory(const store *s, const struct cumulative *c, size_t i, wide *from, wide *to) {
  wide d = term_lo(s, c->duration[i]);
  *from = term_hi(s, c->start[i]);
  *to = wide_add(term_lo(s, c->start[i]), d);
  if (d <= 0 || term_lo(s, c->need[i]) <= 0 || d > FAR) return false;
  return *from < *to && *from > -FAR && *to < FAR;
}

static int earlier(const void *a, const void *b) {
  const struct step *x = a, *y = b;
  return (x->at > y->at) - (x->at < y->at);
}

static size_t list_steps(const store *s, const struct cumulative *c) {
  size_t n = 0;
  for (size_t i = 0; i < c->n; i++) {
    wide from, to, need = term_lo(s, c->need[i]);
    if (!compulsory(s, c, i, &from, &to)) continue;
    c->steps[n++] = (struct step){from, need};
    c->steps[n++] = (struct step){to, -need};
  }
  qsort(c->steps, n, sizeof *c->steps, earlier);
  return n;
}

/* The time table; false: it exceeds the capacity. */
static bool make_table(store *s, struct cumulative *c) {
  size_t n = list_steps(s, c);
  wide height = 0, most = 0;
  c->nsegments = 0;
  for (size_t i = 0; i < n;) {
    wide at = c->steps[i].at;
    for (; i < n && c->steps[i].at == at; i++) height = wide_add(height, c->steps[i].change);
    if (height > most) most = height;
    if (i < n && height > 0) c->segments[c->nsegments++] = (struct segment){at, c->steps[i].at, height};
  }
  return most == 0 || term_ge(s, c->capacity, most, &c->super);
}

/* A task that is looked at; its own part is no obstacle to it. */
struct task { wide duration, need, from, to, room; };

static bool obstructs(const struct segment *g, const struct task *t) {
  wide own = t->from <= g->from && g->to <= t->to ? t->need : 0;
  return g->height - own > t->room - t->need;
}

static wide earliest(const struct cumulative *c, const struct task *t, wide start) {
  for (size_t k = 0; k < c->nsegments; k++) {
    const struct segment *g = &c->segments[k];
    if (start < g->to && start + t->duration > g->from && obstructs(g, t)) start = g->to;
  }
  return start;
}

static wide latest(const struct cumulative *c, const struct task *t, wide start) {
  for (size_t k = c->nsegments; k > 0; k--) {
    const struct segment *g = &c->segments[k - 1];
    if (start < g->to && start + t->duration > g->from && obstructs(g, t)) start = g->from - t->duration;
  }
  return start;
}

/* A task covers some segments: what is left there bounds its need. */
static bool bound_need(store *s, const struct cumulative *c, size_t i, const struct task *t) {
  wide room = term_hi(s, c->need[i]);
  for (size_t k = 0; k < c->nsegments; k++) {
    const struct segment *g = &c->segments[k];
    if (t->from <= g->from && g->to <= t->to && t->room - (g->height - t->need) < room) room = t->room - (g->height - t->need);
  }
  return term_le(s, c->need[i], room, &c->super);
}

static bool narrow_task(store *s, const struct cumulative *c, size_t i) {
  struct task t = {.duration = term_lo(s, c->duration[i]), .need = term_lo(s, c->need[i]), .room = term_hi(s, c->capacity)};
  wide lo = term_lo(s, c->start[i]), hi = term_hi(s, c->start[i]);
  if (t.duration <= 0 || t.need <= 0 || t.duration > FAR || lo < -FAR || hi > FAR || t.room > FAR || t.need > FAR) return true;
  bool covers = compulsory(s, c, i, &t.from, &t.to);
  if (!covers) t.from = t.to = FAR;
  if (covers && !bound_need(s, c, i, &t)) return false;
  return term_ge(s, c->start[i], earliest(c, &t, lo), &c->super) && term_le(s, c->start[i], latest(c, &t, hi), &c->super);
}

static enum outcome propagate(store *s, propagator *p) {
  struct cumulative *c = (struct cumulative *)p;
  uint64_t changes = store_changes(s);
  if (!make_table(s, c)) return FAILED;
  /* the capacity may be a duration, too: then the table is old */
  bool done = store_changes(s) == changes && terms_fixed(s, c->start, 3 * c->n);
  for (size_t i = 0; i < c->n && !done; i++)
    if (!narrow_task(s, c, i)) return FAILED;
  return done ? SUBSUMED : settled(s, changes);
}

/* ---- Explanations: too much at one moment ---- */

/* Did the task surely cover the moment?  What it needed then, at least; 0: no. */
static wide need_at(const struct because *b, const struct cumulative *c, size_t i, wide at) {
  wide need = because_interval(b, c->need[i]).lo, d = because_interval(b, c->duration[i]).lo;
  interval start = because_interval(b, c->start[i]);
  if (need <= 0 || d <= 0 || d > FAR || start.lo < -FAR) return 0;
  return start.hi <= at && start.lo + d > at ? need : 0;
}

/* Name why the others than `but` need as much at the moment; false: they do not. */
static bool crowded(struct because *b, const struct cumulative *c, size_t but, wide at, wide wanted) {
  for (size_t i = 0; i < c->n && wanted > 0; i++) {
    wide need = i == but ? 0 : need_at(b, c, i, at), d = because_interval(b, c->duration[i]).lo;
    if (need == 0) continue;
    because_at_most(b, c->start[i], at);
    because_at_least(b, c->start[i], at - d + 1);
    because_at_least(b, c->duration[i], d);
    because_at_least(b, c->need[i], need);
    wanted -= need;
  }
  return wanted <= 0;
}

/* Without any task even a negative capacity is enough: some task there was. */
static bool explain_capacity(struct because *b, const struct cumulative *c, wide v) {
  size_t n = b->n;
  for (size_t i = 0; i < c->n; i++) {
    if (crowded(b, c, c->n, because_interval(b, c->start[i]).hi, v)) return true;
    b->n = n;
  }
  return false;
}

/* Started between v and its end, or its start and v, task i would be at work at
 * one moment, when the others left too little. */
static bool explain_start(struct because *b, const struct cumulative *c, size_t i, struct fact what) {
  interval start = because_interval(b, c->start[i]);
  wide d = because_interval(b, c->duration[i]).lo, need = because_interval(b, c->need[i]).lo;
  wide room = because_interval(b, c->capacity).hi;
  bool later = what.kind == AT_LEAST;
  if (what.kind == IS_NOT || d <= 0 || need <= 0 || d > FAR || room > FAR || need > FAR) return false;
  wide at = later ? what.v - 1 : what.v + d;
  if (later ? start.lo <= at - d : start.hi > at) return false;
  if (later) because_at_least(b, c->start[i], at - d + 1);
  else because_at_most(b, c->start[i], at);
  because_at_least(b, c->duration[i], d);
  because_at_least(b, c->need[i], need);
  because_at_most(b, c->capacity, room);
  return crowded(b, c, i, at, room - need + 1);
}

static bool names_once(const struct cumulative *c, term x) {
  size_t n = 0;
  for (size_t i = 0; i <= 3 * c->n; i++) n += c->start[i] == x;
  return n == 1;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct cumulative *c = (const struct cumulative *)p;
  if (what.x < 0 || !names_once(c, what.x)) return false;
  if (what.x == c->capacity) return what.kind == AT_LEAST && explain_capacity(b, c, wide_max(what.v, 1));
  for (size_t i = 0; i < c->n; i++)
    if (c->start[i] == what.x) return explain_start(b, c, i, what);
  return false;
}

static const struct propagator_class class = {"cumulative", propagate, explain, 2, NULL};

/* Tasks of which two always need more than there is do not overlap. */
static int post_needy(store *s, const struct cumulative *c) {
  term *all = store_alloc(s, (2 * c->n + 1) * sizeof *all);
  size_t n = 0;
  if (!all) return ci_fail(CI_ENOMEM, "out of memory");
  for (size_t i = 0; i < c->n; i++) {
    wide need = term_lo(s, c->need[i]);
    if (need > 0 && need < FAR && 2 * need > term_hi(s, c->capacity)) all[n++] = c->start[i];
  }
  for (size_t i = 0, k = n; i < c->n; i++) {
    wide need = term_lo(s, c->need[i]);
    if (need > 0 && need < FAR && 2 * need > term_hi(s, c->capacity)) all[k++] = c->duration[i];
  }
  return post_disjunctive(s, all, all + n, n);
}

int post_cumulative(store *s, const term *start, const term *duration, const term *need, size_t n, term capacity) {
  struct cumulative *c = store_alloc(s, sizeof *c);
  term *all = store_alloc(s, (3 * n + 1) * sizeof *all);
  struct step *steps = store_alloc(s, (2 * n + 1) * sizeof *steps);
  struct segment *segments = store_alloc(s, (2 * n + 1) * sizeof *segments);
  if (!c || !all || !steps || !segments) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, start, n * sizeof *all);
  memcpy(all + n, duration, n * sizeof *all);
  memcpy(all + 2 * n, need, n * sizeof *all);
  all[3 * n] = capacity;
  *c = (struct cumulative){.n = n, .start = all, .duration = all + n, .need = all + 2 * n, .capacity = capacity,
                           .steps = steps, .segments = segments};
  int error = post_needy(s, c);
  if (error == CI_OK) error = store_post(s, &c->super, &class, all, 3 * n + 1, ON_BOUNDS);
  return error < 0 ? error : post_energy(s, start, duration, need, n, capacity);
}
