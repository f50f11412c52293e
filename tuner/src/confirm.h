/* Who wins: the finalists, the incumbent and the default, timed in turn.
 *
 * In every round each contestant is timed once, in rotating order, so that a
 * clock that drifts meets all alike.  Two contestants are compared by the
 * ratios of their times round by round: b is better than a beyond noise when
 * the 95 % interval of the median ratio b/a lies below 1.
 *
 * The winner is the contestant with the smallest median among those better than
 * the default beyond noise; the default if there is none.  An incumbent that is
 * itself better than the default keeps its place until another is better than
 * it beyond noise.
 */
#ifndef TUNER_CONFIRM_H
#define TUNER_CONFIRM_H

#include <stddef.h>

enum { CONFIRM_MAX = 8 /* contestants */, CONFIRM_MAX_ROUNDS = 100 };

enum confirm_role { CONFIRM_CANDIDATE, CONFIRM_DEFAULT, CONFIRM_INCUMBENT };

struct contestant {
  enum confirm_role role;
  int failed;                         /* did not survive: out of the contest */
  double seconds[CONFIRM_MAX_ROUNDS]; /* one a round */
};

struct contest {
  size_t n, rounds;
  struct contestant who[CONFIRM_MAX];
};

struct contest_rules {
  size_t min_rounds, max_rounds;
  double relative_width; /* enough: half of every ratio's interval within this */
};

struct contest_rules contest_defaults(void);

/* Whose turn: the i-th contestant of a round. */
size_t contest_turn(const struct contest *c, size_t round, size_t i);

/* Every ratio to the leader known well enough, or the last round played. */
int contest_settled(const struct contest *c, const struct contest_rules *rules);

/* b is faster than a beyond noise. */
int contest_better(const struct contest *c, size_t b, size_t a);

/* The winner's index; -1 if all failed or nothing was timed. */
int contest_winner(const struct contest *c);

#endif
