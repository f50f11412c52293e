/* constrint db: upkeep of databases. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "commands.h"
#include "missed.h"
#include "tunedb.h"
#include "usage.h"

/* What the command line says, for every action. */
typedef struct request {
  const char *name; /* "db check" */
  char *path;       /* of the database */
  char **files;     /* what else is named */
  int nfiles;
  const char *kernel; /* missed: NULL for the only one */
  const char *device; /* missed: NULL for any */
  int json, all_failed;
} request;

typedef struct action {
  const char *name, *files, *summary;
  int mode;                 /* how the database is opened */
  int create;               /* may it be missing? */
  int min_files, max_files; /* -1: any number */
  int (*run)(tdb *db, const request *q);
} action;

static int print_json(json_t *o) {
  int failed = !o || json_dumpf(o, stdout, JSON_COMPACT) || putchar('\n') == EOF;
  json_decref(o);
  return failed ? EXIT_ENVIRONMENT : EXIT_DONE;
}

/* "N trials WHAT" for people, {"version":1,"WHAT":N} for programs. */
static int print_count(const request *q, const char *what, int64_t n) {
  if (q->json) return print_json(json_pack("{s:i, s:I}", "version", 1, what, (json_int_t)n));
  printf("%lld trials %s\n", (long long)n, what);
  return EXIT_DONE;
}

static int run_check(tdb *db, const request *q) {
  char *report = NULL;
  int rc = tdb_check(db, &report);
  if (report && q->json)
    print_json(json_pack("{s:i, s:b, s:s}", "version", 1, "ok", rc == TDB_OK, "report", report));
  else if (report)
    fputs(report, stdout);
  free(report);
  if (!rc) return EXIT_DONE;
  int code = usage_failure(rc);
  return rc == TDB_EDAMAGED ? EXIT_NONE : code;
}

static int add_files(tdb *db, const request *q, int (*add)(tdb *, const char *, int64_t *)) {
  int64_t total = 0, added;
  for (int i = 0; i < q->nfiles; i++) {
    int rc = add(db, q->files[i], &added);
    if (rc) return usage_failure(rc);
    total += added;
  }
  return print_count(q, "added", total);
}

static int run_merge(tdb *db, const request *q) { return add_files(db, q, tdb_merge); }
static int run_import(tdb *db, const request *q) { return add_files(db, q, tdb_import); }

static int copy_out(const char *path) {
  char buffer[65536];
  size_t n;
  FILE *in = fopen(path, "re");
  while (in && (n = fread(buffer, 1, sizeof buffer, in)) && fwrite(buffer, 1, n, stdout) == n);
  int failed = !in || ferror(in) || fflush(stdout) || ferror(stdout);
  if (in) fclose(in);
  if (!failed) return EXIT_DONE;
  fprintf(stderr, "constrint: cannot write the export: %s\n", strerror(errno));
  return EXIT_ENVIRONMENT;
}

/* "-": by way of a file, since an export is written whole or not at all. */
static int export_to_stdout(tdb *db) {
  const char *base = getenv("TMPDIR");
  char folder[4096], path[4200];
  snprintf(folder, sizeof folder, "%s/constrint-export-XXXXXX", base && *base ? base : "/tmp");
  if (!mkdtemp(folder)) {
    fprintf(stderr, "constrint: %s: %s; set TMPDIR\n", folder, strerror(errno));
    return EXIT_ENVIRONMENT;
  }
  snprintf(path, sizeof path, "%s/export.jsonl", folder);
  int rc = tdb_export(db, path);
  int code = rc ? usage_failure(rc) : copy_out(path);
  unlink(path);
  rmdir(folder);
  return code;
}

static int run_export(tdb *db, const request *q) {
  if (!strcmp(q->files[0], "-")) return export_to_stdout(db);
  int rc = tdb_export(db, q->files[0]);
  return rc ? usage_failure(rc) : EXIT_DONE;
}

static int run_ship(tdb *db, const request *q) {
  int rc = tdb_ship(db, q->files[0]);
  return rc ? usage_failure(rc) : EXIT_DONE;
}

static int keep_ok(void *data, const tdb_identity *who, const tdb_origin *origin, const tdb_trial *t) {
  (void)data, (void)who, (void)origin;
  return t->status == TDB_TRIAL_OK;
}

static int run_prune(tdb *db, const request *q) {
  int64_t removed;
  int rc = q->all_failed ? tdb_prune_if(db, keep_ok, NULL, &removed) : tdb_prune(db, &removed);
  return rc ? usage_failure(rc) : print_count(q, "removed", removed);
}

static int run_missed(tdb *db, const request *q) { return missed_print(db, q->kernel, q->device, q->json); }

static const action actions[] = {
  {"check", "[FILE]", "is the file whole, does every row mean something? (1: no)", TDB_READ, 0, 0, 1, run_check},
  {"merge", "FILE...", "add what other databases have", TDB_WRITE, 1, 1, -1, run_merge},
  {"export", "OUT.jsonl", "write everything as JSON lines; - is standard output", TDB_READ, 0, 1, 1, run_export},
  {"import", "IN.jsonl...", "add what exports have; each file all or nothing", TDB_WRITE, 1, 1, -1, run_import},
  {"prune", "", "remove failed trials of kernel versions that are not the newest", TDB_WRITE, 0, 0, 0, run_prune},
  {"ship", "OUT.db", "write a copy for shipping: winners and their artifacts only", TDB_READ, 0, 1, 1, run_ship},
  {"missed", "", "print what programs asked for in vain as a workload for 'constrint tune' (1: nothing)", TDB_READ, 0, 0, 0,
   run_missed},
};
enum { ACTIONS = sizeof actions / sizeof *actions };

static void help(FILE *to) {
  fputs("usage: constrint db ACTION [--db FILE] [--json] [FILE...]\n\n", to);
  for (int i = 0; i < ACTIONS; i++) fprintf(to, "  %-6s %-12s %s\n", actions[i].name, actions[i].files, actions[i].summary);
  fputs("\n  --db FILE     the database; default $CONSTRINT_DB, else ~/.local/share/constrint/tuned.db\n"
        "  --json        machine-readable output\n"
        "  --kernel K    missed: of this kernel; default: the only one\n"
        "  --device D    missed: on devices of this name or architecture; default: any\n"
        "  --all-failed  prune: every failed trial, of the newest version too\n", to);
}

static const action *find(const char *name) {
  for (int i = 0; i < ACTIONS; i++)
    if (!strcmp(actions[i].name, name)) return &actions[i];
  return NULL;
}

static int run_action(const action *a, const request *q) {
  tdb *db;
  if (!a->create && a->mode == TDB_WRITE && access(q->path, F_OK)) {
    fprintf(stderr, "constrint: %s: there is no such database\n", q->path);
    return EXIT_USAGE;
  }
  int rc = tdb_open(&db, q->path, a->mode);
  if (rc) {
    int code = usage_failure(rc);
    return a->run == run_check && rc == TDB_EDAMAGED ? EXIT_NONE : code;
  }
  int code = a->run(db, q);
  tdb_close(db);
  return code;
}

enum { OPT_DB = 256, OPT_JSON, OPT_FAILED, OPT_KERNEL, OPT_DEVICE, OPT_HELP };

static const struct option options[] = {{"db", required_argument, NULL, OPT_DB},
                                        {"json", no_argument, NULL, OPT_JSON},
                                        {"all-failed", no_argument, NULL, OPT_FAILED},
                                        {"kernel", required_argument, NULL, OPT_KERNEL},
                                        {"device", required_argument, NULL, OPT_DEVICE},
                                        {"help", no_argument, NULL, OPT_HELP},
                                        {NULL, 0, NULL, 0}};

/* -1: go on. */
static int parse(int argc, char **argv, const action *a, request *q, const char **named) {
  optind = 1;
  opterr = 0;
  for (int got; (got = getopt_long(argc, argv, ":h", options, NULL)) != -1;) {
    if (got == OPT_DB) *named = optarg;
    else if (got == OPT_JSON) q->json = 1;
    else if (got == OPT_FAILED && a->run == run_prune) q->all_failed = 1;
    else if (got == OPT_KERNEL && a->run == run_missed) q->kernel = optarg;
    else if (got == OPT_DEVICE && a->run == run_missed) q->device = optarg;
    else if (got == OPT_HELP || got == 'h') return help(stdout), EXIT_DONE;
    else return usage_bad_option(q->name, got, argv);
  }
  q->files = argv + optind;
  q->nfiles = argc - optind;
  if (q->nfiles < a->min_files) return usage_error(q->name, "%s is missing", a->files);
  if (a->max_files >= 0 && q->nfiles > a->max_files)
    return usage_error(q->name, "one file too many: '%s'", q->files[a->max_files]);
  return -1;
}

static int run_named(const action *a, int argc, char **argv) {
  char name[32];
  const char *named = NULL;
  request q = {.name = name};
  snprintf(name, sizeof name, "db %s", a->name);
  int code = parse(argc, argv, a, &q, &named);
  if (code >= 0) return code;
  if (a->run == run_check && q.nfiles) {
    if (named) return usage_error(name, "one file too many: '%s'", q.files[0]);
    named = q.files[0];
  }
  if (!(q.path = usage_database(named))) return EXIT_ENVIRONMENT;
  code = run_action(a, &q);
  free(q.path);
  return code;
}

int db_run(int argc, char **argv) {
  if (argc < 2) return usage_error("db", "which action? check, merge, export, import, prune, ship or missed");
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) return help(stdout), EXIT_DONE;
  const action *a = find(argv[1]);
  return a ? run_named(a, argc - 1, argv + 1) : usage_error("db", "there is no action '%s'", argv[1]);
}
