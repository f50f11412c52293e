/* The names of statuses, phases and matches. */
#include "names.h"
#include <string.h>

static const char *const statuses[] = {"ok", "compile error", "launch error", "wrong result",
                                       "timeout", "crashed", "implausible"};
static const char *const phases[] = {"search", "confirm", "default", "reference"};
static const char *const matches[] = {"exact", "stale source", "near", "other device", "predicted", "default", "miss"};

static const char *name(const char *const *names, unsigned count, unsigned i) { return i < count ? names[i] : "unknown"; }

static int find(const char *const *names, int count, const char *what) {
  for (int i = 0; i < count; i++)
    if (!strcmp(names[i], what)) return i;
  return -1;
}

const char *tdb_status_name(tdb_status s) { return name(statuses, TDB_TRIAL_STATUS_COUNT, (unsigned)s); }
const char *tdb_match_name(tdb_match m) { return name(matches, TDB_MISS + 1, (unsigned)m); }
const char *phase_name(tdb_phase p) { return name(phases, TDB_PHASE_REFERENCE + 1, (unsigned)p); }
int phase_from_name(const char *s) { return find(phases, TDB_PHASE_REFERENCE + 1, s); }
int status_from_name(const char *s) { return find(statuses, TDB_TRIAL_STATUS_COUNT, s); }
