/* The queue of propagators: who hears of a change, and the run to the fixpoint. */
#include "integer.h"
#include "store_internal.h"

void queue_put(store *s, propagator *p) {
  if (p->queued || p->dead || (p->asleep && s->log)) return;
  struct fifo *q = &s->queue[p->class->priority];
  p->queued = true;
  s->posted[p->id].next = -1;
  if (q->last < 0) q->first = p->id;
  else s->posted[q->last].next = p->id;
  q->last = p->id;
}

propagator *queue_take(store *s) {
  for (int i = 0; i < PRIORITIES; i++) {
    struct fifo *q = &s->queue[i];
    if (q->first < 0) continue;
    struct posted *first = &s->posted[q->first];
    q->first = first->next;
    if (q->first < 0) q->last = -1;
    first->p->queued = false;
    return first->p;
  }
  return NULL;
}

static bool queue_empty(const store *s) {
  for (int i = 0; i < PRIORITIES; i++)
    if (s->queue[i].first >= 0) return false;
  return true;
}

void queue_clear(store *s) {
  while (queue_take(s)) {}
}

void queue_wake(store *s, term x, enum changed what, reason why) {
  for (int kind = WATCH_ANY; kind <= (int)what; kind++) {
    const struct watchers *w = &s->watchers[x][kind];
    for (uint32_t i = 0; i < w->n; i++)
      if (w->list[i] != why) queue_put(s, w->list[i]);
  }
}

static bool grow_list(store *s, void **list, uint32_t n, uint32_t *capacity, size_t size) {
  if (n < *capacity) return true;
  uint32_t wanted = *capacity ? 2 * *capacity : 4;
  void *bigger = arena_alloc(&s->arena, wanted * size);
  if (!bigger) return false;
  for (size_t i = 0; i < n * size; i++) ((char *)bigger)[i] = ((const char *)*list)[i];
  *list = bigger;
  *capacity = wanted;
  return true;
}

static enum watch_kind watch_kind(enum event on) {
  return on & ON_ANY ? WATCH_ANY : on & ON_BOUNDS ? WATCH_BOUNDS : WATCH_FIX;
}

int store_watch(store *s, propagator *p, term x, enum event on) {
  if (term_fixed(s, x)) return CI_OK; /* constants never change */
  struct posted *posted = &s->posted[p->id];
  struct watchers *w = &s->watchers[x][watch_kind(on)];
  void *scope = posted->scope, *list = w->list;
  if (!grow_list(s, &scope, posted->n, &posted->capacity, sizeof *posted->scope)) return CI_ENOMEM;
  posted->scope = scope;
  if (!grow_list(s, &list, w->n, &w->capacity, sizeof *w->list)) return CI_ENOMEM;
  w->list = list;
  posted->scope[posted->n++] = x;
  w->list[w->n++] = p;
  return CI_OK;
}

int store_post(store *s, propagator *p, const struct propagator_class *class, const term *watched, size_t n,
               enum event on) {
  size_t id = s->propagators;
  if (id >= INT32_MAX || !budget_grow(s->budget, &s->posted, &s->posted_capacity, id + 1, sizeof *s->posted))
    return CI_ENOMEM;
  s->posted[id] = (struct posted){.p = p, .next = -1, .origin = s->origin};
  s->propagators = id + 1;
  p->class = class;
  p->id = (int32_t)id;
  p->queued = p->dead = p->asleep = p->tells = false;
  queue_put(s, p);
  for (size_t i = 0; i < n; i++)
    if (store_watch(s, p, watched[i], on) < 0) return CI_ENOMEM;
  return CI_OK;
}

/* ---- running ---- */

bool queue_run(store *s, propagator *p) {
  s->runs++;
  switch (p->class->propagate(s, p)) {
  case FIXPOINT: return true;
  case AGAIN: queue_put(s, p); return true;
  case SUBSUMED: return trail_dead(s, p);
  case FAILED: break;
  }
  s->culprit = p;
  return false;
}

static int fixpoint(store *s) {
  propagator *p;
  while ((p = queue_take(s)) != NULL) {
    bool ok = budget_poll(s->budget) == CI_OK && queue_run(s, p);
    if (s->budget->stopped) { /* not its fault: the run can go on later */
      queue_put(s, p);
      return s->budget->stopped;
    }
    if (!ok) {
      queue_clear(s);
      return 0;
    }
  }
  return s->budget->stopped ? s->budget->stopped : 1;
}

/* At the root: ranges that became small are held value by value from now on. */
static bool make_explicit(store *s) {
  for (size_t x = 0; x < s->terms; x++) {
    const struct domain *d = &s->domains[x];
    if (s->explicit[x] || d->lo == d->hi || range_size(d->lo, d->hi, d->step) > EXPLICIT_MAX) continue;
    if (!explicit_range(s, (term)x)) return false;
    queue_wake(s, (term)x, CHANGED_HOLE, NULL);
  }
  return true;
}

static int root_fixpoint(store *s) {
  int result;
  do {
    s->grown = false;
    result = s->failed ? 0 : fixpoint(s);
    if (result == 1 && s->grown && !make_explicit(s)) result = CI_ENOMEM;
  } while (result == 1 && !queue_empty(s));
  if (result == 0) s->failed = true;
  return result;
}

int store_propagate(store *s) {
  s->culprit = NULL;
  return s->level == 0 ? root_fixpoint(s) : fixpoint(s);
}
