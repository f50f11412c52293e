/* Explanations: collecting facts, the one that always does, and the one by intervals. */
#include "because.h"

#include "../proof/proof.h"

void because_free(struct because *b) {
  if (b->s) budget_free(b->s->budget, b->fact, b->capacity * sizeof *b->fact);
}

/* What the root's bounds say already needs no name. */
static bool is_given(const struct because *b, struct fact f) {
  interval root = because_root(b, f.x);
  switch (f.kind) {
  case AT_LEAST: return root.lo >= f.v;
  case AT_MOST: return root.hi <= f.v;
  case IS: return root.lo == f.v && root.hi == f.v;
  default: return f.v < root.lo || f.v > root.hi;
  }
}

void because(struct because *b, struct fact f) {
  if (is_given(b, f)) return;
  if (!budget_grow(b->s->budget, &b->fact, &b->capacity, b->n + 1, sizeof *b->fact)) {
    b->spent = true;
    return;
  }
  b->fact[b->n++] = f;
}

void because_ends(struct because *b, term x) {
  interval now = because_interval(b, x), root = because_root(b, x);
  if (now.lo > root.lo) because_at_least(b, x, now.lo);
  if (now.hi < root.hi) because_at_most(b, x, now.hi);
}

void because_domain(struct because *b, term x) {
  const struct event_log *l = b->s->log;
  interval now = because_interval(b, x);
  because_ends(b, x);
  if (!b->s->explicit[x]) return;
  for (int32_t e = l->last[x]; e >= 0; e = l->event[e].previous) {
    const struct entry *event = &l->event[e];
    if ((size_t)e < b->at && event->kind == CHANGE_REMOVE && interval_has(now, event->a)) because_is_not(b, x, event->a);
  }
}

/* ---- by intervals ---- */

struct box {
  interval now[BOX_TERMS], root[BOX_TERMS];
  box_refuted refuted;
  const void *data;
};

/* The contrary of what is to be explained; false: it leaves no interval. */
static bool contradict(interval *a, struct fact what) {
  if (what.kind == AT_LEAST) a->hi = wide_min(a->hi, what.v - 1);
  else if (what.kind == AT_MOST) a->lo = wide_max(a->lo, what.v + 1);
  else if (what.kind == IS_NOT) a->lo = a->hi = what.v;
  else return false;
  return true;
}

/* Let one end out, from where it is towards the root's; how far it may go. */
static wide let_out(struct box *box, wide *end, wide root) {
  wide good = *end;
  if (good == root) return root;
  *end = root;
  if (box->refuted(box->data, box->now)) return root;
  if (wide_saturated(root) || wide_saturated(good)) return *end = good;
  wide bad = root;
  while (wide_abs(wide_sub(good, bad)) > 1) {
    wide middle = good + wide_sub(bad, good) / 2;
    *end = middle;
    if (box->refuted(box->data, box->now)) good = middle;
    else bad = middle;
  }
  return *end = good;
}

bool because_of_box(struct because *b, const term *x, size_t n, struct fact what, box_refuted refuted, const void *data) {
  struct box box = {.refuted = refuted, .data = data};
  if (n > BOX_TERMS) return false;
  for (size_t i = 0; i < n; i++) {
    box.now[i] = because_interval(b, x[i]);
    box.root[i] = because_root(b, x[i]);
    if (x[i] != what.x) continue;
    if (!contradict(&box.now[i], what) || !contradict(&box.root[i], what)) return false;
    if (interval_empty(box.now[i])) return false;
  }
  if (!refuted(data, box.now)) return false;
  for (size_t i = 0; i < n; i++) {
    wide lo = let_out(&box, &box.now[i].lo, box.root[i].lo);
    if (lo > box.root[i].lo) because_at_least(b, x[i], lo);
    wide hi = let_out(&box, &box.now[i].hi, box.root[i].hi);
    if (hi < box.root[i].hi) because_at_most(b, x[i], hi);
  }
  return true;
}

/* ---- the propagator's own word, or all that is known ---- */

static bool says(struct because *b, const propagator *p, struct fact what) {
  size_t n = b->n;
  if (p->class->explain(b, p, what)) return true;
  b->n = n;
  return false;
}

static bool says_both(struct because *b, const propagator *p, struct fact what) {
  interval root = because_root(b, what.x);
  return (what.v <= root.lo || says(b, p, fact_at_least(what.x, what.v))) &&
         (what.v >= root.hi || says(b, p, fact_at_most(what.x, what.v)));
}

static void explain(struct because *b, reason why, struct fact what) {
  size_t n = b->n;
  if (why->class->explain) {
    if (what.x >= 0 && what.kind == IS ? says_both(b, why, what) : says(b, why, what)) return;
    b->n = n;
  }
  const struct posted *posted = &b->s->posted[why->id];
  for (uint32_t i = 0; i < posted->n; i++) because_domain(b, posted->scope[i]);
}

void because_of(struct because *b, reason why, struct fact what) {
  size_t from = b->n;
  explain(b, why, what);
  if (b->s->proof) proof_infer(b->s->proof, b->n > from ? &b->fact[from] : NULL, b->n - from, what, why);
}
