/* The harness of propagators. */
#include "harness.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "store_internal.h"

/* ---- Random numbers ---- */

uint64_t rng_next(struct rng *r) { /* splitmix64 */
  uint64_t z = r->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

int rng_int(struct rng *r, int lo, int hi) { return lo + (int)(rng_next(r) % (uint64_t)(hi - lo + 1)); }

wide rng_magnitude(struct rng *r, int bits) {
  int n = rng_int(r, 0, bits);
  wide v = n ? (wide)(rng_next(r) >> (64 - n)) : 0;
  return rng_next(r) & 1 ? -v : v;
}

uint64_t harness_seed(void) {
  const char *text = getenv("PROP_SEED");
  uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
  fprintf(stderr, "PROP_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

/* ---- Drawing ---- */

static int by_value(const void *a, const void *b) {
  wide x = *(const wide *)a, y = *(const wide *)b;
  return (x > y) - (x < y);
}

static void unique(struct values *d) {
  qsort(d->v, (size_t)d->n, sizeof *d->v, by_value);
  int n = 1;
  for (int i = 1; i < d->n; i++)
    if (d->v[i] != d->v[n - 1]) d->v[n++] = d->v[i];
  d->n = n;
}

void draw_values(struct rng *r, struct values *d, int lo, int hi, int n) {
  int kind = rng_int(r, 0, 9), first = rng_int(r, lo, hi), step = kind < 6 ? 1 : rng_int(r, 2, 4);
  d->lo = WIDE_MIN;
  d->hi = WIDE_MAX;
  d->n = kind == 0 ? 1 : rng_int(r, 1, n);
  for (int i = 0; i < d->n; i++) {
    d->v[i] = kind >= 3 && kind < 6 ? rng_int(r, lo, hi) : first + (wide)i * step;
    if (d->v[i] > hi) {
      d->n = i;
      break;
    }
  }
  unique(d);
}

void draw_nonzero(struct rng *r, struct values *d, int lo, int hi, int n) {
  do {
    draw_values(r, d, lo, hi, n);
    int kept = 0;
    for (int i = 0; i < d->n; i++)
      if (d->v[i] != 0) d->v[kept++] = d->v[i];
    d->n = kept;
  } while (d->n == 0);
  bool mixed = d->v[0] < 0 && d->v[d->n - 1] > 0;
  if (d->v[0] > 0) d->lo = 1;
  if (d->v[d->n - 1] < 0) d->hi = -1;
  if (mixed) d->lo = d->hi = 0; /* never wider */
}

void draw_truth(struct rng *r, struct values *d) {
  int kind = rng_int(r, 0, 3);
  *d = (struct values){.n = kind < 2 ? 1 : 2, .v = {kind == 1, 1}, .lo = 0, .hi = 1};
}

void draw_same(struct rng *r, struct instance *in, int i) {
  in->same[i] = i;
  if (i == 0 || !rng_chance(r, 8)) return;
  in->same[i] = in->same[rng_int(r, 0, i - 1)];
  in->domain[i] = in->domain[in->same[i]];
}

void draw_terms(struct rng *r, struct instance *in, int n, int lo, int hi, int values) {
  in->n = n;
  for (int i = 0; i < n; i++) {
    draw_values(r, &in->domain[i], lo, hi, values);
    draw_same(r, in, i);
  }
}

/* ---- One trial ---- */

enum { MAX_DOMAIN = 600, MAX_TUPLES = 200000 };

/* How the instance is set up: the same twice, with and without the constraint. */
struct plan {
  bool wide[MAX_TERMS];        /* a range that is never explicit; narrowed below the root */
  bool early, root_run, pushed; /* posted before narrowing; run in between; narrowed below the root */
  wide lo[MAX_TERMS], hi[MAX_TERMS]; /* the wider start */
};

struct trial {
  const struct constraint_test *t;
  const struct instance *in;
  struct rng *rng;
  budget budget[2];
  store *free, *s;       /* without and with the constraint */
  term x[MAX_TERMS];     /* the same in both */
  bool kept[MAX_TERMS];  /* narrowed to its very values, not to their range */
  size_t first;          /* the first propagator of the constraint */
  wide tuple[MAX_TERMS];
  wide *solutions;       /* of the domains before any propagation */
  size_t n, capacity;
  size_t leaves;
  int nodes;
  char *message;
  size_t size;
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct trial *tr, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = snprintf(tr->message, tr->size, "%s: ", tr->t->name);
  n += vsnprintf(tr->message + n, tr->size - (size_t)n, format, args);
  va_end(args);
  for (int i = 0; i < tr->in->n && n < (int)tr->size; i++) {
    const struct values *d = &tr->in->domain[i];
    n += snprintf(tr->message + n, tr->size - (size_t)n, "\n  x%d%s%d {", i, tr->in->same[i] != i ? " = x" : " #", tr->in->same[i]);
    for (int k = 0; k < d->n && n < (int)tr->size; k++) n += snprintf(tr->message + n, tr->size - (size_t)n, " %lld", (long long)d->v[k]);
    if (n < (int)tr->size) n += snprintf(tr->message + n, tr->size - (size_t)n, " } now %lld..%lld (%llu)",
        (long long)term_lo(tr->s, tr->x[i]), (long long)term_hi(tr->s, tr->x[i]), (unsigned long long)term_size(tr->s, tr->x[i]));
  }
  if (n < (int)tr->size) n += snprintf(tr->message + n, tr->size - (size_t)n, "\n  params:");
  for (int i = 0; i < tr->in->params && n < (int)tr->size; i++) n += snprintf(tr->message + n, tr->size - (size_t)n, " %lld", (long long)tr->in->param[i]);
  return false;
}

/* ---- Solutions by brute force ---- */

typedef bool (*tuple_visitor)(struct trial *tr, void *data);

static bool listed(const struct values *d, wide v) {
  for (int k = 0; k < d->n; k++)
    if (d->v[k] == v) return true;
  return false;
}

/* Every tuple of the store's domains; false as soon as a visit is. */
static bool each_tuple(struct trial *tr, const store *s, int i, tuple_visitor visit, void *data) {
  if (i == tr->in->n) return visit(tr, data);
  if (tr->in->same[i] != i) {
    tr->tuple[i] = tr->tuple[tr->in->same[i]];
    return each_tuple(tr, s, i + 1, visit, data);
  }
  for (wide v = term_lo(s, tr->x[i]);; v = term_next(s, tr->x[i], v)) {
    tr->tuple[i] = v;
    bool in = !tr->kept[i] || listed(&tr->in->domain[i], v);
    if (in && !each_tuple(tr, s, i + 1, visit, data)) return false;
    if (v == term_hi(s, tr->x[i])) return true;
  }
}

static double tuples(const struct trial *tr, const store *s) {
  double n = 1;
  for (int i = 0; i < tr->in->n; i++)
    if (tr->in->same[i] == i) n *= (double)term_size(s, tr->x[i]);
  return n;
}

static bool note_solution(struct trial *tr, void *data) {
  (void)data;
  if (!tr->t->holds(tr->in, tr->tuple)) return true;
  if (tr->n == tr->capacity) {
    tr->capacity = tr->capacity ? 2 * tr->capacity : 64;
    tr->solutions = realloc(tr->solutions, tr->capacity * MAX_TERMS * sizeof *tr->solutions);
  }
  memcpy(tr->solutions + tr->n++ * MAX_TERMS, tr->tuple, sizeof tr->tuple);
  return true;
}

static bool within(const struct trial *tr, const store *s, const wide *v) {
  for (int i = 0; i < tr->in->n; i++)
    if (!term_has(s, tr->x[i], v[i])) return false;
  return true;
}

/* ---- Checks at a fixpoint ---- */

static bool must_hold(struct trial *tr, void *data) {
  (void)data;
  return tr->t->holds(tr->in, tr->tuple);
}

static bool all_dead(const struct trial *tr) {
  for (size_t i = tr->first; i < tr->s->propagators; i++)
    if (!tr->s->posted[i].p->dead) return false;
  return true;
}

static bool all_fixed(const struct trial *tr, int but) {
  for (int i = 0; i < tr->in->n; i++)
    if (tr->in->same[i] != (but < 0 ? -1 : tr->in->same[but]) && !term_fixed(tr->s, tr->x[i])) return false;
  return true;
}

static bool check_subsumption(struct trial *tr) {
  bool dead = all_dead(tr);
  if (dead && tuples(tr, tr->s) <= MAX_TUPLES && !each_tuple(tr, tr->s, 0, must_hold, NULL))
    return wrong(tr, "asleep, but a tuple of the domains does not hold");
  if (!dead && all_fixed(tr, -1)) return wrong(tr, "all fixed, and still awake");
  return true;
}

static bool check_result(struct trial *tr) {
  int r = tr->t->result;
  for (int i = 0; i < tr->in->n && r >= 0; i++)
    if (i != r && tr->in->same[i] == tr->in->same[r]) return true; /* not a result alone */
  if (r < 0 || !all_fixed(tr, r) || term_fixed(tr->s, tr->x[r])) return true;
  return wrong(tr, "all but x%d are fixed, and it is not", r);
}

/* How many of the solutions lie within the domains of a store. */
static size_t solutions_within(const struct trial *tr, const store *s) {
  size_t n = 0;
  for (size_t k = 0; k < tr->n; k++) n += within(tr, s, tr->solutions + k * MAX_TERMS);
  return n;
}

static bool distinct(const struct trial *tr) {
  for (int i = 0; i < tr->in->n; i++)
    if (tr->in->same[i] != i) return false;
  return true;
}

static bool explicit_all(const struct trial *tr) {
  for (int i = 0; i < tr->in->n; i++)
    if (!term_explicit(tr->s, tr->x[i])) return false;
  return true;
}

static bool supported(const struct trial *tr, int i, wide v) {
  for (size_t k = 0; k < tr->n; k++) {
    const wide *tuple = tr->solutions + k * MAX_TERMS;
    if (tuple[i] == v && within(tr, tr->s, tuple)) return true;
  }
  return false;
}

static bool check_domains(struct trial *tr) {
  for (int i = 0; i < tr->in->n; i++)
    for (wide v = term_lo(tr->s, tr->x[i]);; v = term_next(tr->s, tr->x[i], v)) {
      if (!supported(tr, i, v)) return wrong(tr, "value %lld of x%d has no support", (long long)v, i);
      if (v == term_hi(tr->s, tr->x[i])) break;
    }
  return true;
}

/* Is there a solution within the intervals that has x[i] = v? */
static bool hull_support(struct trial *tr, int i, wide v, int at) {
  if (at == tr->in->n) return tr->t->holds(tr->in, tr->tuple);
  wide lo = at == i ? v : term_lo(tr->s, tr->x[at]), hi = at == i ? v : term_hi(tr->s, tr->x[at]);
  for (tr->tuple[at] = lo; tr->tuple[at] <= hi; tr->tuple[at]++)
    if (hull_support(tr, i, v, at + 1)) return true;
  return false;
}

static bool check_bounds(struct trial *tr) {
  double volume = 1;
  for (int i = 0; i < tr->in->n; i++) volume *= (double)(term_hi(tr->s, tr->x[i]) - term_lo(tr->s, tr->x[i]) + 1);
  if (volume > MAX_TUPLES) return true;
  for (int i = 0; i < tr->in->n; i++) {
    wide ends[] = {term_lo(tr->s, tr->x[i]), term_hi(tr->s, tr->x[i])};
    for (int k = 0; k < 2; k++)
      if (!hull_support(tr, i, ends[k], 0)) return wrong(tr, "end %lld of x%d has no support", (long long)ends[k], i);
  }
  return true;
}

static bool check_strength(struct trial *tr) {
  if (tr->t->strength == STRENGTH_SOUND || !distinct(tr) || !explicit_all(tr)) return true;
  return tr->t->strength == STRENGTH_DOMAIN ? check_domains(tr) : check_bounds(tr);
}

static bool check_fixpoint(struct trial *tr) {
  return check_subsumption(tr) && check_result(tr) && check_strength(tr);
}

/* ---- Search ---- */

struct picture { wide lo, hi; uint64_t size; };

static void picture(const struct trial *tr, struct picture *p) {
  for (int i = 0; i < tr->in->n; i++)
    p[i] = (struct picture){term_lo(tr->s, tr->x[i]), term_hi(tr->s, tr->x[i]), term_size(tr->s, tr->x[i])};
}

static bool same_picture(const struct trial *tr, const struct picture *p) {
  struct picture now[MAX_TERMS];
  picture(tr, now);
  for (int i = 0; i < tr->in->n; i++)
    if (now[i].lo != p[i].lo || now[i].hi != p[i].hi || now[i].size != p[i].size) return false;
  return true;
}

/* Propagate, then compare with the solutions that the domains held before: 1 go on, 0 dead end, -1 wrong. */
static int step(struct trial *tr) {
  size_t before = solutions_within(tr, tr->s);
  int answer = store_propagate(tr->s);
  if (answer < 0) {
    wrong(tr, "error %d", answer);
    return -1;
  }
  if (answer == 0) {
    if (before == 0) return 0;
    wrong(tr, "failed with %zu solutions within", before);
    return -1;
  }
  if (solutions_within(tr, tr->s) == before) return check_fixpoint(tr) ? 1 : -1;
  wrong(tr, "%zu solutions before, %zu after propagation", before, solutions_within(tr, tr->s));
  return -1;
}

/* A decision: x = v and x != v for explicit ones and ends, else a bisection. */
struct decision { term x; bool bisect; wide v; };

static struct decision decide(struct trial *tr) {
  int i = rng_int(tr->rng, 0, tr->in->n - 1);
  while (term_fixed(tr->s, tr->x[i])) i = (i + 1) % tr->in->n;
  struct decision d = {.x = tr->x[i]};
  wide lo = term_lo(tr->s, d.x), hi = term_hi(tr->s, d.x);
  d.bisect = !term_explicit(tr->s, d.x) || rng_chance(tr->rng, 40);
  if (d.bisect) d.v = lo + (hi - lo) / 2;
  else
    for (d.v = lo; rng_chance(tr->rng, 60) && d.v < hi;) d.v = term_next(tr->s, d.x, d.v);
  return d;
}

static bool apply(store *s, struct decision d, bool left) {
  if (d.bisect) return left ? term_le(s, d.x, d.v, NULL) : term_ge(s, d.x, d.v + 1, NULL);
  return left ? term_fix(s, d.x, d.v, NULL) : term_remove(s, d.x, d.v, NULL);
}

static bool search(struct trial *tr) {
  if (all_fixed(tr, -1)) {
    wide v[MAX_TERMS];
    for (int i = 0; i < tr->in->n; i++) v[i] = term_value(tr->s, tr->x[i]);
    tr->leaves++;
    return tr->t->holds(tr->in, v) || wrong(tr, "a leaf that is no solution");
  }
  struct decision d = decide(tr);
  struct picture before[MAX_TERMS];
  picture(tr, before);
  for (int side = 0; side < 2; side++) {
    store_push(tr->s);
    if (apply(tr->s, d, side == 0)) {
      int answer = step(tr);
      if (answer < 0 || (answer > 0 && !search(tr))) return false;
    }
    store_pop(tr->s);
    if (!same_picture(tr, before)) return wrong(tr, "backtracking did not restore the domains");
  }
  return true;
}

/* ---- Setting up ---- */

static struct plan draw_plan(struct rng *r, const struct instance *in) {
  static const wide reach[] = {3, 100, (wide)1 << 20, (wide)1 << 62, WIDE_MAX};
  struct plan p = {.early = rng_chance(r, 60), .root_run = rng_chance(r, 50), .pushed = rng_chance(r, 50)};
  bool wider = rng_chance(r, 60);
  for (int i = 0; i < in->n; i++) {
    const struct values *d = &in->domain[i];
    wide far = reach[rng_int(r, 0, 4)];
    p.lo[i] = d->v[0];
    p.hi[i] = d->v[d->n - 1];
    if (!wider || rng_chance(r, 30) || d->hi == d->lo) continue;
    if (d->lo < p.lo[i]) p.lo[i] = wide_sub(p.lo[i], far) < d->lo ? d->lo : wide_sub(p.lo[i], far);
    if (d->hi > p.hi[i]) p.hi[i] = wide_add(p.hi[i], far) > d->hi ? d->hi : wide_add(p.hi[i], far);
    p.wide[i] = wide_sub(p.hi[i], p.lo[i]) > 8000;
    if (p.wide[i]) p.pushed = p.early = true;
  }
  return p;
}

/* The values of the instance, and those of the wider start that is a set. */
static term new_term(store *s, const struct values *d, const struct plan *p, int i) {
  bool wider = p->lo[i] < d->v[0] || p->hi[i] > d->v[d->n - 1];
  return wider ? store_new_term(s, p->lo[i], p->hi[i]) : store_new_set(s, d->v, (size_t)d->n);
}

static bool narrow_range(store *s, term x, const struct values *d) {
  wide step = 0;
  for (int k = 1; k < d->n; k++) {
    wide a = step, b = d->v[k] - d->v[k - 1];
    while (b) {
      wide rest = a % b;
      a = b;
      b = rest;
    }
    step = a;
  }
  return term_ge(s, x, d->v[0], NULL) && term_le(s, x, d->v[d->n - 1], NULL) &&
         (step < 2 || term_mod(s, x, step, d->v[0], NULL));
}

static bool narrow(struct trial *tr, store *s) {
  for (int i = 0; i < tr->in->n; i++) {
    const struct values *d = &tr->in->domain[i];
    if (tr->in->same[i] != i) continue;
    bool keep = term_explicit(s, tr->x[i]);
    tr->kept[i] |= keep;
    if (keep ? !term_keep(s, tr->x[i], d->v, (size_t)d->n, NULL) : !narrow_range(s, tr->x[i], d)) return false;
  }
  return true;
}

static void make_terms(struct trial *tr, store *s, const struct plan *p) {
  for (int i = 0; i < tr->in->n; i++) {
    int same = tr->in->same[i];
    tr->x[i] = same != i ? tr->x[same] : new_term(s, &tr->in->domain[i], p, i);
  }
}

static bool post(struct trial *tr) {
  tr->first = tr->s->propagators;
  int code = tr->t->post(tr->s, tr->in, tr->x);
  return code == 0 || wrong(tr, "post returned %d", code);
}

/* 1: ready; 0: found contradictory on the way; -1: wrong. */
static int prepare(struct trial *tr, const struct plan *p) {
  make_terms(tr, tr->free, p);
  make_terms(tr, tr->s, p);
  if (p->early && !post(tr)) return -1;
  int answer = p->early && p->root_run ? store_propagate(tr->s) : 1;
  if (answer < 0) return wrong(tr, "error %d", answer) - 1;
  if (p->pushed) {
    if (!p->early && !post(tr)) return -1;
    store_push(tr->free);
    store_push(tr->s);
  }
  narrow(tr, tr->free);
  bool ok = answer && narrow(tr, tr->s);
  if (!p->pushed && !p->early && !post(tr)) return -1;
  return ok && !tr->s->failed;
}

static bool look_for_solutions(struct trial *tr) {
  if (tuples(tr, tr->free) > MAX_TUPLES) return false;
  each_tuple(tr, tr->free, 0, note_solution, NULL);
  return true;
}

static bool run_trial(struct trial *tr, const struct plan *p) {
  int ready = prepare(tr, p);
  if (ready < 0) return false;
  if (!look_for_solutions(tr)) return true;
  if (ready == 0) return tr->n == 0 || wrong(tr, "contradictory before search with %zu solutions", tr->n);
  if (solutions_within(tr, tr->s) != tr->n) return wrong(tr, "posting lost solutions");
  int answer = step(tr);
  if (answer < 0) return false;
  if (answer > 0 && !search(tr)) return false;
  return tr->leaves == tr->n || wrong(tr, "search found %zu of %zu solutions", tr->leaves, tr->n);
}

static bool one_instance(const struct constraint_test *t, struct rng *r, char *message, size_t size) {
  struct instance in = {0};
  t->draw(r, &in);
  struct trial tr = {.t = t, .in = &in, .rng = r, .message = message, .size = size};
  struct plan p = draw_plan(r, &in);
  for (int i = 0; i < 2; i++) budget_init(&tr.budget[i], NULL);
  tr.free = store_new(&tr.budget[0]);
  tr.s = store_new(&tr.budget[1]);
  bool ok = run_trial(&tr, &p);
  store_free(tr.free);
  store_free(tr.s);
  free(tr.solutions);
  return ok;
}

bool harness_run(const struct constraint_test *t, uint64_t seed, int instances, char *message, size_t size) {
  for (int i = 0; i < instances; i++) {
    struct rng r = {seed + (uint64_t)i * 1000003};
    if (one_instance(t, &r, message, size)) continue;
    size_t n = strlen(message);
    snprintf(message + n, size - n, "\n  instance %d of PROP_SEED=%llu", i, (unsigned long long)seed);
    return false;
  }
  return true;
}
