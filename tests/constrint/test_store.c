/* Domains and the trail against a plain set of numbers, by random operations. */
#include <time.h>

#include "budget.h"
#include "random_model.h"
#include "store.h"
#include "test.h"

enum { SPAN = 200, DEEPEST = 12 };

/* The naive domain: which of -SPAN..SPAN are in; one copy a level. */
struct naive {
  bool in[2 * SPAN + 1];
};

static bool *member(struct naive *d, wide v) { return &d->in[(int)v + SPAN]; }

static int count(const struct naive *d) {
  int n = 0;
  for (int i = 0; i <= 2 * SPAN; i++) n += d->in[i];
  return n;
}

static bool agrees(const store *s, term x, struct naive *d) {
  if ((uint64_t)count(d) != term_size(s, x)) return false;
  wide previous = -SPAN - 1;
  for (wide v = -SPAN; v <= SPAN; v++) {
    if (*member(d, v) != term_has(s, x, v)) return false;
    if (!*member(d, v)) continue;
    bool first = previous < -SPAN;
    if (first ? term_lo(s, x) != v : term_next(s, x, previous) != v || term_prev(s, x, v) != previous) return false;
    previous = v;
  }
  return term_hi(s, x) == previous;
}

/* The same change on the naive domain; explicit: holes can be made. */
static void change(struct naive *d, enum change kind, wide a, wide b, bool explicit) {
  wide lo = SPAN + 1, hi = -SPAN - 1;
  for (wide v = -SPAN; v <= SPAN; v++)
    if (*member(d, v)) {
      hi = v;
      if (lo > SPAN) lo = v;
    }
  for (wide v = -SPAN; v <= SPAN; v++) {
    bool keep = true;
    switch (kind) {
    case CHANGE_LO: keep = v >= a; break;
    case CHANGE_HI: keep = v <= a; break;
    case CHANGE_FIX: keep = v == a; break;
    case CHANGE_REMOVE: keep = v != a || (!explicit && v != lo && v != hi); break;
    case CHANGE_STEP: keep = wide_floormod(v - b, a) == 0; break;
    }
    *member(d, v) = *member(d, v) && keep;
  }
}

static void random_change(uint64_t *state, enum change *kind, wide *a, wide *b) {
  *kind = (enum change)random_below(state, 5);
  *a = random_below(state, 2 * SPAN + 1) - SPAN;
  *b = random_below(state, 2 * SPAN + 1) - SPAN;
  if (*kind == CHANGE_STEP) *a = 1 + random_below(state, 5);
  if (*kind == CHANGE_FIX && random_below(state, 4)) *kind = CHANGE_REMOVE;
}

static term new_term(uint64_t *state, store *s, struct naive *d) {
  wide values[2 * SPAN + 1];
  size_t n = 0;
  memset(d, 0, sizeof *d);
  int density = 1 + random_below(state, 6);
  for (wide v = -SPAN; v <= SPAN; v++)
    if (random_below(state, density) == 0) {
      values[n++] = v;
      *member(d, v) = true;
    }
  if (n == 0) {
    values[n++] = 7;
    *member(d, 7) = true;
  }
  return store_new_set(s, values, n);
}

static void one_run(uint64_t *state) {
  budget b;
  struct naive levels[DEEPEST + 1];
  int depth = 0;
  budget_init(&b, NULL);
  store *s = store_new(&b);
  CHECK(s != NULL);
  term x = new_term(state, s, &levels[0]);
  CHECK(agrees(s, x, &levels[0]));
  for (int i = 0; i < 200; i++) {
    int what = random_below(state, 6);
    if (what == 0 && depth < DEEPEST) {
      CHECK(store_push(s) == CI_OK);
      levels[depth + 1] = levels[depth];
      depth++;
    } else if (what == 1 && depth > 0) {
      store_pop(s);
      depth--;
    } else {
      enum change kind;
      wide a, m;
      struct naive after = levels[depth];
      random_change(state, &kind, &a, &m);
      change(&after, kind, a, m, true);
      bool ok = term_change(s, x, kind, a, m, NULL);
      CHECK(ok == (count(&after) > 0));
      if (ok) levels[depth] = after;
      else if (depth == 0) break;
    }
    CHECK(agrees(s, x, &levels[depth]));
  }
  store_free(s);
  CHECK(b.used == 0);
}

static void test_explicit(void) {
  uint64_t state = (uint64_t)time(NULL) * 7919u;
  for (int i = 0; i < 500; i++) one_run(&state);
}

/* A range too large to be explicit: bounds, stride and fixing stay exact. */
static void test_range(void) {
  uint64_t state = (uint64_t)time(NULL) * 104729u;
  for (int i = 0; i < 2000; i++) {
    budget b;
    budget_init(&b, NULL);
    store *s = store_new(&b);
    wide lo = -(wide)1000000 * random_below(&state, 1000), hi = (wide)1000000 * (1 + random_below(&state, 1000));
    term x = store_new_term(s, lo, hi);
    wide m = 2 + random_below(&state, 30), r = random_below(&state, 1000), k = 2 + random_below(&state, 30);
    bool possible = true;
    wide g = m, h = k, t = random_below(&state, 1000);
    while (h) {
      wide rest = g % h;
      g = h;
      h = rest;
    }
    possible = (r - t) % g == 0;
    CHECK(term_mod(s, x, m, r, NULL));
    CHECK(term_mod(s, x, k, t, NULL) == possible);
    if (possible) {
      wide v = term_lo(s, x);
      CHECK((v - r) % m == 0 && (v - t) % k == 0 && term_step(s, x) == m * k / g && v - term_step(s, x) < lo);
      CHECK(term_ge(s, x, v + 1, NULL) && term_lo(s, x) == v + m * k / g);
      CHECK(!term_has(s, x, v + 1 + m * k / g) || m * k / g == 1);
    }
    store_free(s);
    CHECK(b.used == 0);
  }
}

static void test_saturated(void) {
  budget b;
  budget_init(&b, NULL);
  store *s = store_new(&b);
  term x = store_new_term(s, WIDE_MIN, WIDE_MAX), y = store_new_term(s, 5, WIDE_MAX), z = store_new_term(s, WIDE_MAX, WIDE_MAX);
  CHECK(term_size(s, x) == UINT64_MAX && !term_fixed(s, z) && !term_fixed(s, x));
  CHECK(term_mod(s, x, 4, 1, NULL) && term_step(s, x) == 1);
  CHECK(term_mod(s, y, 4, 3, NULL) && term_lo(s, y) == 7 && term_hi(s, y) == WIDE_MAX && term_step(s, y) == 4);
  CHECK(term_ge(s, y, 100, NULL) && term_lo(s, y) == 103);
  CHECK(!term_le(s, z, 1000, NULL));
  store_free(s);
  CHECK(b.used == 0);
}

/* The comparison must be able to fail. */
static void test_checker_can_fail(void) {
  budget b;
  struct naive d = {{0}};
  budget_init(&b, NULL);
  store *s = store_new(&b);
  wide values[3] = {1, 5, 9};
  term x = store_new_set(s, values, 3);
  *member(&d, 1) = *member(&d, 5) = *member(&d, 9) = true;
  CHECK(agrees(s, x, &d));
  *member(&d, 5) = false;
  CHECK(!agrees(s, x, &d));
  *member(&d, 6) = true;
  CHECK(!agrees(s, x, &d));
  store_free(s);
}

static const struct test_case cases[] = {
    {"explicit", test_explicit},
    {"range", test_range},
    {"saturated", test_saturated},
    {"checker_can_fail", test_checker_can_fail},
    {NULL, NULL},
};
TEST_MAIN(cases)
