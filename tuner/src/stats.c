/* The median and its confidence interval by order statistics. */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int stats_is_time(double seconds) { return isfinite(seconds) && seconds > 0; }

/* P(Binomial(n, 1/2) = k), in logarithms: 2^-n leaves double's range at n = 1075. */
static double binomial(size_t n, size_t k) {
  double choose = lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
  return exp(choose - (double)n * log(2));
}

/* The confidence of the interval that leaves out `skip` samples at either end. */
static double coverage(size_t n, size_t skip) {
  double tail = 0;
  for (size_t k = 0; k <= skip; k++) tail += binomial(n, k);
  return fmax(0, 1 - 2 * tail);
}

int stats_rank(size_t n, double confidence) {
  int skip = -1;
  double tail = 0;
  for (size_t k = 0; k < (n + 1) / 2; k++) {
    tail += binomial(n, k);
    if (!(1 - 2 * tail >= confidence)) break;
    skip = (int)k;
  }
  return skip;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void summarize_sorted(const double *sorted, size_t n, struct stats_summary *out) {
  int skip = stats_rank(n, STATS_CONFIDENCE);
  size_t edge = skip < 0 ? 0 : (size_t)skip;
  out->n = n;
  out->median = n % 2 ? sorted[n / 2] : sorted[n / 2 - 1] / 2 + sorted[n / 2] / 2;
  out->low = sorted[edge];
  out->high = sorted[n - 1 - edge];
  out->confidence = coverage(n, edge);
}

int stats_summarize(const double *samples, size_t n, struct stats_summary *out) {
  if (n == 0) return STATS_EINVAL;
  for (size_t i = 0; i < n; i++)
    if (!stats_is_time(samples[i])) return STATS_EINVAL;
  double *sorted = malloc(n * sizeof *sorted);
  if (!sorted) return STATS_ENOMEM;
  memcpy(sorted, samples, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, ascending);
  summarize_sorted(sorted, n, out);
  free(sorted);
  return STATS_OK;
}

double stats_relative_width(const struct stats_summary *s) {
  if (!(s->confidence >= STATS_CONFIDENCE)) return INFINITY;
  return (s->high - s->low) / 2 / s->median;
}
