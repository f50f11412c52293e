/* Answers from another problem (near) or another device, and the explanation of
 * a miss: all compare the question with every identity of the kernel. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "catalog.h"
#include "query.h"
#include "reason.h"
#include "settings.h"

enum { TRIED_MAX = 1000 /* entries without a legal configuration */ };

typedef struct candidate {
  const entry *is;
  double distance, scaling;
} candidate;

static int same_device(const query *q, const entry *e) {
  return q->who->units == e->units && !strcmp(q->who->device, e->device) &&
         !strcmp(q->who->architecture, e->architecture);
}

/* Each: how far an entry is as an answer of its kind, infinite where it is none.
 * What is farther than `least` need not be told apart. */
static double near_distance(const query *q, const entry *e, double least) {
  if (!(shape_distance(&q->shape, &e->shape) <= fmin(NEAR_LIMIT, least))) return INFINITY; /* most end here */
  if (strcmp(q->who->version, e->version) || !same_device(q, e)) return INFINITY;
  double d = settings_distance(q->who->problem, e->problem);
  return d > 0 && d <= NEAR_LIMIT ? d : INFINITY;
}

static double device_distance(const query *q, const entry *e, double least) {
  (void)least;
  if (q->shape.hash != e->shape.hash || strcmp(q->who->problem, e->problem)) return INFINITY;
  if (strcmp(q->who->version, e->version) || same_device(q, e)) return INFINITY;
  double architecture = strcmp(q->who->architecture, e->architecture) ? 1000 : 0;
  double units = e->units > 0 && q->who->units > 0 ? fabs(log2((double)e->units / (double)q->who->units)) : 100;
  return architecture + units;
}

/* For a miss: the entry that shares most. */
static double any_distance(const query *q, const entry *e, double least) {
  double d = shape_distance(&q->shape, &e->shape);
  if (!(d < 1000)) d = 1000;
  if (d > least) return INFINITY;
  if (strcmp(q->who->version, e->version)) d += 10000;
  if (strcmp(q->who->architecture, e->architecture)) d += 2000;
  return same_device(q, e) ? d : d + 1000;
}

static int by_distance(const candidate *x, const candidate *y) {
  if (x->distance < y->distance || x->distance > y->distance) return x->distance < y->distance ? -1 : 1;
  if (x->scaling < y->scaling || x->scaling > y->scaling) return x->scaling < y->scaling ? -1 : 1;
  return x->is->id < y->is->id ? -1 : x->is->id > y->is->id;
}

typedef double (*distance_fn)(const query *q, const entry *e, double least);

/* The nearest entry that comes after another one (NULL: the first); .is NULL: no more. */
static candidate nearest_after(const catalog *c, const query *q, distance_fn distance, const candidate *after) {
  candidate best = {.distance = INFINITY};
  for (size_t i = 0; i < c->count; i++) {
    candidate x = {.is = &c->entry[i], .distance = distance(q, &c->entry[i], best.distance)};
    if (!isfinite(x.distance) || x.distance > best.distance) continue;
    x.scaling = settings_distance(q->who->scaling, x.is->scaling);
    if (after && by_distance(&x, after) <= 0) continue;
    if (!best.is || by_distance(&x, &best) < 0) best = x;
  }
  return best;
}

static void compare_identity(text *t, const query *q, const entry *e) {
  reason_text(t, "version", q->who->version, e->version);
  reason_text(t, "device", q->who->device, e->device);
  reason_text(t, "architecture", q->who->architecture, e->architecture);
  reason_number(t, "units", q->who->units, e->units);
  reason_settings(t, q->who->problem, e->problem);
  reason_settings(t, q->who->scaling, e->scaling);
}

/* The nearest is nearly always taken: each further one costs another pass, and no sorting. */
static int answer_from(tdb_file *f, query *q, tdb_match match, distance_fn distance, tdb_answer *out) {
  const catalog *c;
  found best = {0};
  int rc = catalog_get(f, q->who->kernel, &c);
  if (rc) return rc;
  candidate x = nearest_after(c, q, distance, NULL);
  for (int tried = 0; x.is && tried < TRIED_MAX; tried++) {
    rc = winner(f, x.is->id, q, 0, &best);
    if (rc || best.config) break;
    x = nearest_after(c, q, distance, &x);
  }
  if (rc || !best.config) return rc;
  text t = {0};
  compare_identity(&t, q, x.is);
  reason_origin(&t, q, &best);
  return reason_answer(out, match, &best, &t);
}

int answer_near(tdb_file *f, query *q, tdb_answer *out) { return answer_from(f, q, TDB_NEAR, near_distance, out); }

int answer_other_device(tdb_file *f, query *q, tdb_answer *out) {
  return answer_from(f, q, TDB_OTHER_DEVICE, device_distance, out);
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
  candidate best = {.distance = INFINITY};
  for (size_t i = 0; i <= db->nshipped; i++) {
    tdb_file *f = i ? &db->shipped[i - 1] : &db->user;
    const catalog *c;
    if (!f->sql) continue;
    int rc = catalog_get(f, q->who->kernel, &c);
    if (rc) return rc;
    candidate x = nearest_after(c, q, any_distance, NULL);
    if (x.is && x.distance < best.distance) best = x;
  }
  if (q->refused)
    text_add(&t, "%u found for kernel %s, none legal here (%s)", q->refused, q->who->kernel,
             q->refused_config ? q->refused_config : "");
  else
    text_add(&t, "%s for kernel %s", best.is ? "no result that fits" : "no result at all", q->who->kernel);
  if (best.is) add_closest(&t, q, best.is);
  add_command(&t, db, q);
  return reason_answer(out, TDB_MISS, &none, &t);
}
