#ifndef DB_MISSED_H
#define DB_MISSED_H

#include "tunedb.h"

/* The problems that were asked for in vain: a workload (docs/workload.md) or JSON on
 * stdout.  kernel NULL: the only one met; device, a name or an architecture, NULL: any.
 * EXIT_NONE when there is none. */
int missed_print(tdb *db, const char *kernel, const char *device, int json);

#endif
