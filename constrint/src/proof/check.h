/* What the checker of proofs keeps. */
#ifndef CI_PROOF_CHECK_H
#define CI_PROOF_CHECK_H

#include "../../include/constrint.h"
#include "network.h"

/* A constraint of the log: which cells may be used for what it says. */
struct constraint_of {
  cell *list;
  size_t n, capacity;
  cell *terms; /* down to these */
  bool *named; /* is it one that the proof defines? */
  size_t nterms, term_capacity, named_capacity;
};

/* What the numbers that a proof gives stand for. */
struct number_of { size_t number, place; /* place + 1; 0: free */ };
struct numbers { struct number_of *slots; size_t nslots, n; };
bool numbers_find(const struct numbers *t, size_t number, size_t *place);
bool numbers_add(struct network *w, struct numbers *t, size_t number, size_t place);

struct clause_of { size_t first, n; struct literal *literal; bool known; };

struct checker {
  const ci_model *model;
  ci_verdict *verdict;
  struct network w;
  size_t line;
  char *text, *at;
  size_t text_capacity;
  bool refused, closed /* the root has no solution left */, concluded, optimizing;
  int united;
  char message[256];
  struct constraint_of *constraints;
  size_t nconstraints, constraint_capacity;
  struct numbers constraint_numbers, term_numbers;
  struct constraint_of cone; /* of the clause in hand */
  struct clause_of *nogoods; /* by number */
  size_t nnogoods, last;
  struct clause_of *inferences; /* since the last nogood */
  size_t ninferences, inference_capacity;
  struct literal *literals;
  size_t nliterals, literal_capacity;
  struct literal *clause; /* of the line in hand */
  size_t nclause, clause_capacity;
  size_t *uses;
  size_t nuses, use_capacity;
  cell *uses_cells;
  size_t uses_cell_capacity;
  cell *terms; /* that the proof defines */
  size_t nterms, term_capacity;
  uint32_t *marked, mark;
  size_t marked_capacity;
  cell *all;
  size_t nall, all_capacity;
  int64_t *values;
  uint64_t solutions, general;
};

#endif
