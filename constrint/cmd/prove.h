/* --proof FILE: what a command answers, with its proof. */
#ifndef CMD_PROVE_H
#define CMD_PROVE_H

#include "load.h"

/* The exit code of `answer`, while the solver tells its proof if that was asked for. */
int prove(struct session *s, int (*answer)(struct session *s));

#endif
