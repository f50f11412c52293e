/* constrint hw probe: writes the model of this machine as YAML. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "hw.h"

static const char usage[] =
    "usage: constrint hw probe [--device cpu|cuda] [--quick] [-o FILE]\n\n"
    "Writes the model of this machine: what the system tells, and rates, bandwidths\n"
    "and latencies as measured now (a few seconds; the machine should be idle).\n\n"
    "  --device D         cpu (default) or cuda\n"
    "  --quick            measure nothing\n"
    "  -o, --output FILE  written whole or not at all; else standard output\n";

static const struct option options[] = {
    {"device", required_argument, NULL, 'd'}, {"quick", no_argument, NULL, 'q'},
    {"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

static void progress(void *data, const char *what, int step, int steps) {
  (void)data;
  fprintf(stderr, "\r\033[K%d/%d %s", step, steps, step == steps ? "" : what);
  if (step == steps) fputs("\r\033[K", stderr);
}

static int fail_file(const char *path) {
  fprintf(stderr, "constrint hw probe: cannot write %s: %s\n", path, strerror(errno));
  return EXIT_ENVIRONMENT;
}

/* The model, synced and closed; 0 or -1 with errno. */
static int fill(FILE *f, const hw_model *m) {
  int bad = fputs("# Written by 'constrint hw probe'.\n", f) == EOF || hw_write(m, f) || fsync(fileno(f));
  return fclose(f) || bad ? -1 : 0;
}

/* Beside the target under a name of its own, then renamed: readers see the old
 * file or the new one, and two writers do not meet. */
static int write_file(const hw_model *m, const char *path) {
  size_t size = strlen(path) + sizeof ".XXXXXX";
  char *partial = malloc(size);
  if (!partial) return fail_file(path);
  snprintf(partial, size, "%s.XXXXXX", path);
  int fd = mkstemp(partial), code = EXIT_DONE;
  FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
  mode_t mask = umask(0);
  umask(mask);
  if (!f || fchmod(fd, 0666 & ~mask) || fill(f, m) || rename(partial, path)) {
    code = fail_file(path);
    if (fd >= 0) unlink(partial);
  }
  free(partial);
  return code;
}

static int probe(const char *device, int quick, const char *output) {
  hw_model *m;
  int rc = hw_probe_watched(&m, device, quick, isatty(STDERR_FILENO) ? progress : NULL, NULL);
  if (rc) return hw_report_error("probe", rc);
  int code = EXIT_DONE;
  if (output) code = write_file(m, output);
  else if (hw_write(m, stdout)) code = fail_file("standard output");
  hw_free(m);
  return code;
}

int hw_probe_command(int argc, char **argv) {
  const char *device = "cpu", *output = NULL;
  int quick = 0;
  for (int c; (c = getopt_long(argc, argv, "ho:", options, NULL)) != -1;) {
    if (c == 'h') {
      fputs(usage, stdout);
      return EXIT_DONE;
    }
    if (c == 'd') device = optarg;
    else if (c == 'q') quick = 1;
    else if (c == 'o') output = optarg;
    else return EXIT_USAGE;
  }
  if (optind < argc) {
    fprintf(stderr, "constrint hw probe: unexpected '%s'\n", argv[optind]);
    return EXIT_USAGE;
  }
  return probe(device, quick, output);
}
