/* A solver: a model, a budget, and what the questions asked of it share. */
#ifndef CI_SOLVER_H
#define CI_SOLVER_H

#include "compile.h"
#include "store_internal.h"

/* A decision: which part of x's domain the left branch takes. */
enum branch { BRANCH_VALUE, BRANCH_BELOW /* <= v */, BRANCH_ABOVE /* >= v */ };

struct decision {
  term x;
  wide v;
  enum branch branch;
  int32_t component;
  uint64_t solutions; /* found before the left branch began */
};

/* Depth-first search over the declared variables, resumable at any point. */
struct search {
  struct decision *stack;
  size_t depth, capacity;
  bool begun, exhausted;
  bool any;          /* one solution is enough: hidden variables may be decided first */
  bool report_found; /* the node in hand is a solution that was handed out */
  uint64_t solutions;
  uint64_t until;    /* pause at so many failures of the solver; 0: never */
};

/* Two searches take turns (learn/alternate.c). */
struct turn {
  bool learning;
  uint64_t share; /* failures of a turn; 0: before the first */
};

struct range { int64_t lo, hi, step; };

/* An intermediate, and the propagator that makes it of its other terms. */
struct definition { propagator *p; term z; };

struct ci_solver {
  ci_model *model;
  ci_options options;
  budget budget;
  store *store; /* NULL until it is needed */
  struct program program;
  bool has_objectives; /* the program was compiled with them */
  /* after the root propagation */
  int root;            /* 1 fixpoint, 0 contradiction */
  term *order;         /* the decision variables in order, each term once */
  bool *largest;       /* per order position */
  size_t norder;
  size_t nshown;       /* the first so many of them are not hidden; all if it makes no difference */
  bool *concealed;     /* per term: only hidden variables have it; NULL: it makes no difference */
  int32_t *component;  /* per term: which part of the problem it belongs to; -1: fixed */
  double *weight;      /* per term: failures it took part in */
  struct definition *definitions; /* those that may come to be unread */
  size_t ndefinitions, definition_capacity;
  struct learner *learner; /* from its first turn to the end of the call; else NULL */
  struct turn turn;
  struct proof *proof; /* of the answer in hand, if one was asked for; else NULL */
  struct lp *lp;       /* the relaxation (lp/lp.h), in the call in hand; NULL: none */
  bool lp_tried;       /* there may be none */
  bool lp_eager;       /* tests: it is made before anything has failed */
  double lp_disturb;   /* tests: how wrong its guesses are made */
  void (*watch)(void *data, const ci_progress *p); /* of ci_optimize_watched; else NULL */
  void *watch_data;
  ci_progress progress;
  bool improved;       /* ci_optimize has a solution */
  bool pareto;         /* the bound is all points of a front (pareto.c), not the best of an optimum */
  propagator *bound;   /* of ci_optimize, in a program with objectives; else NULL */
  struct search search;
  /* ci_propagate's answer */
  struct range *ranges;
  size_t nranges, range_capacity;
  size_t *first_range; /* per variable, and one more */
  /* statistics */
  uint64_t nodes, failures, solutions;
  double seconds, started;
};

/* solver.c */
int solver_begin(ci_solver *s); /* a public call begins */
int solver_end(ci_solver *s, int error); /* and ends; the message of a limit is set */
/* Compile if that has not been done, and propagate at the root. */
int solver_prepare(ci_solver *s, bool with_objectives);
bool solver_values(ci_solver *s, int64_t *values); /* false: some variable is not fixed */

/* The proof ends with the answer and belongs to it alone. */
int solver_conclude(ci_solver *s, int error, ci_answer answer, bool best);

/* optimize.c: post the bound. */
int solver_post_bound(ci_solver *s);
/* At the root, where bounds hold for good: tell whoever watches of a better one. */
void solver_watch_bound(ci_solver *s);

/* The solution in the store as the best, the better of two solvers' best ones, and
 * one's as the other's: of the same model and program. */
int bound_take(ci_solver *s, int64_t *values);
bool bound_better(const ci_solver *one, const ci_solver *other);
void bound_share(ci_solver *to, const ci_solver *from);

/* pareto.c: post the bound of a front. */
int front_post(ci_solver *s);

/* Which variables: where solutions are projections, those that are shown come first. */
enum concealment { SHOWN_ONLY, HIDDEN_TOO };
static inline bool solver_considers(const ci_solver *s, term x, enum concealment which) {
  return which == HIDDEN_TOO || !s->concealed || !s->concealed[x];
}

/* phases.c: the next decision by the model's advice; false: it has none. */
bool phases_decide(const ci_solver *s, enum concealment which, struct decision *d);
bool phases_apply(const ci_solver *s);
/* The same whether they apply or not. */
bool phases_advise(const ci_solver *s, enum concealment which, struct decision *d);

/* components.c: number the independent parts of the problem at the root. */
int find_components(ci_solver *s);

/* differences.c: what two-term constraints x - y <= c say together, at the root
 * before anything has run; a contradiction fails the store. */
int narrow_differences(store *s);

/* cliques.c: one constraint in place of disequalities between each two of some
 * terms, before anything has run. */
int find_cliques(store *s);
/* All that is concluded of the constraints together, before anything has run. */
int reason_at_root(store *s);
/* lattice.c: what the linear equations say together over the integers, as
 * residues and values; a contradiction fails the store. */
int solve_equations(store *s);
/* The first fixpoint, with such conclusions: as store_propagate. */
int propagate_root(store *s);

/* liveness.c: list the definitions that live at the root; let those die, until
 * backtracking, whose term nobody reads. */
int find_definitions(ci_solver *s);
int drop_unread(ci_solver *s);

/* search.c */
void search_reset(ci_solver *s);
/* 1: the store holds the next solution; 0: there is none; < 0: an error;
 * SEARCH_PAUSED: after so many failures as search.until says. */
enum { SEARCH_PAUSED = 2 };
int search_next(ci_solver *s);
/* Is the full assignment in the store a solution?  Asked where some
 * intermediate is not fixed: 1, 0, or CI_EOVERFLOW with its message. */
int confirm_leaf(ci_solver *s);
bool decide(store *s, const struct decision *d);
bool refute(store *s, const struct decision *d);
struct decision split_domain(const store *s, term x, bool largest);

#endif
