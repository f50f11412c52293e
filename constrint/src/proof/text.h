/* The proof's text: a line is put together, then handed over as one. */
#ifndef CI_PROOF_TEXT_H
#define CI_PROOF_TEXT_H

#include "proof.h"

enum name_kind { NAME_NONE, NAME_NODE, NAME_RELATION, NAME_TERM };
struct name { enum name_kind kind; ci_expr e; };

/* A term that no node of the model stands for. */
struct definition_of { term z; ci_op op; size_t first, n; };

struct inference { reason why; size_t first, n; };

struct proof {
  const struct graph *g;
  proof_sink sink;
  void *data;
  char *line;
  size_t length, line_capacity;
  struct name *names; /* per term */
  size_t nnames;
  struct definition_of *defined;
  size_t ndefined, defined_capacity;
  struct operand *operands;
  size_t noperands, operand_capacity;
  bool *told;         /* per propagator: its constraint has a line */
  size_t ntold;
  struct inference *inferences;
  size_t ninferences, inference_capacity;
  struct fact *facts; /* of the inferences */
  size_t nfacts, fact_capacity;
  uint64_t *uses;     /* nogoods that the conflict rests on */
  size_t nuses, use_capacity;
  uint64_t nogoods;
  uint64_t solutions;
  bool spent;   /* out of memory */
  bool refused; /* by the sink */
  term unnamed; /* a term that had to be told of and has no name; -1: none */
};

/* Room for n elements of `size`; false: p->spent. */
bool proof_room(struct proof *p, void *list, size_t *capacity, size_t n, size_t size);

void line_text(struct proof *p, const char *text);
void line_number(struct proof *p, wide v);
void line_term(struct proof *p, const store *s, term x);
void line_fact(struct proof *p, const store *s, struct fact f);
void line_end(struct proof *p);

#endif
