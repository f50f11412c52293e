/* The whole solution set of a model, in one compact exact form.
 *
 * A ci_space holds every configuration (assignment of the declared variables
 * that satisfies the model) as a reduced decision diagram for each independent
 * part of the problem.  From it come exact counts, the i-th configuration and
 * back, exactly uniform samples, neighbours, true ranges and columns, none of
 * which looks at more of the space than it hands out.
 *
 * A configuration is an array of ci_space_vars() int64 values, in declaration
 * order.  Its *index* is its place in the space's order: lexicographic over the
 * variables in the order of ci_space_order(), each variable's values in listed
 * order.
 *
 * Errors, ownership: as in constrint.h.  Threads: a ci_space is immutable; any
 * number of threads may use one.
 */
#ifndef CONSTRINT_SPACE_H
#define CONSTRINT_SPACE_H

#include "constrint.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ci_space ci_space;

typedef struct ci_space_options {
  /* NULL: the library chooses (smallest form).  "declared": as declared.  Else
   * names separated by blanks, commas or '>' '<' signs: these first, in this
   * order, the others after them as declared. */
  const char *order;
  ci_limits limits; /* memory_bytes: of the building and of the form */
} ci_space_options;

typedef struct ci_space_info {
  size_t parts, levels, nodes, edges;
  uint64_t bytes;      /* of the form itself */
  uint64_t peak_bytes; /* while it was built; 0 when mapped */
  double seconds;      /* to build (or map) it */
} ci_space_info;

/* ---- Making one ---- */

/* options may be NULL.  A model with no solution gives a space of size 0.
 * CI_ENOMEM, CI_ELIMIT, CI_ECANCEL: past a limit; nothing is made. */
CI_API int ci_space_build(ci_space **out, const ci_model *m, const ci_space_options *options);
/* What ci_space_size() says of the form, without making it: sooner, and in less memory.
 * *decimal is freed by the caller with free(). */
CI_API int ci_space_count(const ci_model *m, const ci_space_options *options, char **decimal);
/* The configurations of s that also satisfy a condition of the native language
 * over its variables ("a * b <= 64; c > 2"), worked out on the form itself. */
CI_API int ci_space_restrict(ci_space **out, const ci_space *s, const char *conditions, const ci_space_options *options);
CI_API void ci_space_free(ci_space *s); /* NULL is fine */
/* Write to a file (through a temporary beside it, then renamed; a new one only its owner can
 * read); map one read-only. A damaged or foreign file is CI_ESYNTAX, never a crash; while it is open,
 * nobody may write into the file itself (replacing it, as ci_space_save does, is fine). */
CI_API int ci_space_save(const ci_space *s, const char *path);
CI_API int ci_space_open(ci_space **out, const char *path);
/* Are these the first bytes (16 are enough) of a saved space? 1 or 0. */
CI_API int ci_space_is_saved(const void *head, size_t len);

/* ---- Looking at it ---- */

CI_API size_t ci_space_vars(const ci_space *s);
CI_API const char *ci_space_var_name(const ci_space *s, size_t var);
CI_API int ci_space_find(const ci_space *s, const char *name); /* or -1 */
/* The label of a value, or NULL. */
CI_API const char *ci_space_label(const ci_space *s, size_t var, int64_t value);
/* The values that occur in some configuration, in listed order; NULL and 0 when the space is
 * empty. Borrowed. */
CI_API size_t ci_space_values(const ci_space *s, size_t var, const int64_t **values);
/* The order of indices: ci_space_vars() variables. Borrowed. */
CI_API const uint32_t *ci_space_order(const ci_space *s);
/* The independent part that a variable belongs to; -1: it has one value only. */
CI_API int ci_space_part(const ci_space *s, size_t var);
CI_API void ci_space_info_of(const ci_space *s, ci_space_info *out);

/* ---- Counting ---- */

/* Exact, in decimal; the caller frees it with free(). */
CI_API int ci_space_size(const ci_space *s, char **decimal);
/* The same as a number; CI_EOVERFLOW from 2^64 on. */
CI_API int ci_space_size_u64(const ci_space *s, uint64_t *n);
/* In how many configurations var has its i-th value (of ci_space_values), in decimal; freed by the caller. */
CI_API int ci_space_marginal(const ci_space *s, size_t var, size_t i, char **decimal);
/* The same for all of ci_space_values, in one pass: decimals has room for as many texts. */
CI_API int ci_space_marginals(const ci_space *s, size_t var, char **decimals);

/* ---- Index and rank ---- */

/* CI_EINVAL: beyond the last. */
CI_API int ci_space_at(const ci_space *s, uint64_t index, int64_t *values);
CI_API int ci_space_at_decimal(const ci_space *s, const char *index, int64_t *values);
/* *answer CI_NONE: not a configuration of this space. */
CI_API int ci_space_rank(const ci_space *s, const int64_t *values, uint64_t *index, ci_answer *answer);
CI_API int ci_space_rank_decimal(const ci_space *s, const int64_t *values, char **index, ci_answer *answer);
CI_API int ci_space_has(const ci_space *s, const int64_t *values); /* 1 or 0 */

/* ---- Samples ---- */

typedef enum ci_sampling {
  CI_SAMPLE_INDEPENDENT, /* exactly uniform, with replacement */
  CI_SAMPLE_DISTINCT,    /* exactly uniform over sets of n; in random order */
  CI_SAMPLE_STRATIFIED,  /* one, uniform, of each of n equal ranges of indices; in random order */
  CI_SAMPLE_SPREAD       /* Latin-hypercube-like: each parameter's marginal as even as the space allows; distinct */
} ci_sampling;
/* n configurations, row by row, into rows (room for n * ci_space_vars()).
 * *given: how many; fewer than n only when the space has fewer (DISTINCT,
 * STRATIFIED, SPREAD) or is empty.  The same for the same seed and form. */
CI_API int ci_space_sample(const ci_space *s, ci_sampling kind, uint64_t seed, size_t n, int64_t *rows, size_t *given);
/* The same within a time, or until cancelled: CI_ELIMIT, CI_ECANCEL, and then nothing
 * is given.  Large samples take long, CI_SAMPLE_SPREAD above all.  limits may be NULL;
 * its memory is not counted. */
CI_API int ci_space_sample_within(const ci_space *s, ci_sampling kind, uint64_t seed, size_t n, const ci_limits *limits,
                                  int64_t *rows, size_t *given);

/* ---- Neighbours ---- */

typedef enum ci_neighbourhood {
  CI_NEIGHBOURS_HAMMING,  /* exactly one variable changed, to any value (Kernel Tuner's "Hamming") */
  CI_NEIGHBOURS_ADJACENT, /* every variable stays or moves to the value before or after it among its
                           * ci_space_values(); at least one moves (Kernel Tuner's "adjacent") */
  CI_NEIGHBOURS_WITHIN,   /* 1 to k variables changed, to any values */
  CI_NEIGHBOURS_STRICT    /* every variable stays or moves to the value before or after it in the list it
                           * was declared with, whether or not that one occurs; at least one moves (Kernel
                           * Tuner's "strictly-adjacent") */
} ci_neighbourhood;
/* values need not be in the space itself (a tuner repairs so): those of it that
 * are near are given, row by row, *rows is malloc'd, the caller frees.  most: stop after that many; 0: no limit.
 * k: for WITHIN.  Where a value was not even declared, ADJACENT and STRICT take the nearest by size
 * among those that occur, one below and one above. */
CI_API int ci_space_neighbours(const ci_space *s, const int64_t *values, ci_neighbourhood kind, unsigned k,
                               size_t most, int64_t **rows, size_t *n);

/* ---- All of it ---- */

/* Configurations first, first+1, ..., n of them (fewer at the end: *given) into
 * columns: columns[v] has room for n values of width bytes (1, 2, 4 or 8);
 * NULL: not wanted.  width 8 (int64_t) takes any value; with the others
 * a value that does not fit is CI_EOVERFLOW. positions != 0: not values but
 * their positions in ci_space_values(). */
CI_API int ci_space_columns(const ci_space *s, uint64_t first, uint64_t n, int width, int positions,
                            void *const *columns, uint64_t *given);

/* One by one in the space's order, or in another order of the variables (NULL: the
 * space's own; "declared"; else names separated by blanks or commas, the others after them as
 * declared).  '<' before a name: its smallest value first, '>': its largest; it holds for one name.
 * Without a sign: values in listed order. */
typedef struct ci_cursor ci_cursor;
CI_API int ci_cursor_new(ci_cursor **out, const ci_space *s, const char *order);
CI_API int ci_cursor_next(ci_cursor *c, int64_t *values, ci_answer *answer);
CI_API void ci_cursor_free(ci_cursor *c);

#ifdef __cplusplus
}
#endif
#endif
