/* Look-up: exact, stale source, near, other device, miss.  Each kind of answer is
 * sought in the user's file, then in the shipped ones, before the next kind. */
#include <stdlib.h>
#include <string.h>
#include "cache.h"
#include "query.h"
#include "reason.h"
#include "settings.h"

/* The identities of exactly this problem and device, over which the winner
 * carries: the same scaling keys first, then the nearest. */
typedef struct same_problem {
  int64_t id;
  double distance;
  char *scaling;
} same_problem;

static int by_distance(const void *a, const void *b) {
  const same_problem *x = a, *y = b;
  return x->distance < y->distance ? -1 : x->distance > y->distance;
}

static int read_same(sqlite3_stmt *s, const query *q, same_problem *out) {
  const char *scaling = (const char *)sqlite3_column_text(s, 1);
  out->id = sqlite3_column_int64(s, 0);
  out->distance = settings_distance(q->who->scaling, scaling ? scaling : "");
  out->scaling = strdup(scaling ? scaling : "");
  return out->scaling ? TDB_OK : tdb_fail(TDB_ENOMEM, "out of memory");
}

static sqlite3_stmt *bind_same(tdb_file *f, const tdb_identity *who) {
  sqlite3_stmt *s = file_statement(f, ST_SAME_PROBLEM);
  if (!s) return NULL;
  sqlite3_bind_text(s, 1, who->device, -1, SQLITE_STATIC);
  sqlite3_bind_text(s, 2, who->architecture, -1, SQLITE_STATIC);
  sqlite3_bind_int64(s, 3, who->units);
  sqlite3_bind_text(s, 4, who->kernel, -1, SQLITE_STATIC);
  sqlite3_bind_text(s, 5, who->version, -1, SQLITE_STATIC);
  sqlite3_bind_text(s, 6, who->problem, -1, SQLITE_STATIC);
  return s;
}

static void free_same(same_problem *list, size_t count) {
  for (size_t i = 0; i < count; i++) free(list[i].scaling);
  free(list);
}

static int list_same(tdb_file *f, const query *q, same_problem **list, size_t *count) {
  sqlite3_stmt *s = bind_same(f, q->who);
  int rc = TDB_OK, step = SQLITE_DONE;
  *list = NULL;
  *count = 0;
  if (!s) return TDB_EIO;
  while (!rc && (step = sqlite3_step(s)) == SQLITE_ROW) {
    same_problem *grown = realloc(*list, (*count + 1) * sizeof *grown);
    if (!grown) {
      rc = tdb_fail(TDB_ENOMEM, "out of memory");
      break;
    }
    *list = grown;
    rc = read_same(s, q, &grown[*count]);
    *count += !rc;
  }
  if (!rc && step != SQLITE_DONE) rc = file_fail(f, step, "looking up");
  sqlite3_reset(s);
  sqlite3_clear_bindings(s);
  if (*count > 1) qsort(*list, *count, sizeof **list, by_distance);
  return rc;
}

static int make_answer(const query *q, const same_problem *is, int current, found *best, tdb_answer *out) {
  text t = {0};
  if (strcmp(is->scaling, q->who->scaling)) {
    reason_settings(&t, q->who->scaling, is->scaling);
    text_add(&t, "%s", " (a winner carries over)");
  }
  reason_origin(&t, q, best);
  if (!t.size) text_add(&t, "%s", "all that was asked was found");
  return reason_answer(out, current ? TDB_EXACT : TDB_STALE, best, &t);
}

static int answer_same(tdb_file *f, query *q, int current, tdb_answer *out) {
  same_problem *list;
  size_t count;
  found best = {0};
  int rc = list_same(f, q, &list, &count);
  for (size_t i = 0; !rc && i < count; i++) {
    rc = winner(f, list[i].id, q, current, &best);
    if (rc || !best.config) continue;
    rc = make_answer(q, &list[i], current, &best, out);
    break;
  }
  found_release(&best);
  free_same(list, count);
  return rc;
}

static int answer_exact(tdb_file *f, query *q, tdb_answer *out) { return answer_same(f, q, 1, out); }
static int answer_stale(tdb_file *f, query *q, tdb_answer *out) { return answer_same(f, q, 0, out); }

/* The kinds of answers, the best first. */
static int (*const kinds[])(tdb_file *f, query *q, tdb_answer *out) = {
  answer_exact, answer_stale, answer_near, answer_other_device};

static int ask_files(tdb *db, query *q, tdb_answer *out) {
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (size_t i = 0; i <= db->nshipped; i++) {
      tdb_file *f = i ? &db->shipped[i - 1] : &db->user;
      int rc = f->sql ? kinds[k](f, q, out) : TDB_OK;
      if (rc || out->config) return rc;
    }
  return explain_miss(db, q, out);
}

/* One snapshot of the user's file for the whole of a look-up, and one lock. */
static int ask(tdb *db, query *q, tdb_answer *out) {
  tdb_file *f = &db->user;
  int own = f->sql && sqlite3_get_autocommit(f->sql);
  int rc = own ? file_run(f, ST_BEGIN_READ) : TDB_OK;
  if (rc) return rc;
  rc = ask_files(db, q, out);
  return own ? file_end(f, rc) : rc;
}

void lookup_forget(tdb *db) {
  cache_clear(db->cache);
  catalog_free(db->user.catalog);
  db->user.catalog = NULL;
}

void lookup_close(tdb *db) {
  cache_free(db->cache);
  db->cache = NULL;
}

/* Has another process changed the user's file since the answers were kept? */
static int notice_changes(tdb *db) {
  if (!db->user.sql || db->user.immutable) return TDB_OK;
  sqlite3_stmt *s = file_statement(&db->user, ST_DATA_VERSION);
  int64_t version = s ? file_id(&db->user, s) : TDB_EIO;
  if (version < 0) return (int)version;
  if (version != db->seen_version) lookup_forget(db);
  db->seen_version = version;
  return TDB_OK;
}

static int check_question(const tdb *db, const tdb_identity *who, const tdb_answer *out) {
  if (!db || !who || !out) return tdb_fail(TDB_EINVAL, "looking up: nothing given");
  if (who->kernel && who->version && who->problem && who->scaling && who->device && who->architecture) return TDB_OK;
  return tdb_fail(TDB_EINVAL, "looking up: a text of the identity is missing");
}

/* Asked for the first time: what legal() refused is not remembered, for it may accept it later. */
static int ask_anew(tdb *db, query *q, tdb_answer *out) {
  tdb_identity canonical = *q->who;
  char *problem = NULL, *scaling = NULL;
  int rc = tdb_canonical(&problem, q->who->problem);
  if (!rc) rc = tdb_canonical(&scaling, q->who->scaling);
  canonical.problem = problem;
  canonical.scaling = scaling;
  q->who = &canonical;
  if (!rc) q->shape = settings_shape(problem);
  if (!rc) rc = ask(db, q, out);
  if (!rc && !q->refused) cache_put(db->cache, out);
  free(problem);
  free(scaling);
  free(q->refused_config);
  return rc;
}

int tdb_lookup(tdb *db, const tdb_identity *who, const char *spec_hash, const char *source_hash, tdb_legal_fn legal,
               void *data, tdb_answer *out) {
  int rc = check_question(db, who, out);
  if (rc) return rc;
  *out = (tdb_answer){.match = TDB_MISS};
  if (!db->cache && !(db->cache = cache_new())) return tdb_fail(TDB_ENOMEM, "out of memory");
  if ((rc = notice_changes(db))) return rc;
  const tdb_answer *known = cache_get(db->cache, who, spec_hash, source_hash);
  if (known && (!known->config || !legal || legal(data, known->config))) return answer_copy(out, known);
  query q = {.db = db, .who = who, .spec_hash = spec_hash, .source_hash = source_hash, .legal = legal, .data = data};
  rc = ask_anew(db, &q, out);
  if (rc) tdb_answer_release(out);
  return rc;
}

static int set(char **to, const char *value) {
  char *copy = value ? strdup(value) : NULL;
  if (value && !copy) return tdb_fail(TDB_ENOMEM, "out of memory");
  free(*to);
  *to = copy;
  return TDB_OK;
}

int tdb_prefer(tdb *db, const char *driver, const char *compiler) {
  if (!db) return tdb_fail(TDB_EINVAL, "no database given");
  lookup_forget(db);
  int rc = set(&db->driver, driver);
  return rc ? rc : set(&db->compiler, compiler);
}
