/* How much a command may spend, and each problem's part of it.
 *
 * A budget is of seconds ("60s", "5m", "1h") or of trials ("200trials"), for the
 * whole command.  Problems get equal parts; what one leaves unspent, or
 * runs over, is spread over those that follow.
 */
#ifndef TUNER_BUDGET_H
#define TUNER_BUDGET_H

#include <stddef.h>

enum budget_kind { BUDGET_SECONDS, BUDGET_TRIALS };

struct budget { enum budget_kind kind; double amount; };

int budget_parse(struct budget *out, const char *text);

struct budget_split {
  struct budget total;
  size_t problems, done;
  double left_over; /* by problems that are done; negative: they ran over */
};

/* The part of one problem had all been equal: what a finished search is compared with. */
double budget_nominal(const struct budget_split *s);
/* The part of the next problem. */
double budget_share(const struct budget_split *s);
/* The next problem is done and has spent so much of its share. */
void budget_spend(struct budget_split *s, double spent);
/* It needed nothing: it was complete before. */
void budget_skip(struct budget_split *s);

#endif
