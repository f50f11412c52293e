/* What to build next, and what to try while it is being built. */
#include "ahead.h"

#include <string.h>

#include "fail.h"

enum { DEPTH = 4 /* wanted at once, for each process */, WANTED = DEPTH * YARD_JOBS + 1 };
static const double patience = 0.05; /* seconds between looks at the user's wish to stop */

static size_t room_of(const struct yard *y) { return (size_t)(DEPTH * yard_jobs(y)); }

int ahead_begin(struct ahead *a, const struct space *space, int64_t standard, uint64_t seed) {
  size_t wanted[WANTED], n = 0;
  if (!a->yard) return TUNER_OK;
  if (standard >= 0) wanted[n++] = (size_t)standard;
  n += space_cheapest(space, seed, wanted + n, room_of(a->yard));
  return yard_want(a->yard, wanted, n);
}

static int is_settled(const struct ahead *a, size_t index) {
  enum yard_state state = yard_state(a->yard, index);
  return state == YARD_BUILT || state == YARD_FAILED;
}

static int wait_a_little(const struct ahead *a) {
  if (worker_cancelled(a->worker)) return tuner_fail(TUNER_ECANCEL, "interrupted");
  yard_wait(a->yard, patience);
  return TUNER_OK;
}

int ahead_wait(struct ahead *a, size_t index) {
  int code = TUNER_OK;
  while (a->yard && !code && yard_state(a->yard, index) != YARD_UNKNOWN && !is_settled(a, index)) code = wait_a_little(a);
  return code;
}

/* The proposal first; of the rest one in three is to spare, so that there is
 * something to time when the search moves on. */
static size_t in_order(size_t *out, size_t proposed, const size_t *list, size_t own, size_t spare) {
  size_t n = 0, o = 0, s = 0;
  out[n++] = proposed;
  while (o < own || s < spare) {
    int turn = n % 3 == 0 || o == own;
    out[n++] = turn && s < spare ? list[own + s++] : list[o++];
  }
  return n;
}

/* The first of the list that is ready; -1: none. */
static int64_t first_ready(const struct ahead *a, const size_t *list, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (is_settled(a, list[i])) return (int64_t)list[i];
  return -1;
}

/* The proposal, or else the first of the others; at the beginning the cheapest first. */
static int64_t pick(struct ahead *a, const size_t *list, size_t own, size_t spare) {
  int64_t opening = a->openings > 0 ? first_ready(a, list + own, spare) : -1;
  if (opening >= 0) {
    a->openings--;
    return opening;
  }
  return is_settled(a, (size_t)a->proposed) ? a->proposed : first_ready(a, list, own + spare);
}

static int choose(struct ahead *a, struct strategy_run *run, int64_t *index) {
  size_t list[WANTED], wanted[WANTED + 1], spare;
  size_t n = strategy_ahead(run, list, room_of(a->yard), &spare);
  int code = yard_want(a->yard, wanted, in_order(wanted, (size_t)a->proposed, list, n - spare, spare));
  *index = -1;
  while (!code && *index < 0) {
    *index = pick(a, list, n - spare, spare);
    if (*index < 0) code = wait_a_little(a);
  }
  return code;
}

int ahead_next(struct ahead *a, struct strategy_run *run, int64_t *index) {
  if (a->proposed < 0) {
    *index = strategy_next(run);
    if (!a->yard || *index < 0) return TUNER_OK;
    a->proposed = *index;
  }
  int code = choose(a, run, index);
  if (!code && *index == a->proposed) a->proposed = -1;
  return code;
}

int ahead_failed(const struct ahead *a, size_t index, struct answer *out) {
  if (!a->yard || yard_state(a->yard, index) != YARD_FAILED) return 0;
  memset(out, 0, sizeof *out);
  yard_failure(a->yard, index, out);
  return 1;
}

const char *ahead_file(const struct ahead *a, int64_t index) {
  return a->yard && index >= 0 ? yard_file(a->yard, (size_t)index) : NULL;
}
