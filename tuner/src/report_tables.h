/* The tables of a report. */
#ifndef TUNER_REPORT_TABLES_H
#define TUNER_REPORT_TABLES_H

#include <stdio.h>

#include "report_data.h"

/* "k=v,k=v" as one chip a setting; those that differ from `than` stand out (NULL: none). */
void table_settings(FILE *to, const char *settings, const char *than);
/* All problems: times, speed-ups, trials. */
void table_overview(FILE *to, const struct report_data *d);
/* The best configurations of a problem. */
void table_ranking(FILE *to, const struct report_problem *p);
/* Failures by kind, with the newest message of each; nothing if there are none. */
void table_failures(FILE *to, const struct report_problem *p);

#endif
