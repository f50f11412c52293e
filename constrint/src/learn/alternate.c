/* Which search?  The plain one begins: where it soon ends nothing else is needed.
 * After so many failures the learning search has as many, then the plain one
 * eight times as many from the start, and so on: neither's weakness costs more
 * than a small multiple.  Both give the same first solution in a model's order. */
#include "learn.h"

#include "../lp/lp.h"

enum { FIRST = 1000, GROWTH = 8, TASTE = 50 /* failures until the relaxation is made */ };

/* From the start again, now with the relaxation. */
static void relax(ci_solver *s) {
  search_reset(s);
  if (s->learner) learner_pause(s);
  lp_begin(s);
}

static int learning_turn(ci_solver *s) {
  search_reset(s);
  s->turn.learning = true;
  if (s->lp) lp_lead(s->lp, false);
  int error = s->learner ? learner_resume(s) : learner_new(s);
  if (error == CI_OK) s->learner->pause = s->learner->failures + s->turn.share;
  return error;
}

static void plain_turn(ci_solver *s) {
  if (s->learner) learner_pause(s);
  s->turn.learning = false;
  if (s->lp) lp_lead(s->lp, lp_leads(s->lp));
  s->turn.share = s->turn.share ? s->turn.share * GROWTH : FIRST;
  s->search.until = s->failures + s->turn.share;
}

/* Without the memory to learn, the search goes on as it can. */
static int without_learning(ci_solver *s) {
  learner_free(s);
  s->budget.stopped = CI_OK;
  s->turn.share = FIRST;
  return search_next(s); /* search.until is 0: to the end */
}

/* Few problems are so hard that they need it: the first failures come without. */
static int taste(ci_solver *s) {
  if (s->lp_tried) return SEARCH_PAUSED;
  if (s->lp_eager) {
    relax(s);
    return SEARCH_PAUSED;
  }
  s->search.until = s->failures + TASTE;
  int found = search_next(s);
  if (found == SEARCH_PAUSED) relax(s);
  return found;
}

static int alternate(ci_solver *s) {
  int found = SEARCH_PAUSED;
  if (!s->turn.share) {
    if ((found = taste(s)) != SEARCH_PAUSED) return found;
    plain_turn(s);
  }
  while (found == SEARCH_PAUSED) {
    found = s->turn.learning ? learn_next(s) : search_next(s);
    if (found != SEARCH_PAUSED) break;
    if (s->turn.learning) plain_turn(s);
    else if ((found = learning_turn(s)) == CI_OK) found = SEARCH_PAUSED;
  }
  return found == CI_ENOMEM && s->turn.learning ? without_learning(s) : found;
}

/* But where the relaxation leads, it has its turns, too; and once there are turns
 * they go on, should the relaxation break: the learner may be paused. */
static int learn_only(ci_solver *s) {
  if (s->turn.share || (s->lp && lp_leads(s->lp))) return alternate(s);
  int error = s->learner ? CI_OK : learner_new(s);
  if (error < 0) return error;
  if (s->lp_tried || s->proof || s->options.no_relaxation) return learn_next(s);
  s->learner->pause = s->learner->failures + TASTE;
  int found = s->lp_eager ? SEARCH_PAUSED : learn_next(s);
  if (found != SEARCH_PAUSED) return found;
  relax(s);
  if (s->lp && lp_leads(s->lp)) return alternate(s);
  s->learner->pause = 0;
  error = learner_resume(s);
  return error < 0 ? error : learn_next(s);
}

static int plain_only(ci_solver *s) {
  int found = taste(s);
  if (found != SEARCH_PAUSED) return found;
  if (s->lp) lp_lead(s->lp, lp_leads(s->lp));
  s->search.until = 0;
  return search_next(s);
}

int solution_next(ci_solver *s) {
  if (s->root != 1) return 0;
  switch (s->proof ? CI_LEARN_ON : s->options.learn) {
  case CI_LEARN_ON: return learn_only(s);
  case CI_LEARN_OFF: return plain_only(s);
  default: return alternate(s);
  }
}
