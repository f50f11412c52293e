/* The compact form: for each independent part of the problem a layered, reduced
 * decision diagram.  Every array is flat, so that a form can be written to a
 * file and mapped back as it stands.
 *
 * The builder (build.c, frontier.c, ...) makes a form; the questions (count,
 * index, sample, neighbours, columns, save, ...) only read one. */
#ifndef CI_DIAGRAM_H
#define CI_DIAGRAM_H

#include <stdbool.h>
#include "../../include/constrint_space.h"

/* One part.  Level l decides variable var[l]; its nodes are first[l] ..
 * first[l + 1] - 1.  The root is node 0, alone in level 0; the last node, alone
 * in level `levels`, is the terminal.  No node is without a configuration below it, and no
 * two nodes of a level have equal edges. */
struct diagram {
  uint32_t levels, nodes, edges;
  uint32_t limbs;         /* 64-bit words of a count, least significant first */
  const uint32_t *var;    /* levels */
  const uint32_t *first;  /* levels + 2 */
  const uint32_t *edge;   /* nodes + 1: node i's edges are edge[i] .. edge[i + 1] - 1, ascending by position */
  const uint32_t *value;  /* edges: position among the variable's occurring values, in listed order */
  const uint32_t *child;  /* edges: a node of the next level */
  const uint64_t *count;  /* nodes * limbs: configurations below a node; the terminal's is 1 */
  const uint64_t *before; /* edges * limbs: the sum of the counts under the earlier edges of the same node */
};

/* The values a variable was declared with, in listed order: n of them; values
 * NULL: lo, lo + step, ...  n 0: not told, those that occur are taken. */
struct space_listed {
  const int64_t *values;
  int64_t lo, step;
  uint64_t n;
};

struct space_var {
  const char *name;
  const int64_t *values;     /* that occur, in listed order (position -> value) */
  const char *const *labels; /* by position, or NULL */
  uint32_t n;                /* 1: the variable is fixed and in no diagram */
  int32_t part;              /* -1: fixed */
  uint32_t level;            /* in its part */
  const uint32_t *sorted;    /* positions by ascending value, for look-up; NULL: values ascend already */
  struct space_listed listed;
};

struct ci_space {
  size_t nvars, nparts;
  struct space_var *vars;
  struct diagram *parts;
  uint32_t *order;  /* nvars; within a part the variables come in the order of its levels */
  bool empty;       /* no configuration: no parts, every n is 0 */
  uint32_t limbs;   /* of the total */
  uint64_t *total;
  ci_space_info info;
  void *block;      /* what all the above lies in: one malloc or one mapping */
  size_t block_bytes;
  bool mapped;
};

/* What a builder fills, part by part, and turns into a form in one block
 * (diagram.c).  Arrays are the caller's and are copied. The counts are worked
 * out there. */
struct draft_part {
  uint32_t levels, nodes, edges;
  const uint32_t *var, *first, *edge, *value, *child;
};
struct draft_var {
  const char *name;
  const int64_t *values; /* in listed order; all occur */
  const char *const *labels;
  size_t n;
  struct space_listed listed; /* for neighbours; all zero: as values */
};
/* order: NULL: the parts one after another, fixed variables first. */
int space_make(ci_space **out, const struct draft_var *vars, size_t nvars, const struct draft_part *parts,
               size_t nparts, const uint32_t *order, const ci_limits *limits);
/* The form of no configurations. */
int space_make_empty(ci_space **out, const struct draft_var *vars, size_t nvars);
/* For tests and small sets: the form of the given rows (row-major, n * nvars). */
int space_from_rows(ci_space **out, const struct draft_var *vars, size_t nvars, const int64_t *rows, size_t n);

/* The position of a value, or UINT32_MAX. */
uint32_t space_position(const struct space_var *v, int64_t value);

#endif
