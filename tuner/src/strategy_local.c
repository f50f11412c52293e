/* Local search over legal neighbours: look at the cheapest of each kind, climb
 * from the best that is known, then from restarts, until the space is exhausted.
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

enum { CHEAP = 256 /* costs looked at for what to build ahead */,
       SAMPLE = 1000 /* of a space too large to be ranked by cost, the cheapest of so many */,
       TURNS = 4     /* one restart in so many is by chance, the others by cost */ };
/* A kind that should be so much slower than the cheapest is not looked at; a restart by cost so much slower than
 * the best is not climbed from. */
static const double hopeless = 4, promising = 1.1;

struct local {
  int64_t centre;       /* -1: between climbs */
  size_t *neighbours;   /* of the centre */
  size_t n, tried;
  struct shuffle restarts;
  size_t cheapest;      /* position in space_by_cost() of the next restart by cost */
  unsigned starts;      /* climbs begun or proposed */
  size_t kinds;         /* looked at */
  int64_t proposed_start, best; /* -1: none; the fastest that was told */
  int climbs;           /* from the proposed start, whatever it takes */
};

static void close_local(void *state) {
  struct local *l = state;
  free(l->neighbours);
  shuffle_close(&l->restarts);
  free(l);
}

static int open_local(struct strategy_run *run, void **state) {
  struct local *l = calloc(1, sizeof *l);
  if (!l) return tuner_nomem();
  l->centre = l->proposed_start = l->best = -1;
  shuffle_open(&l->restarts, space_size(run->space));
  *state = l;
  return TUNER_OK;
}

struct priced { double cost; size_t place, index; };

static int compare_priced(const void *a, const void *b) {
  const struct priced *x = a, *y = b;
  if (x->cost != y->cost) return x->cost < y->cost ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

/* The cheapest first, equals in random order. */
static void sort_by_cost(struct strategy_run *run, size_t *list, size_t n) {
  struct priced *all = malloc((n + 1) * sizeof *all);
  if (!all) return; /* any order will do */
  for (size_t i = 0; i < n; i++) {
    size_t at = random_below(&run->random, i + 1);
    if (at < i) all[i] = all[at];
    all[at] = (struct priced){space_cost(run->space, list[i]), 0, list[i]};
  }
  for (size_t i = 0; i < n; i++) all[i].place = i;
  qsort(all, n, sizeof *all, compare_priced);
  for (size_t i = 0; i < n; i++) list[i] = all[i].index;
  free(all);
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
  leave(l);
  if (space_neighbours(run->space, index, &l->neighbours, &l->n)) return;
  l->centre = (int64_t)index;
  sort_by_cost(run, l->neighbours, l->n);
}

/* Stand on a configuration, then go down over what is known as far as it leads. */
static void settle(struct strategy_run *run, struct local *l, size_t index) {
  for (;;) {
    stand(run, l, index);
    size_t best = index;
    for (size_t i = 0; i < l->n; i++)
      if (strategy_seconds(run, l->neighbours[i]) < strategy_seconds(run, best)) best = l->neighbours[i];
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

static int64_t random_unknown(struct strategy_run *run, struct local *l) {
  int64_t index;
  do index = shuffle_next(&l->restarts, &run->random);
  while (index >= 0 && strategy_known(run, (size_t)index));
  return index;
}

static int64_t cheapest_of_sample(struct strategy_run *run) {
  int64_t best = STRATEGY_END;
  double least = INFINITY;
  for (int i = 0; i < SAMPLE; i++) {
    size_t index = random_below(&run->random, space_size(run->space));
    double cost = strategy_known(run, index) ? INFINITY : space_cost(run->space, index);
    if (cost < least) least = cost, best = (int64_t)index;
  }
  return best;
}

static int64_t cheapest_unknown(struct strategy_run *run, struct local *l) {
  const size_t *ranked = space_by_cost(run->space);
  if (!ranked) return cheapest_of_sample(run);
  for (; l->cheapest < space_size(run->space); l->cheapest++)
    if (!strategy_known(run, ranked[l->cheapest])) return (int64_t)ranked[l->cheapest];
  return STRATEGY_END;
}

static int64_t next_kind(struct strategy_run *run, struct local *l) {
  size_t n;
  const size_t *kinds = space_cheapest_kinds(run->space, &n);
  while (l->kinds < n && space_cost(run->space, kinds[l->kinds]) <= hopeless * space_cost(run->space, kinds[0])) {
    size_t index = kinds[l->kinds++];
    if (!strategy_known(run, index)) return (int64_t)index;
  }
  l->kinds = n;
  return STRATEGY_END;
}

/* Where the next climb begins: the best that is known, then by cost and by chance. */
static int64_t next_start(struct strategy_run *run, struct local *l) {
  unsigned turn = l->starts++;
  l->climbs = 1;
  if (turn == 0) return l->best;
  if (turn % TURNS == 0 || !space_has_cost(run->space)) return random_unknown(run, l);
  l->climbs = turn == 1;
  return cheapest_unknown(run, l);
}

static int64_t next(struct strategy_run *run, void *state) {
  struct local *l = state;
  const int64_t start = run->options.start;
  if (l->starts == 0 && start >= 0 && !strategy_known(run, (size_t)start)) return start;
  int64_t index = next_kind(run, l);
  for (;;) {
    if (index < 0 && l->centre >= 0) index = untried_neighbour(run, l);
    if (index >= 0) return index;
    leave(l);
    index = next_start(run, l);
    if (index == STRATEGY_NOMEM) return index;
    if (index < 0) continue; /* this kind of start has run dry; the other has not */
    if (!strategy_known(run, (size_t)index)) return l->proposed_start = index;
    if (!isnan(strategy_seconds(run, (size_t)index))) settle(run, l, (size_t)index);
    index = -1;
  }
}

static int is_worth_a_climb(struct strategy_run *run, const struct local *l, double seconds) {
  return l->climbs || seconds <= promising * strategy_seconds(run, (size_t)l->best);
}

static void tell(struct strategy_run *run, void *state, size_t index, double seconds) {
  struct local *l = state;
  int starts = l->proposed_start == (int64_t)index;
  if (starts) l->proposed_start = -1;
  if (!(seconds >= 0)) return;
  if (l->best < 0 || seconds < strategy_seconds(run, (size_t)l->best)) l->best = (int64_t)index;
  if (starts && is_worth_a_climb(run, l, seconds)) settle(run, l, index);
  else if (l->centre >= 0 && seconds < strategy_seconds(run, (size_t)l->centre)) settle(run, l, index);
}

static int is_among(const size_t *list, size_t n, size_t index) {
  for (size_t i = 0; i < n; i++)
    if (list[i] == index) return 1;
  return 0;
}

/* The untried neighbours; to spare, a third of the room or more, the cheapest of different costs. */
static size_t ahead(struct strategy_run *run, void *state, size_t *out, size_t room, size_t *spare) {
  const struct local *l = state;
  size_t cheap[CHEAP], n = 0;
  const size_t ncheap = space_cheapest(run->space, run->options.seed, cheap, CHEAP);
  const size_t own = ncheap ? room - room / 3 : room;
  for (size_t i = l->tried; l->centre >= 0 && i < l->n && n < own; i++)
    if (!strategy_known(run, l->neighbours[i])) out[n++] = l->neighbours[i];
  const size_t neighbours = n;
  for (size_t i = 0; i < ncheap && n < room; i++)
    if (!strategy_known(run, cheap[i]) && !is_among(out, neighbours, cheap[i])) out[n++] = cheap[i];
  *spare = n - neighbours;
  return n;
}

const struct strategy strategy_local = {
  "local", "looks at the cheapest of each kind, climbs over legal neighbours from the best, with restarts", open_local, next, tell,
  close_local, ahead,
};
