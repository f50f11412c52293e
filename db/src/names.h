#ifndef TDB_NAMES_H
#define TDB_NAMES_H

#include "tunedb.h"

const char *phase_name(tdb_phase p);           /* "search", "confirm", ... */
int phase_from_name(const char *name);         /* -1: unknown */
int status_from_name(const char *name);        /* -1: unknown */

#endif
