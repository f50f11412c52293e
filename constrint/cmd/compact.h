/* The compact form that a command asks: of a model, or mapped from a file. */
#ifndef CMD_COMPACT_H
#define CMD_COMPACT_H

#include "load.h"

/* Maps FILE if it is a saved form; else s->space stays NULL. CONTINUE, or an exit code. */
int compact_map(struct session *s);
/* Makes s->space, unless it was mapped, in an order of indices (NULL: the
 * library's), and applies --such-that. A CI_ code. */
int compact_make(struct session *s, const char *order, const ci_limits *limits);
/* session_open(), then compact_make() as the options say: CONTINUE, or an exit code. */
int compact_session(struct session *s, const struct usage *u, int argc, char **argv);

/* compact_make() for a command that can search instead: within less memory and
 * half of --time, of which the options then hold what is left. A CI_ code. */
int compact_try(struct session *s, const char *order);
/* The number of solutions, in the same way: no form is kept where none is asked for. */
int compact_count(struct session *s, const char *order, char **decimal);
/* After compact_try(): shall the command search? */
bool compact_search_instead(const struct session *s, int rc);

#endif
