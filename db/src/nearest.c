/* Answers from another problem (near) or another device, and the explanation of
 * a miss: all compare the question with every identity of the kernel. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "catalog.h"
#include "query.h"
#include "reason.h"
#include "settings.h"

typedef struct candidate {
  const entry *is;
  double distance, scaling;
} candidate;

static int same_device(const query *q, const entry *e) {
  return q->who->units == e->units && !strcmp(q->who->device, e->device) &&
         !strcmp(q->who->architecture, e->architecture);
}

/* Each: how far an entry is as an answer of its kind, infinite where it is none. */
static double near_distance(const query *q, const entry *e) {
  if (strcmp(q->who->version, e->version) || !same_device(q, e)) return INFINITY;
  double d = settings_distance(q->who->problem, e->problem);
  return d > 0 && d <= NEAR_LIMIT ? d : INFINITY;
}

static double device_distance(const query *q, const entry *e) {
  if (strcmp(q->who->version, e->version) || strcmp(q->who->problem, e->problem) || same_device(q, e)) return INFINITY;
  double architecture = strcmp(q->who->architecture, e->architecture) ? 1000 : 0;
  double units = e->units > 0 && q->who->units > 0 ? fabs(log2((double)e->units / (double)q->who->units)) : 100;
  return architecture + units;
}

/* For a miss: the entry that shares most. */
static double any_distance(const query *q, const entry *e) {
  double d = settings_distance(q->who->problem, e->problem);
  if (!(d < 1000)) d = 1000;
  if (strcmp(q->who->version, e->version)) d += 10000;
  if (strcmp(q->who->architecture, e->architecture)) d += 2000;
  return same_device(q, e) ? d : d + 1000;
}

static int by_distance(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->distance < y->distance || x->distance > y->distance) return x->distance < y->distance ? -1 : 1;
  if (x->scaling < y->scaling || x->scaling > y->scaling) return x->scaling < y->scaling ? -1 : 1;
  return x->is->id < y->is->id ? -1 : x->is->id > y->is->id;
}

typedef double (*distance_fn)(const query *q, const entry *e);

/* Everything at a finite distance, the nearest first. */
static int collect(const catalog *c, const query *q, distance_fn distance, candidate **list, size_t *count) {
  size_t room = 0;
  *list = NULL;
  *count = 0;
  for (size_t i = 0; i < c->count; i++) {
    double d = distance(q, &c->entry[i]);
    if (!isfinite(d)) continue;
    if (*count == room) {
      candidate *grown = realloc(*list, (room = room ? 2 * room : 16) * sizeof *grown);
      if (!grown) return tdb_fail(TDB_ENOMEM, "out of memory");
      *list = grown;
    }
    (*list)[(*count)++] = (candidate){&c->entry[i], d, settings_distance(q->who->scaling, c->entry[i].scaling)};
  }
  if (*count > 1) qsort(*list, *count, sizeof **list, by_distance);
  return TDB_OK;
}

static void compare_identity(text *t, const query *q, const entry *e) {
  reason_text(t, "version", q->who->version, e->version);
  reason_text(t, "device", q->who->device, e->device);
  reason_text(t, "architecture", q->who->architecture, e->architecture);
  reason_number(t, "units", q->who->units, e->units);
  reason_settings(t, q->who->problem, e->problem);
  reason_settings(t, q->who->scaling, e->scaling);
}

static int answer_from(tdb_file *f, query *q, tdb_match match, distance_fn distance, tdb_answer *out) {
  const catalog *c;
  candidate *list = NULL;
  size_t count = 0;
  found best = {0};
  int rc = catalog_get(f, q->who->kernel, &c);
  if (!rc) rc = collect(c, q, distance, &list, &count);
  for (size_t i = 0; !rc && !best.config && i < count; i++) {
    rc = winner(f, list[i].is->id, q, 0, &best);
    if (rc || !best.config) continue;
    text t = {0};
    compare_identity(&t, q, list[i].is);
    reason_origin(&t, q, &best);
    rc = reason_answer(out, match, &best, &t);
    break;
  }
  found_release(&best);
  free(list);
  return rc;
}

int answer_near(tdb_file *f, query *q, tdb_answer *out) { return answer_from(f, q, TDB_NEAR, near_distance, out); }

int answer_other_device(tdb_file *f, query *q, tdb_answer *out) {
  return answer_from(f, q, TDB_OTHER_DEVICE, device_distance, out);
}

static const entry *closest(const catalog *c, const query *q, double *least) {
  const entry *best = NULL;
  for (size_t i = 0; i < c->count; i++) {
    double d = any_distance(q, &c->entry[i]);
    if (d < *least) {
      *least = d;
      best = &c->entry[i];
    }
  }
  return best;
}

static void add_command(text *t, const tdb *db, const query *q) {
  char *problem = NULL;
  if (settings_join(&problem, q->who->problem, q->who->scaling)) problem = NULL;
  text_add(t, "; run 'constrint tune --kernel %s --problem %s", q->who->kernel, problem ? problem : q->who->problem);
  if (db->user.path) text_add(t, " --db %s", db->user.path);
  text_add(t, "%s", "'");
  free(problem);
}

static void add_closest(text *t, const query *q, const entry *e) {
  text differs = {0};
  compare_identity(&differs, q, e);
  if (differs.data) text_add(t, "; closest: %s", differs.data);
  free(text_take(&differs));
  double d = settings_distance(q->who->problem, e->problem);
  if (same_device(q, e) && isfinite(d) && d > NEAR_LIMIT)
    text_add(t, " (%.1f doublings away, near is at most %.1f)", d, NEAR_LIMIT);
}

int explain_miss(tdb *db, query *q, tdb_answer *out) {
  text t = {0};
  found none = {0};
  const entry *best = NULL;
  double least = INFINITY;
  for (size_t i = 0; i <= db->nshipped; i++) {
    tdb_file *f = i ? &db->shipped[i - 1] : &db->user;
    const catalog *c;
    if (!f->sql) continue;
    int rc = catalog_get(f, q->who->kernel, &c);
    if (rc) return rc;
    const entry *e = closest(c, q, &least);
    if (e) best = e;
  }
  if (q->refused)
    text_add(&t, "%u found for kernel %s, none legal here (%s)", q->refused, q->who->kernel,
             q->refused_config ? q->refused_config : "");
  else
    text_add(&t, "%s for kernel %s", best ? "no result that fits" : "no result at all", q->who->kernel);
  if (best) add_closest(&t, q, best);
  add_command(&t, db, q);
  return reason_answer(out, TDB_MISS, &none, &t);
}
