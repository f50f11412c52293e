/* The drawings of a report, each one problem's. */
#ifndef TUNER_REPORT_CHARTS_H
#define TUNER_REPORT_CHARTS_H

#include <stdio.h>

#include "report_data.h"

/* Reference, default and best as bars with their times. */
void chart_bars(FILE *to, const struct report_problem *p);
/* How many trials took how long. */
void chart_distribution(FILE *to, const struct report_problem *p);
/* Time against trials, and the best so far. */
void chart_history(FILE *to, const struct report_problem *p);

#endif
