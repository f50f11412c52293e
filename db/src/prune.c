/* Taking out what nobody will ask for again. */
#include <stdlib.h>
#include <string.h>
#include "each.h"

/* The rows to go, in a temporary table: a statement must not delete what it reads. */
static const char start[] = "CREATE TEMP TABLE IF NOT EXISTS doomed(id INTEGER PRIMARY KEY); DELETE FROM temp.doomed";
/* What no trial needs any more goes with it; captured misses keep their identity. */
static const char sweep[] =
  "DELETE FROM trial WHERE id IN (SELECT id FROM temp.doomed);"
  "DELETE FROM temp.doomed;"
  "DELETE FROM identity WHERE NOT EXISTS(SELECT 1 FROM trial WHERE identity = identity.id)"
  "  AND NOT EXISTS(SELECT 1 FROM missed WHERE missed.identity = identity.id);"
  "DELETE FROM origin WHERE id NOT IN (SELECT origin FROM trial);"
  "DELETE FROM device WHERE id NOT IN (SELECT device FROM identity);"
  "DELETE FROM artifact WHERE hash NOT IN (SELECT artifact FROM trial)";

typedef struct pruning {
  tdb_file *file;
  tdb_trial_fn keep;
  void *data;
  sqlite3_stmt *doom;
  int64_t removed;
  int rc;
} pruning;

static int exec(tdb_file *f, const char *sql) {
  int rc = sqlite3_exec(f->sql, sql, NULL, NULL, NULL);
  return rc ? file_fail(f, rc, "pruning it") : TDB_OK;
}

static int judge(void *data, const record *r) {
  pruning *p = data;
  if (p->keep(p->data, r->who, r->origin, r->trial)) return 0;
  p->removed++;
  sqlite3_bind_int64(p->doom, 1, r->trial->id);
  p->rc = file_step(p->file, p->doom, "pruning it");
  return p->rc != TDB_OK;
}

static int prune_all(pruning *p) {
  int rc = exec(p->file, start);
  if (rc) return rc;
  rc = sqlite3_prepare_v2(p->file->sql, "INSERT INTO temp.doomed VALUES(?)", -1, &p->doom, NULL);
  rc = rc ? file_fail(p->file, rc, "pruning it") : each_record(p->file, NULL, judge, p);
  sqlite3_finalize(p->doom);
  if (!rc) rc = p->rc;
  return rc ? rc : exec(p->file, sweep);
}

int tdb_prune_if(tdb *db, tdb_trial_fn keep, void *data, int64_t *removed) {
  if (removed) *removed = 0;
  if (!db || !keep) return tdb_fail(TDB_EINVAL, "pruning: nothing given");
  int rc = file_begin(&db->user, "pruning it");
  if (rc) return rc;
  pruning p = {.file = &db->user, .keep = keep, .data = data};
  rc = file_end(&db->user, prune_all(&p));
  lookup_forget(db);
  if (!rc && removed) *removed = p.removed;
  return rc;
}

/* ---- the usual rule: failures of versions that are no longer the newest ---- */

typedef struct newest { char *kernel, *version; } newest;
typedef struct newest_list { newest *item; size_t count; int rc; } newest_list;

static newest *find_kernel(newest_list *list, const char *kernel) {
  for (size_t i = 0; i < list->count; i++)
    if (!strcmp(list->item[i].kernel, kernel)) return &list->item[i];
  return NULL;
}

static int note_failure(newest_list *list) {
  list->rc = tdb_fail(TDB_ENOMEM, "out of memory");
  return 1;
}

/* "10" is newer than "9": numbers in versions count as numbers. */
static int note_version(void *data, const tdb_identity *who) {
  newest_list *list = data;
  newest *known = find_kernel(list, who->kernel);
  if (known && strverscmp(known->version, who->version) >= 0) return 0;
  char *version = strdup(who->version);
  if (!version) return note_failure(list);
  if (known) {
    free(known->version);
    known->version = version;
    return 0;
  }
  newest *grown = realloc(list->item, (list->count + 1) * sizeof *grown);
  char *kernel = strdup(who->kernel);
  if (grown) list->item = grown;
  if (!grown || !kernel) {
    free(version);
    free(kernel);
    return note_failure(list);
  }
  grown[list->count++] = (newest){kernel, version};
  return 0;
}

static int keep_useful(void *data, const tdb_identity *who, const tdb_origin *origin, const tdb_trial *t) {
  const newest *known = find_kernel(data, who->kernel);
  (void)origin;
  return t->status == TDB_TRIAL_OK || !known || !strcmp(known->version, who->version);
}

int tdb_prune(tdb *db, int64_t *removed) {
  newest_list list = {0};
  if (removed) *removed = 0;
  int rc = tdb_each_identity(db, note_version, &list);
  if (!rc) rc = list.rc;
  if (!rc) rc = tdb_prune_if(db, keep_useful, &list, removed);
  for (size_t i = 0; i < list.count; i++) {
    free(list.item[i].kernel);
    free(list.item[i].version);
  }
  free(list.item);
  return rc;
}
