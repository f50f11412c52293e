/* A kernel's identities in memory: a near answer compares with all of them, and
 * reading thousands of rows for each would take milliseconds. */
#include "catalog.h"
#include <stdlib.h>
#include <string.h>

void catalog_free(catalog *c) {
  if (!c) return;
  for (size_t i = 0; i < c->count; i++) free(c->entry[i].texts);
  free(c->entry);
  free(c->kernel);
  free(c);
}

enum { TEXTS = 5 };

/* Columns 1 to 5 in one piece of memory. */
static int read_entry(sqlite3_stmt *s, entry *e) {
  const char **to[TEXTS] = {&e->version, &e->problem, &e->scaling, &e->device, &e->architecture};
  size_t size[TEXTS], sum = 0;
  for (int i = 0; i < TEXTS; i++) {
    *to[i] = (const char *)sqlite3_column_text(s, i + 1);
    size[i] = (size_t)sqlite3_column_bytes(s, i + 1);
    sum += size[i] + 1;
  }
  e->id = sqlite3_column_int64(s, 0);
  e->units = sqlite3_column_int64(s, 6);
  char *at = e->texts = malloc(sum);
  if (!at) return tdb_fail(TDB_ENOMEM, "out of memory");
  for (int i = 0; i < TEXTS; i++) {
    if (size[i]) memcpy(at, *to[i], size[i]);
    at[size[i]] = '\0';
    *to[i] = at;
    at += size[i] + 1;
  }
  e->shape = settings_shape(e->problem);
  return TDB_OK;
}

static int add_row(catalog *c, size_t *room, sqlite3_stmt *s) {
  if (c->count == *room) {
    size_t wider = *room ? 2 * *room : 64;
    entry *grown = realloc(c->entry, wider * sizeof *grown);
    if (!grown) return tdb_fail(TDB_ENOMEM, "out of memory");
    c->entry = grown;
    *room = wider;
  }
  int rc = read_entry(s, &c->entry[c->count]);
  c->count += !rc;
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
