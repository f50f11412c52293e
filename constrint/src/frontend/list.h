/* Lists of expressions: `[a, b]`, arrays and their parts, comprehensions. */
#ifndef CI_LIST_H
#define CI_LIST_H

#include "arrays.h"
#include "expression.h"
#include "pending.h"

/* Where one array stands alone its shape is kept; several things in a row make one dimension from 0. */
typedef struct item_list {
  exprs items;
  box shape;
  bool ragged; /* of lists of different lengths */
} item_list;

void list_free(item_list *l);

/* "a, b[1..3], x * y for x in 1..4, ..." up to the closing token, which is stepped over. */
int parse_items(parser *p, item_list *out, enum token_kind close);
/* `[...]` or an array or a part of one; what: for messages. */
int parse_list(parser *p, item_list *out, const char *what);
/* What one item of a list is made of: called once, or for each value of its comprehension. */
typedef int (*item_reader)(parser *p, void *data);
int parse_item(parser *p, item_reader each, void *data);

/* loops.c: reads the body once for each value of its generators. */
int run_comprehension(parser *p, const loop *l, item_reader each, void *data);
int run_forall(parser *p, const loop *l, item_reader each, void *data);
/* Reads something once for every index of a shape, with the indices' names bound.
 * The parser comes back to where it stands now each time. */
struct binder { token name[MAX_DIMENSIONS]; bool named[MAX_DIMENSIONS], any; };
int run_indices(parser *p, const box *s, const struct binder *names, int (*each)(parser *p, void *data, const int64_t *at), void *data);

/* references.c: an array's name is the current token. */
ci_expr parse_reference(parser *p, const struct array *a);
/* NAME[1][2] of a variable that was not declared as an array here. */
ci_expr parse_element_name(parser *p);
/* globals.c: constraints on several lists; behind the opening bracket. */
bool is_global(const token *t);
ci_expr parse_global(parser *p, const token *name);
/* declare.c: `[1..n, j in 0..m]` behind a name. */
int parse_shape(parser *p, box *s, struct binder *names);

#endif
