#ifndef TDB_EACH_H
#define TDB_EACH_H

#include "record.h"

/* Every trial of a file (who NULL) or an identity with its uid, in order of time. */
typedef int (*record_fn)(void *data, const record *r);
int each_record(tdb_file *f, const tdb_identity *who, record_fn fn, void *data);

#endif
