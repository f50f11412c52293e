/* constrint fzn: a FlatZinc model as MiniZinc wants it solved.
 *
 * Solutions are written as they are found, each with its separator; the exit
 * code is 0 whatever the answer, for MiniZinc takes any other for a crash. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "constrint.h"
#include "deadline.h"
#include "interrupt.h"
#include "load.h"
#include "solver_commands.h"

struct run {
  struct options common;
  bool all, intermediate, statistics, verbose, no_lp;
  uint64_t wanted; /* -n; 0: not given */
  unsigned threads;
  int free_search;
  ci_learning learn;
  ci_model *model;
  ci_options options;
  ci_solver *solver;
  ci_portfolio_stats together; /* of -p */
  int64_t *values;
  uint64_t printed;
  bool failed; /* a write failed, or memory ran out while a solution was printed */
  double started, read;
};

/* ---- options ---- */

static const char help_text[] =
  "usage: constrint fzn [OPTIONS] FILE\n\n"
  "Solves a FlatZinc model the way MiniZinc asks its solvers to: solutions as they are found,\n"
  "----------, ==========, =====UNSATISFIABLE===== and =====UNKNOWN=====. FILE - is standard input.\n"
  "Exit code 0 whatever the answer; 2: the file cannot be read.\n\n"
  "  -a                       all solutions; of an optimum all improving ones\n"
  "  -n N                     at most N solutions (improving ones where there is an objective)\n"
  "  -i                       improving solutions as they are found\n"
  "  -f                       free search: pass over the model's search annotations, learn from failures\n"
  "  -p N                     N searches at once that share what they find, for one solution or the best\n"
  "  -r N                     seed of the choices that are left free\n"
  "  -s                       statistics\n"
  "  -t MILLISECONDS          stop after this long\n"
  "  -v                       say on standard error what is done\n"
  "  --learn NAME             auto (default; with -f: on), on or off: keep what each failure teaches\n"
  "  --no-lp                  do without the linear relaxation\n"
  "  --memory SIZE            at most this much memory (bytes, or 512MiB, 2GiB)\n"
  "  --help                   this text";

static bool read_count(const char *text, uint64_t *out) {
  char *end;
  errno = 0;
  *out = strtoull(text, &end, 10);
  return *text >= '0' && *text <= '9' && !*end && !errno;
}

static int set_number(struct run *r, int option, const char *text) {
  uint64_t value;
  int64_t bytes;
  if (option == 'm') {
    if (!parse_integer(text, &bytes) || bytes <= 0)
      return wrong_use(&r->common, "--memory takes bytes (or 512MiB, 2GiB), not '%.100s'", text);
    r->common.limits.memory_bytes = (uint64_t)bytes;
    return CONTINUE;
  }
  if (!read_count(text, &value)) return wrong_use(&r->common, "-%c takes a whole number, not '%.100s'", option, text);
  if (option == 'n') r->wanted = value;
  if (option == 'n' && !value) r->all = true;
  if (option == 'p') r->threads = value > 64 ? 64 : (unsigned)value;
  if (option == 'r') r->common.seed = value;
  if (option == 't') r->common.limits.seconds = (double)value / 1000;
  return CONTINUE;
}

static int set_learning(struct run *r, const char *text) {
  static const char *const names[] = {[CI_LEARN_AUTO] = "auto", [CI_LEARN_OFF] = "off", [CI_LEARN_ON] = "on"};
  for (int i = 0; i < 3; i++)
    if (!strcmp(text, names[i])) {
      r->learn = (ci_learning)i;
      return CONTINUE;
    }
  return wrong_use(&r->common, "--learn is auto, on or off, not '%.100s'", text);
}

static int set_option(struct run *r, int option, const char *text) {
  switch (option) {
    case 'a': return r->all = true, CONTINUE;
    case 'i': return r->intermediate = true, CONTINUE;
    case 'f': return r->free_search = 1, CONTINUE;
    case 's': return r->statistics = true, CONTINUE;
    case 'v': return r->verbose = true, CONTINUE;
    case 'l': return set_learning(r, text);
    case 'L': return r->no_lp = true, CONTINUE;
    case 'h': puts(help_text); return fflush(stdout) ? EXIT_ENVIRONMENT : EXIT_DONE;
    default: return set_number(r, option, text);
  }
}

static int parse(struct run *r, int argc, char **argv) {
  static const struct option longs[] = {
    {"memory", required_argument, NULL, 'm'}, {"learn", required_argument, NULL, 'l'},
    {"no-lp", no_argument, NULL, 'L'}, {"help", no_argument, NULL, 'h'}, {0},
  };
  r->common = (struct options){.command = "fzn", .dialect = "flatzinc", .limits = {.cancel = interrupt_asked}};
  optind = 0;
  opterr = 0;
  for (int c; (c = getopt_long(argc, argv, ":an:ifp:r:st:v", longs, NULL)) != -1;) {
    const char *given = argv[optind > 0 ? optind - 1 : 0];
    if (c == ':') return wrong_use(&r->common, "no value behind '%.200s'", given);
    if (c == '?') return wrong_use(&r->common, "there is no option '%.200s'", given);
    int code = set_option(r, c, optarg);
    if (code != CONTINUE) return code;
  }
  if (optind == argc) return wrong_use(&r->common, "the model's FILE is missing");
  if (optind + 1 < argc) return wrong_use(&r->common, "one FILE at a time");
  r->common.file = argv[optind];
  return CONTINUE;
}

/* ---- output ---- */

static void say(const char *line) {
  puts(line);
  fflush(stdout);
}

/* -1: nothing more can be written. */
static int print_solution(struct run *r, const int64_t *values) {
  char *text;
  int rc = ci_model_output(r->model, values, &text);
  if (rc < 0) {
    r->failed = true;
    return -1;
  }
  fputs(text, stdout);
  free(text);
  puts("----------");
  r->printed++;
  r->failed = fflush(stdout) || ferror(stdout);
  return r->failed ? -1 : 0;
}

/* With -p the figures are those of all searches together. */
static ci_stats stats_of(const struct run *r) {
  const ci_portfolio_stats *p = &r->together;
  ci_stats stats = {.nodes = p->nodes, .failures = p->failures, .propagations = p->propagations, .peak_bytes = p->peak_bytes};
  if (!p->searches) ci_solver_stats(r->solver, &stats);
  return stats;
}

static void print_together(const ci_portfolio_stats *p) {
  printf("%%%%%%mzn-stat: searches=%u\n", p->searches);
  printf("%%%%%%mzn-stat: winner=%u\n", p->winner);
  printf("%%%%%%mzn-stat: rounds=%" PRIu64 "\n", p->rounds);
  printf("%%%%%%mzn-stat: sharedFacts=%" PRIu64 "\n", p->facts);
  printf("%%%%%%mzn-stat: sharedNogoods=%" PRIu64 "\n", p->nogoods);
  printf("%%%%%%mzn-stat: takenNogoods=%" PRIu64 "\n", p->taken);
}

static void print_statistics(const struct run *r) {
  if (!r->statistics || !r->solver) return;
  const ci_stats stats = stats_of(r);
  printf("%%%%%%mzn-stat: initTime=%.3f\n", r->read - r->started);
  printf("%%%%%%mzn-stat: solveTime=%.3f\n", deadline_now() - r->read);
  printf("%%%%%%mzn-stat: solutions=%" PRIu64 "\n", r->printed);
  printf("%%%%%%mzn-stat: variables=%zu\n", ci_model_vars(r->model));
  printf("%%%%%%mzn-stat: propagators=%zu\n", ci_model_constraints(r->model));
  printf("%%%%%%mzn-stat: propagations=%" PRIu64 "\n", stats.propagations);
  printf("%%%%%%mzn-stat: nodes=%" PRIu64 "\n", stats.nodes);
  printf("%%%%%%mzn-stat: failures=%" PRIu64 "\n", stats.failures);
  printf("%%%%%%mzn-stat: peakMem=%.2f\n", (double)stats.peak_bytes / (1 << 20));
  if (r->together.searches) print_together(&r->together);
  say("%%%mzn-stat-end");
}

/* ---- solving ---- */

/* An error of the library: what is known has been printed. */
static int give_up(struct run *r, int rc) {
  bool limit = rc == CI_ELIMIT || rc == CI_ECANCEL || rc == CI_ENOMEM;
  if (!limit || r->common.limits.memory_bytes == 0 || rc != CI_ENOMEM) {
    if (!limit || rc == CI_ENOMEM || r->verbose) fprintf(stderr, "constrint fzn: %s\n", ci_error());
  }
  if (!r->printed) say(limit ? "=====UNKNOWN=====" : "=====ERROR=====");
  return limit ? EXIT_DONE : EXIT_USAGE;
}

static uint64_t most(const struct run *r) { return r->wanted ? r->wanted : r->all ? UINT64_MAX : 1; }

static int satisfy_first(struct run *r) {
  ci_answer answer;
  int rc = r->threads > 1 ? ci_portfolio_watched(r->model, &r->options, r->threads, 0, r->values, &answer, NULL, NULL, &r->together)
                          : ci_solve(r->solver, r->values, &answer);
  if (rc < 0) return give_up(r, rc);
  if (answer == CI_NONE) say("=====UNSATISFIABLE=====");
  else print_solution(r, r->values);
  return EXIT_DONE;
}

static int satisfy(struct run *r) {
  if (most(r) == 1) return satisfy_first(r);
  while (r->printed < most(r)) {
    ci_answer answer;
    int rc = ci_next(r->solver, r->values, &answer);
    if (rc < 0) return give_up(r, rc);
    if (answer == CI_NONE) {
      say(r->printed ? "==========" : "=====UNSATISFIABLE=====");
      return EXIT_DONE;
    }
    if (print_solution(r, r->values) < 0) return EXIT_DONE;
  }
  return EXIT_DONE;
}

static void improved(void *data, const int64_t *values) {
  struct run *r = data;
  if (r->failed || (r->wanted && r->printed >= r->wanted)) return;
  print_solution(r, values);
}

/* A reason to stop besides the user's: enough was printed, or nothing can be. */
static int enough(void *data) {
  const struct run *r = data;
  return interrupt_asked(NULL) || r->failed || (r->wanted && r->printed >= r->wanted);
}

static void improved_together(void *data, const ci_progress *p) {
  if (p->improved) improved(data, p->values);
}

static int optimize_by(struct run *r, ci_answer *answer, bool stream) {
  if (r->threads <= 1) return ci_optimize(r->solver, r->values, answer, stream ? improved : NULL, r);
  return ci_portfolio_watched(r->model, &r->options, r->threads, 1, r->values, answer, stream ? improved_together : NULL, r,
                              &r->together);
}

static int optimize(struct run *r) {
  ci_answer answer;
  bool stream = r->all || r->intermediate || r->wanted > 1;
  int rc = optimize_by(r, &answer, stream);
  if (rc < 0) return give_up(r, rc);
  if (answer == CI_NONE) {
    say("=====UNSATISFIABLE=====");
    return EXIT_DONE;
  }
  if (!stream) print_solution(r, r->values);
  if (answer == CI_FOUND && !r->failed) say("==========");
  return EXIT_DONE;
}

static int solve(struct run *r) {
  ci_options options = {.seed = r->common.seed, .limits = r->common.limits, .free_search = r->free_search,
                        .no_relaxation = r->no_lp,
                        .learn = r->learn == CI_LEARN_AUTO && r->free_search ? CI_LEARN_ON : r->learn};
  options.limits.cancel = enough;
  options.limits.cancel_data = r;
  if (options.limits.seconds > 0) { /* the time includes the reading */
    double left = options.limits.seconds - (r->read - r->started);
    options.limits.seconds = left > 1e-6 ? left : 1e-6;
  }
  r->options = options;
  r->values = calloc(ci_model_vars(r->model) + 1, sizeof *r->values);
  int rc = r->values ? ci_solver_new(&r->solver, r->model, &options) : CI_ENOMEM;
  if (rc < 0) return report_error(&r->common, rc);
  return ci_model_objectives(r->model) ? optimize(r) : satisfy(r);
}

static int read_and_solve(struct run *r) {
  r->started = deadline_now();
  int code = load_model(&r->model, &r->common);
  r->read = deadline_now();
  if (code != CONTINUE) return code;
  if (r->verbose)
    fprintf(stderr, "%% read %zu variables and %zu constraints in %.3f s\n", ci_model_vars(r->model),
            ci_model_constraints(r->model), r->read - r->started);
  return solve(r);
}

int command_fzn(int argc, char **argv) {
  struct run r = {0};
  int code = parse(&r, argc, argv);
  if (code != CONTINUE) return code;
  interrupt_catch();
  code = read_and_solve(&r);
  print_statistics(&r);
  ci_solver_free(r.solver);
  ci_model_free(r.model);
  free(r.values);
  if (ferror(stdout) || fflush(stdout)) {
    fprintf(stderr, "constrint fzn: cannot write the answer: %s\n", strerror(errno ? errno : EIO));
    code = EXIT_ENVIRONMENT;
  }
  return code;
}
