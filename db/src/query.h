/* One look-up on its way through the files. */
#ifndef TDB_QUERY_H
#define TDB_QUERY_H

#include "db.h"
#include "settings.h"

/* How far a near answer may be: the sum of |log2(asked / found)| over the problem's integers. */
#define NEAR_LIMIT 2.0

typedef struct query {
  const tdb *db;
  const tdb_identity *who;             /* its texts are canonical */
  shape shape;                         /* of the problem */
  const char *spec_hash, *source_hash; /* NULL: not compared */
  tdb_legal_fn legal;
  void *data;
  unsigned refused;                    /* how many configurations legal() refused */
  char *refused_config;                /* the first of them */
} query;

/* What an identity's best configuration is, and where it came from. */
typedef struct found {
  char *config, *artifact; /* config NULL: none that is legal */
  double seconds;
  char spec_hash[13], source_hash[13]; /* their beginnings, where they differ from what was asked; else "" */
} found;

void found_release(found *f);

/* The best legal configuration of an identity; with `current`, among results of the asked
 * spec and source only. */
int winner(tdb_file *f, int64_t identity, query *q, int current, found *out);

/* The ways to answer from other problems and devices, over a kernel's catalog. */
int answer_near(tdb_file *f, query *q, tdb_answer *out);
int answer_other_device(tdb_file *f, query *q, tdb_answer *out);
/* Why nothing answers, and what to run. */
int explain_miss(tdb *db, query *q, tdb_answer *out);

#endif
