/* What each operation means, on exact numbers: the evaluator and the folding of
 * constants share it; the search does not.
 *
 * A value is a number, or undefined, or beyond 128 bits: then only its sign is
 * known (HUGE_UP, HUGE_DOWN), or nothing at all (UNKNOWN). */
#ifndef CI_CALCULATE_H
#define CI_CALCULATE_H

#include "graph.h"

enum kind { NUMBER, UNDEFINED, HUGE_UP, HUGE_DOWN, UNKNOWN };

struct value {
  wide number;
  enum kind kind;
};

/* The value of an operation whose arguments have these values. */
struct value calculate(int32_t op, const struct value *args, size_t n);
/* Of any node, its arguments given; variables excepted. */
struct value calculate_node(const struct graph *g, const struct node *node, const struct value *args);
static inline bool value_is_huge(struct value v) { return v.kind >= HUGE_UP; }

#endif
