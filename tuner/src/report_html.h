/* A report as one HTML file that needs nothing else: no network, no scripts. */
#ifndef TUNER_REPORT_HTML_H
#define TUNER_REPORT_HTML_H

#include <stdio.h>

#include "report_data.h"

enum { REPORT_DETAILED = 200 }; /* so many problems get drawings; all are in the tables */

/* source names the database.  What cannot be written shows in ferror(to). */
void report_html(FILE *to, const struct report_data *d, const char *source);

#endif
