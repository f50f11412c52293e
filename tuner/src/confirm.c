/* The contest between finalists, incumbent and default. */
#include "confirm.h"

#include "stats.h"

struct contest_rules contest_defaults(void) {
  return (struct contest_rules){.min_rounds = 11, .max_rounds = 60, .relative_width = 0.005};
}

size_t contest_turn(const struct contest *c, size_t round, size_t i) { return (i + round) % c->n; }

/* The interval of the median of b's time over a's, round by round. */
static int ratio(const struct contest *c, size_t b, size_t a, struct stats_summary *out) {
  double ratios[CONFIRM_MAX_ROUNDS];
  for (size_t r = 0; r < c->rounds; r++) ratios[r] = c->who[b].seconds[r] / c->who[a].seconds[r];
  return stats_summarize(ratios, c->rounds, out);
}

int contest_better(const struct contest *c, size_t b, size_t a) {
  struct stats_summary s;
  if (c->who[b].failed) return 0;
  if (c->who[a].failed) return 1;
  return ratio(c, b, a, &s) == STATS_OK && s.confidence >= STATS_CONFIDENCE && s.high < 1;
}

static double median(const struct contest *c, size_t i) {
  struct stats_summary s;
  return stats_summarize(c->who[i].seconds, c->rounds, &s) == STATS_OK ? s.median : -1;
}

static int find(const struct contest *c, enum confirm_role role) {
  for (size_t i = 0; i < c->n; i++)
    if (c->who[i].role == role && !c->who[i].failed) return (int)i;
  return -1;
}

/* The smallest median among those better than `than` beyond noise (-1: among all). */
static int fastest(const struct contest *c, int than) {
  int best = -1;
  for (size_t i = 0; i < c->n; i++) {
    if (c->who[i].failed || !(median(c, i) > 0)) continue;
    if (than >= 0 && !contest_better(c, i, (size_t)than)) continue;
    if (best < 0 || median(c, i) < median(c, (size_t)best)) best = (int)i;
  }
  return best;
}

int contest_winner(const struct contest *c) {
  int standard = find(c, CONFIRM_DEFAULT), incumbent = find(c, CONFIRM_INCUMBENT);
  int best = fastest(c, standard);
  if (best < 0) return standard >= 0 && median(c, (size_t)standard) > 0 ? standard : -1;
  if (incumbent < 0 || best == incumbent) return best;
  int holds = standard < 0 || contest_better(c, (size_t)incumbent, (size_t)standard);
  return holds && !contest_better(c, (size_t)best, (size_t)incumbent) ? incumbent : best;
}

static int known(const struct contest *c, size_t b, size_t a, double width) {
  struct stats_summary s;
  return ratio(c, b, a, &s) == STATS_OK && stats_relative_width(&s) <= width;
}

int contest_settled(const struct contest *c, const struct contest_rules *rules) {
  if (c->rounds < rules->min_rounds) return 0;
  if (c->rounds >= rules->max_rounds || c->rounds >= CONFIRM_MAX_ROUNDS) return 1;
  int leader = contest_winner(c);
  if (leader < 0) return 1;
  for (size_t i = 0; i < c->n; i++)
    if (!c->who[i].failed && (int)i != leader && !known(c, i, (size_t)leader, rules->relative_width)) return 0;
  return 1;
}
