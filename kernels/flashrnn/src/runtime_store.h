/* The databases of a context: the user's own, shipped ones beneath, and where
 * misses go.  What cannot be used costs speed, never a failure. */
#ifndef FLASHRNN_RUNTIME_STORE_H
#define FLASHRNN_RUNTIME_STORE_H

#include "flashrnn.h"
#include "tunedb.h"

typedef struct runtime_store {
  tdb *db;      /* NULL: without memory */
  tdb *misses;  /* open to write while misses are captured */
  char *path;   /* of the user's database, as named or by default; NULL: none */
  char *notice; /* why a database is not used; NULL: nothing to say */
} runtime_store;

void runtime_store_open(runtime_store *s, const char *named);
void runtime_store_close(runtime_store *s);
int runtime_store_attach(runtime_store *s, const char *shipped);
int runtime_store_capture(runtime_store *s, int on);

/* The best answer there is; whatever goes wrong is a miss with its reason.  A miss is captured. */
void runtime_store_look_up(runtime_store *s, const tdb_identity *who, const char *source_hash, tdb_legal_fn legal, void *data, tdb_answer *a);
flashrnn_match runtime_match_of(tdb_match m);

#endif
