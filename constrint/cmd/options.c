/* Options: one table from which parsing and --help come. */
#include "options.h"
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"

static int complain(const struct options *o, const char *what, const char *text) {
  fprintf(stderr, "constrint %s: %s '%s'\n", o->command, what, text);
  return EXIT_USAGE;
}

bool parse_integer(const char *text, int64_t *value) {
  static const struct { const char *unit; int64_t factor; } units[] = {
    {"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
  };
  char *end;
  errno = 0;
  if (!strchr("-0123456789", *text)) return false;
  long long number = strtoll(text, &end, 10);
  if (errno || end == text) return false;
  for (int i = 0; i < 4; i++)
    if (!strcmp(end, units[i].unit)) return !__builtin_mul_overflow(number, units[i].factor, value);
  return false;
}

bool options_let(struct options *o, const char *name, size_t len, int64_t value) {
  for (size_t i = 0; i < o->nlets; i++) /* the last one given counts */
    if (strlen(o->lets[i].name) == len && !memcmp(o->lets[i].name, name, len)) {
      o->lets[i].value = value;
      return true;
    }
  ci_let *more = realloc(o->lets, (o->nlets + 1) * sizeof *more);
  char *copy = strndup(name, len);
  if (more) o->lets = more;
  if (!more || !copy) {
    free(copy);
    return false;
  }
  o->lets[o->nlets++] = (ci_let){copy, value};
  return true;
}

static int set_dialect(struct options *o, const char *text) {
  o->dialect = text;
  for (size_t i = 0; ci_dialect(i); i++)
    if (!strcmp(text, ci_dialect(i))) return CONTINUE;
  return complain(o, "--dialect is native, flashrnn, json, t1, bat, kernel-tuner or t4, not", text);
}
static int set_order(struct options *o, const char *text) { return o->order = text, CONTINUE; }
static int set_hardware(struct options *o, const char *text) { return o->hardware = text, CONTINUE; }
static int set_json(struct options *o, const char *text) { return (void)text, o->json = true, CONTINUE; }

static int set_let(struct options *o, const char *text) {
  const char *equals = strchr(text, '=');
  int64_t value;
  if (!equals || equals == text || !parse_integer(equals + 1, &value))
    return complain(o, "--let takes NAME=INTEGER (KiB, MiB, GiB may follow), not", text);
  return options_let(o, text, (size_t)(equals - text), value) ? CONTINUE : EXIT_ENVIRONMENT;
}

static int set_time(struct options *o, const char *text) {
  static const struct { const char *unit; double seconds; } units[] = {
    {"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"min", 60}, {"h", 3600},
  };
  char *end;
  double value = strtod(text, &end);
  for (size_t i = 0; end != text && i < sizeof units / sizeof *units; i++)
    if (!strcmp(end, units[i].unit) && value > 0 && isfinite(value)) {
      o->limits.seconds = value * units[i].seconds;
      return CONTINUE;
    }
  return complain(o, "--time takes seconds (or 500ms, 2m, 1h), not", text);
}

static int set_memory(struct options *o, const char *text) {
  int64_t value;
  if (!parse_integer(text, &value) || value <= 0)
    return complain(o, "--memory takes bytes (or 64KiB, 512MiB, 2GiB), not", text);
  o->limits.memory_bytes = (uint64_t)value;
  return CONTINUE;
}

static bool parse_count(const char *text, uint64_t *value) {
  char *end;
  errno = 0;
  *value = strtoull(text, &end, 10);
  return *text >= '0' && *text <= '9' && !*end && !errno;
}

static int set_seed(struct options *o, const char *text) {
  return parse_count(text, &o->seed) ? CONTINUE : complain(o, "--seed takes a number from 0 on, not", text);
}

static int set_limit(struct options *o, const char *text) {
  o->limited = true;
  return parse_count(text, &o->limit) ? CONTINUE : complain(o, "--limit takes a number from 0 on, not", text);
}

static int set_format(struct options *o, const char *text) {
  o->format = strcmp(text, "jsonl") ? FORMAT_CSV : FORMAT_JSONL;
  if (!strcmp(text, "jsonl") || !strcmp(text, "csv")) return CONTINUE;
  return complain(o, "--format is csv or jsonl, not", text);
}

static const struct {
  const char *name, *argument, *help;
  int (*set)(struct options *o, const char *text);
  unsigned needs, lacks; /* of a command's takes */
} table[] = {
  {"dialect", "NAME", "native, flashrnn, json (t1, bat, kernel-tuner or t4); default: by extension", set_dialect, 0, 0},
  {"order", "'> A < B'", "search order: largest value of A first, then smallest of B", set_order, 0, NO_SEARCH},
  {"let", "NAME=INTEGER", "a figure that the model may use", set_let, 0, 0},
  {"hardware", "FILE", "a hardware model: its figures are hw.KEY", set_hardware, 0, 0},
  {"time", "SECONDS", "stop after this long (also 500ms, 2m, 1h)", set_time, 0, NO_SEARCH},
  {"memory", "SIZE", "the solver's memory (bytes, or 512MiB, 2GiB)", set_memory, 0, NO_SEARCH},
  {"seed", "N", "of choices that the model leaves free", set_seed, 0, NO_SEARCH},
  {"limit", "N", "print at most N solutions", set_limit, TAKES_LIMIT, 0},
  {"format", "NAME", "csv (default) or jsonl", set_format, TAKES_FORMAT, 0},
  {"json", NULL, "JSON on standard output", set_json, 0, NO_JSON},
};
enum { OPTIONS = sizeof table / sizeof *table, HELP = OPTIONS };

static bool applies(int i, const struct usage *u) {
  return (table[i].needs & u->takes) == table[i].needs && !(table[i].lacks & u->takes);
}

static int help(const struct usage *u) {
  printf("usage: constrint %s %s [OPTIONS]\n\n%s\n\n", u->name, u->operands, u->text);
  puts("FILE is a model: .cint (native), .json (T1, BAT, Kernel Tuner, T4), .csp or .flashrnn (flashrnn); - is standard input.\n");
  for (int i = 0; i < OPTIONS; i++) {
    char left[64];
    if (!applies(i, u)) continue;
    snprintf(left, sizeof left, "--%s %s", table[i].name, table[i].argument ? table[i].argument : "");
    printf("  %-22s %s\n", left, table[i].help);
  }
  printf("  %-22s %s\n", "--help", "this text");
  return fflush(stdout) ? EXIT_ENVIRONMENT : EXIT_DONE;
}

static void long_options(struct option *out, const struct usage *u) {
  int n = 0;
  for (int i = 0; i < OPTIONS; i++)
    if (applies(i, u))
      out[n++] = (struct option){table[i].name, table[i].argument ? required_argument : no_argument, NULL, i + 256};
  out[n++] = (struct option){"help", no_argument, NULL, HELP + 256};
  out[n] = (struct option){0};
}

static int wrong_use(const struct usage *u, const char *what) {
  fprintf(stderr, "constrint %s: %s; 'constrint %s --help' tells more\n", u->name, what, u->name);
  return EXIT_USAGE;
}

static int operands(struct options *o, const struct usage *u, int argc, char **argv) {
  if (optind == argc) return wrong_use(u, "the model's FILE is missing");
  o->file = argv[optind];
  o->rest = argv + optind + 1;
  o->nrest = argc - optind - 1;
  if (o->nrest && !(u->takes & TAKES_REST)) return wrong_use(u, "one FILE at a time");
  return CONTINUE;
}

int options_parse(struct options *o, const struct usage *u, int argc, char **argv) {
  struct option longs[OPTIONS + 2];
  *o = (struct options){.command = u->name};
  o->limits.cancel = interrupt_asked;
  long_options(longs, u);
  optind = 0;
  opterr = 0;
  for (int c; (c = getopt_long(argc, argv, ":", longs, NULL)) != -1;) {
    char what[300];
    snprintf(what, sizeof what, "%s '%.200s'", c == ':' ? "no value behind" : "there is no option",
             argv[optind > 0 ? optind - 1 : 0]);
    if (c == ':' || c == '?') return wrong_use(u, what);
    if (c == HELP + 256) return help(u);
    int rc = table[c - 256].set(o, optarg);
    if (rc != CONTINUE) return rc;
  }
  return operands(o, u, argc, argv);
}

void options_free(struct options *o) {
  for (size_t i = 0; i < o->nlets; i++) free((char *)o->lets[i].name);
  free(o->lets);
}

int report_error(const struct options *o, int code) {
  switch (code) {
    case CI_ECANCEL: fprintf(stderr, "constrint %s: interrupted\n", o->command); return EXIT_INTERRUPTED;
    case CI_ELIMIT:
      fprintf(stderr, "constrint %s: the time limit left the answer open\n", o->command);
      return EXIT_OPEN;
    case CI_ENOMEM:
      fprintf(stderr, "constrint %s: %s\n", o->command,
              o->limits.memory_bytes ? "the memory limit left the answer open" : ci_error());
      return o->limits.memory_bytes ? EXIT_OPEN : EXIT_ENVIRONMENT;
    case CI_ESYNTAX: fprintf(stderr, "%s\n", ci_error()); return EXIT_USAGE;
    case CI_EINVAL: case CI_EOVERFLOW: fprintf(stderr, "constrint %s: %s\n", o->command, ci_error()); return EXIT_USAGE;
    default: fprintf(stderr, "constrint %s: %s\n", o->command, ci_error()); return EXIT_ENVIRONMENT;
  }
}
