/* term_change(): the one way in which a domain changes. */
#include "integer.h"
#include "learn/log.h"
#include "proof/proof.h"

static bool wiped(store *s) {
  if (s->level == 0) s->failed = true;
  return false;
}

/* Does the learning search want to know of every change? */
static bool is_logged(const store *s) { return s->log && s->level > 0; }

/* Or the proof? */
static bool is_observed(const store *s) { return is_logged(s) || s->proof; }

/* A change was made; tell whom it concerns. */
static bool report(store *s, term x, const struct domain *before, reason why) {
  struct domain *d = &s->domains[x];
  d->why = why;
  s->changes++;
  if (s->level == 0) s->grown = true;
  if (is_logged(s) && !log_event(s, x, before, why)) return false;
  enum changed what = CHANGED_HOLE;
  if (d->lo == d->hi) what = CHANGED_FIX;
  else if (d->lo != before->lo || d->hi != before->hi) what = CHANGED_BOUNDS;
  queue_wake(s, x, what, why);
  return true;
}

/* ---- ranges ---- */

/* Take new ends, which are aligned or saturated. */
static bool set_ends(store *s, term x, wide lo, wide hi, reason why) {
  struct domain *d = &s->domains[x];
  if (lo > hi) return wiped(s);
  if (!trail_domain(s, x)) return false;
  struct domain before = *d;
  d->lo = lo;
  d->hi = hi;
  if (wide_saturated(lo)) d->step = 1;
  return report(s, x, &before, why);
}

static bool range_lo(store *s, term x, wide v, reason why) {
  const struct domain *d = &s->domains[x];
  return set_ends(s, x, range_up(d->lo, d->step, v), d->hi, why);
}

static bool range_hi(store *s, term x, wide v, reason why) {
  const struct domain *d = &s->domains[x];
  if (v < d->lo) return wiped(s);
  return set_ends(s, x, d->lo, range_down(d->lo, d->step, v), why);
}

static bool range_remove(store *s, term x, wide v, reason why) {
  const struct domain *d = &s->domains[x];
  if (d->lo == d->hi) return d->lo != v || wiped(s);
  if (v == d->lo && !wide_saturated(v)) return range_lo(s, x, v + 1, why);
  if (v == d->hi && !wide_saturated(v)) return range_hi(s, x, v - 1, why);
  return true;
}

/* lo + step*t = r modulo m: the smallest t >= 0, and the new step in *step.
 * -1: no such t; -2: not worked out. */
static wide congruent(wide lo, wide step, wide m, wide r, wide *new_step) {
  wide g = (wide)uwide_gcd((uwide)step, (uwide)m), cycle = m / g;
  wide gap = wide_floormod(wide_sub(wide_floormod(r, m), wide_floormod(lo, m)), m);
  if (gap % g != 0) return -1;
  if (cycle >> 62 || !exact_mul(step, cycle, new_step)) return -2;
  return (gap / g) % cycle * wide_inverse(step / g, cycle) % cycle;
}

static bool range_step(store *s, term x, wide m, wide r, reason why) {
  const struct domain *d = &s->domains[x];
  if (m == 1 || wide_saturated(d->lo)) return true;
  wide step, lo, t = congruent(d->lo, d->step, m, r, &step);
  if (t == -1) return wiped(s);
  if (t == -2 || (step == d->step && t == 0)) return true;
  if (!exact_mul(d->step, t, &lo) || !exact_add(d->lo, lo, &lo) || lo > d->hi) return wiped(s);
  if (!trail_domain(s, x)) return false;
  struct domain before = *d;
  struct domain *new = &s->domains[x];
  new->lo = lo;
  new->step = step;
  if (!wide_saturated(new->hi)) new->hi = range_down(lo, step, new->hi);
  return report(s, x, &before, why);
}

/* ---- explicit sets ---- */

/* Take new live ends; both positions are live. */
static bool set_window(store *s, term x, int32_t low, int32_t high, reason why) {
  const struct set *e = s->explicit[x];
  if (!trail_domain(s, x)) return false;
  struct domain *d = &s->domains[x], before = *d;
  d->count -= set_count(e, d->low, low) + set_count(e, high + 1, d->high + 1);
  d->low = low;
  d->high = high;
  d->lo = set_value(e, low);
  d->hi = set_value(e, high);
  return report(s, x, &before, why);
}

static bool set_lo(store *s, term x, wide v, reason why) {
  const struct domain *d = &s->domains[x];
  if (v > d->hi) return wiped(s);
  const struct set *e = s->explicit[x];
  return set_window(s, x, set_up(e, set_lower(e, v)), d->high, why);
}

static bool set_hi(store *s, term x, wide v, reason why) {
  const struct domain *d = &s->domains[x];
  if (v < d->lo) return wiped(s);
  const struct set *e = s->explicit[x];
  int32_t position = set_lower(e, v);
  if (position >= e->n || set_value(e, position) != v) position--;
  return set_window(s, x, d->low, set_down(e, position), why);
}

static bool set_fix(store *s, term x, wide v, reason why) {
  int32_t position = set_find(s->explicit[x], v);
  return set_window(s, x, position, position, why);
}

static bool set_remove(store *s, term x, wide v, reason why) {
  const struct domain *d = &s->domains[x];
  if (d->low == d->high) return wiped(s);
  if (v == d->lo) return set_lo(s, x, v + 1, why);
  if (v == d->hi) return set_hi(s, x, v - 1, why);
  const struct set *e = s->explicit[x];
  int32_t position = set_find(e, v);
  uint64_t *word = &e->words[position >> 6];
  if (!trail_domain(s, x) || !trail_word(s, word)) return false;
  *word &= ~((uint64_t)1 << (position & 63));
  struct domain before = *d;
  s->domains[x].count--;
  return report(s, x, &before, why);
}

/* Clear the bits that `keep` refuses, then take the new ends. */
static bool set_filter(store *s, term x, bool (*keep)(const void *data, wide v), const void *data, reason why) {
  const struct set *e = s->explicit[x];
  struct domain before = s->domains[x];
  int32_t low = -1, high = -1;
  uint64_t left = 0;
  for (int32_t i = before.low; i >= 0 && i <= before.high; i = set_up(e, i + 1)) {
    if (keep(data, set_value(e, i))) {
      low = low < 0 ? i : low;
      high = i;
      left++;
    }
  }
  if (left == 0) return wiped(s);
  if (left == before.count) return true;
  if (!trail_domain(s, x)) return false;
  for (int32_t w = low >> 6; w <= high >> 6; w++) {
    uint64_t bits = e->words[w], kept = bits;
    for (; bits; bits &= bits - 1) {
      int32_t i = w * 64 + __builtin_ctzll(bits);
      if (i > low && i < high && !keep(data, set_value(e, i))) kept &= ~((uint64_t)1 << (i & 63));
    }
    if (kept == e->words[w]) continue;
    if (!trail_word(s, &e->words[w])) return false;
    e->words[w] = kept;
  }
  struct domain *d = &s->domains[x];
  d->low = low;
  d->high = high;
  d->lo = set_value(e, low);
  d->hi = set_value(e, high);
  d->count = left;
  return report(s, x, &before, why);
}

struct residue { wide m, r; };

static bool has_residue(const void *data, wide v) {
  const struct residue *want = data;
  return wide_floormod(v, want->m) == want->r;
}

static bool set_step(store *s, term x, wide m, wide r, reason why) {
  struct residue want = {m, wide_floormod(r, m)};
  return m == 1 || set_filter(s, x, has_residue, &want, why);
}

/* ---- the door ---- */

static bool change_lo(store *s, term x, wide v, reason why) {
  if (v <= s->domains[x].lo) return true;
  return s->explicit[x] ? set_lo(s, x, v, why) : range_lo(s, x, v, why);
}

static bool change_hi(store *s, term x, wide v, reason why) {
  if (v >= s->domains[x].hi) return true;
  return s->explicit[x] ? set_hi(s, x, v, why) : range_hi(s, x, v, why);
}

static bool change_fix(store *s, term x, wide v, reason why) {
  const struct domain *d = &s->domains[x];
  if (d->lo == v && d->hi == v) return true;
  if (!term_has(s, x, v)) return wiped(s);
  return s->explicit[x] ? set_fix(s, x, v, why) : set_ends(s, x, v, v, why);
}

static bool change_remove(store *s, term x, wide v, reason why) {
  if (!term_has(s, x, v)) return true;
  return s->explicit[x] ? set_remove(s, x, v, why) : range_remove(s, x, v, why);
}

static bool change(store *s, term x, enum change kind, wide a, wide b, reason why) {
  switch (kind) {
  case CHANGE_LO: return change_lo(s, x, a, why);
  case CHANGE_HI: return change_hi(s, x, a, why);
  case CHANGE_FIX: return change_fix(s, x, a, why);
  case CHANGE_REMOVE: return change_remove(s, x, a, why);
  case CHANGE_STEP: return s->explicit[x] ? set_step(s, x, a, b, why) : range_step(s, x, a, b, why);
  }
  return false;
}

/* ---- with a log, or a proof: changes that are facts, one by one ---- */

static bool change_logged(store *s, term x, enum change kind, wide a, reason why) {
  if (s->proof && proof_wants(s, x, kind, a)) proof_changed(s, x, kind, a, why);
  if (!s->log) return change(s, x, kind, a, 0, why);
  s->log->kind = kind;
  s->log->a = a;
  if (change(s, x, kind, a, 0, why)) return true;
  s->log->refusal = (struct refusal){x, kind, a, why};
  return false;
}

/* The ends first, then the holes between them. */
static bool filter_logged(store *s, term x, bool (*keep)(const void *data, wide v), const void *data, reason why) {
  const struct domain *d = &s->domains[x];
  wide lo = d->lo, hi = d->hi;
  while (lo < hi && !keep(data, lo)) lo = term_next(s, x, lo);
  while (hi > lo && !keep(data, hi)) hi = term_prev(s, x, hi);
  if (lo == hi) return keep(data, lo) && change_logged(s, x, CHANGE_FIX, lo, why);
  if (!change_logged(s, x, CHANGE_LO, lo, why) || !change_logged(s, x, CHANGE_HI, hi, why)) return false;
  for (wide v = term_next(s, x, lo); v != hi; v = term_next(s, x, v))
    if (!keep(data, v) && !change_logged(s, x, CHANGE_REMOVE, v, why)) return false;
  return true;
}

static bool step_logged(store *s, term x, wide m, wide r, reason why) {
  struct residue want = {m, wide_floormod(r, m)};
  if (m == 1) return true;
  if (s->explicit[x]) return filter_logged(s, x, has_residue, &want, why);
  return !term_fixed(s, x) || has_residue(&want, s->domains[x].lo);
}

bool term_change(store *s, term x, enum change kind, wide a, wide b, reason why) {
  if (!is_observed(s)) return change(s, x, kind, a, b, why);
  return kind == CHANGE_STEP ? step_logged(s, x, a, b, why) : change_logged(s, x, kind, a, why);
}

/* ---- keeping some values ---- */

struct kept { const wide *values; size_t n; };

static bool is_kept(const void *data, wide v) {
  const struct kept *k = data;
  size_t from = 0, to = k->n;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (k->values[middle] < v) from = middle + 1;
    else to = middle;
  }
  return from < k->n && k->values[from] == v;
}

/* The ends of a range move to the nearest kept values. */
static bool range_keep(store *s, term x, const wide *values, size_t n, reason why) {
  size_t first = 0, last = n;
  while (first < last && !term_has(s, x, values[first])) first++;
  while (last > first && !term_has(s, x, values[last - 1])) last--;
  if (first == last) return wiped(s);
  if (last - first == 1) return term_fix(s, x, values[first], why);
  return term_ge(s, x, values[first], why) && term_le(s, x, values[last - 1], why);
}

/* At the root a range becomes the set of its kept values. */
static bool range_become(store *s, term x, const wide *values, size_t n, reason why) {
  struct domain before = s->domains[x];
  wide *kept = budget_alloc(s->budget, n * sizeof *kept);
  if (!kept) return false;
  size_t m = 0;
  for (size_t i = 0; i < n; i++)
    if (term_has(s, x, values[i])) kept[m++] = values[i];
  bool ok = m > 1 ? explicit_table(s, x, kept, m) : range_keep(s, x, values, n, why);
  budget_free(s->budget, kept, n * sizeof *kept);
  return ok && (m <= 1 || report(s, x, &before, why));
}

bool term_keep(store *s, term x, const wide *values, size_t n, reason why) {
  if (s->explicit[x]) {
    struct kept k = {values, n};
    if (is_observed(s)) return filter_logged(s, x, is_kept, &k, why);
    return set_filter(s, x, is_kept, &k, why);
  }
  if (s->level == 0 && s->domains[x].lo != s->domains[x].hi && !s->proof) return range_become(s, x, values, n, why);
  return range_keep(s, x, values, n, why);
}
