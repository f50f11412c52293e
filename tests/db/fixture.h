/* What the tests of the database share: a folder of their own, a sample identity. */
#ifndef DB_FIXTURE_H
#define DB_FIXTURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "test.h"
#include "tunedb.h"

#define CHECK_OK(call)                                       \
  do {                                                       \
    int rc_ = (call);                                        \
    CHECKF(rc_ == TDB_OK, "code %d: %s", rc_, tdb_error());  \
  } while (0)
#define CHECK_FAILS(code, call)                                                  \
  do {                                                                           \
    int rc_ = (call);                                                            \
    CHECKF(rc_ == (code), "code %d: %s", rc_, rc_ ? tdb_error() : "no failure"); \
  } while (0)

static char folder[64]; /* removed at exit */

static inline void remove_folder(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command)) fprintf(stderr, "%s stays behind\n", folder);
}

/* A fresh path in the test's folder; the text lives for the next 15 calls. */
static inline const char *fresh(const char *name) {
  static char paths[16][256];
  static int n;
  char *path = paths[n % 16];
  if (!*folder) {
    strcpy(folder, "/tmp/tunedb-test-XXXXXX");
    if (!mkdtemp(folder)) abort();
    atexit(remove_folder);
  }
  snprintf(path, sizeof paths[0], "%s/%d-%s", folder, n++, name);
  return path;
}

static inline tdb_identity sample_identity(const char *problem) {
  return (tdb_identity){"flashrnn", "1", problem, "T=128", "Some CPU", "x86-64-avx512", 2};
}

static inline tdb_origin sample_origin(void) {
  return (tdb_origin){"aaaa", "bbbb", "none", "gcc 12", 1 << 20, 3000000000};
}

static inline tdb_trial sample_trial(const char *config, double seconds) {
  static const double samples[] = {1e-3, 2e-3, 3e-3};
  return (tdb_trial){.config = config, .phase = TDB_PHASE_SEARCH, .status = TDB_TRIAL_OK, .seconds = seconds,
                     .error = 1e-7, .samples = samples, .nsamples = 3, .message = "", .artifact = "",
                     .run_clock_hz = 1.98e9, .celsius = 41, .watts = 350.25};
}

static inline void add(tdb *db, tdb_identity who, const char *config, tdb_phase phase, tdb_status status, double seconds) {
  tdb_origin o = sample_origin();
  tdb_trial t = sample_trial(config, seconds);
  t.phase = phase;
  t.status = status;
  CHECK_OK(tdb_record(db, &who, &o, &t, NULL));
}

static inline int count_one(void *data, const tdb_identity *who, const tdb_origin *o, const tdb_trial *t) {
  (void)who, (void)o, (void)t;
  ++*(int *)data;
  return 0;
}

static inline int count_trials(tdb *db) {
  int n = 0;
  CHECK_OK(tdb_each_trial(db, NULL, count_one, &n));
  return n;
}

/* The whole file, to see that nothing changed; the caller frees. */
static inline char *contents(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  CHECKF(f != NULL, "%s", path);
  fseek(f, 0, SEEK_END);
  *size = (size_t)ftell(f);
  rewind(f);
  char *data = malloc(*size + 1);
  CHECK(data && fread(data, 1, *size, f) == *size);
  fclose(f);
  return data;
}

static inline void put(const char *path, const void *data, size_t size) {
  FILE *f = fopen(path, "wb");
  CHECK(f && fwrite(data, 1, size, f) == size && !fclose(f));
}

#endif
