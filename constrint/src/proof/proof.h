/* The proof that a search leaves behind: its terms named by what the model says
 * of them, the facts found at the root, and for every nogood the inferences that
 * it rests on.  docs/proof.md describes the text; verify.c and its kin check it.
 *
 * The store holds the only pointer: NULL without a proof, and nothing is done. */
#ifndef CI_PROOF_H
#define CI_PROOF_H

#include "../graph.h"
#include "../learn/fact.h"
#include "../store_internal.h"

struct proof;

typedef int (*proof_sink)(void *data, const char *text, size_t n);

struct proof *proof_new(const struct graph *g, proof_sink sink, void *data); /* NULL: out of memory */
void proof_free(struct proof *p);
/* CI_OK, or why the proof is not whole, with its message. */
int proof_error(const struct proof *p);

/* ---- While the model is compiled (s->record): what a term is ---- */
/* An argument of a term's definition: a term, or (x < 0) a number. */
struct operand { term x; wide v; };
void proof_define(store *s, term z, ci_op op, const struct operand *args, size_t n);
static inline void proof_define2(store *s, term z, ci_op op, term x, term y) {
  if (s->record) proof_define(s, z, op, (struct operand[]){{x, 0}, {y, 0}}, 2);
}
static inline void proof_define_with(store *s, term z, ci_op op, term x, wide v) {
  if (s->record) proof_define(s, z, op, (struct operand[]){{x, 0}, {-1, v}}, 2);
}
static inline void proof_define1(store *s, term z, ci_op op, term x) {
  if (s->record) proof_define(s, z, op, (struct operand[]){{x, 0}}, 1);
}
/* z is the value of node e; or, for a relation, that without its "is defined". */
void proof_name(store *s, term z, ci_expr e);
void proof_name_relation(store *s, term z, ci_expr e);

/* ---- At the root ---- */
/* The program is compiled: from here on every fact is told (s->proof). */
void proof_begin(store *s, bool with_objectives);
/* Is the fact news, and one that holds for good? */
bool proof_wants(const store *s, term x, enum change kind, wide a);
void proof_changed(store *s, term x, enum change kind, wide a, reason why);
/* The root is contradictory, by this propagator (NULL: by what was said already). */
void proof_failed(store *s, reason why);

/* ---- Of a conflict: what is held back until the nogood is known ---- */
void proof_forget(struct proof *p);
/* These facts imply `what`. */
void proof_infer(struct proof *p, const struct fact *facts, size_t n, struct fact what, reason why);
void proof_use(struct proof *p, uint64_t nogood);
struct proof_mark { size_t inferences, facts, uses; };
struct proof_mark proof_here(const struct proof *p);
void proof_back(struct proof *p, struct proof_mark mark);
/* The clause that follows; its number. */
uint64_t proof_clause(store *s, const struct fact *fact, size_t n);
void proof_delete(struct proof *p, uint64_t nogood);

/* ---- Answers ---- */
void proof_solution(struct proof *p, const int64_t *values);
void proof_conclude(struct proof *p, const char *what);

#endif
