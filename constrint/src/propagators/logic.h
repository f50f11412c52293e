/* What the propagators of truth values share. */
#ifndef CI_LOGIC_H
#define CI_LOGIC_H

#include "../learn/because.h"
#include "../post.h"

/* A term or its negation is true when its value is `when`. */
struct literal { term x; bool when; };

static inline bool literal_true(const store *s, struct literal l) {
  return term_fixed(s, l.x) && (term_value(s, l.x) != 0) == l.when;
}
static inline bool literal_false(const store *s, struct literal l) {
  return term_fixed(s, l.x) && (term_value(s, l.x) != 0) != l.when;
}
static inline bool literal_set(store *s, struct literal l, bool truth, reason why) {
  return term_fix(s, l.x, truth == l.when, why);
}
static inline struct literal literal_not(struct literal l) { return (struct literal){l.x, !l.when}; }

/* Name that the literal was false (true); false: it was not. */
static inline bool because_literal(struct because *b, struct literal l, bool truth) {
  wide v;
  if (!because_fixed(b, l.x, &v) || ((v != 0) == l.when) != truth) return false;
  because_is(b, l.x, v);
  return true;
}

/* Keep the open literals, each once; true: some literal holds anyway. */
bool literals_simplify(const store *s, const struct literal *l, size_t n, struct literal *kept, size_t *count);
/* some literal is true; the array is copied */
int post_some(store *s, const struct literal *l, size_t n);
/* The literals of a clause, or of b <-> some literal; NULL: p is none. */
const struct literal *clause_of(const propagator *p, size_t *n);
const struct literal *some_of(const propagator *p, size_t *n, struct literal *b);
/* b <-> some literal is true */
int post_some_reified(store *s, struct literal b, const struct literal *l, size_t n);

#endif
