/* ConstrINT: an exact solver for integer constraints.
 *
 * A model is built expression by expression (ci_builder), frozen into an
 * immutable graph (ci_model) and handed to any number of solvers (ci_solver).
 *
 * Values are exact.  Declared variables are 64-bit; an intermediate that fits
 * no 128-bit integer is the error CI_EOVERFLOW, which names the expression.
 *
 * Errors: a function that can fail returns CI_OK or a negative code;
 * ci_error() then holds one line for people.  Out-parameters are written on
 * success only.  A `T **out` is the caller's to free; a returned `const T *`
 * is borrowed from its owner.  Nothing here exits, aborts or prints.
 *
 * Threads: a ci_model may be shared by any number of threads.  A ci_builder or
 * a ci_solver belongs to one thread at a time.  ci_error() is per thread.
 */
#ifndef CONSTRINT_H
#define CONSTRINT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CI_API __attribute__((visibility("default")))
#else
#define CI_API
#endif

enum {
  CI_OK = 0,
  CI_ENOMEM = -1,    /* the allocator, or the budget's memory limit */
  CI_EINVAL = -2,    /* misuse of a call */
  CI_ESYNTAX = -3,   /* a text that cannot be read: ci_error() has file:line:column */
  CI_EOVERFLOW = -4, /* an intermediate beyond 128 bits, or a value beyond int64 where one is needed */
  CI_ELIMIT = -5,    /* the time limit left the answer open */
  CI_ECANCEL = -6,   /* the cancel callback asked to stop */
  CI_EIO = -7,
  CI_EINTERNAL = -8
};

/* The message of this thread's last failure; never NULL.  May hold several
 * lines for a syntax error (message, source line, caret). */
CI_API const char *ci_error(void);
CI_API const char *ci_version(void);

/* ---- Building a model ---------------------------------------------------- */

typedef struct ci_builder ci_builder;
typedef struct ci_model ci_model;

/* A node of the expression graph; equal nodes get equal handles.  Negative:
 * an error code.  A function that is handed a negative handle returns it, so
 * that a nest of calls needs one check at the end. */
typedef int32_t ci_expr;

typedef enum ci_op {
  /* integers; n-ary where marked */
  CI_NEG, CI_ABS,
  CI_ADD /* n */, CI_SUB, CI_MUL /* n */,
  CI_FLOORDIV, /* sign of the divisor; undefined by 0 */
  CI_MOD,      /* sign of the divisor; undefined by 0 */
  CI_EXACTDIV, /* undefined unless the divisor divides */
  CI_CEILDIV,  /* undefined by 0 */
  CI_POW,      /* 0**0 = 1; undefined for a negative exponent */
  CI_BITXOR,   /* two's complement of any width, as Python's ^ */
  CI_MIN /* n */, CI_MAX /* n */,
  CI_ELEMENT,  /* (index, item0, item1, ...): undefined outside 0..n-1 */
  CI_ITE,      /* (condition, then, else) */
  /* truth values: 0 or 1, usable as integers; an integer used as a truth
   * value is true when it is not 0 */
  CI_EQ, CI_NE, CI_LT, CI_LE, CI_GT, CI_GE,
  CI_DIVIDES,  /* (a, b): a divides b; undefined for a = 0 */
  CI_NOT, CI_AND /* n */, CI_OR /* n */, CI_XOR, CI_IMPLIES, CI_IFF,
  CI_ALLDIFFERENT /* n */,
  CI_OP_COUNT
} ci_op;

/* Undefined values (relational semantics): the innermost truth value that
 * holds an undefined integer is false.  `not (a % 0 == 1)` is thus true. */

CI_API int ci_builder_new(ci_builder **out);
CI_API void ci_builder_free(ci_builder *b); /* NULL is fine */

CI_API ci_expr ci_int(ci_builder *b, int64_t value);
/* A declared variable; names are unique.  step >= 1: lo, lo+step, ... <= hi. */
CI_API ci_expr ci_var_range(ci_builder *b, const char *name, int64_t lo, int64_t hi, int64_t step);
/* One of the n >= 1 given values.  Their listed order is kept (ci_model_listed). Doubles are dropped. */
CI_API ci_expr ci_var_values(ci_builder *b, const char *name, const int64_t *values, size_t n);
/* Text shown in place of a variable's values: labels[i] for the i-th listed value. */
CI_API int ci_var_labels(ci_builder *b, ci_expr var, const char *const *labels, size_t n);
CI_API ci_expr ci_apply(ci_builder *b, ci_op op, const ci_expr *args, size_t n);
CI_API ci_expr ci_apply1(ci_builder *b, ci_op op, ci_expr x);
CI_API ci_expr ci_apply2(ci_builder *b, ci_op op, ci_expr x, ci_expr y);
/* x is one of the values. */
CI_API ci_expr ci_in(ci_builder *b, ci_expr x, const int64_t *values, size_t n);
/* (args[0], ..., args[n-1]) is one of the rows (row-major, rows * n values). */
CI_API ci_expr ci_table(ci_builder *b, const ci_expr *args, size_t n, const int64_t *values, size_t rows);

/* Constraints on lists of arguments that follow one another. */
typedef enum ci_global_kind {
  CI_CUMULATIVE,  /* n starts, n durations, n needs, the capacity; no parameters.  Tasks of
                   * positive duration and need never need more than the capacity together */
  CI_CIRCUIT,     /* the successors of nodes p, p + 1, ...: one circle through all; parameter p */
  CI_INVERSE,     /* f, then g: f[i] = j exactly where g[j] = i; parameters: the length of f, its first
                   * index, that of g */
  CI_CARDINALITY, /* x, then counts: how often values occur in x; parameters: how many values, the values */
  CI_LEX,         /* x, then y, as long: x comes before y; parameter 1, or 0: or is equal */
  CI_DISJUNCTIVE, /* n starts, n durations; no parameters.  Tasks of positive duration do not overlap */
  CI_REGULAR      /* x is a word of an automaton with states 1..Q and symbols 1..S; parameters: Q, S, the
                   * first state, how many states accept, for each state the next one by
                   * each symbol (0: none), the accepting states */
} ci_global_kind;
/* Such a constraint as a truth value.  Where it must hold it is propagated;
 * elsewhere it is only decided once its arguments are. */
CI_API ci_expr ci_global(ci_builder *b, ci_global_kind kind, const ci_expr *args, size_t n,
                         const int64_t *parameters, size_t np);
/* A name for an expression in messages (`let`); not a variable. */
CI_API int ci_name(ci_builder *b, ci_expr e, const char *name);

/* Where a constraint stands in its source; file may be NULL. */
typedef struct ci_place { const char *file; int line, column; } ci_place;
/* Require a truth value.  name NULL: its text serves as its name.  place may be NULL. */
CI_API int ci_constrain(ci_builder *b, ci_expr condition, const char *name, const ci_place *place);
/* Objectives count in the order given (lexicographic). */
CI_API int ci_objective(ci_builder *b, ci_expr e, int maximize);
/* One more variable of the search order: largest value first or smallest. */
CI_API int ci_order(ci_builder *b, ci_expr var, int largest_first);

/* Advice for the search: which of some variables to decide next ... */
typedef enum ci_choice {
  CI_CHOOSE_FIRST,       /* as listed */
  CI_CHOOSE_FEWEST,      /* values */
  CI_CHOOSE_MOST,
  CI_CHOOSE_SMALLEST,    /* the one with the least value */
  CI_CHOOSE_LARGEST,
  CI_CHOOSE_OCCURRENCE,  /* in most constraints */
  CI_CHOOSE_CONSTRAINED, /* fewest values, then occurrence */
  CI_CHOOSE_REGRET,      /* the greatest gap between its two least values */
  CI_CHOOSE_WEIGHTED     /* fewest values for the failures it took part in */
} ci_choice;
/* ... and which of its values first. */
typedef enum ci_branching { CI_TRY_LEAST, CI_TRY_GREATEST, CI_TRY_MIDDLE, CI_TRY_LOWER_HALF, CI_TRY_UPPER_HALF } ci_branching;
/* One more step of the search: these variables, before those of later steps
 * and before all others.  Steps say where to look first, never what is found;
 * ci_options.free_search passes them over, and so does a model with a ci_order. */
CI_API int ci_phase(ci_builder *b, const ci_expr *vars, size_t n, ci_choice choice, ci_branching branching);
/* A helper: solutions that differ in hidden variables only are one. */
CI_API int ci_hide(ci_builder *b, ci_expr var);
/* Freeze.  The builder is emptied whether or not this succeeds; free it still. */
CI_API int ci_build(ci_builder *b, ci_model **out);

/* ---- Reading a model ----------------------------------------------------- */

/* A named figure that the text may use as a constant (hw.smem_per_block, ...). */
typedef struct ci_let { const char *name; int64_t value; } ci_let;

/* The names of the dialects: "native", "flashrnn", "flatzinc"; "json" (any of the following,
 * by what the file holds), "t1", "bat", "kernel-tuner", "t4".  NULL behind the last. */
CI_API const char *ci_dialect(size_t i);
/* dialect: one of these.  name: shown in messages.
 * A text of length len (no terminator needed). */
CI_API int ci_read(ci_model **out, const char *dialect, const char *text, size_t len,
                   const char *name, const ci_let *lets, size_t nlets);
typedef struct ci_text { const char *text; size_t len; const char *name; } ci_text;
/* A native model whose parameters ('param') take their values from data: a JSON object of
 * numbers and nested lists.  A figure among the lets goes before the data's. */
CI_API int ci_read_data(ci_model **out, const ci_text *model, const ci_text *data, const ci_let *lets, size_t nlets);
/* Native statements into a builder that already holds variables and lets: how
 * a program composes a model from pieces.  first_line: the line of text[0]. */
CI_API int ci_read_into(ci_builder *b, const char *text, size_t len, const char *name,
                        int first_line, const ci_let *lets, size_t nlets);
/* One native expression in the builder's scope. */
CI_API ci_expr ci_read_expr(ci_builder *b, const char *text, size_t len, const char *name,
                            int first_line, const ci_let *lets, size_t nlets);
/* Parse "> a < b" against a model's variables, replacing its own order.  The
 * result is a new model that shares nothing with the caller's strings. */
CI_API int ci_with_order(ci_model **out, const ci_model *m, const char *order);
/* The warnings of the last ci_read in this thread, one a line; "" if none. */
CI_API const char *ci_warnings(void);

/* ---- Looking at a model -------------------------------------------------- */

CI_API ci_model *ci_model_ref(const ci_model *m); /* one more owner */
CI_API void ci_model_free(ci_model *m);           /* one owner less; NULL is fine */
CI_API size_t ci_model_vars(const ci_model *m);
CI_API const char *ci_model_var_name(const ci_model *m, size_t var);
/* Index of a variable, or -1. */
CI_API int ci_model_find(const ci_model *m, const char *name);
/* The declared values in listed order: *values is NULL for a range declaration,
 * whose lo, hi and step are then given. Any out-parameter may be NULL. */
CI_API size_t ci_model_listed(const ci_model *m, size_t var, const int64_t **values,
                              int64_t *lo, int64_t *hi, int64_t *step);
/* The label of a value, or NULL. */
CI_API const char *ci_model_label(const ci_model *m, size_t var, int64_t value);
CI_API size_t ci_model_constraints(const ci_model *m);
CI_API const char *ci_model_constraint_name(const ci_model *m, size_t c);
CI_API ci_place ci_model_constraint_place(const ci_model *m, size_t c);
CI_API size_t ci_model_objectives(const ci_model *m);
/* Is objective k to be maximized? */
CI_API int ci_model_maximizes(const ci_model *m, size_t k);
/* How many variables the search order names, and the i-th of them. The out-parameters may be NULL. */
CI_API size_t ci_model_order(const ci_model *m, size_t i, size_t *var, int *largest_first);
/* Is the variable hidden: no part of what tells solutions apart? */
CI_API int ci_model_hidden(const ci_model *m, size_t var);
/* Can it have a compact form (constrint_space.h)?  Not with global constraints
 * (ci_global), nor where solutions are projections: a hidden variable may have
 * several values for one of them.  ci_next and ci_count search, each solution once. */
CI_API int ci_model_has_form(const ci_model *m);
/* The FlatZinc output items of an assignment, "x = 1;" a line; "" without such
 * items.  The caller frees it. */
CI_API int ci_model_output(const ci_model *m, const int64_t *values, char **text);

/* ---- Evaluating one assignment ------------------------------------------- */

/* values: one per variable, in declaration order.  Exact, independent of the
 * search: an evaluator of its own, used to check every solution in tests. */
/* *broken gets the indices of broken constraints (caller frees with free());
 * values outside their domains are reported through *outside, the first such
 * variable's index or -1. */
CI_API int ci_check(const ci_model *m, const int64_t *values, size_t **broken, size_t *nbroken, int *outside);
/* The k-th objective's value. */
CI_API int ci_eval_objective(const ci_model *m, size_t k, const int64_t *values, int64_t *out);

/* ---- Solving ------------------------------------------------------------- */

typedef struct ci_solver ci_solver;

typedef struct ci_limits {
  double seconds;              /* wall time from the call; 0: none */
  uint64_t memory_bytes;       /* of this solver; 0: none */
  int (*cancel)(void *data);   /* polled often; non-zero stops.  NULL: none */
  void *cancel_data;
} ci_limits;

/* Does the search learn from its failures?  Each becomes a clause of bounds and
 * values that cuts off all failures like it: for problems where it happens again
 * and again.  Only ci_solve and ci_optimize learn; what is proven, and the first
 * solution in a model's order, are the same either way. */
typedef enum ci_learning { CI_LEARN_AUTO, CI_LEARN_OFF, CI_LEARN_ON } ci_learning;

typedef struct ci_options {
  /* Breaks ties of the search's choice of a variable where the model's order
   * leaves it free (and in ci_optimize): the first solution found and the time
   * it takes may differ by seed, what is proven or counted never does. */
  uint64_t seed;
  ci_limits limits;
  int no_relaxation; /* do without the linear relaxation, which ci_solve and ci_optimize ask where failures are many */
  int free_search; /* pass over the model's search steps (ci_phase) */
  ci_learning learn;
} ci_options;

typedef struct ci_stats {
  uint64_t nodes, failures, propagations, solutions;
  uint64_t peak_bytes;
  double seconds;
} ci_stats;

typedef enum ci_answer {
  CI_NONE = 0,     /* proven: there is no (further) solution */
  CI_FOUND = 1,    /* a solution; for ci_optimize: proven optimal */
  CI_INCUMBENT = 2 /* ci_optimize: a limit was hit; values hold the best so far */
} ci_answer;

/* options may be NULL.  The solver keeps its own reference to the model. */
CI_API int ci_solver_new(ci_solver **out, const ci_model *m, const ci_options *options);
CI_API void ci_solver_free(ci_solver *s);

/* All of these return CI_OK and an answer, or a negative code; CI_ELIMIT,
 * CI_ECANCEL and CI_ENOMEM leave the answer open. values: room for
 * ci_model_vars() numbers. */

/* The first solution: in the model's order if it has one (lexicographic;
 * variables not listed follow in order of appearance, smallest first), else
 * any, the same for the same seed and build. */
CI_API int ci_solve(ci_solver *s, int64_t *values, ci_answer *answer);
/* The solutions one by one, each exactly once; call until CI_NONE. */
CI_API int ci_next(ci_solver *s, int64_t *values, ci_answer *answer);
/* Start over. */
CI_API void ci_rewind(ci_solver *s);
/* The exact number of solutions in decimal; caller frees with free(). */
CI_API int ci_count(ci_solver *s, char **decimal);
/* progress (may be NULL) is called for every better solution. */
CI_API int ci_optimize(ci_solver *s, int64_t *values, ci_answer *answer,
                       void (*progress)(void *data, const int64_t *values), void *data);
/* The same, and what is known on the way: every better solution, and every better
 * bound that the first objective is proven to keep. */
typedef struct ci_progress {
  const int64_t *values; /* the best solution so far; NULL: none yet */
  int improved;          /* it is new; else the bound is */
  int bounded;           /* is there a bound? */
  int64_t bound;         /* the first objective is no better than this in any solution that betters the best */
} ci_progress;
CI_API int ci_optimize_watched(ci_solver *s, int64_t *values, ci_answer *answer,
                               void (*watch)(void *data, const ci_progress *p), void *data);
/* The Pareto front of several objectives: a solution for each choice of their
 * values that no solution betters in one without being worse in another; the
 * best in the first objective first.  *values: *n times ci_model_vars() numbers,
 * which the caller frees.  CI_FOUND: all of it; CI_INCUMBENT: a limit was hit and
 * these are the best found; CI_NONE: no solution, *n is 0.  progress (may be
 * NULL) is called for every solution that none found before it betters. */
CI_API int ci_pareto(const ci_model *m, const ci_options *options, int64_t **values, size_t *n, ci_answer *answer,
                     void (*progress)(void *data, const int64_t *values), void *data);
/* Any solution, or with optimize the best one, by several searches at once, each in a
 * thread of its own with choices and seed of its own: in rounds of so many failures,
 * at whose end they share the best solution, what is known for good, and the short ones
 * of what they have learned.  The answer is the same on every run, whatever the threads'
 * speed, unless a limit ends it.
 * The limits are those of each search; cancel is called by all the threads. */
CI_API int ci_portfolio(const ci_model *m, const ci_options *options, unsigned threads, int optimize, int64_t *values,
                        ci_answer *answer, void (*progress)(void *data, const int64_t *values), void *data);
/* The same, and what is known on the way (between rounds), and what it took. */
typedef struct ci_portfolio_stats {
  unsigned searches;
  unsigned winner;  /* the first whose answer ended it, from 1 on; 0: a limit did */
  uint64_t rounds, solutions; /* of these, improvements of the best that were shared */
  uint64_t facts;   /* that hold for good, shared by who found them */
  uint64_t nogoods; /* shared by who learned them */
  uint64_t taken;   /* by the others, all together */
  uint64_t nodes, failures, propagations, peak_bytes; /* of all of them together */
} ci_portfolio_stats;
/* watch and stats may be NULL; *stats is written whatever the outcome. */
CI_API int ci_portfolio_watched(const ci_model *m, const ci_options *options, unsigned threads, int optimize,
                                int64_t *values, ci_answer *answer, void (*watch)(void *data, const ci_progress *p),
                                void *data, ci_portfolio_stats *stats);
/* The domains that propagation alone leaves. CI_NONE if it refutes the model. */
CI_API int ci_propagate(ci_solver *s, ci_answer *answer);
/* After ci_propagate: the number of ranges of a variable's domain, and the
 * i-th range lo, lo+step, ..., hi. */
CI_API size_t ci_domain_ranges(const ci_solver *s, size_t var);
CI_API int ci_domain_range(const ci_solver *s, size_t var, size_t i, int64_t *lo, int64_t *hi, int64_t *step);
/* Why there is no solution: a set of constraints (indices, ascending; the caller
 * frees them) that cannot hold together, while without any one of them the others
 * can.  *answer is CI_NONE then, or CI_FOUND: there is a solution, and *n is 0. */
CI_API int ci_conflict(const ci_model *m, const ci_options *options, size_t **constraints, size_t *n, ci_answer *answer);
/* The same by a method of choice: halves of the constraints at once (QuickXplain;
 * what ci_conflict does), or one after the other: slower where the set is small. */
typedef enum ci_conflict_method { CI_CONFLICT_HALVES, CI_CONFLICT_DELETION } ci_conflict_method;
CI_API int ci_conflict_by(const ci_model *m, const ci_options *options, ci_conflict_method method, size_t **constraints,
                          size_t *n, ci_answer *answer);
/* What must give way: the fewest constraints (indices, ascending; the caller frees
 * them) without which there is a solution, which goes to values (may be NULL).
 * keep (may be NULL): one byte a constraint, not 0 where it must not be dropped.
 * *answer is CI_FOUND, and *n is 0 where nothing need be dropped; CI_NONE: those to
 * be kept have no solution by themselves. */
CI_API int ci_relax(const ci_model *m, const ci_options *options, const unsigned char *keep, size_t **constraints,
                    size_t *n, int64_t *values, ci_answer *answer);
/* Before ci_solve or ci_optimize: the next of them tells its proof, text in pieces
 * (docs/proof.md), to `write`, which returns 0, or anything else to make it
 * fail with CI_EIO.  Only the learning search runs then. */
CI_API int ci_solver_proof(ci_solver *s, int (*write)(void *data, const char *text, size_t n), void *data);
/* Checks such a proof by means of its own: neither the search nor any propagator.
 * CI_OK and a verdict, or an error: nothing was found out. */
typedef enum ci_proven {
  CI_PROVEN_NOTHING,      /* the proof ends with nothing to show (a limit), or is not accepted */
  CI_PROVEN_SATISFIABLE,  /* by a solution */
  CI_PROVEN_UNSATISFIABLE,
  CI_PROVEN_OPTIMAL       /* the last solution that it names */
} ci_proven;
typedef struct ci_verdict {
  int accepted;
  ci_proven conclusion;
  size_t line;        /* not accepted: the first that is wrong, from 1 on */
  char message[256];  /* and why */
  size_t lines;
  uint64_t general;   /* of these, how many took the whole model into account */
} ci_verdict;
CI_API int ci_verify(const ci_model *m, const char *log, size_t len, ci_verdict *out);
/* The same with limits (may be NULL); the memory is that of the check, not the log's. */
CI_API int ci_verify_within(const ci_model *m, const char *log, size_t len, const ci_limits *limits, ci_verdict *out);
CI_API void ci_solver_stats(const ci_solver *s, ci_stats *out);

#ifdef __cplusplus
}
#endif
#endif
