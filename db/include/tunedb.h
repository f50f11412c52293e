/* The tuning database: every trial ever timed, and the best of them.
 *
 * One SQLite file the user writes, over any number of read-only shipped ones.
 * docs/database.md has the schema, the look-up and the rules for files.
 *
 * Texts that identify are canonical: "key=value,key=value" sorted by key
 * (tdb_canonical() makes them so).
 *
 * Errors: TDB_OK or a negative code; tdb_error() has one line.  `T **out` is the
 * caller's to free; strings inside a returned struct live until the struct is
 * released.  A tdb belongs to one thread at a time; any number of processes may
 * have the same file open.  tdb_error() is per thread.
 */
#ifndef TUNEDB_H
#define TUNEDB_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TDB_API __attribute__((visibility("default")))
#else
#define TDB_API
#endif

enum { TDB_OK = 0, TDB_ENOMEM = -1, TDB_EINVAL = -2, TDB_EIO = -3,
       TDB_EDAMAGED = -4, TDB_ESCHEMA = -5 /* foreign or newer */, TDB_EREADONLY = -6,
       TDB_EFULL = -7, TDB_EBUSY = -8, TDB_EUNSAFE = -9 /* others can write the file */,
       TDB_ENOTFOUND = -10 };

TDB_API const char *tdb_error(void);

typedef struct tdb tdb;

enum { TDB_READ = 0, TDB_WRITE = 1 /* create if missing */ };
/* path NULL with TDB_READ: no file of the user's, only what is attached. A file or a
 * folder that others can write is refused (TDB_EUNSAFE), an older schema is brought
 * up to date (in memory when opened to read), a newer one or another program's file
 * is refused and left as it is (TDB_ESCHEMA). */
TDB_API int tdb_open(tdb **out, const char *path, int mode);
/* A shipped, read-only file beneath the user's: asked after it, in order. */
TDB_API int tdb_attach_shipped(tdb *db, const char *path);
TDB_API void tdb_close(tdb *db);
/* The path a user's database has when none is named: $CONSTRINT_DB, else
 * $XDG_DATA_HOME/constrint/tuned.db, else ~/.local/share/constrint/tuned.db. Caller frees. */
TDB_API int tdb_default_path(char **out);

/* Sort "k=v,k=v" by key; rejects empty, repeated and malformed keys. Caller frees. */
TDB_API int tdb_canonical(char **out, const char *settings);

/* Hex SHA-256 of some bytes: the hash of specs, sources and artifacts. */
TDB_API void tdb_hash(const void *data, size_t size, char hex[65]);

/* What a result is for. */
typedef struct tdb_identity {
  const char *kernel, *version;       /* "flashrnn", "1" */
  const char *problem;                /* canonical, exact keys only: a winner holds for these */
  const char *scaling;                /* canonical, keys over which a winner carries ("T=1024"); "" if none */
  const char *device;                 /* "Intel(R) Xeon(R) Processor", "NVIDIA H200" */
  const char *architecture;           /* "x86-64-avx512", "sm_90a" */
  int64_t units;                      /* cores, SMs */
} tdb_identity;

/* What was so when it was made: recorded, ranks, never identifies. */
typedef struct tdb_origin {
  const char *spec_hash, *source_hash; /* hex SHA-256 */
  const char *driver, *compiler;
  int64_t memory_bytes;
  int64_t clock_hz;
} tdb_origin;

typedef enum tdb_status {
  TDB_TRIAL_OK, TDB_TRIAL_COMPILE_ERROR, TDB_TRIAL_LAUNCH_ERROR, TDB_TRIAL_WRONG_RESULT,
  TDB_TRIAL_TIMEOUT, TDB_TRIAL_CRASHED, TDB_TRIAL_IMPLAUSIBLE, TDB_TRIAL_STATUS_COUNT
} tdb_status;
TDB_API const char *tdb_status_name(tdb_status s); /* "ok", "compile error", ... */

/* Which part of a tuning a trial belongs to. What was confirmed beats what was only
 * found: record the confirming runs of the default as CONFIRM too, so that it can win. */
typedef enum tdb_phase { TDB_PHASE_SEARCH, TDB_PHASE_CONFIRM, TDB_PHASE_DEFAULT, TDB_PHASE_REFERENCE } tdb_phase;

typedef struct tdb_trial {
  int64_t id;                /* set by the database */
  const char *config;        /* canonical; "" for a reference */
  tdb_phase phase;
  tdb_status status;
  double seconds;            /* the stated estimate (median) of one launch; 0 unless ok */
  double error;              /* relative L2 against the reference; < 0: not measured */
  const double *samples;     /* seconds each */
  size_t nsamples;
  const char *message;       /* why it failed; "" when ok */
  const char *artifact;      /* content hash, or "" */
  double run_clock_hz, celsius, watts; /* of the device during the runs; 0: not known */
  int64_t created_us;        /* set by the database: microseconds since 1970 UTC */
} tdb_trial;

/* One transaction; when it returns TDB_OK the row survives kill -9 of the process. */
TDB_API int tdb_record(tdb *db, const tdb_identity *who, const tdb_origin *origin,
                       const tdb_trial *trial, int64_t *id);
/* Store a blob under its content hash (hex SHA-256, caller frees *hash). */
TDB_API int tdb_put_artifact(tdb *db, const void *data, size_t size, char **hash);
TDB_API int tdb_get_artifact(tdb *db, const char *hash, void **data, size_t *size); /* caller frees */

/* Every trial of an identity in order of time; the callback returns non-zero to stop.
 * who NULL: every trial of the file.  Strings are valid during the callback only. */
typedef int (*tdb_trial_fn)(void *data, const tdb_identity *who, const tdb_origin *origin, const tdb_trial *trial);
TDB_API int tdb_each_trial(tdb *db, const tdb_identity *who, tdb_trial_fn fn, void *data);
/* Every identity that has a trial. */
typedef int (*tdb_identity_fn)(void *data, const tdb_identity *who);
TDB_API int tdb_each_identity(tdb *db, tdb_identity_fn fn, void *data);

/* ---- Look-up ---- */

typedef enum tdb_match {
  TDB_EXACT,        /* same identity, spec and source */
  TDB_STALE,        /* same identity, other spec or source: configuration kept, artifact to be rebuilt */
  TDB_NEAR,         /* same kernel and device, nearest problem */
  TDB_OTHER_DEVICE, /* same kernel and problem, another device */
  TDB_PREDICTED,    /* by a model of cost; made by the caller, never by the database */
  TDB_DEFAULT,      /* likewise */
  TDB_MISS
} tdb_match;
TDB_API const char *tdb_match_name(tdb_match m); /* "exact", "stale source", "near", ... */

typedef struct tdb_answer {
  tdb_match match;
  char *config;     /* canonical; NULL on a miss */
  char *reason;     /* field by field: what differed, "B: 16 asked, 32 found; ..." */
  double seconds;   /* as measured where it was found */
  char *artifact;   /* content hash or NULL */
} tdb_answer;
TDB_API void tdb_answer_release(tdb_answer *a);

/* Does the caller accept a configuration?  (The plug-in's legal().) 0: refused, a miss. */
typedef int (*tdb_legal_fn)(void *data, const char *config);
/* The best answer there is; a miss is TDB_OK with TDB_MISS and the command that
 * would fix it in the reason.  spec_hash and source_hash may be NULL (not compared).
 * Repeated look-ups are served from memory and notice other processes' changes. */
TDB_API int tdb_lookup(tdb *db, const tdb_identity *who, const char *spec_hash, const char *source_hash,
                       tdb_legal_fn legal, void *data, tdb_answer *out);

/* Among results that fit alike, prefer those made with this driver and compiler. */
TDB_API int tdb_prefer(tdb *db, const char *driver, const char *compiler);

/* ---- Upkeep ---- */

/* SQLite's integrity, then the meaning of every row. TDB_EDAMAGED: faults, listed in the
 * report. The caller frees *report, in both cases. */
TDB_API int tdb_check(tdb *db, char **report);
/* Both: one transaction, all or nothing; what is there already is not added again. added may be NULL. */
TDB_API int tdb_merge(tdb *into, const char *from_path, int64_t *added);
TDB_API int tdb_import(tdb *db, const char *json_path, int64_t *added);
/* JSON lines (docs/database.md); the file appears whole or not at all. */
TDB_API int tdb_export(tdb *db, const char *json_path);
/* Remove failed trials of kernel versions that are not the newest. */
TDB_API int tdb_prune(tdb *db, int64_t *removed);
/* Remove the trials for which keep() returns 0, and what only they needed. */
TDB_API int tdb_prune_if(tdb *db, tdb_trial_fn keep, void *data, int64_t *removed);
/* Write a copy fit for shipping: rollback journal, vacuumed, winners and their artifacts only. */
TDB_API int tdb_ship(tdb *db, const char *path);

/* Settle a miss for tuning later (capture mode). */
TDB_API int tdb_capture(tdb *db, const tdb_identity *who);
/* Every captured problem that has no winner to this day on its device (with any scaling),
 * the most asked first: how often it was asked for in vain, and when last. The callback
 * returns non-zero to stop. */
typedef int (*tdb_missed_fn)(void *data, const tdb_identity *who, int64_t asked, int64_t last_us);
TDB_API int tdb_each_missed(tdb *db, tdb_missed_fn fn, void *data);

#ifdef __cplusplus
}
#endif
#endif
