/* The executable: finds the command and hands over. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct command *const rooms[] = {constrint_commands, hw_commands, tune_commands, db_commands};
enum { ROOMS = sizeof rooms / sizeof *rooms };

static void help(FILE *to) {
  fputs("usage: constrint COMMAND [ARGUMENTS]\n\n", to);
  for (int r = 0; r < ROOMS; r++)
    for (const struct command *c = rooms[r]; c->name; c++)
      if (c->summary) fprintf(to, "  %-10s %s\n", c->name, c->summary);
  fputs("\n'constrint COMMAND --help' tells more; 'man constrint' has the exit codes.\n", to);
}

static const struct command *find(const char *name) {
  for (int r = 0; r < ROOMS; r++)
    for (const struct command *c = rooms[r]; c->name; c++)
      if (!strcmp(c->name, name)) return c;
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    help(stderr);
    return EXIT_USAGE;
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
    help(stdout);
    return EXIT_DONE;
  }
  if (!strcmp(argv[1], "--version")) {
    puts("constrint " CONSTRINT_VERSION);
    return EXIT_DONE;
  }
  const struct command *c = find(argv[1]);
  if (!c) {
    fprintf(stderr, "constrint: there is no command '%s'; 'constrint --help' lists them\n", argv[1]);
    return EXIT_USAGE;
  }
  return c->run(argc - 1, argv + 1);
}
