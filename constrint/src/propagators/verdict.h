/* Do the domains decide a condition? */
#ifndef CI_VERDICT_H
#define CI_VERDICT_H

enum verdict { OPEN, HOLDS, REFUTED };

static inline enum verdict verdict_not(enum verdict v) {
  return v == HOLDS ? REFUTED : v == REFUTED ? HOLDS : OPEN;
}

#endif
