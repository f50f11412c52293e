/* Explanations: random decisions, and whatever the propagator concludes from
 * them must follow from the facts that it names and the constraint alone. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "harness.h"
#include "learn/because.h"

enum { DECISIONS = 6, MAX_TUPLES = 3000, MAX_EVENTS = 100, WINDOW = 3 };

struct scene {
  const struct constraint_test *t;
  const struct instance *in;
  struct rng *rng;
  store *s;
  term x[MAX_TERMS];
  bool range[MAX_TERMS];
  wide tuple[MAX_TERMS];
  /* the explanation in hand */
  struct because because;
  struct fact what;
  char *message;
  size_t size;
};

static const char *const sign[] = {[AT_LEAST] = ">=", [AT_MOST] = "<=", [IS] = "=", [IS_NOT] = "!="};

static int place_of(const struct scene *sc, term x) {
  for (int i = 0; i < sc->in->n; i++)
    if (sc->x[i] == x) return i;
  return -1;
}

static size_t print_fact(const struct scene *sc, size_t n, struct fact f) {
  if (n >= sc->size) return n;
  if (f.x < 0) return n + (size_t)snprintf(sc->message + n, sc->size - n, " contradiction");
  return n + (size_t)snprintf(sc->message + n, sc->size - n, " x%d %s %lld", place_of(sc, f.x), sign[f.kind], (long long)f.v);
}

__attribute__((format(printf, 2, 3))) static bool wrong(struct scene *sc, const char *format, ...) {
  va_list args;
  size_t n = (size_t)snprintf(sc->message, sc->size, "%s explains", sc->t->name);
  n = print_fact(sc, n, sc->what);
  if (n < sc->size) n += (size_t)snprintf(sc->message + n, sc->size - n, " by");
  for (size_t i = 0; i < sc->because.n; i++) n = print_fact(sc, n, sc->because.fact[i]);
  if (n < sc->size) n += (size_t)snprintf(sc->message + n, sc->size - n, ": ");
  va_start(args, format);
  if (n < sc->size) n += (size_t)vsnprintf(sc->message + n, sc->size - n, format, args);
  va_end(args);
  for (int i = 0; i < sc->in->n && n < sc->size; i++)
    n += (size_t)snprintf(sc->message + n, sc->size - n, "\n  x%d %s%d %lld..%lld", i, sc->in->same[i] != i ? "= x" : "#",
                          sc->in->same[i], (long long)sc->in->domain[i].v[0],
                          (long long)sc->in->domain[i].v[sc->in->domain[i].n - 1]);
  for (int i = 0; i < sc->in->params && n < sc->size; i++)
    n += (size_t)snprintf(sc->message + n, sc->size - n, "%s%lld", i ? " " : "\n  params: ", (long long)sc->in->param[i]);
  return false;
}

/* ---- brute force ---- */

static bool fact_of(const struct scene *sc, struct fact f) {
  wide v = sc->tuple[place_of(sc, f.x)];
  switch (f.kind) {
  case AT_LEAST: return v >= f.v;
  case AT_MOST: return v <= f.v;
  case IS: return v == f.v;
  default: return v != f.v;
  }
}

/* The constraint and the facts hold of the tuple, and not what they explain? */
static bool is_counterexample(const struct scene *sc) {
  for (size_t i = 0; i < sc->because.n; i++)
    if (!fact_of(sc, sc->because.fact[i])) return false;
  return (sc->what.x < 0 || !fact_of(sc, sc->what)) && sc->t->holds(sc->in, sc->tuple);
}

static bool try_tuples(struct scene *sc, int i) {
  if (i == sc->in->n) return !is_counterexample(sc) || wrong(sc, "but there is a solution for which that is not so");
  const struct values *d = &sc->in->domain[i];
  if (sc->in->same[i] != i) {
    sc->tuple[i] = sc->tuple[sc->in->same[i]];
    return try_tuples(sc, i + 1);
  }
  if (!sc->range[i]) {
    for (int k = 0; k < d->n; k++) {
      sc->tuple[i] = d->v[k];
      if (!try_tuples(sc, i + 1)) return false;
    }
    return true;
  }
  for (wide v = d->v[0] - WINDOW; v <= d->v[d->n - 1] + WINDOW; v++) {
    sc->tuple[i] = v;
    if (!try_tuples(sc, i + 1)) return false;
  }
  return true;
}

static double tuples(const struct scene *sc) {
  double n = 1;
  for (int i = 0; i < sc->in->n; i++) {
    const struct values *d = &sc->in->domain[i];
    if (sc->in->same[i] == i) n *= sc->range[i] ? (double)(d->v[d->n - 1] - d->v[0] + 1 + 2 * WINDOW) : d->n;
  }
  return n;
}

/* ---- one explanation ---- */

static bool check(struct scene *sc, reason why, struct fact what, size_t at) {
  sc->what = what;
  sc->because.n = 0;
  sc->because.at = at;
  because_of(&sc->because, why, what);
  for (size_t i = 0; i < sc->because.n; i++) {
    struct fact f = sc->because.fact[i];
    if (place_of(sc, f.x) < 0) return wrong(sc, "term %d is none of the constraint's", (int)f.x);
    if (log_find(sc->s, &f, at) == NOT_SO) return wrong(sc, "fact %zu did not hold then", i);
  }
  return try_tuples(sc, 0);
}

static wide between(struct rng *r, wide a, wide b) { return b - a > 1 ? a + rng_int(r, 0, (int)wide_min(b - a, 1000)) : b; }

/* What was asked for, and something weaker that it implies. */
static bool check_event(struct scene *sc, size_t i) {
  const struct entry e = sc->s->log->event[i];
  if (!e.why) return true;
  switch (e.kind) {
  case CHANGE_LO: return check(sc, e.why, fact_at_least(e.x, e.a), i) &&
                         check(sc, e.why, fact_at_least(e.x, between(sc->rng, wide_max(e.lo + 1, e.a - 500), e.a)), i);
  case CHANGE_HI: return check(sc, e.why, fact_at_most(e.x, e.a), i) &&
                         check(sc, e.why, fact_at_most(e.x, between(sc->rng, e.a, wide_min(e.hi - 1, e.a + 500))), i);
  case CHANGE_FIX: return check(sc, e.why, fact_is(e.x, e.a), i) && (e.lo == e.a || check(sc, e.why, fact_at_least(e.x, e.a), i)) &&
                          (e.hi == e.a || check(sc, e.why, fact_at_most(e.x, e.a), i));
  default: return check(sc, e.why, fact_is_not(e.x, e.a), i);
  }
}

static struct fact refused(const struct refusal *r) {
  static const enum fact_kind kind[] = {[CHANGE_LO] = AT_LEAST, [CHANGE_HI] = AT_MOST, [CHANGE_FIX] = IS, [CHANGE_REMOVE] = IS_NOT};
  return (struct fact){r->x, kind[r->kind], r->a};
}

/* ---- the walk ---- */

/* 1 fixpoint, 0 contradiction, -1 a wrong explanation. */
static int propagate(struct scene *sc, size_t *seen) {
  store *s = sc->s;
  propagator *p;
  while ((p = queue_take(s))) {
    s->log->refusal.x = -1;
    bool ok = queue_run(s, p);
    for (; *seen < s->log->n; ++*seen)
      if (*seen < MAX_EVENTS && !check_event(sc, *seen)) return -1;
    if (ok) continue;
    struct fact what = s->log->refusal.x >= 0 ? refused(&s->log->refusal) : fact_none();
    return check(sc, p, what, s->log->n) ? 0 : -1;
  }
  return 1;
}

static bool decide(struct scene *sc) {
  int i = rng_int(sc->rng, 0, sc->in->n - 1);
  term x = sc->x[i];
  const struct values *d = &sc->in->domain[i];
  wide v = d->v[rng_int(sc->rng, 0, d->n - 1)];
  switch (rng_int(sc->rng, 0, 3)) {
  case 0: return term_ge(sc->s, x, v, NULL);
  case 1: return term_le(sc->s, x, v, NULL);
  case 2: return !term_has(sc->s, x, v) || term_fix(sc->s, x, v, NULL);
  default: return !term_explicit(sc->s, x) || term_remove(sc->s, x, v, NULL);
  }
}

static bool walk(struct scene *sc) {
  size_t seen = 0;
  int result = propagate(sc, &seen);
  for (int k = 0; k < DECISIONS && result == 1; k++) {
    if (store_push(sc->s) < 0) return wrong(sc, "out of memory");
    if (!decide(sc)) break;
    result = propagate(sc, &seen);
  }
  return result >= 0;
}

static void make_terms(struct scene *sc) {
  for (int i = 0; i < sc->in->n; i++) {
    const struct values *d = &sc->in->domain[i];
    bool closed = d->lo > d->v[0] - 9000 || d->hi < d->v[d->n - 1] + 9000;
    sc->range[i] = sc->in->same[i] == i && !closed && rng_chance(sc->rng, 25);
    if (sc->in->same[i] != i) sc->x[i] = sc->x[sc->in->same[i]];
    else if (sc->range[i]) sc->x[i] = store_new_term(sc->s, d->v[0] - 9000, d->v[d->n - 1] + 9000);
    else sc->x[i] = store_new_set(sc->s, d->v, (size_t)d->n);
  }
}

/* Its parts speak of terms between them: each has a test of its own. */
static bool is_composed(const store *s, size_t terms) {
  for (; terms < s->terms; terms++)
    if (!term_fixed(s, (term)terms)) return true;
  return false;
}

static bool run(struct scene *sc) {
  store *s = sc->s;
  make_terms(sc);
  size_t terms = s->terms;
  if (tuples(sc) > MAX_TUPLES || sc->t->post(s, sc->in, sc->x) < 0 || store_propagate(s) != 1) return true;
  if (is_composed(s, terms)) return true;
  struct event_log *log = log_new(s);
  s->log = log;
  bool ok = log && store_push(s) == 0 && walk(sc);
  s->log = NULL;
  log_free(log);
  return ok;
}

bool explained_run(const struct constraint_test *t, uint64_t seed, int instances, char *message, size_t size) {
  for (int i = 0; i < instances; i++) {
    struct rng r = {seed + (uint64_t)i * 1000003};
    struct instance in = {0};
    budget b;
    budget_init(&b, NULL);
    t->draw(&r, &in);
    store *s = store_new(&b);
    struct scene sc = {.t = t, .in = &in, .rng = &r, .s = s, .because = {.s = s}, .message = message, .size = size};
    bool ok = in.n == 0 || run(&sc);
    because_free(&sc.because);
    store_free(s);
    if (ok) continue;
    size_t n = strlen(message);
    snprintf(message + n, size - n, "\n  instance %d of PROP_SEED=%llu", i, (unsigned long long)seed);
    return false;
  }
  return true;
}
