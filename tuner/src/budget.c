/* Budgets and their split over problems. */
#include "budget.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

static const struct { const char *unit; enum budget_kind kind; double factor; } units[] = {
  {"s", BUDGET_SECONDS, 1}, {"m", BUDGET_SECONDS, 60}, {"h", BUDGET_SECONDS, 3600},
  {"trials", BUDGET_TRIALS, 1}, {"trial", BUDGET_TRIALS, 1},
};

int budget_parse(struct budget *out, const char *text) {
  char *rest;
  double amount = strtod(text, &rest);
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (rest == text || strcmp(rest, units[i].unit)) continue;
    int whole = units[i].kind == BUDGET_SECONDS || amount == floor(amount);
    if (!(amount > 0 && amount <= 1e9) || !whole) break;
    *out = (struct budget){units[i].kind, amount * units[i].factor};
    return TUNER_OK;
  }
  return tuner_fail(TUNER_EINPUT, "a budget of '%s': write seconds, minutes or hours (60s, 5m, 1h) or trials (200trials)", text);
}

/* However much those before it ran over, a problem gets so much of its equal part. */
static const double least_part = 0.1;

double budget_nominal(const struct budget_split *s) {
  double part = s->total.amount / (double)s->problems;
  return s->total.kind == BUDGET_TRIALS ? fmax(1, floor(part)) : part;
}

double budget_share(const struct budget_split *s) {
  double extra = s->left_over / (double)(s->problems - s->done);
  double share = budget_nominal(s) + (s->total.kind == BUDGET_TRIALS ? floor(extra) : extra);
  return fmax(share, s->total.kind == BUDGET_TRIALS ? 1 : least_part * budget_nominal(s));
}

void budget_spend(struct budget_split *s, double spent) {
  s->left_over += budget_nominal(s) - spent;
  s->done++;
}

void budget_skip(struct budget_split *s) { s->done++; }
