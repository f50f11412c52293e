/* `constrint report`: what tuning found, as one HTML file. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "report_command.h"
#include "report_html.h"

static const char usage[] =
  "usage: constrint report --db FILE --out FILE.html [--kernel K]\n"
  "\n"
  "Writes one HTML file that needs nothing else: for each problem the best against\n"
  "the default and the reference, all trials, the winning configurations, failures.\n"
  "\n"
  "  --db FILE      the database\n"
  "  --out FILE     written whole or not at all; '-' is standard output\n"
  "  --kernel K     this kernel only\n"
  "\n"
  "Exit: 0 done (also with nothing to report); 2 wrong use or bad input; 4 cannot write.\n";

static const struct option options[] = {
  {"db", required_argument, NULL, 'd'}, {"out", required_argument, NULL, 'o'},
  {"kernel", required_argument, NULL, 'k'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

static int fail_write(const char *path) {
  fprintf(stderr, "constrint report: cannot write %s: %s\n", path, strerror(errno));
  return EXIT_ENVIRONMENT;
}

static int fail_database(int code) {
  if (code == TDB_ENOMEM) fputs("constrint report: out of memory\n", stderr);
  else fprintf(stderr, "constrint report: %s\n", tdb_error());
  int environment = code == TDB_ENOMEM || code == TDB_EBUSY || code == TDB_EIO;
  return environment ? EXIT_ENVIRONMENT : EXIT_USAGE;
}

static int fill(FILE *f, const struct report_data *d, const char *source) {
  report_html(f, d, source);
  int bad = fflush(f) || ferror(f) || fsync(fileno(f));
  return fclose(f) || bad ? -1 : 0;
}

/* Beside the target under a name of its own, then renamed: a reader sees the
 * old report or the new one. */
static int write_file(const struct report_data *d, const char *source, const char *path) {
  size_t size = strlen(path) + sizeof ".XXXXXX";
  char *partial = malloc(size);
  if (!partial) return fail_write(path);
  snprintf(partial, size, "%s.XXXXXX", path);
  int fd = mkstemp(partial), code = EXIT_DONE;
  FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
  mode_t mask = umask(0);
  umask(mask);
  if (!f || fchmod(fd, 0666 & ~mask) || fill(f, d, source) || rename(partial, path)) {
    code = fail_write(path);
    if (fd >= 0) unlink(partial);
  }
  free(partial);
  return code;
}

static int write_out(const struct report_data *d, const char *source, const char *path) {
  if (strcmp(path, "-")) return write_file(d, source, path);
  report_html(stdout, d, source);
  return fflush(stdout) || ferror(stdout) ? fail_write("standard output") : EXIT_DONE;
}

static int report(const char *path, const char *out, const char *kernel) {
  tdb *db;
  struct report_data *d;
  int code = tdb_open(&db, path, TDB_READ);
  if (code) return fail_database(code);
  code = report_collect(&d, db, kernel);
  if (code) code = fail_database(code); /* before closing: it keeps its message */
  tdb_close(db);
  if (code) return code;
  code = write_out(d, path, out);
  if (!code && !d->nproblems) fprintf(stderr, "constrint report: %s has no trials%s%s; the report says so\n", path,
                                      kernel ? " of " : "", kernel ? kernel : "");
  report_free(d);
  return code;
}

static int wrong(const char *text) {
  fprintf(stderr, "constrint report: %s; 'constrint report --help' tells more\n", text);
  return EXIT_USAGE;
}

int run_report(int argc, char **argv) {
  const char *db = NULL, *out = NULL, *kernel = NULL;
  for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
    if (c == 'h') {
      fputs(usage, stdout);
      return EXIT_DONE;
    }
    if (c == 'd') db = optarg;
    else if (c == 'o') out = optarg;
    else if (c == 'k') kernel = optarg;
    else return EXIT_USAGE;
  }
  if (optind < argc) return wrong("there are no arguments but options");
  if (!db) return wrong("name the database with --db FILE");
  if (!out) return wrong("name the report with --out FILE.html");
  return report(db, out, kernel);
}
