/* The inside of the FlatZinc reader: tokens, values, names, and what the files
 * flatzinc*.c share.
 *
 *   flatzinc_lexer.c    text -> tokens
 *   flatzinc_value.c    tokens -> values (constants, variables, lists, sets, annotations)
 *   flatzinc_names.c    what a name stands for
 *   flatzinc.c          the statements
 *   flatzinc_builtins.c the table of constraints; one flatzinc_*.c a family of them
 *   flatzinc_search.c   search annotations
 *   flatzinc_hidden.c   which variables a solution is told apart by */
#ifndef CI_FLATZINC_H
#define CI_FLATZINC_H

#include <stdbool.h>
#include <stdint.h>

#include "../arena.h"
#include "../builder.h"
#include "reader.h"

/* ---- Tokens ---- */

enum fz_token_kind {
  FZT_END, FZT_NAME, FZT_INT, FZT_FLOAT, FZT_STRING, FZT_DOTS, FZT_TWO_COLONS,
  FZT_PUNCTUATION /* one character, in `mark` */
};

struct fz_token {
  enum fz_token_kind kind;
  char mark;
  const char *at;
  size_t len;
  int64_t number;
};

/* ---- Values ---- */

enum fz_kind { FZ_INT, FZ_BOOL, FZ_FLOAT, FZ_STRING, FZ_SET, FZ_ARRAY, FZ_CALL, FZ_NAME };

/* lo..hi (empty when lo > hi), or n listed values. */
struct fz_set {
  const int64_t *values; /* NULL: a range */
  size_t n;
  int64_t lo, hi;
};

struct fz_value {
  enum fz_kind kind;
  const char *at;  /* where it stands; also the text of a NAME, a STRING or a CALL's name */
  size_t len;
  ci_expr e;       /* INT, BOOL: a variable; negative: the constant `number` */
  int64_t number;
  const struct fz_set *set;
  struct fz_value *items; /* of an ARRAY; arguments of a CALL */
  size_t n;
};

/* ---- Names ---- */

struct fz_name {
  const char *text;
  size_t len;
  struct fz_value value;
};

/* ---- The reader ---- */

struct fz_edge { uint32_t first, n; int32_t result; };

struct fz {
  const source *s;
  ci_builder *b;
  budget budget;
  arena keep;    /* as long as the reading */
  arena scratch; /* as long as a statement */
  const char *next;
  int line;
  const char *line_start;
  struct fz_token token;
  const char *behind; /* the end of the token before */
  struct fz_name *names;
  size_t nnames, name_capacity;
  int32_t *slots; /* of names, by hash; -1: empty */
  size_t nslots;
  struct fz_value *stack; /* items of lists being read */
  size_t nstack, stack_capacity;
  int depth; /* of nested annotations */
  bool shows; /* some declaration is an output */
  /* flatzinc_hidden.c: which variables determine which */
  uint32_t *members;
  size_t nmembers, member_capacity;
  struct fz_edge *edges;
  size_t nedges, edge_capacity;
};

/* flatzinc.c */
int fz_fail(const struct fz *z, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* An error of the builder, with its place; rc itself where it has one or is none. */
int fz_blame(const struct fz *z, const char *at, int rc);
int fz_no_memory(void);

/* flatzinc_lexer.c */
int fz_advance(struct fz *z);
bool fz_is(const struct fz *z, char mark);
bool fz_word(const struct fz *z, const char *word);
int fz_take(struct fz *z, char mark, const char *behind_what);
int fz_unexpected(const struct fz *z, const char *wanted);

/* flatzinc_value.c */
int fz_read_value(struct fz *z, arena *a, struct fz_value *out);
int fz_read_set(struct fz *z, arena *a, struct fz_value *out); /* {..} or lo..hi, at the first token */
int fz_read_arguments(struct fz *z, arena *a, char end, struct fz_value *out); /* behind the opening bracket */
/* ":: a :: b ...": an ARRAY of them. */
int fz_read_annotations(struct fz *z, arena *a, struct fz_value *out);
bool fz_named(const struct fz_value *v, const char *name); /* a NAME or CALL of that name */
bool fz_set_has(const struct fz_set *s, int64_t v);
/* INT or BOOL as an expression. */
ci_expr fz_expr(const struct fz *z, const struct fz_value *v);
static inline bool fz_constant(const struct fz_value *v) { return v->e < 0; }

/* flatzinc_names.c */
const struct fz_value *fz_find(const struct fz *z, const char *text, size_t len);
int fz_define(struct fz *z, const char *text, size_t len, const struct fz_value *v);

/* flatzinc_builtins.c */
int fz_constraint(struct fz *z, const struct fz_value *call);

/* flatzinc_output.c: x is a declaration with these annotations. */
int fz_output(struct fz *z, const char *name, size_t len, const struct fz_value *x, const struct fz_value *annotations);

/* flatzinc_search.c */
int fz_search(struct fz *z, const struct fz_value *annotations);

/* flatzinc_hidden.c: v[0..n) has at most one value of `result` (a position among
 * them; -1: of any one) for every choice of the others. */
int fz_determines(struct fz *z, const struct fz_value *v, size_t n, int32_t result);
int fz_find_hidden(struct fz *z);

/* ---- Constraints ---- */

/* Makes the condition that a builtin states. */
typedef ci_expr (*fz_maker)(struct fz *z, const struct fz_value *args, size_t n, ci_op op);

struct fz_builtin {
  const char *name;
  /* The arguments: i an integer, b a truth value, s a set, capitals lists of
   * these; lower-case after a dash must be constant: "-I". */
  const char *arguments;
  fz_maker make;
  ci_op op;
  int32_t result; /* the argument that the others determine; FZ_NONE, FZ_ANY */
};
enum { FZ_NONE = -2, FZ_ANY = -1 };

extern const struct fz_builtin fz_arithmetic[], fz_logic[], fz_global[]; /* each ends with a NULL name */

/* Scratch memory for n expressions; NULL: out of memory. */
ci_expr *fz_exprs(struct fz *z, size_t n);
/* op over all items. */
ci_expr fz_apply_items(struct fz *z, ci_op op, const struct fz_value *list);
ci_expr fz_apply_args(struct fz *z, ci_op op, const struct fz_value *args, size_t n);

#endif
