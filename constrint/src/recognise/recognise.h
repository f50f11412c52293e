/* Structures that a model spells out in small constraints, found at the root
 * before anything has run: a file each.  What is posted follows from what was
 * there; what dies follows from what is posted.  Not where a proof is kept. */
#ifndef CI_RECOGNISE_H
#define CI_RECOGNISE_H

#include "../store_internal.h"

/* All of them, in turn; < 0: out of memory. */
int recognise(store *s);

/* named_differences.c: x - y - (z - t) != c, where other constraints name x - y and
 * z - t: those names differ. */
int recognise_named_differences(store *s);
/* systems.c: equations over a few terms with a few solutions: those are listed. */
int recognise_systems(store *s);
/* machines.c: each two of some tasks come one before the other. */
int recognise_machines(store *s);
/* inverse.c: y[x] = v for different v: the x differ, and may be y's inverse. */
int recognise_inverses(store *s);
/* steps.c: an item chosen by a small sum: a table of both. */
int recognise_steps(store *s);

#endif
