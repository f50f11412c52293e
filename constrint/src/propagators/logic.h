/* What the propagators of truth values share. */
#ifndef CI_LOGIC_H
#define CI_LOGIC_H

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

/* Keep the open literals, each once; true: some literal holds anyway. */
bool literals_simplify(const store *s, const struct literal *l, size_t n, struct literal *kept, size_t *count);
/* some literal is true; the array is copied */
int post_some(store *s, const struct literal *l, size_t n);
/* b <-> some literal is true */
int post_some_reified(store *s, struct literal b, const struct literal *l, size_t n);

#endif
