/* The polyhedral part: GLPK's simplex on the linear relaxation, asked at nodes
 * of the search where that pays.  What it says is a guess at which rows to add
 * up; the sum, exact, is one more linear inequality, and only what that says
 * of the domains as they are counts, with its reasons for the learning search. */
#ifndef CI_LP_H
#define CI_LP_H

#include "../solver.h"

struct lp;

/* Within one call of ci_solve or ci_optimize, at level 0: make s->lp, unless it
 * was tried; it stays NULL where there is nothing linear, or not the memory. */
void lp_begin(ci_solver *s);
/* The call ends, at level 0. */
void lp_end(ci_solver *s);

/* After a fixpoint: 1 nothing new, 2 domains have changed, 0 a contradiction,
 * which lp_culprit() explains, < 0 an error. */
enum { LP_CHANGED = 2 };
int lp_node(struct lp *lp);
const propagator *lp_culprit(const struct lp *lp);
int32_t lp_component(const struct lp *lp);

/* Is the problem, as far as it hangs together, nothing but linear? */
bool lp_leads(const struct lp *lp);
/* The search that it leads begins, or ends: then it is asked at each node. */
void lp_lead(struct lp *lp, bool on);
/* A decision by the relaxation's solution; false: it has none to propose. */
bool lp_choose(struct lp *lp, struct decision *d);
/* The value of x in the relaxation's solution, rounded; false: it says none. */
bool lp_hint(const struct lp *lp, term x, wide *v);

#endif
