/* constrint hw check FILE...: reads each model, says what is wrong with it. */
#include <getopt.h>
#include <stdio.h>

#include "command.h"
#include "hw.h"

static const char usage[] =
    "usage: constrint hw check FILE...\n\n"
    "Checks hardware models: known keys, units, sources.  Exit code 0 if all are\n"
    "right, 2 if one is not; its first error is named with line and column.\n";

static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

static int check_file(const char *file) {
  hw_model *m;
  int rc = hw_load(&m, file);
  if (rc) return hw_report_error("check", rc);
  fprintf(stderr, "%s: %s, %zu figures\n", file, hw_name(m), hw_count(m));
  hw_free(m);
  return EXIT_DONE;
}

int hw_check_command(int argc, char **argv) {
  int worst = EXIT_DONE;
  for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
    if (c != 'h') return EXIT_USAGE;
    fputs(usage, stdout);
    return EXIT_DONE;
  }
  if (optind == argc) {
    fputs("constrint hw check: name at least one FILE\n", stderr);
    return EXIT_USAGE;
  }
  for (; optind < argc; optind++) {
    int code = check_file(argv[optind]);
    if (code > worst) worst = code;
  }
  return worst;
}
