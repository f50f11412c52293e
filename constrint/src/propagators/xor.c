/* b = x xor y: an even number of the three is true. */
#include "../learn/because.h"
#include "../post.h"
#include "../../include/constrint.h"
#include "../error.h"

struct parity {
  propagator super;
  term x[3];
};

/* Two open terms that are the same cancel. */
static int toggle(term *open, int n, term x) {
  for (int i = 0; i < n; i++)
    if (open[i] == x) {
      open[i] = open[n - 1];
      return n - 1;
    }
  open[n] = x;
  return n + 1;
}

static enum outcome decide(store *s, const term *x, reason why) {
  term open[3];
  int n = 0;
  bool odd = false;
  for (int i = 0; i < 3; i++) {
    if (term_fixed(s, x[i])) odd ^= term_value(s, x[i]) != 0;
    else n = toggle(open, n, x[i]);
  }
  if (n > 1) return FIXPOINT;
  if (n == 0) return odd ? FAILED : SUBSUMED;
  return term_fix(s, open[0], odd, why) ? SUBSUMED : FAILED;
}

static enum outcome propagate(store *s, propagator *p) { return decide(s, ((struct parity *)p)->x, p); }

/* Any of the three is the parity of the others. */
static bool image(const store *s, const propagator *p, term z, wide *lo, wide *hi) {
  (void)s, (void)p, (void)z;
  *lo = 0;
  *hi = 1;
  return true;
}

/* The other two, if there are two. */
static bool explain(struct because *b, const propagator *p, struct fact what) {
  const struct parity *self = (const struct parity *)p;
  int others = 0;
  for (int i = 0; i < 3; i++) {
    wide v;
    if (self->x[i] == what.x) continue;
    others++;
    if (!because_fixed(b, self->x[i], &v)) return false;
    because_is(b, self->x[i], v);
  }
  return others >= 2;
}

static const struct propagator_class class = {"xor", propagate, explain, 0, image};

int post_xor(store *s, term b, term x, term y) {
  term all[] = {b, x, y};
  enum outcome done = decide(s, all, NULL);
  if (done == FAILED) store_fail(s);
  if (done != FIXPOINT) return CI_OK;
  struct parity *self = store_alloc(s, sizeof *self);
  if (!self) return ci_fail(CI_ENOMEM, "out of memory");
  for (int i = 0; i < 3; i++) self->x[i] = all[i];
  return store_post(s, &self->super, &class, all, 3, ON_FIX);
}
