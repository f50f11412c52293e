/* Options: one table from which parsing and --help come. */
#include "options.h"
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
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
  return complain(o, "--dialect is native, flashrnn, flatzinc, json, t1, bat, kernel-tuner or t4, not", text);
}
static int set_order(struct options *o, const char *text) { return o->order = text, CONTINUE; }
static int set_hardware(struct options *o, const char *text) { return o->hardware = text, CONTINUE; }
static int set_data(struct options *o, const char *text) { return o->data = text, CONTINUE; }
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

/* Which of the names, which end with NULL, the text is; -1: none. */
static int choose(const char *const *names, const char *text) {
  for (int i = 0; names[i]; i++)
    if (!strcmp(names[i], text)) return i;
  return -1;
}

static int set_format(struct options *o, const char *text) {
  static const char *const names[] = {[FORMAT_CSV] = "csv", [FORMAT_JSONL] = "jsonl", [FORMAT_NPY] = "npy", NULL};
  int chosen = choose(names, text);
  if (chosen < 0) return complain(o, "--format is csv, jsonl or npy, not", text);
  o->format = (enum format)chosen;
  return CONTINUE;
}

static int set_method(struct options *o, const char *text) {
  static const char *const names[] = {[CI_SAMPLE_INDEPENDENT] = "independent", [CI_SAMPLE_DISTINCT] = "distinct",
                                      [CI_SAMPLE_STRATIFIED] = "stratified", [CI_SAMPLE_SPREAD] = "spread", NULL};
  int chosen = choose(names, text);
  if (chosen < 0) return complain(o, "--method is independent, distinct, stratified or spread, not", text);
  o->method = (ci_sampling)chosen;
  return CONTINUE;
}

static int set_kind(struct options *o, const char *text) {
  static const char *const names[] = {[CI_NEIGHBOURS_HAMMING] = "hamming", [CI_NEIGHBOURS_ADJACENT] = "adjacent",
                                      [CI_NEIGHBOURS_WITHIN] = "within", [CI_NEIGHBOURS_STRICT] = "strict", NULL};
  int chosen = choose(names, text);
  if (chosen < 0) return complain(o, "--kind is hamming, adjacent, strict or within, not", text);
  o->kind = (ci_neighbourhood)chosen;
  return CONTINUE;
}

static int set_changes(struct options *o, const char *text) {
  uint64_t value;
  if (!parse_count(text, &value) || !value || value > UINT32_MAX)
    return complain(o, "--changes takes a number from 1 on, not", text);
  o->changes = (unsigned)value;
  return CONTINUE;
}

static int set_number(struct options *o, const char *text) {
  return parse_count(text, &o->number) ? CONTINUE : complain(o, "--number takes a number from 0 on, not", text);
}

static int set_from(struct options *o, const char *text) {
  return parse_count(text, &o->from) ? CONTINUE : complain(o, "--from takes an index from 0 on, not", text);
}

bool is_index(const char *text) { return *text && !text[strspn(text, "0123456789")]; }

static int set_learn(struct options *o, const char *text) {
  static const char *const names[] = {[CI_LEARN_AUTO] = "auto", [CI_LEARN_OFF] = "off", [CI_LEARN_ON] = "on", NULL};
  int chosen = choose(names, text);
  if (chosen < 0) return complain(o, "--learn is auto, on or off, not", text);
  o->learn = (ci_learning)chosen;
  return CONTINUE;
}

static int set_no_lp(struct options *o, const char *text) { return (void)text, o->no_lp = true, CONTINUE; }
static int set_free(struct options *o, const char *text) { return (void)text, o->free_search = true, CONTINUE; }

static int set_relax(struct options *o, const char *text) { return (void)text, o->relax = true, CONTINUE; }

static int set_threads(struct options *o, const char *text) {
  uint64_t n;
  if (!parse_count(text, &n) || !n || n > 64) return complain(o, "--threads takes a number from 1 to 64, not", text);
  o->threads = (unsigned)n;
  return CONTINUE;
}

static int set_pareto(struct options *o, const char *text) { return (void)text, o->pareto = true, CONTINUE; }
static int set_progress(struct options *o, const char *text) { return (void)text, o->progress = true, CONTINUE; }

static int set_explaining(struct options *o, const char *text) {
  static const char *const names[] = {"quickxplain", "deletion", NULL};
  int chosen = choose(names, text);
  if (chosen < 0) return complain(o, "--method is quickxplain or deletion, not", text);
  o->deletion = chosen == 1;
  return CONTINUE;
}

static int set_keep(struct options *o, const char *text) {
  const char **more = realloc(o->keep, (o->nkeep + 1) * sizeof *more);
  if (!more) return EXIT_ENVIRONMENT;
  o->keep = more;
  o->keep[o->nkeep++] = text;
  return CONTINUE;
}

static int set_output(struct options *o, const char *text) { return o->output = text, CONTINUE; }
static int set_save(struct options *o, const char *text) { return o->save = text, CONTINUE; }
static int set_proof(struct options *o, const char *text) { return o->proof = text, CONTINUE; }
static int set_such_that(struct options *o, const char *text) { return o->such_that = text, CONTINUE; }

static const struct {
  const char *name, *argument, *help;
  int (*set)(struct options *o, const char *text);
  unsigned needs, lacks; /* of a command's takes */
  char letter;
} table[] = {
  {"dialect", "NAME", "native, flashrnn, flatzinc, json (t1, bat, kernel-tuner or t4); default: by extension", set_dialect, 0, 0, 0},
  {"order", "'> A < B'", "search order: largest value of A first, then smallest of B", set_order, 0, NO_SEARCH | ORDERS_INDEX, 0},
  {"order", "'A B'", "order of indices: by A, then by B, then as declared", set_order, ORDERS_INDEX, 0, 0},
  {"such-that", "'COND; ...'", "only what also satisfies these conditions (native language)", set_such_that, TAKES_FORM, 0, 0},
  {"number", "N", "how many (1)", set_number, TAKES_SAMPLING, 0, 'n'},
  {"method", "NAME", "independent (default), distinct, stratified or spread", set_method, TAKES_SAMPLING, 0, 0},
  {"kind", "NAME", "hamming (default), adjacent, strict or within", set_kind, TAKES_NEARNESS, 0, 0},
  {"changes", "K", "of --kind within: at most K variables changed (2)", set_changes, TAKES_NEARNESS, 0, 'k'},
  {"save", "FILE", "write the compact form; commands take it in place of the model", set_save, TAKES_SAVE, 0, 0},
  {"let", "NAME=INTEGER", "a figure that the model may use", set_let, 0, 0, 0},
  {"data", "FILE.json", "the values of the model's parameters ('param')", set_data, 0, 0, 0},
  {"hardware", "FILE", "a hardware model: its figures are hw.KEY", set_hardware, 0, 0, 0},
  {"time", "SECONDS", "stop after this long (also 500ms, 2m, 1h)", set_time, 0, NO_LIMITS, 0},
  {"memory", "SIZE", "at most this much memory (bytes, or 512MiB, 2GiB)", set_memory, 0, NO_LIMITS, 0},
  {"seed", "N", "of choices that the model leaves free", set_seed, 0, NO_SEARCH | NO_SEED | TAKES_SAMPLING, 0},
  {"seed", "N", "of the random numbers (0)", set_seed, TAKES_SAMPLING, 0, 0},
  {"learn", "NAME", "auto (default), on or off: keep what each failure teaches", set_learn, TAKES_LEARNING, 0, 0},
  {"no-lp", NULL, "do without the linear relaxation", set_no_lp, TAKES_LEARNING, 0, 0},
  {"free", NULL, "search as it finds best, not by the model's advice", set_free, TAKES_LEARNING, 0, 0},
  {"threads", "N", "so many searches at once that share what they find (1)", set_threads, TAKES_LEARNING, 0, 0},
  {"pareto", NULL, "all solutions that none betters in one objective without being worse in another", set_pareto, TAKES_OBJECTIVES, 0, 0},
  {"progress", NULL, "each better solution and bound as it is found: on standard error, or JSON lines", set_progress, TAKES_OBJECTIVES, 0, 0},
  {"relax", NULL, "the fewest constraints to drop for a solution, and that solution", set_relax, TAKES_EXPLAINING, 0, 0},
  {"keep", "NAME", "with --relax: not this constraint (may be repeated)", set_keep, TAKES_EXPLAINING, 0, 0},
  {"method", "NAME", "quickxplain (default) or deletion", set_explaining, TAKES_EXPLAINING, 0, 0},
  {"proof", "FILE", "write a proof of the answer, for 'constrint verify' (one search only: slower)", set_proof, TAKES_LEARNING, 0, 0},
  {"from", "I", "begin with this index", set_from, TAKES_FROM, 0, 0},
  {"limit", "N", "print at most N", set_limit, TAKES_LIMIT, 0, 0},
  {"format", "NAME", "csv (default), jsonl, or npy (with --output)", set_format, TAKES_FORMAT, 0, 0},
  {"output", "FILE", "write to this file", set_output, TAKES_FORMAT, 0, 'o'},
  {"json", NULL, "JSON on standard output", set_json, 0, NO_JSON, 0},
};
enum { OPTIONS = sizeof table / sizeof *table, HELP = OPTIONS };

static bool applies(int i, const struct usage *u) {
  return (table[i].needs & u->takes) == table[i].needs && !(table[i].lacks & u->takes);
}

static int help(const struct usage *u) {
  printf("usage: constrint %s %s [OPTIONS]\n\n%s\n\n", u->name, u->operands, u->text);
  puts("FILE is a model: .cint (native), .json (T1, BAT, Kernel Tuner, T4), .csp or .flashrnn (flashrnn), .fzn (flatzinc); - is standard input (native or JSON).");
  if (u->takes & TAKES_FORM) puts("Or it is a compact form that 'constrint space --save' wrote.");
  putchar('\n');
  for (int i = 0; i < OPTIONS; i++) {
    char left[64], letter[] = {'-', table[i].letter, ',', ' ', 0};
    if (!applies(i, u)) continue;
    snprintf(left, sizeof left, "%s--%s %s", table[i].letter ? letter : "", table[i].name,
             table[i].argument ? table[i].argument : "");
    printf("  %-24s %s\n", left, table[i].help);
  }
  printf("  %-24s %s\n", "--help", "this text");
  return fflush(stdout) ? EXIT_ENVIRONMENT : EXIT_DONE;
}

/* getopt's two lists of what the command takes. */
static void list_options(struct option *longs, char *letters, const struct usage *u) {
  *letters++ = ':';
  for (int i = 0; i < OPTIONS; i++) {
    if (!applies(i, u)) continue;
    *longs++ = (struct option){table[i].name, table[i].argument ? required_argument : no_argument, NULL, i + 256};
    if (table[i].letter) *letters++ = table[i].letter, *letters++ = ':';
  }
  *longs++ = (struct option){"help", no_argument, NULL, HELP + 256};
  *longs = (struct option){0};
  *letters = 0;
}

/* The row of the table of what getopt found. */
static int row_of(int found) {
  for (int i = 0; i < OPTIONS; i++)
    if (table[i].letter == found) return i;
  return found - 256;
}

int wrong_use(const struct options *o, const char *format, ...) {
  va_list arguments;
  fprintf(stderr, "constrint %s: ", o->command);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "; 'constrint %s --help' tells more\n", o->command);
  return EXIT_USAGE;
}

static int operands(struct options *o, const struct usage *u, int argc, char **argv) {
  if (optind == argc) return wrong_use(o, "the model's FILE is missing");
  o->file = argv[optind];
  o->rest = argv + optind + 1;
  o->nrest = argc - optind - 1;
  if (o->nrest && !(u->takes & TAKES_REST)) return wrong_use(o, "one FILE at a time");
  if (o->format == FORMAT_NPY && !o->output) return wrong_use(o, "--format npy needs --output FILE");
  return CONTINUE;
}

int options_parse(struct options *o, const struct usage *u, int argc, char **argv) {
  struct option longs[OPTIONS + 2];
  char letters[2 * OPTIONS + 2];
  *o = (struct options){.command = u->name, .number = 1, .changes = 2};
  o->limits.cancel = interrupt_asked;
  list_options(longs, letters, u);
  optind = 0;
  opterr = 0;
  for (int c; (c = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
    const char *given = argv[optind > 0 ? optind - 1 : 0];
    if (c == ':') return wrong_use(o, "no value behind '%.200s'", given);
    if (c == '?') return wrong_use(o, "there is no option '%.200s'", given);
    if (c == HELP + 256) return help(u);
    int rc = table[row_of(c)].set(o, optarg);
    if (rc != CONTINUE) return rc;
  }
  return operands(o, u, argc, argv);
}

void options_free(struct options *o) {
  for (size_t i = 0; i < o->nlets; i++) free((char *)o->lets[i].name);
  free(o->lets);
  free(o->keep);
}

int report_error(const struct options *o, int code) {
  switch (code) {
    case CI_ECANCEL: fprintf(stderr, "constrint %s: interrupted\n", o->command); return EXIT_INTERRUPTED;
    case CI_ELIMIT:
      fprintf(stderr, "constrint %s: the time limit left the answer open\n", o->command);
      return EXIT_OPEN;
    case CI_ENOMEM: {
      bool limited = o->limits.memory_bytes || o->form_limited;
      fprintf(stderr, "constrint %s: %s\n", o->command,
              limited ? "the memory limit left the answer open; --memory SIZE sets another" : ci_error());
      return limited ? EXIT_OPEN : EXIT_ENVIRONMENT;
    }
    case CI_ESYNTAX: fprintf(stderr, "%s\n", ci_error()); return EXIT_USAGE;
    case CI_EINVAL: case CI_EOVERFLOW: fprintf(stderr, "constrint %s: %s\n", o->command, ci_error()); return EXIT_USAGE;
    default: fprintf(stderr, "constrint %s: %s\n", o->command, ci_error()); return EXIT_ENVIRONMENT;
  }
}
