/* A kernel's identities in memory: a near answer compares with all of them, and
 * reading and parsing thousands of rows for each would take milliseconds. */
#include "catalog.h"
#include <stdlib.h>
#include <string.h>

static void entry_release(entry *e) {
  free(e->version);
  free(e->problem);
  free(e->device);
  free(e->architecture);
  settings_release(&e->keys);
  settings_release(&e->scaling);
}

void catalog_free(catalog *c) {
  if (!c) return;
  for (size_t i = 0; i < c->count; i++) entry_release(&c->entry[i]);
  free(c->entry);
  free(c->kernel);
  free(c);
}

static char *copy(sqlite3_stmt *s, int i) {
  const char *t = (const char *)sqlite3_column_text(s, i);
  return strdup(t ? t : "");
}

/* An identity whose texts do not parse (a damaged file) answers nothing: *good 0. */
static int read_entry(sqlite3_stmt *s, entry *e, int *good) {
  const char *scaling = (const char *)sqlite3_column_text(s, 3);
  *e = (entry){.id = sqlite3_column_int64(s, 0), .version = copy(s, 1), .problem = copy(s, 2),
               .device = copy(s, 4), .architecture = copy(s, 5), .units = sqlite3_column_int64(s, 6)};
  int rc = e->version && e->problem && e->device && e->architecture ? TDB_OK : tdb_fail(TDB_ENOMEM, "out of memory");
  if (!rc) rc = settings_parse(&e->keys, e->problem);
  if (!rc) rc = settings_parse(&e->scaling, scaling ? scaling : "");
  *good = !rc;
  if (rc) entry_release(e);
  return rc == TDB_EINVAL ? TDB_OK : rc;
}

static int add_row(catalog *c, size_t *room, sqlite3_stmt *s) {
  int good;
  if (c->count == *room) {
    size_t wider = *room ? 2 * *room : 64;
    entry *grown = realloc(c->entry, wider * sizeof *grown);
    if (!grown) return tdb_fail(TDB_ENOMEM, "out of memory");
    c->entry = grown;
    *room = wider;
  }
  int rc = read_entry(s, &c->entry[c->count], &good);
  c->count += !rc && good;
  return rc;
}

static int load(tdb_file *f, catalog *c) {
  sqlite3_stmt *s = file_statement(f, ST_CATALOG);
  size_t room = 0;
  int rc = TDB_OK, step = SQLITE_DONE;
  if (!s) return TDB_EIO;
  sqlite3_bind_text(s, 1, c->kernel, -1, SQLITE_STATIC);
  while (!rc && (step = sqlite3_step(s)) == SQLITE_ROW) rc = add_row(c, &room, s);
  if (!rc && step != SQLITE_DONE) rc = file_fail(f, step, "looking up");
  sqlite3_reset(s);
  sqlite3_clear_bindings(s);
  return rc;
}

int catalog_get(tdb_file *f, const char *kernel, const catalog **out) {
  *out = f->catalog;
  if (f->catalog && !strcmp(f->catalog->kernel, kernel)) return TDB_OK;
  catalog *c = calloc(1, sizeof *c);
  int rc = c && (c->kernel = strdup(kernel)) ? load(f, c) : tdb_fail(TDB_ENOMEM, "out of memory");
  if (rc) {
    catalog_free(c);
    return rc;
  }
  catalog_free(f->catalog);
  *out = f->catalog = c;
  return TDB_OK;
}
