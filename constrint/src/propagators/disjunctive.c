/* Tasks of which no two overlap: detectable precedences, edge-finding and
 * not-first (not-last), in time about quadratic in the number of tasks, forwards
 * and with time reversed.
 *
 * Reversed, a task begins at minus its end.  A task of duration p counts as one
 * of just p, its least: what holds of that holds of every longer one. */
#include <stdlib.h>
#include <string.h>
#include "interval.h"
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

#define FAR ((wide)1 << 100) /* ends beyond that are left alone */
/* Not-first rarely adds anything: without effect so often in turn, every k-th time is enough. */
enum { LAZINESS = 64 };

/* A task as it is seen in one direction: it begins within first..last. */
struct task { size_t i; wide first, last, p; };

struct disjunctive {
  propagator super;
  size_t n;
  const term *start, *duration;
  struct task *task, *then; /* scratch of a run, and of an explanation */
  const struct task **by_end;
  wide *earliest_end; /* ascending */
  uint32_t idle, skipped; /* looks for not-first without effect, up to LAZINESS; left out since the last */
};

static bool is_task(interval start, wide p) { return p > 0 && p < FAR && start.lo > -FAR && start.hi < FAR; }

static struct task seen(size_t i, interval start, wide p, int sign) {
  if (sign > 0) return (struct task){i, start.lo, start.hi, p};
  return (struct task){i, -start.hi - p, -start.lo - p, p};
}

static int latest_first(const void *a, const void *b) {
  const struct task *x = a, *y = b;
  return (x->first < y->first) - (x->first > y->first);
}

static size_t load(const store *s, const struct disjunctive *d, int sign) {
  size_t n = 0;
  for (size_t i = 0; i < d->n; i++) {
    interval start = term_interval(s, d->start[i]);
    wide p = term_lo(s, d->duration[i]);
    if (is_task(start, p)) d->task[n++] = seen(i, start, p, sign);
  }
  qsort(d->task, n, sizeof *d->task, latest_first);
  return n;
}

static wide end_of(const struct task *t) { return t->last + t->p; }

/* The task begins at v or later. */
static bool begin_at(store *s, const struct disjunctive *d, const struct task *t, wide v, int sign) {
  if (v <= t->first) return true;
  if (sign > 0) return term_ge(s, d->start[t->i], v, &d->super);
  return term_le(s, d->start[t->i], -v - t->p, &d->super);
}

/* ---- Detectable precedences ---- */

/* i ends after the last moment at which k can begin. */
static bool precedes(const struct task *k, const struct task *i) { return k != i && i->first + i->p > k->last; }

static bool detect(store *s, const struct disjunctive *d, size_t n, int sign) {
  for (size_t i = 0; i < n; i++) {
    wide sum = 0, ready = -FAR;
    for (size_t k = 0; k < n; k++) {
      if (!precedes(&d->task[k], &d->task[i])) continue;
      sum += d->task[k].p;
      ready = wide_max(ready, d->task[k].first + sum);
    }
    if (!begin_at(s, d, &d->task[i], ready, sign)) return false;
  }
  return true;
}

/* ---- Edge-finding ---- */

/* Tasks that end by `end` and begin at the current one's first or later. */
struct window { wide end, sum, ready; };

/* Others than those within that cannot end by then beside them: they come last. */
static bool push_others(store *s, const struct disjunctive *d, size_t to, const struct window *w, int sign) {
  for (size_t i = 0; i < to; i++) {
    const struct task *t = &d->task[i];
    if (end_of(t) > w->end && d->task[to].first + w->sum + t->p > w->end && !begin_at(s, d, t, w->ready, sign)) return false;
  }
  return true;
}

static bool find_edges_to(store *s, const struct disjunctive *d, size_t n, wide end, int sign) {
  struct window w = {.end = end, .ready = -FAR};
  wide longest = 0; /* of the others so far */
  for (size_t k = 0; k < n; k++) {
    const struct task *t = &d->task[k];
    if (end_of(t) > end) {
      if (w.sum && t->first + w.sum + t->p > end && !begin_at(s, d, t, w.ready, sign)) return false;
      longest = wide_max(longest, t->p);
      continue;
    }
    w.sum += t->p;
    w.ready = wide_max(w.ready, t->first + w.sum);
    if (t->first + w.sum > end) return false;
    if (t->first + w.sum + longest > end && !push_others(s, d, k, &w, sign)) return false;
  }
  return true;
}

static bool find_edges(store *s, const struct disjunctive *d, size_t n, int sign) {
  for (size_t k = 0; k < n; k++)
    if (!find_edges_to(s, d, n, end_of(&d->task[k]), sign)) return false;
  return true;
}

/* ---- Not first ---- */

static int end_order(const void *a, const void *b) {
  const struct task *x = *(const struct task *const *)a, *y = *(const struct task *const *)b;
  return (end_of(x) > end_of(y)) - (end_of(x) < end_of(y));
}

static void sort_ends(const struct disjunctive *d, const struct task *all, size_t n) {
  for (size_t k = 0; k < n; k++) d->by_end[k] = &all[k];
  qsort(d->by_end, n, sizeof *d->by_end, end_order);
}

/* Tasks that none of can end before v and that end by `end`, so many that i cannot come before all. */
struct crew { wide sum, end; };

static bool find_crew(const struct disjunctive *d, size_t n, const struct task *i, wide v, struct crew *crew) {
  crew->sum = 0;
  for (size_t k = 0; k < n; k++) {
    const struct task *t = d->by_end[k];
    if (t == i || t->first + t->p < v) continue;
    crew->sum += t->p;
    crew->end = end_of(t);
    if (i->first + i->p + crew->sum > crew->end) return true;
  }
  return false;
}

static int ascending(const void *a, const void *b) {
  wide x = *(const wide *)a, y = *(const wide *)b;
  return (x > y) - (x < y);
}

/* The greatest v for which there is such a crew: i begins then, or later. */
static bool find_not_first(store *s, const struct disjunctive *d, size_t n, int sign) {
  struct crew crew;
  sort_ends(d, d->task, n);
  for (size_t k = 0; k < n; k++) d->earliest_end[k] = d->task[k].first + d->task[k].p;
  qsort(d->earliest_end, n, sizeof *d->earliest_end, ascending);
  for (size_t i = 0; i < n; i++) {
    size_t from = 0, to = n;
    while (from < to) {
      size_t middle = from + (to - from) / 2;
      if (find_crew(d, n, &d->task[i], d->earliest_end[middle], &crew)) from = middle + 1;
      else to = middle;
    }
    if (from > 0 && !begin_at(s, d, &d->task[i], d->earliest_end[from - 1], sign)) return false;
  }
  return true;
}

static bool look_for_not_first(store *s, struct disjunctive *d) {
  uint64_t changes = store_changes(s);
  if (s->proof || d->skipped++ < d->idle) return true; /* its checker goes case by case */
  d->skipped = 0;
  for (int sign = 1; sign >= -1; sign -= 2)
    if (!find_not_first(s, d, load(s, d, sign), sign)) {
      d->idle = 0;
      return false;
    }
  d->idle = store_changes(s) != changes ? 0 : d->idle < LAZINESS ? d->idle + 1 : LAZINESS;
  return true;
}

static enum outcome propagate(store *s, propagator *p) {
  struct disjunctive *d = (struct disjunctive *)p;
  uint64_t changes = store_changes(s);
  for (int sign = 1; sign >= -1; sign -= 2) {
    if (!detect(s, d, load(s, d, sign), sign)) return FAILED;
    if (!find_edges(s, d, load(s, d, sign), sign)) return FAILED;
  }
  if (store_changes(s) == changes && !look_for_not_first(s, d)) return FAILED;
  if (store_changes(s) != changes) return AGAIN;
  return terms_fixed(s, d->start, 2 * d->n) ? SUBSUMED : FIXPOINT;
}

/* ---- Explanations ---- */

struct past {
  struct because *b;
  const struct disjunctive *d;
  size_t n;
  int sign;
};

static void recall(struct past *h) {
  const struct disjunctive *d = h->d;
  h->n = 0;
  for (size_t i = 0; i < d->n; i++) {
    interval start = because_interval(h->b, d->start[i]);
    wide p = because_interval(h->b, d->duration[i]).lo;
    if (is_task(start, p)) d->then[h->n++] = seen(i, start, p, h->sign);
  }
  qsort(d->then, h->n, sizeof *d->then, latest_first);
}

static void name_first(const struct past *h, const struct task *t, wide v) {
  if (h->sign > 0) because_at_least(h->b, h->d->start[t->i], v);
  else because_at_most(h->b, h->d->start[t->i], -v - t->p);
  because_at_least(h->b, h->d->duration[t->i], t->p);
}
static void name_last(const struct past *h, const struct task *t, wide v) {
  if (h->sign > 0) because_at_most(h->b, h->d->start[t->i], v);
  else because_at_least(h->b, h->d->start[t->i], -v - t->p);
}

/* Tasks before i fill the time up to v. */
static bool explain_precedence(const struct past *h, const struct task *i, wide v) {
  const struct task *all = h->d->then;
  wide sum = 0;
  for (size_t k = 0; k < h->n; k++) {
    if (!precedes(&all[k], i)) continue;
    sum += all[k].p;
    if (all[k].first + sum < v) continue;
    name_first(h, i, i->first);
    for (size_t m = 0; m <= k; m++) {
      if (!precedes(&all[m], i)) continue;
      name_first(h, &all[m], v - sum);
      name_last(h, &all[m], i->first + i->p - 1);
    }
    return true;
  }
  return false;
}

/* Tasks 0..k but i that end by `end`: too many to have i end by then, too; and
 * those up to `near` fill the time up to v. */
struct crowd { size_t k, near; wide end, sum, near_sum; };

static void name_crowd(const struct past *h, const struct task *i, const struct crowd *c, wide v) {
  const struct task *all = h->d->then;
  wide from = c->end - c->sum - (i ? i->p : 0) + 1;
  if (i) name_first(h, i, from);
  for (size_t m = 0; m <= c->k; m++) {
    if (&all[m] == i || end_of(&all[m]) > c->end) continue;
    name_first(h, &all[m], i && m <= c->near ? wide_max(from, v - c->near_sum) : from);
    name_last(h, &all[m], c->end - all[m].p);
  }
}

/* i NULL: more than fit. */
static bool explain_crowd(const struct past *h, const struct task *i, wide end, wide v) {
  const struct task *all = h->d->then;
  struct crowd c = {.end = end};
  bool near = i == NULL;
  for (size_t k = 0; k < h->n; k++) {
    if (&all[k] == i || end_of(&all[k]) > end) continue;
    c.k = k;
    c.sum += all[k].p;
    if (!near && all[k].first + c.sum >= v) {
      near = true;
      c.near = k;
      c.near_sum = c.sum;
    }
    wide from = i ? wide_min(i->first, all[k].first) : all[k].first;
    if (!near || from + c.sum + (i ? i->p : 0) <= end) continue;
    name_crowd(h, i, &c, v);
    return true;
  }
  return false;
}

static bool explain_by_crowd(const struct past *h, const struct task *i, wide v) {
  for (size_t k = 0; k < h->n; k++)
    if (explain_crowd(h, i, end_of(&h->d->then[k]), v)) return true;
  return false;
}

static bool explain_not_first(const struct past *h, const struct task *i, wide v) {
  struct crew crew;
  sort_ends(h->d, h->d->then, h->n);
  if (!find_crew(h->d, h->n, i, v, &crew)) return false;
  name_first(h, i, crew.end - crew.sum - i->p + 1);
  for (size_t k = 0; k < h->n; k++) {
    const struct task *t = h->d->by_end[k];
    if (t == i || t->first + t->p < v) continue;
    name_first(h, t, v - t->p);
    name_last(h, t, crew.end - t->p);
    crew.sum -= t->p;
    if (crew.sum == 0) break;
  }
  return true;
}

static bool explain_begin(struct past *h, size_t i, wide v) {
  recall(h);
  for (size_t k = 0; k < h->n; k++) {
    const struct task *t = &h->d->then[k];
    if (t->i != i) continue;
    wide first = h->sign > 0 ? v : -v - t->p;
    return explain_precedence(h, t, first) || explain_by_crowd(h, t, first) || explain_not_first(h, t, first);
  }
  return false;
}

static bool names_once(const struct disjunctive *d, term x) {
  size_t n = 0;
  for (size_t i = 0; i < 2 * d->n; i++) n += d->start[i] == x;
  return n == 1;
}

static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct disjunctive *d = (const struct disjunctive *)p;
  struct past h = {.b = b, .d = d, .sign = what.kind == AT_MOST ? -1 : 1};
  if (what.x < 0) {
    recall(&h);
    return explain_by_crowd(&h, NULL, 0);
  }
  if (what.kind == IS_NOT || !names_once(d, what.x)) return false;
  for (size_t i = 0; i < d->n; i++)
    if (d->start[i] == what.x) return explain_begin(&h, i, what.v);
  return false;
}

static const struct propagator_class class = {"disjunctive", propagate, explain, 2, NULL};

int post_disjunctive(store *s, const term *start, const term *duration, size_t n) {
  struct disjunctive *d = store_alloc(s, sizeof *d);
  term *all = store_alloc(s, (2 * n + 1) * sizeof *all);
  struct task *task = store_alloc(s, (2 * n + 1) * sizeof *task);
  const struct task **by_end = store_alloc(s, (n + 1) * sizeof *by_end);
  wide *ends = store_alloc(s, (n + 1) * sizeof *ends);
  if (!d || !all || !task || !by_end || !ends) return ci_fail(CI_ENOMEM, "out of memory");
  memcpy(all, start, n * sizeof *all);
  memcpy(all + n, duration, n * sizeof *all);
  *d = (struct disjunctive){.n = n, .start = all, .duration = all + n, .task = task, .then = task + n,
                            .by_end = by_end, .earliest_end = ends};
  return n < 2 ? CI_OK : store_post(s, &d->super, &class, all, 2 * n, ON_BOUNDS);
}
