/* The best configuration of one identity.
 *
 * Results of the asked spec and source come first, then those made with the
 * preferred driver and compiler, then the newest; among equals confirmed ones,
 * then the fastest.  The index trial_best hands out an origin's results in that
 * order, so nothing is scanned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "query.h"

enum { REFUSALS = 256 /* tried of one origin before it is given up */ };

typedef struct origin {
  int64_t id;
  int rank;    /* higher is preferred */
  int current; /* made by the asked spec and source */
  char spec_hash[13], source_hash[13];
} origin;

void found_release(found *f) {
  free(f->config);
  free(f->artifact);
  *f = (found){0};
}

static int same(const char *asked, const char *is) { return !asked || (is && !strcmp(asked, is)); }

static origin read_origin(const query *q, sqlite3_stmt *s) {
  const char *is[4];
  for (int i = 0; i < 4; i++) is[i] = (const char *)sqlite3_column_text(s, i + 1);
  int spec = same(q->spec_hash, is[0]), source = same(q->source_hash, is[1]);
  origin o = {.id = sqlite3_column_int64(s, 0), .current = spec && source};
  o.rank = (spec && source) << 3 | source << 2 | same(q->db->driver, is[2]) << 1 | same(q->db->compiler, is[3]);
  if (!spec) snprintf(o.spec_hash, sizeof o.spec_hash, "%s", is[0] && *is[0] ? is[0] : "none");
  if (!source) snprintf(o.source_hash, sizeof o.source_hash, "%s", is[1] && *is[1] ? is[1] : "none");
  return o;
}

static int next_origin(tdb_file *f, const query *q, int64_t identity, int64_t after, origin *out) {
  sqlite3_stmt *s = file_statement(f, ST_NEXT_ORIGIN);
  if (!s) return TDB_EIO;
  sqlite3_bind_int64(s, 1, identity);
  sqlite3_bind_int64(s, 2, after);
  int step = sqlite3_step(s);
  *out = step == SQLITE_ROW ? read_origin(q, s) : (origin){0};
  int rc = step == SQLITE_ROW || step == SQLITE_DONE ? TDB_OK : file_fail(f, step, "looking up");
  sqlite3_reset(s);
  return rc;
}

static int by_rank(const void *a, const void *b) {
  const origin *x = a, *y = b;
  if (x->rank != y->rank) return x->rank > y->rank ? -1 : 1;
  return x->id > y->id ? -1 : x->id < y->id; /* the newest */
}

static int list_origins(tdb_file *f, const query *q, int64_t identity, origin **list, size_t *count) {
  *list = NULL;
  *count = 0;
  for (origin o = {0};;) {
    int rc = next_origin(f, q, identity, o.id, &o);
    if (rc || !o.id) {
      if (*count > 1) qsort(*list, *count, sizeof **list, by_rank);
      return rc;
    }
    origin *grown = realloc(*list, (*count + 1) * sizeof *grown);
    if (!grown) return tdb_fail(TDB_ENOMEM, "out of memory");
    *list = grown;
    grown[(*count)++] = o;
  }
}

static int accepts(query *q, const char *config) {
  if (!q->legal || q->legal(q->data, config)) return 1;
  if (!q->refused++) q->refused_config = strdup(config);
  return 0;
}

static int keep(found *out, sqlite3_stmt *s, const char *config, const origin *o) {
  const char *artifact = (const char *)sqlite3_column_text(s, 2);
  found_release(out);
  out->config = strdup(config);
  out->artifact = artifact && *artifact ? strdup(artifact) : NULL;
  out->seconds = sqlite3_column_double(s, 1);
  memcpy(out->spec_hash, o->spec_hash, sizeof out->spec_hash);
  memcpy(out->source_hash, o->source_hash, sizeof out->source_hash);
  return out->config ? TDB_OK : tdb_fail(TDB_ENOMEM, "out of memory");
}

/* Is this row (unconfirmed?, seconds) better than the best so far? */
static int beats(sqlite3_stmt *s, const found *best, int best_unconfirmed) {
  int unconfirmed = sqlite3_column_int(s, 3);
  if (!best->config || unconfirmed != best_unconfirmed) return !best->config || unconfirmed < best_unconfirmed;
  return sqlite3_column_double(s, 1) < best->seconds;
}

/* The first legal row of an origin, if it beats the best so far. */
static int try_origin(tdb_file *f, int64_t identity, query *q, const origin *o, found *best, int *unconfirmed) {
  sqlite3_stmt *s = file_statement(f, ST_BEST_OF_ORIGIN);
  if (!s) return TDB_EIO;
  sqlite3_bind_int64(s, 1, identity);
  sqlite3_bind_int64(s, 2, o->id);
  int step, rc = TDB_OK;
  unsigned limit = q->refused + REFUSALS;
  while ((step = sqlite3_step(s)) == SQLITE_ROW && beats(s, best, *unconfirmed) && q->refused < limit) {
    const char *config = (const char *)sqlite3_column_text(s, 0);
    if (!config || !accepts(q, config)) continue;
    rc = keep(best, s, config, o);
    *unconfirmed = sqlite3_column_int(s, 3);
    break;
  }
  if (step != SQLITE_ROW && step != SQLITE_DONE) rc = file_fail(f, step, "looking up");
  sqlite3_reset(s);
  return rc;
}

int winner(tdb_file *f, int64_t identity, query *q, int current, found *out) {
  origin *list;
  size_t count;
  int unconfirmed = 1;
  *out = (found){0};
  int rc = list_origins(f, q, identity, &list, &count);
  for (size_t i = 0; !rc && i < count; i++) {
    if (current && !list[i].current) break;
    if (out->config && list[i].rank != list[i - 1].rank) break; /* a lower rank never wins */
    rc = try_origin(f, identity, q, &list[i], out, &unconfirmed);
  }
  free(list);
  if (rc) found_release(out);
  return rc;
}
