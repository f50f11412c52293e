/* constrint query: what a program that looks up a problem would be told. */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "commands.h"
#include "tunedb.h"
#include "usage.h"

static const char name[] = "query";
enum { SHIPPED_MAX = 16, SCALING_MAX = 32, KEY_MAX = 64 };

/* What is asked, and what the databases make of what was left out. */
typedef struct question {
  const char *db, *kernel, *version, *problem, *device, *architecture, *scaling;
  const char *shipped[SHIPPED_MAX];
  int nshipped, json;
  int64_t units;
} question;

/* A device met in the rows of the kernel. */
typedef struct device { char *name, *architecture; int64_t units; } device;

/* What the rows of the kernel say. */
typedef struct survey {
  const question *asked;
  char *version; /* the newest */
  char scaling[SCALING_MAX][KEY_MAX];
  int nscaling;
  device *devices;
  size_t ndevices;
} survey;

static void note_scaling(survey *s, const char *key, size_t size) {
  if (size >= KEY_MAX || s->nscaling == SCALING_MAX) return;
  for (int i = 0; i < s->nscaling; i++)
    if (strlen(s->scaling[i]) == size && !memcmp(s->scaling[i], key, size)) return;
  memcpy(s->scaling[s->nscaling], key, size);
  s->scaling[s->nscaling++][size] = '\0';
}

/* The keys of "T=128,U=3". */
static void note_scaling_keys(survey *s, const char *text) {
  for (const char *at = text; *at;) {
    size_t size = strcspn(at, "=,");
    if (size) note_scaling(s, at, size);
    at += strcspn(at, ",");
    at += *at == ',';
  }
}

static int fits(const question *q, const tdb_identity *who) {
  return (!q->device || !strcmp(q->device, who->device)) &&
         (!q->architecture || !strcmp(q->architecture, who->architecture)) && (!q->units || q->units == who->units);
}

static void note_device(survey *s, const tdb_identity *who) {
  for (size_t i = 0; i < s->ndevices; i++)
    if (!strcmp(s->devices[i].name, who->device) && !strcmp(s->devices[i].architecture, who->architecture) &&
        s->devices[i].units == who->units)
      return;
  device *grown = realloc(s->devices, (s->ndevices + 1) * sizeof *grown);
  if (!grown) return;
  s->devices = grown;
  grown[s->ndevices++] = (device){strdup(who->device), strdup(who->architecture), who->units};
}

static int note(void *data, const tdb_identity *who) {
  survey *s = data;
  if (strcmp(who->kernel, s->asked->kernel)) return 0;
  if (!s->version || strverscmp(who->version, s->version) > 0) {
    free(s->version);
    s->version = strdup(who->version);
  }
  if (!s->asked->scaling) note_scaling_keys(s, who->scaling);
  if (fits(s->asked, who)) note_device(s, who);
  return 0;
}

static void survey_release(survey *s) {
  for (size_t i = 0; i < s->ndevices; i++) {
    free(s->devices[i].name);
    free(s->devices[i].architecture);
  }
  free(s->devices);
  free(s->version);
}

static int is_scaling(const survey *s, const char *setting) {
  size_t size = strcspn(setting, "=");
  for (int i = 0; i < s->nscaling; i++)
    if (strlen(s->scaling[i]) == size && !memcmp(s->scaling[i], setting, size)) return 1;
  return 0;
}

/* The settings whose keys are (not) scaling; canonical in, canonical out. */
static char *select_settings(const survey *s, const char *canonical, int scaling) {
  char *copy = strdup(canonical), *out = calloc(strlen(canonical) + 1, 1), *rest = copy, *piece;
  while (copy && out && *canonical && (piece = strsep(&rest, ","))) {
    if (is_scaling(s, piece) != scaling) continue;
    if (*out) strcat(out, ",");
    strcat(out, piece);
  }
  free(copy);
  return out;
}

static int print_json(const question *q, const tdb_identity *who, const tdb_answer *a) {
  json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s?, s:o, s:s, s:s?}", "version", 1,
                        "kernel", q->kernel, "kernel_version", who->version, "problem", who->problem,
                        "scaling", who->scaling, "device", who->device, "architecture", who->architecture,
                        "units", (json_int_t)who->units, "match", tdb_match_name(a->match), "config", a->config,
                        "seconds", a->config ? json_real(a->seconds) : json_null(), "reason", a->reason,
                        "artifact", a->artifact);
  int failed = !o || json_dumpf(o, stdout, JSON_COMPACT) || putchar('\n') == EOF;
  json_decref(o);
  return failed;
}

static void print_text(const tdb_answer *a) {
  printf("match: %s\n", tdb_match_name(a->match));
  if (a->config) printf("config: %s\nseconds: %.9g\n", a->config, a->seconds);
  if (a->artifact) printf("artifact: %s\n", a->artifact);
  printf("reason: %s\n", a->reason);
}

static int ask(tdb *db, const question *q, const tdb_identity *who) {
  tdb_answer a;
  int rc = tdb_lookup(db, who, NULL, NULL, NULL, NULL, &a);
  if (rc) return usage_failure(rc);
  if (!q->json) print_text(&a);
  int failed = q->json && print_json(q, who, &a);
  int code = failed ? EXIT_ENVIRONMENT : a.config ? EXIT_DONE : EXIT_NONE;
  tdb_answer_release(&a);
  return code;
}

/* The device asked for: named in full, or the only one that fits; -1: go on. */
static int choose_device(const question *q, const survey *s, tdb_identity *who) {
  *who = (tdb_identity){.device = q->device ? q->device : "any", .architecture = q->architecture ? q->architecture : "any",
                        .units = q->units ? q->units : 1};
  if (q->device && q->architecture && q->units) return -1;
  if (s->ndevices == 1) {
    who->device = s->devices[0].name;
    who->architecture = s->devices[0].architecture;
    who->units = s->devices[0].units;
  }
  if (s->ndevices < 2) return -1;
  fprintf(stderr, "constrint query: results of %zu devices: name one by --device, --architecture, --units:\n", s->ndevices);
  for (size_t i = 0; i < s->ndevices; i++)
    fprintf(stderr, "  --device '%s' --architecture '%s' --units %lld\n", s->devices[i].name, s->devices[i].architecture,
            (long long)s->devices[i].units);
  return EXIT_USAGE;
}

static int ask_surveyed(tdb *db, const question *q, const survey *s) {
  tdb_identity who;
  char *canonical = NULL;
  int code = choose_device(q, s, &who);
  if (code >= 0) return code;
  int rc = tdb_canonical(&canonical, q->problem);
  if (rc) return usage_failure(rc);
  char *exact = select_settings(s, canonical, 0), *scaling = select_settings(s, canonical, 1);
  who.kernel = q->kernel;
  who.version = q->version ? q->version : s->version ? s->version : "1";
  who.problem = exact;
  who.scaling = scaling;
  code = exact && scaling ? ask(db, q, &who) : EXIT_ENVIRONMENT;
  free(exact);
  free(scaling);
  free(canonical);
  return code;
}

/* What one more file's rows say. */
static int survey_file(survey *s, const char *path) {
  tdb *db;
  int rc = tdb_open(&db, path, TDB_READ);
  if (rc) return rc;
  rc = tdb_each_identity(db, note, s);
  tdb_close(db);
  return rc;
}

static int ask_files(tdb *db, const question *q) {
  survey s = {.asked = q};
  if (q->scaling) note_scaling_keys(&s, q->scaling);
  int rc = tdb_each_identity(db, note, &s);
  for (int i = 0; !rc && i < q->nshipped; i++) {
    rc = survey_file(&s, q->shipped[i]);
    if (!rc) rc = tdb_attach_shipped(db, q->shipped[i]);
  }
  int code = rc ? usage_failure(rc) : ask_surveyed(db, q, &s);
  survey_release(&s);
  return code;
}

static void help(void) {
  fputs("usage: constrint query --kernel K --problem KEY=VALUE,... [--db FILE] [--json]\n\n"
        "Prints the best configuration known for a problem, how well it fits, its time and why.\n"
        "Exit code 1 when nothing is found; the reason then names the command that tunes it.\n\n"
        "  --db FILE          the database; default $CONSTRINT_DB, else ~/.local/share/constrint/tuned.db\n"
        "  --shipped FILE     a read-only database beneath it; may be repeated\n"
        "  --kernel K         the kernel\n"
        "  --version V        its version; default: the newest in the database\n"
        "  --problem P        key=value,... every key of the problem\n"
        "  --scaling KEYS     keys over which a winner carries, as T,U; default: what the kernel's rows say\n"
        "  --device NAME, --architecture NAME, --units N\n"
        "                     the device; default: the only one with results of this kernel\n"
        "  --json             machine-readable output\n", stdout);
}

enum { OPT_DB = 256, OPT_SHIPPED, OPT_KERNEL, OPT_VERSION, OPT_PROBLEM, OPT_SCALING, OPT_DEVICE, OPT_ARCHITECTURE,
       OPT_UNITS, OPT_JSON, OPT_HELP };

static const struct option options[] = {
  {"db", required_argument, NULL, OPT_DB}, {"shipped", required_argument, NULL, OPT_SHIPPED},
  {"kernel", required_argument, NULL, OPT_KERNEL}, {"version", required_argument, NULL, OPT_VERSION},
  {"problem", required_argument, NULL, OPT_PROBLEM}, {"scaling", required_argument, NULL, OPT_SCALING},
  {"device", required_argument, NULL, OPT_DEVICE}, {"architecture", required_argument, NULL, OPT_ARCHITECTURE},
  {"units", required_argument, NULL, OPT_UNITS}, {"json", no_argument, NULL, OPT_JSON},
  {"help", no_argument, NULL, OPT_HELP}, {NULL, 0, NULL, 0}};

static int set_units(question *q, const char *text) {
  char *end;
  errno = 0;
  q->units = strtoll(text, &end, 10);
  return errno || *end || q->units < 1 ? usage_error(name, "--units '%s' is not a positive number", text) : -1;
}

static int add_shipped(question *q, const char *path) {
  if (q->nshipped == SHIPPED_MAX) return usage_error(name, "more than %d shipped databases", SHIPPED_MAX);
  q->shipped[q->nshipped++] = path;
  return -1;
}

/* -1: go on. */
static int set_option(question *q, int got, char **argv) {
  switch (got) {
    case OPT_DB: q->db = optarg; return -1;
    case OPT_KERNEL: q->kernel = optarg; return -1;
    case OPT_VERSION: q->version = optarg; return -1;
    case OPT_PROBLEM: q->problem = optarg; return -1;
    case OPT_SCALING: q->scaling = optarg; return -1;
    case OPT_DEVICE: q->device = optarg; return -1;
    case OPT_ARCHITECTURE: q->architecture = optarg; return -1;
    case OPT_JSON: q->json = 1; return -1;
    case OPT_UNITS: return set_units(q, optarg);
    case OPT_SHIPPED: return add_shipped(q, optarg);
    case OPT_HELP: case 'h': help(); return EXIT_DONE;
    default: return usage_bad_option(name, got, argv);
  }
}

static int parse(question *q, int argc, char **argv) {
  optind = 1;
  opterr = 0;
  for (int got; (got = getopt_long(argc, argv, ":h", options, NULL)) != -1;) {
    int code = set_option(q, got, argv);
    if (code >= 0) return code;
  }
  if (optind < argc) return usage_error(name, "what is '%s'?", argv[optind]);
  if (!q->kernel) return usage_error(name, "--kernel is missing");
  return q->problem ? -1 : usage_error(name, "--problem is missing");
}

int query_run(int argc, char **argv) {
  question q = {0};
  tdb *db;
  int code = parse(&q, argc, argv);
  if (code >= 0) return code;
  char *path = usage_database(q.db);
  if (!path) return EXIT_ENVIRONMENT;
  int rc = tdb_open(&db, path, TDB_READ);
  if (rc == TDB_ENOTFOUND && !q.db) { /* nothing tuned yet: an answer, not a mistake */
    fprintf(stderr, "constrint: %s\n", tdb_error());
    code = EXIT_NONE;
    if (q.nshipped && !tdb_open(&db, NULL, TDB_READ)) rc = TDB_OK;
  } else if (rc) {
    code = usage_failure(rc);
  }
  if (!rc) {
    code = ask_files(db, &q);
    tdb_close(db);
  }
  free(path);
  return code;
}
