/* The learning search: after every failure it works out which earlier facts
 * cannot all hold (a nogood), keeps that as a clause of facts of which one must
 * hold, and returns to where the clause concludes something.
 *
 * The store's domains and trail are the only assignment there is; nothing is
 * encoded.  Level 1 holds what is known for good, decisions begin at level 2. */
#ifndef CI_LEARN_H
#define CI_LEARN_H

#include "because.h"
#include "../solver.h"

struct nogood {
  uint32_t n;
  uint32_t levels;  /* how many its facts came from, when it was learned (LBD); 0: the model's own */
  bool told;        /* other searches know it (exchange.c) */
  double activity;
  uint64_t id;      /* in the proof, if there is one */
  struct fact fact[]; /* one must hold; the first two are watched */
};

/* Where its fact's term, kind and value lead to. */
struct watch {
  wide v;                 /* of the watched fact */
  struct nogood *nogood;
  int32_t blocker_v;      /* another fact of the clause: if it holds, nothing is to be done */
  uint32_t blocker;       /* its term and kind; NO_BLOCKER: none */
};

#define NO_BLOCKER UINT32_MAX

struct watch_list { struct watch *watch; size_t n, capacity; };

/* Those of one term and kind of fact: a list for each value that the term has at
 * the root, or a few neighbours; one for all of a range. */
struct watch_index {
  struct watch_list *list; /* NULL: nothing is watched */
  uint32_t n;
  uint8_t shift;           /* positions of the set to the list's, in bits */
};
enum { WATCH_FACTS = 4 /* kinds */, WATCH_LISTS = 256 /* at most */ };

/* What analysis wants of an event. */
struct need {
  uint8_t of;  /* bits, 1 << kind of fact */
  bool listed; /* in `touched` */
  wide at_least, at_most, is;
};

/* Where the next bound of the objective is asked for (probe.c). */
struct probe {
  unsigned turn, failed; /* failed: probes from the middle that were left open, one after the other */
  wide step;             /* of those from below */
  wide lo, hi;           /* of the objective, last time */
  uint64_t began, spent; /* failures when the last one began, and of all of them */
};

/* Who chooses between two restarts: the model's advice, then activity; activity
 * alone; the fewest values for the failures it took part in. */
enum guide { GUIDE_MODEL, GUIDE_ACTIVITY, GUIDE_WEIGHT, GUIDES };

/* Positions of the order, by the activity of their terms. */
struct heap {
  size_t n;
  int32_t *at;    /* the positions; a parent comes before its children */
  int32_t *where; /* per position: its index; -1: it is not in */
  int32_t *place; /* per term: its position; -1: none */
};

struct learner {
  ci_solver *solver;
  store *s;
  struct event_log *log;
  budget *budget;
  propagator self; /* the reason of what a nogood concludes */
  bool free_search;
  bool begun, exhausted, found;
  size_t head;     /* events that the nogoods have seen */
  /* nogoods */
  struct nogood **nogood;
  size_t nogoods, nogood_capacity, most;
  struct watch_index *watched; /* WATCH_FACTS a term */
  struct nogood **given;      /* the model's own clauses */
  size_t givens, given_capacity;
  struct nogood *broken;      /* whose facts are all false */
  struct fact *unit;          /* facts that hold for good */
  size_t units, unit_capacity;
  double nogood_step;
  /* analysis */
  struct need *need;          /* per event */
  size_t need_capacity;
  uint64_t *term_mark, analysis; /* per term: the last analysis that wanted something of it */
  int32_t *touched;
  size_t ntouched, touched_capacity;
  struct because because, inner;
  struct fact *clause;
  size_t nclause, clause_capacity;
  uint64_t clause_id;         /* in the proof */
  int64_t effort;             /* explanations that minimisation may still ask for */
  uint64_t *level_mark, mark;
  size_t level_capacity;
  /* choice */
  enum guide guide;           /* of this round */
  double *activity, step;     /* per term */
  struct heap heap;           /* the most active first; what is fixed leaves when it is met */
  size_t *open;               /* per level: no earlier position of the order is open */
  size_t open_capacity;
  wide *phase;                /* per term: its last value */
  bool *has_phase;
  wide *best;                 /* per term: its value in the best solution */
  bool has_best;
  uint64_t failures, until, restarts;
  uint64_t grown; /* the last round by the model's advice, in failures */
  uint64_t spent[GUIDES], since; /* failures by each guide; at the beginning of this round */
  struct probe probe;
  uint64_t pause; /* at so many failures; 0: never */
};

/* nogood.c: 1 all nogoods agree, 0 one is broken, < 0 an error. */
int nogoods_propagate(struct learner *l);
/* Learn l->clause, which concludes its first fact here. */
int nogood_learn(struct learner *l, uint32_t levels);
void nogood_bump(struct learner *l, struct nogood *n);
/* At level 1, as a round begins: one that another search of the same program has
 * learned.  1; 0: it leaves no solution; < 0: an error. */
int nogood_adopt(struct learner *l, const struct fact *fact, uint32_t n, uint32_t levels);
/* At level 1: forget the worse half, and facts that are decided for good. */
int nogoods_reduce(struct learner *l);
void nogoods_free(struct learner *l);
/* NULL: out of memory. */
struct nogood *nogood_new(struct learner *l, const struct fact *fact, uint32_t n);
void nogood_free(struct learner *l, struct nogood *n);
/* Its first two facts; false: out of memory. */
bool nogood_watch(struct learner *l, struct nogood *n);
/* At level 1, where the root may have changed: all watches anew. */
bool nogoods_watch(struct learner *l);

/* clauses.c: take the model's clauses as nogoods; false: out of memory. */
bool clauses_take(struct learner *l);
void clauses_free(struct learner *l);
/* At level 1, when nothing is watched: what is left open of each.  One with a
 * single fact concludes it, one with none ends the search.  False: an error. */
bool clauses_watch(struct learner *l);

/* analyze.c: from the conflict in hand to l->clause and the level to return to.
 * 1: learned; 0: there is nothing to blame: no solution is left. */
int analyze(struct learner *l, const propagator *culprit, int32_t *level, uint32_t *levels);
/* The same for an assignment that is no solution: all decisions are to blame. */
int analyze_decisions(struct learner *l, int32_t *level, uint32_t *levels);
void analyze_free(struct learner *l);

/* choose.c */
bool choose_init(struct learner *l);
void choose_free(struct learner *l);
void choose_bump(struct learner *l, term x);
void choose_decay(struct learner *l);
void choose_remember(struct learner *l, size_t from); /* values of the events that are undone */
void choose_solution(struct learner *l); /* the values in hand are the best so far */
void choose_refill(struct learner *l);   /* nothing is decided */
/* A round begins: its guide, and for how many failures. */
uint64_t choose_round(struct learner *l);

/* heap.c */
bool heap_init(struct learner *l);
void heap_free(struct learner *l);
void heap_put(struct learner *l, term x); /* unless it is in */
void heap_raise(struct learner *l, term x); /* its activity grew */
void heap_drop(struct learner *l); /* the first */
/* -1: everything is fixed. */
term choose_decision(struct learner *l, struct decision *d);

/* probe.c: at level 1, a bound of the objective as the first decision; false: none this time. */
bool probe_decision(struct learner *l, struct decision *d);

/* restart.c: how many failures until the i-th restart. */
uint64_t luby(uint64_t i);

/* learn.c */
int learner_new(ci_solver *s);
void learner_free(ci_solver *s);
/* As search_next(). */
int learn_next(ci_solver *s);
/* Leave the store to others; what was learned stays. */
void learner_pause(ci_solver *s);
int learner_resume(ci_solver *s);

/* alternate.c: the next solution by the search that the options ask for. */
int solution_next(ci_solver *s);

#endif
