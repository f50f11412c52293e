/* Tasks that share a capacity, by energy (need times duration): what must be
 * done within a window from a to b is no more than the capacity has there, and a
 * task that would do too much of itself in it starts later (edge-finding joined
 * with the time table: Vilim 2011; explained: Schutt, Feydy, Stuckey 2013).
 *
 * Within a window count the tasks that lie in it wholly and the parts of others
 * that every start covers.  Windows begin where a task may begin and end where
 * one must end: quadratic in the number of tasks; forwards and with time
 * reversed, where a task begins at minus its end.  A task counts with its least
 * duration and need.  The time table (cumulative.c) decides; this one, where it
 * has found nothing for long, looks only now and then. */
#include <stdlib.h>
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

/* Numbers beyond FAR are left alone, and more tasks: no sum of products overflows. */
#define FAR ((int64_t)1 << 26)
enum { MOST_TASKS = 1024 };
/* Without effect so often in turn, every k-th time is enough. */
enum { LAZINESS = 64 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

/* Begins within first..last; p long, c high. */
struct task { size_t i; int64_t first, last, p, c; };

struct energy {
  propagator super;
  size_t n;
  const term *start, *duration, *need;
  term capacity;
  struct task *task, *then; /* scratch of a run, and of an explanation */
  int64_t *after_first, *after_end; /* per task: energy surely used after that */
  uint32_t idle, skipped; /* runs without effect, up to LAZINESS; runs left out since the last */
};

static int64_t end_of(const struct task *t) { return t->last + t->p; }
/* What every start covers: from last to first + p. */
static int64_t sure_length(const struct task *t) { return most(0, t->first + t->p - t->last); }
/* The part of it within a..b. */
static int64_t sure_within(const struct task *t, int64_t a, int64_t b) {
  return most(0, least(t->first + t->p, b) - most(t->last, a));
}

static bool is_near(wide v) { return v > -FAR && v < FAR; }

static bool see(struct task *t, size_t i, interval start, wide p, wide c, int sign) {
  if (p <= 0 || c <= 0 || !is_near(p) || !is_near(c) || !is_near(start.lo) || !is_near(start.hi)) return false;
  if (sign > 0) *t = (struct task){i, (int64_t)start.lo, (int64_t)start.hi, (int64_t)p, (int64_t)c};
  else *t = (struct task){i, (int64_t)(-start.hi - p), (int64_t)(-start.lo - p), (int64_t)p, (int64_t)c};
  return true;
}

static int latest_first(const void *a, const void *b) {
  const struct task *x = a, *y = b;
  return (x->first < y->first) - (x->first > y->first);
}

static size_t load(const store *s, const struct energy *e, int sign) {
  size_t n = 0;
  for (size_t i = 0; i < e->n; i++)
    n += see(&e->task[n], i, term_interval(s, e->start[i]), term_lo(s, e->duration[i]), term_lo(s, e->need[i]), sign);
  qsort(e->task, n, sizeof *e->task, latest_first);
  return n;
}

/* Energy of the sure parts after a moment, of all but one. */
static int64_t sure_after(const struct task *t, size_t n, size_t but, int64_t at) {
  int64_t sum = 0;
  for (size_t k = 0; k < n; k++)
    if (k != but && t[k].first + t[k].p > t[k].last) sum += t[k].c * sure_within(&t[k], at, FAR * 4);
  return sum;
}

static void measure(const struct energy *e, const struct task *t, size_t n, size_t but) {
  for (size_t k = 0; k < n; k++) {
    e->after_first[k] = sure_after(t, n, but, t[k].first);
    e->after_end[k] = sure_after(t, n, but, end_of(&t[k]));
  }
}

/* A window, from the first of one task to the end of another. */
struct window { int64_t a, b, room; /* what the counted tasks leave of it */ };

/* ---- Narrowing ---- */

static bool begin_at(store *s, const struct energy *e, const struct task *t, int64_t v, int sign) {
  if (v <= t->first) return true;
  if (sign > 0) return term_ge(s, e->start[t->i], v, &e->super);
  return term_le(s, e->start[t->i], -v - t->p, &e->super);
}

/* The task's energy within a window that begins no later than it can, started
 * as early as can be; beyond its sure part. */
static int64_t extra_of(const struct task *t, int64_t b) {
  return t->c * (least(t->p, b - t->first) - sure_within(t, t->first, b));
}

/* No more of the task in the window than there is room for. */
static bool push(store *s, const struct energy *e, const struct task *t, const struct window *w, int sign) {
  int64_t whole = (int64_t)floor_div(w->room + t->c * sure_within(t, w->a, w->b), t->c);
  return begin_at(s, e, t, w->b - whole, sign);
}

/* All windows that end with the k-th task. */
static bool narrow_to(store *s, const struct energy *e, size_t n, size_t k, int64_t capacity, int sign) {
  const struct task *all = e->task, *largest = NULL;
  struct window w = {.b = end_of(&all[k])};
  int64_t inside = 0, extra = 0;
  for (size_t m = 0; m < n; m++) {
    const struct task *t = &all[m];
    if (t->first >= w.b) continue;
    if (end_of(t) <= w.b) inside += t->c * (t->p - sure_length(t));
    else if (extra_of(t, w.b) > extra) {
      extra = extra_of(t, w.b);
      largest = t;
    }
    w.a = t->first;
    w.room = capacity * (w.b - w.a) - inside - (e->after_first[m] - e->after_end[k]);
    if (w.room < 0) return false;
    if (w.room < extra && !push(s, e, largest, &w, sign)) return false;
  }
  return true;
}

static enum outcome look(store *s, const struct energy *e) {
  uint64_t changes = store_changes(s);
  wide capacity = term_hi(s, e->capacity);
  if (!is_near(capacity)) return FIXPOINT;
  for (int sign = 1; sign >= -1; sign -= 2) {
    size_t n = load(s, e, sign);
    measure(e, e->task, n, n);
    for (size_t k = 0; k < n; k++)
      if ((k == 0 || end_of(&e->task[k]) != end_of(&e->task[k - 1])) && !narrow_to(s, e, n, k, (int64_t)capacity, sign)) return FAILED;
  }
  return settled(s, changes);
}

static enum outcome propagate(store *s, propagator *p) {
  struct energy *e = (struct energy *)p;
  if (terms_fixed(s, e->start, 3 * e->n + 1)) return SUBSUMED; /* the time table has judged them, or will */
  if (s->proof) return FIXPOINT; /* the checker of proofs goes case by case: too many of them */
  if (e->skipped < e->idle) {
    e->skipped++;
    return FIXPOINT;
  }
  enum outcome found = look(s, e);
  e->skipped = 0;
  e->idle = found == FIXPOINT ? (uint32_t)least(e->idle + 1, LAZINESS) : 0;
  return found;
}

/* ---- Explanations ---- */

struct past {
  struct because *b;
  const struct energy *e;
  size_t n;
  int sign;
  wide capacity;
};

static void recall(struct past *h) {
  const struct energy *e = h->e;
  h->n = 0;
  for (size_t i = 0; i < e->n; i++)
    h->n += see(&e->then[h->n], i, because_interval(h->b, e->start[i]), because_interval(h->b, e->duration[i]).lo,
                because_interval(h->b, e->need[i]).lo, h->sign);
  qsort(e->then, h->n, sizeof *e->then, latest_first);
  h->capacity = because_interval(h->b, e->capacity).hi;
}

static void name_first(const struct past *h, const struct task *t, int64_t v) {
  if (h->sign > 0) because_at_least(h->b, h->e->start[t->i], v);
  else because_at_most(h->b, h->e->start[t->i], -v - t->p);
}
static void name_last(const struct past *h, const struct task *t, int64_t v) {
  if (h->sign > 0) because_at_most(h->b, h->e->start[t->i], v);
  else because_at_least(h->b, h->e->start[t->i], -v - t->p);
}
static void name_size(const struct past *h, const struct task *t) {
  because_at_least(h->b, h->e->duration[t->i], t->p);
  because_at_least(h->b, h->e->need[t->i], t->c);
}

/* What the task surely does within the window. */
static int64_t energy_within(const struct task *t, const struct window *w) {
  if (t->first >= w->a && end_of(t) <= w->b) return t->c * t->p;
  return t->c * sure_within(t, w->a, w->b);
}

/* Name why the tasks but one leave no more than w->room + spare. */
static void name_window(const struct past *h, const struct window *w, size_t but, int64_t spare) {
  because_at_most(h->b, h->e->capacity, h->capacity);
  for (size_t k = 0; k < h->n; k++) {
    const struct task *t = &h->e->then[k];
    int64_t energy = energy_within(t, w);
    if (k == but || energy == 0) continue;
    if (energy <= spare) {
      spare -= energy;
      continue;
    }
    bool inside = t->first >= w->a && end_of(t) <= w->b;
    name_first(h, t, inside ? w->a : least(t->first + t->p, w->b) - t->p);
    name_last(h, t, inside ? w->b - t->p : most(t->last, w->a));
    name_size(h, t);
  }
}

/* Started before v, the task would do more in the window than there is room for. */
static bool name_push(const struct past *h, const struct window *w, size_t i, int64_t v) {
  const struct task *t = &h->e->then[i];
  if (w->room < 0) return false;
  int64_t whole = (int64_t)floor_div(w->room, t->c);
  /* more than `early` moments of it are in the window, started from a + early + 1 - p to v - 1 */
  int64_t early = least(least(w->b - v, t->first + t->p - 1 - w->a), least(t->p, w->b - w->a) - 1);
  if (early < whole) return false;
  name_first(h, t, w->a + early + 1 - t->p);
  name_size(h, t);
  name_window(h, w, i, t->c * (early + 1) - w->room - 1);
  return true;
}

/* i = n: more than there is room for, whatever else. */
static bool explain_to(const struct past *h, size_t k, size_t i, int64_t v) {
  const struct energy *e = h->e;
  const struct task *all = e->then;
  struct window w = {.b = end_of(&all[k])};
  int64_t inside = 0;
  for (size_t m = 0; m < h->n; m++) {
    const struct task *t = &all[m];
    if (t->first >= w.b) continue;
    if (m != i && end_of(t) <= w.b) inside += t->c * (t->p - sure_length(t));
    w.a = t->first;
    w.room = (int64_t)h->capacity * (w.b - w.a) - inside - (e->after_first[m] - e->after_end[k]);
    if (i < h->n) {
      if (name_push(h, &w, i, v)) return true;
    } else if (w.room < 0) {
      name_window(h, &w, h->n, -w.room - 1);
      return true;
    }
  }
  return false;
}

static bool explain_window(const struct past *h, size_t i, int64_t v) {
  if (!is_near(h->capacity)) return false;
  measure(h->e, h->e->then, h->n, i);
  for (size_t k = 0; k < h->n; k++)
    if (explain_to(h, k, i, v)) return true;
  return false;
}

static bool explain_start(struct past *h, size_t i, wide v) {
  recall(h);
  for (size_t k = 0; k < h->n; k++)
    if (h->e->then[k].i == i) return is_near(v) && explain_window(h, k, (int64_t)(h->sign > 0 ? v : -v - h->e->then[k].p));
  return false;
}

static bool names_once(const struct energy *e, term x) {
  size_t n = 0;
  for (size_t i = 0; i <= 3 * e->n; i++) n += e->start[i] == x;
  return n == 1;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct energy *e = (const struct energy *)p;
  struct past h = {.b = b, .e = e, .sign = what.kind == AT_MOST ? -1 : 1};
  if (what.x < 0) {
    recall(&h);
    return explain_window(&h, h.n, 0);
  }
  if (what.kind == IS_NOT || what.kind == IS || !names_once(e, what.x)) return false;
  for (size_t i = 0; i < e->n; i++)
    if (e->start[i] == what.x) return explain_start(&h, i, what.v);
  return false;
}

static const struct propagator_class class = {"cumulative energy", propagate, explain, 2, NULL};

int post_energy(store *s, const term *start, const term *duration, const term *need, size_t n, term capacity) {
  struct energy *e = store_alloc(s, sizeof *e);
  term *all = store_alloc(s, (3 * n + 1) * sizeof *all);
  struct task *task = store_alloc(s, (2 * n + 2) * sizeof *task);
  int64_t *after = store_alloc(s, (2 * n + 1) * sizeof *after);
  if (!e || !all || !task || !after) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, start, n * sizeof *all);
  memcpy(all + n, duration, n * sizeof *all);
  memcpy(all + 2 * n, need, n * sizeof *all);
  all[3 * n] = capacity;
  *e = (struct energy){.n = n, .start = all, .duration = all + n, .need = all + 2 * n, .capacity = capacity, .task = task,
                       .then = task + n + 1, .after_first = after, .after_end = after + n};
  return n < 2 || n > MOST_TASKS ? CI_OK : store_post(s, &e->super, &class, all, 3 * n + 1, ON_BOUNDS);
}
