/* What the search tells the proof, line by line. */
#include "../learn/learn.h"
#include "text.h"

static const char *const op_names[CI_OP_COUNT] = {
  [CI_NEG] = "neg", [CI_MUL] = "mul", [CI_AND] = "and", [CI_ITE] = "ite", [CI_NE] = "ne", [CI_GE] = "ge", [CI_LE] = "le",
  [CI_DIVIDES] = "divides", [CI_ELEMENT] = "element", [CI_NOT] = "not",
};

static void line_count(struct proof *p, uint64_t n) { line_number(p, (wide)n); }

/* ---- the beginning ---- */

static void tell_definition(struct proof *p, const store *s, const struct definition_of *d) {
  line_text(p, "define t");
  line_number(p, d->z);
  line_text(p, " ");
  line_text(p, op_names[d->op]);
  for (size_t i = 0; i < d->n; i++) {
    const struct operand *o = &p->operands[d->first + i];
    line_text(p, " ");
    if (o->x >= 0) line_term(p, s, o->x);
    else line_text(p, "#"), line_number(p, o->v);
  }
  line_end(p);
}

static void tell_holds(struct proof *p, const store *s, const char *why, struct fact f) {
  line_text(p, "holds ");
  line_text(p, why);
  line_text(p, " ");
  line_fact(p, s, f);
  line_end(p);
}

/* Values that are missing between the ends; of wide gaps the beginning. */
static void tell_holes(struct proof *p, const store *s, term x) {
  for (wide v = term_lo(s, x), next; v != term_hi(s, x); v = next) {
    next = term_next(s, x, v);
    for (wide hole = v + 1; hole < next && hole - v <= EXPLICIT_MAX; hole++) tell_holds(p, s, "-", fact_is_not(x, hole));
  }
}

static void tell_domain(struct proof *p, const store *s, term x) {
  if ((size_t)x >= p->nnames || p->names[x].kind == NAME_NONE) return;
  wide lo = term_lo(s, x), hi = term_hi(s, x);
  if (!wide_saturated(lo)) tell_holds(p, s, "-", fact_at_least(x, lo));
  if (!wide_saturated(hi)) tell_holds(p, s, "-", fact_at_most(x, hi));
  if (s->explicit[x]) tell_holes(p, s, x);
}

void proof_begin(store *s, bool with_objectives) {
  struct proof *p = s->proof = s->record;
  s->record = NULL;
  line_text(p, "constrint proof 1 ");
  line_count(p, p->g->nvars);
  line_text(p, " ");
  line_count(p, p->g->nnodes);
  line_text(p, with_objectives ? " optimize" : " solve");
  line_end(p);
  for (size_t i = 0; i < p->ndefined; i++) tell_definition(p, s, &p->defined[i]);
  if (s->failed) return;
  for (size_t x = 0; x < s->terms; x++) tell_domain(p, s, (term)x);
}

/* ---- whose word it is ---- */

/* The node that the propagator was made for, and all of its terms. */
static void tell_constraint(struct proof *p, const store *s, const propagator *why) {
  const struct posted *posted = &s->posted[why->id];
  if (!proof_room(p, &p->told, &p->ntold, (size_t)why->id + 1, sizeof *p->told) || p->told[why->id]) return;
  p->told[why->id] = true;
  line_text(p, "constraint ");
  line_number(p, why->id);
  line_text(p, posted->origin < 0 ? " better" : " n");
  if (posted->origin >= 0) line_number(p, posted->origin);
  for (uint32_t i = 0; i < posted->n; i++) {
    line_text(p, " ");
    line_term(p, s, posted->scope[i]);
  }
  line_end(p);
}

static void line_reason(struct proof *p, const store *s, reason why) {
  if (why && why->id >= 0) line_number(p, why->id);
  else line_text(p, "-");
  (void)s;
}

static void prepare_reason(struct proof *p, const store *s, reason why) {
  if (why && why->id >= 0) tell_constraint(p, s, why);
}

/* ---- at the root ---- */

static struct fact fact_of(term x, enum change kind, wide a) {
  static const enum fact_kind kinds[] = {[CHANGE_LO] = AT_LEAST, [CHANGE_HI] = AT_MOST, [CHANGE_FIX] = IS, [CHANGE_REMOVE] = IS_NOT};
  return (struct fact){x, kinds[kind], a};
}

bool proof_wants(const store *s, term x, enum change kind, wide a) {
  if (s->level > 1 || (s->level == 1 && !s->log)) return false;
  const struct domain *d = &s->domains[x];
  switch (kind) {
  case CHANGE_LO: return a > d->lo;
  case CHANGE_HI: return a < d->hi;
  case CHANGE_FIX: return d->lo != a || d->hi != a;
  default: return term_has(s, x, a) && (s->explicit[x] || a == d->lo || a == d->hi);
  }
}

void proof_changed(store *s, term x, enum change kind, wide a, reason why) {
  struct proof *p = s->proof;
  const struct nogood *nogood = s->log ? s->log->nogood : NULL;
  prepare_reason(p, s, why);
  line_text(p, "holds ");
  if (nogood) line_text(p, "@"), line_count(p, nogood->id);
  else line_reason(p, s, why);
  line_text(p, " ");
  line_fact(p, s, fact_of(x, kind, a));
  line_end(p);
}

void proof_failed(store *s, reason why) {
  struct proof *p = s->proof;
  prepare_reason(p, s, why);
  line_text(p, "holds ");
  line_reason(p, s, why);
  line_end(p);
}

/* ---- conflicts ---- */

void proof_forget(struct proof *p) { p->ninferences = p->nfacts = p->nuses = 0; }

struct proof_mark proof_here(const struct proof *p) { return (struct proof_mark){p->ninferences, p->nfacts, p->nuses}; }

void proof_back(struct proof *p, struct proof_mark mark) {
  p->ninferences = mark.inferences;
  p->nfacts = mark.facts;
  p->nuses = mark.uses;
}

void proof_infer(struct proof *p, const struct fact *facts, size_t n, struct fact what, reason why) {
  if (!proof_room(p, &p->inferences, &p->inference_capacity, p->ninferences + 1, sizeof *p->inferences) ||
      !proof_room(p, &p->facts, &p->fact_capacity, p->nfacts + n + 1, sizeof *p->facts))
    return;
  struct inference *i = &p->inferences[p->ninferences++];
  *i = (struct inference){why, p->nfacts, n};
  for (size_t k = 0; k < n; k++) p->facts[p->nfacts++] = fact_negated(facts[k]);
  if (what.x < 0) return;
  p->facts[p->nfacts++] = what;
  i->n++;
}

void proof_use(struct proof *p, uint64_t nogood) {
  if (proof_room(p, &p->uses, &p->use_capacity, p->nuses + 1, sizeof *p->uses)) p->uses[p->nuses++] = nogood;
}

static void tell_inference(struct proof *p, const store *s, const struct inference *i) {
  prepare_reason(p, s, i->why);
  line_text(p, "infer ");
  line_reason(p, s, i->why);
  for (size_t k = 0; k < i->n; k++) {
    line_text(p, " ");
    line_fact(p, s, p->facts[i->first + k]);
  }
  line_end(p);
}

/* The oldest events first: then each inference finds its facts true. */
uint64_t proof_clause(store *s, const struct fact *fact, size_t n) {
  struct proof *p = s->proof;
  for (size_t i = p->ninferences; i > 0; i--) tell_inference(p, s, &p->inferences[i - 1]);
  line_text(p, "nogood ");
  line_count(p, ++p->nogoods);
  for (size_t i = 0; i < n; i++) {
    line_text(p, " ");
    line_fact(p, s, fact[i]);
  }
  line_text(p, " by");
  for (size_t i = p->nuses; i > 0; i--) {
    line_text(p, " ");
    line_count(p, p->uses[i - 1]);
  }
  line_end(p);
  proof_forget(p);
  return p->nogoods;
}

void proof_delete(struct proof *p, uint64_t nogood) {
  line_text(p, "delete ");
  line_count(p, nogood);
  line_end(p);
}

/* ---- answers ---- */

void proof_solution(struct proof *p, const int64_t *values) {
  p->solutions++;
  line_text(p, "solution");
  for (size_t i = 0; i < p->g->nvars; i++) {
    line_text(p, " ");
    line_number(p, values[i]);
  }
  line_end(p);
}

void proof_conclude(struct proof *p, const char *what) {
  line_text(p, "conclusion ");
  line_text(p, what);
  line_end(p);
}
