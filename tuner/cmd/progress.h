/* How a running tune shows itself: one line that is rewritten on a terminal,
 * plain lines now and then elsewhere. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdio.h>

#include "tune.h"

struct progress {
  FILE *to;
  int terminal, every;   /* every: a line for each trial, once it is in the database */
  size_t problem, problems;
  const char *text;      /* the problem's */
  double started, shown; /* clock_seconds() */
  size_t tried;          /* of this problem */
  int standing;          /* an unfinished line stands on the terminal */
};

void progress_open(struct progress *p, FILE *to, int every, size_t problems);
void progress_problem(struct progress *p, const char *text);
void progress_trial(void *progress, const struct tune_status *at, const struct journal_row *row);
void progress_note(void *progress, const char *text); /* one or several lines */
/* Wipe the unfinished line. */
void progress_clear(struct progress *p);

/* "1.234 ms" */
void progress_time(char *out, size_t size, double seconds);

#endif
