/* An assignment from the command line: NAME=VALUE a variable. */
#ifndef CMD_ASSIGN_H
#define CMD_ASSIGN_H

#include "load.h"

/* The operands behind FILE into s->values; s->heads must be filled. CONTINUE, or an exit code. */
int assign_all(struct session *s);

#endif
