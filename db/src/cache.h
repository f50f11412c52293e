#ifndef TDB_CACHE_H
#define TDB_CACHE_H

#include "tunedb.h"

/* Answers already given, by everything that was asked. */
typedef struct cache cache;

cache *cache_new(void);
void cache_free(cache *c);
void cache_clear(cache *c);
/* The answer to this question, borrowed, or NULL.  The key stays with the cache for cache_put. */
const tdb_answer *cache_get(cache *c, const tdb_identity *who, const char *spec_hash, const char *source_hash);
/* Keep a copy under the key of the last cache_get. */
void cache_put(cache *c, const tdb_answer *a);
int answer_copy(tdb_answer *out, const tdb_answer *a);

#endif
