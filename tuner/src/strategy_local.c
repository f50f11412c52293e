/* Local search over legal neighbours: climb from the default, from the cheapest
 * by cost, then from restarts, until the space is exhausted.
 *
 * A climb stands on a centre and tries its neighbours, the cheapest by cost
 * first, equals in random order (on the recordings of test_replay.c that halved
 * the trials of "adjacent ones first"); the first that is faster becomes the
 * centre.  What is known already (earlier climbs, a resumed run) is used and not
 * tried again.
 */
#include <math.h>
#include <stdlib.h>
#include "fail.h"
#include "shuffle.h"
#include "strategy_parts.h"

struct local {
  double *seconds;      /* as told; NAN: not told or failed */
  int64_t centre;       /* -1: between climbs */
  size_t *neighbours;   /* of the centre */
  size_t n, tried;
  struct shuffle restarts;
  size_t cheapest;      /* position in space_by_cost() of the next restart by cost */
  unsigned starts;      /* climbs begun or proposed */
  int64_t proposed_start;
};

static void close_local(void *state) {
  struct local *l = state;
  free(l->seconds);
  free(l->neighbours);
  shuffle_close(&l->restarts);
  free(l);
}

static int open_local(struct strategy_run *run, void **state) {
  size_t n = space_size(run->space);
  struct local *l = calloc(1, sizeof *l);
  if (!l) return tuner_nomem();
  l->centre = l->proposed_start = -1;
  l->starts = run->options.start < 0; /* no default: by cost first */
  l->seconds = malloc((n ? n : 1) * sizeof *l->seconds);
  int code = l->seconds ? shuffle_open(&l->restarts, n) : tuner_nomem();
  if (code) {
    close_local(l);
    return code;
  }
  for (size_t i = 0; i < n; i++) l->seconds[i] = NAN;
  *state = l;
  return TUNER_OK;
}

static void mix(size_t *a, size_t n, struct random *r) {
  for (; n > 1; n--) {
    size_t at = random_below(r, n), picked = a[at];
    a[at] = a[n - 1];
    a[n - 1] = picked;
  }
}

/* Insertion, because it keeps the order of equals and there are few. */
static void sort_by_cost(const struct space *s, size_t *a, size_t n) {
  for (size_t i = 1; i < n; i++) {
    size_t at = i, moved = a[i];
    for (; at && space_cost(s, a[at - 1]) > space_cost(s, moved); at--) a[at] = a[at - 1];
    a[at] = moved;
  }
}

static void leave(struct local *l) {
  free(l->neighbours);
  l->neighbours = NULL;
  l->n = l->tried = 0;
  l->centre = -1;
}

/* Stand on a configuration.  Without memory for its neighbours there is no
 * climb, only restarts: the strategy still ends where it should. */
static void stand(struct strategy_run *run, struct local *l, size_t index) {
  size_t adjacent;
  leave(l);
  if (space_neighbours(run->space, index, &l->neighbours, &l->n, &adjacent)) return;
  l->centre = (int64_t)index;
  mix(l->neighbours, l->n, &run->random);
  sort_by_cost(run->space, l->neighbours, l->n);
}

/* Stand on a configuration, then go down over what is known as far as it leads. */
static void settle(struct strategy_run *run, struct local *l, size_t index) {
  for (;;) {
    stand(run, l, index);
    size_t best = index;
    for (size_t i = 0; i < l->n; i++)
      if (l->seconds[l->neighbours[i]] < l->seconds[best]) best = l->neighbours[i];
    if (best == index) return;
    index = best;
  }
}

static int64_t untried_neighbour(struct strategy_run *run, struct local *l) {
  while (l->tried < l->n) {
    size_t index = l->neighbours[l->tried++];
    if (!strategy_known(run, index)) return (int64_t)index;
  }
  return -1;
}

static int64_t cheapest_unknown(struct strategy_run *run, struct local *l) {
  const size_t *ranked = space_by_cost(run->space);
  for (; l->cheapest < space_size(run->space); l->cheapest++)
    if (!strategy_known(run, ranked[l->cheapest])) return (int64_t)ranked[l->cheapest];
  return -1;
}

static int64_t random_unknown(struct strategy_run *run, struct local *l) {
  int64_t index;
  do index = shuffle_next(&l->restarts, &run->random);
  while (index >= 0 && strategy_known(run, (size_t)index));
  return index;
}

/* Where the next climb begins: the default (which may be measured already),
 * the cheapest, then by chance and by cost in turn. */
static int64_t next_start(struct strategy_run *run, struct local *l) {
  unsigned turn = l->starts++;
  if (turn == 0 && run->options.start >= 0) return run->options.start;
  if (turn % 2 && space_has_cost(run->space)) return cheapest_unknown(run, l);
  return random_unknown(run, l);
}

static int64_t next(struct strategy_run *run, void *state) {
  struct local *l = state;
  for (;;) {
    int64_t index = l->centre >= 0 ? untried_neighbour(run, l) : -1;
    if (index >= 0) return index;
    leave(l);
    index = next_start(run, l);
    if (index < 0) continue; /* this kind of start has run dry; the other has not */
    if (!strategy_known(run, (size_t)index)) return l->proposed_start = index;
    if (!isnan(l->seconds[index])) settle(run, l, (size_t)index);
  }
}

static void tell(struct strategy_run *run, void *state, size_t index, double seconds) {
  struct local *l = state;
  l->seconds[index] = seconds >= 0 ? seconds : NAN;
  int starts = l->proposed_start == (int64_t)index;
  if (starts) l->proposed_start = -1;
  if (isnan(l->seconds[index])) return;
  if (starts || (l->centre >= 0 && l->seconds[index] < l->seconds[l->centre])) settle(run, l, index);
}

const struct strategy strategy_local = {
  "local", "climbs over legal neighbours from the default and the cheapest, with restarts", open_local, next, tell,
  close_local,
};
