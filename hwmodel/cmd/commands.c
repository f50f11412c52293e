/* The commands of this room: "hw" and its parts. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "hw.h"

static const struct command parts[] = {
    {"show", "show a hardware model", hw_show_command},
    {"check", "check hardware models", hw_check_command},
    {"probe", "write the model of this machine", hw_probe_command},
    {NULL, NULL, NULL}};

static void help(FILE *to) {
  fputs("usage: constrint hw show|check|probe [ARGUMENTS]\n\n", to);
  for (const struct command *c = parts; c->name; c++) fprintf(to, "  %-8s %s\n", c->name, c->summary);
  fputs("\nA hardware model says what a device can do, every figure with its source.\n"
        "'constrint hw show --keys' lists the figures there are.\n", to);
}

static int run_hw(int argc, char **argv) {
  if (argc < 2) {
    fputs("constrint hw: name one of show, check, probe; 'constrint hw --help' tells more\n", stderr);
    return EXIT_USAGE;
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
    help(stdout);
    return EXIT_DONE;
  }
  for (const struct command *c = parts; c->name; c++)
    if (!strcmp(c->name, argv[1])) return c->run(argc - 1, argv + 1);
  fprintf(stderr, "constrint hw: there is no '%s'; known: show, check, probe\n", argv[1]);
  return EXIT_USAGE;
}

const struct command hw_commands[] = {
    {"hw", "hardware models: show, check, probe", run_hw},
    {NULL, NULL, NULL}};

int hw_report_error(const char *command, int code) {
  fprintf(stderr, "constrint hw %s: %s\n", command, hw_error());
  return code == HW_ENOMEM || code == HW_ENODEVICE ? EXIT_ENVIRONMENT : EXIT_USAGE;
}

int hw_open(hw_model **out, const char *file) {
  return strcmp(file, "auto") ? hw_load(out, file) : hw_probe(out, "cpu", 1);
}
