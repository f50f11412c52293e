/* What the database knows of one identity, and what this run adds to it.
 *
 * Only rows of the same spec and the same source count as known: after either
 * changed, a configuration is timed again.
 */
#ifndef TUNER_JOURNAL_H
#define TUNER_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "protocol.h"
#include "tunedb.h"

struct journal_row {
  char *config, *message;
  tdb_phase phase;
  tdb_status status;
  double seconds;
  int64_t id, created_us;
};

struct journal {
  tdb *db; /* borrowed, as are the texts of who and origin */
  tdb_identity who;
  tdb_origin origin;
  struct journal_row *rows; /* in order of time */
  size_t n, room;
  size_t old; /* rows that were there before this run */
  /* The content hash of what a confirmed configuration is built into (malloc), NULL: none. Unset: nobody asks. */
  char *(*artifact)(void *data, const char *config);
  void *artifact_data;
};

int journal_open(struct journal *j, tdb *db, const tdb_identity *who, const tdb_origin *origin);
void journal_close(struct journal *j);

/* One row, in the database when this returns TUNER_OK. seconds and samples count only if ok. */
int journal_record(struct journal *j, tdb_phase phase, const char *config, const struct answer *a);

/* The newest row of a configuration in a phase; NULL: none. */
const struct journal_row *journal_find(const struct journal *j, tdb_phase phase, const char *config);
/* The newest row of a phase. */
const struct journal_row *journal_last(const struct journal *j, tdb_phase phase);
/* Configurations with a row of the search or the default. */
size_t journal_tried(const struct journal *j);
/* What is known of a configuration: the newest confirmed time, else the newest; NULL: nothing. */
const struct journal_row *journal_best_of(const struct journal *j, const char *config);
/* The winner: of the confirmed if there are any, else of all; NULL: none is ok. */
const struct journal_row *journal_winner(const struct journal *j);
/* Seconds that the rows tell were spent: the time between two rows, where it is
 * at most `gap` (longer ones are the pauses between runs). */
double journal_spent(const struct journal *j, double gap);

/* A contest is closed by the default's CONFIRM row, whose message says what the
 * search before it was given. */
void journal_closing(char *text, size_t size, double given, const char *why);
/* Was the newest contest closed after all of the search?  *given: what it was given. */
int journal_closed(const struct journal *j, const char *standard, double *given);

#endif
