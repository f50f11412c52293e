/* See runtime_store.h. */
#include "runtime_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime.h"

static void add_notice(runtime_store *s) {
  char *both;
  const int length = asprintf(&both, "%s%s%s", s->notice ? s->notice : "", s->notice ? "; " : "", tdb_error());
  if (length < 0) return;
  free(s->notice);
  s->notice = both;
}

/* Nothing tuned yet under the default path is as it should be; a file that was
 * named and is not there is worth a word. */
void runtime_store_open(runtime_store *s, const char *named) {
  int rc = TDB_OK;
  memset(s, 0, sizeof *s);
  if (!named) rc = tdb_default_path(&s->path);
  else if (*named) s->path = strdup(named);
  if (!rc && s->path) rc = tdb_open(&s->db, s->path, TDB_READ);
  if (rc && (named || rc != TDB_ENOTFOUND)) add_notice(s);
  if (!s->db) tdb_open(&s->db, NULL, TDB_READ); /* for the shipped; NULL without memory */
}

void runtime_store_close(runtime_store *s) {
  tdb_close(s->db);
  tdb_close(s->misses);
  free(s->path);
  free(s->notice);
  memset(s, 0, sizeof *s);
}

int runtime_store_attach(runtime_store *s, const char *shipped) {
  if (s->db && !tdb_attach_shipped(s->db, shipped)) return FLASHRNN_OK;
  return runtime_fail(FLASHRNN_EDB, "%s", s->db ? tdb_error() : "out of memory");
}

int runtime_store_capture(runtime_store *s, int on) {
  if (!on) {
    tdb_close(s->misses);
    s->misses = NULL;
  }
  if (!on || s->misses) return FLASHRNN_OK;
  if (!s->path) return runtime_fail(FLASHRNN_EDB, "no path for the database: set $CONSTRINT_DB");
  if (!tdb_open(&s->misses, s->path, TDB_WRITE)) return FLASHRNN_OK;
  return runtime_fail(FLASHRNN_EDB, "%s", tdb_error());
}

void runtime_store_look_up(runtime_store *s, const tdb_identity *who, const char *source_hash, tdb_legal_fn legal, void *data, tdb_answer *a) {
  *a = (tdb_answer){.match = TDB_MISS};
  const int rc = s->db ? tdb_lookup(s->db, who, NULL, source_hash, legal, data, a) : TDB_ENOTFOUND;
  if (rc) a->reason = strdup(s->db ? tdb_error() : "out of memory");
  if (!a->config && s->misses) tdb_capture(s->misses, who); /* best effort: the run goes on */
}

flashrnn_match runtime_match_of(tdb_match m) {
  switch (m) {
    case TDB_EXACT: return FLASHRNN_EXACT;
    case TDB_STALE: return FLASHRNN_STALE;
    case TDB_NEAR: return FLASHRNN_NEAR;
    case TDB_OTHER_DEVICE: return FLASHRNN_OTHER_DEVICE;
    case TDB_PREDICTED: return FLASHRNN_PREDICTED;
    default: return FLASHRNN_DEFAULT;
  }
}
