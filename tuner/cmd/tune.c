/* `constrint tune`: find the fastest configuration of a kernel, for problems. */
#include "tune.h"

#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "fail.h"
#include "hwcache.h"
#include "loop_commands.h"
#include "progress.h"
#include "search.h"
#include "spec_find.h"
#include "summary.h"
#include "workload.h"

enum { PATHS = 16 };

struct options {
  const char *kernel, *problem, *workload, *hardware, *device, *db;
  const char *plugin_paths[PATHS], *spec_paths[PATHS];
  size_t nplugin_paths, nspec_paths;
  const struct strategy *strategy;
  struct budget budget;
  uint64_t seed;
  double time_limit;
  int64_t memory_bytes;
  int jobs; /* processes that build ahead */
  int json, verbose;
};

/* Everything that is open; release() closes what there is. */
struct setting {
  struct search_path specs, plugins;
  struct workload *workload;
  struct spec *spec;
  struct plugin *plugin;
  struct problem **problems;
  size_t nproblems;
  hw_model *hw;
  kp_device device;
  tdb *db;
  struct worker *worker;
  struct yard *yard; /* NULL: building is nothing */
  int cancel_fd;
  struct summary_line *lines;
};

static const char usage[] =
  "usage: constrint tune --kernel K --problem k=v,... --db FILE [OPTIONS]\n"
  "       constrint tune --workload FILE --db FILE [OPTIONS]\n"
  "\n"
  "Times legal configurations of a kernel, each verified first, in a worker process;\n"
  "confirms the best against the default; records every trial. The same command\n"
  "again goes on where the last one stopped and times nothing twice.\n"
  "\n"
  "  --kernel K          the kernel's spec, by name or path\n"
  "  --problem k=v,...   one problem: a value for every key of the spec\n"
  "  --workload FILE     many problems (and the kernel)\n"
  "  --db FILE           the database; made if it is missing\n"
  "  --budget B          60s, 5m, 1h or 200trials for all problems together (60s)\n"
  "  --strategy S        local, cost-first, uniform or exhaustive (local)\n"
  "  --seed N            of inputs and of the search (1)\n"
  "  --device KIND       the spec of KERNEL-KIND, where a kernel has several (cpu)\n"
  "  --hardware FILE     a hardware model; auto: measured once, then cached (auto)\n"
  "  --time-limit S      seconds for one candidate (10)\n"
  "  --jobs N            processes that build ahead of the device, where building takes long;\n"
  "                      0: none (all cores but one)\n"
  "  --memory-limit MIB  of the worker's address space (none)\n"
  "  --plugin-path DIR, --spec-path DIR   looked in first; may be repeated\n"
  "  --verbose           a line for every trial once it is recorded, and the plug-in's stderr\n"
  "  --json              the result as JSON on stdout\n"
  "\n"
  "Exit: 0 done; 2 wrong use or bad input; 4 a problem could not be tuned; 130 interrupted.\n";

/* ---- Options ---- */

static int wrong(const char *text, const char *value) {
  fprintf(stderr, "constrint tune: %s%s%s; 'constrint tune --help' tells how\n", text, value ? " " : "", value ? value : "");
  return EXIT_USAGE;
}

static int complain(int code) {
  fprintf(stderr, "constrint tune: %s\n", tuner_error());
  return tuner_exit_code(code);
}

static int read_number(double *out, const char *text, double most) {
  char *rest;
  double x = strtod(text, &rest);
  if (rest == text || *rest || !(x > 0 && x <= most)) return 0;
  *out = x;
  return 1;
}

static int read_seed(uint64_t *out, const char *text) {
  char *rest;
  if (*text < '0' || *text > '9') return 0;
  *out = strtoull(text, &rest, 10) & INT64_MAX; /* the worker is told it as JSON */
  return !*rest;
}

static int read_jobs(int *out, const char *text) {
  char *rest;
  long n = strtol(text, &rest, 10);
  *out = (int)n;
  return rest != text && !*rest && n >= 0 && n <= YARD_JOBS;
}

/* The device's own process keeps a core to itself. */
static int spare_cores(void) {
  cpu_set_t cores;
  int n = sched_getaffinity(0, sizeof cores, &cores) ? 1 : CPU_COUNT(&cores);
  return n > YARD_JOBS ? YARD_JOBS : n > 1 ? n - 1 : 1;
}

static int add_path(const char **paths, size_t *n, const char *path) {
  if (*n == PATHS) return wrong("more folders than it takes at", path);
  paths[(*n)++] = path;
  return EXIT_DONE;
}

static int read_strategy(struct options *o, const char *name) {
  o->strategy = strategy_find(name);
  return o->strategy ? EXIT_DONE : complain(TUNER_EINPUT);
}

static int read_option(struct options *o, int c) {
  double number;
  int code;
  switch (c) {
    case 'k': o->kernel = optarg; return EXIT_DONE;
    case 'p': o->problem = optarg; return EXIT_DONE;
    case 'w': o->workload = optarg; return EXIT_DONE;
    case 'd': o->db = optarg; return EXIT_DONE;
    case 'D': o->device = optarg; return EXIT_DONE;
    case 'H': o->hardware = optarg; return EXIT_DONE;
    case 'S': return read_strategy(o, optarg);
    case 'b': return (code = budget_parse(&o->budget, optarg)) ? complain(code) : EXIT_DONE;
    case 's': return read_seed(&o->seed, optarg) ? EXIT_DONE : wrong("--seed takes a number, not", optarg);
    case 't': return read_number(&o->time_limit, optarg, 1e6) ? EXIT_DONE : wrong("--time-limit takes seconds, not", optarg);
    case 'm':
      if (!read_number(&number, optarg, 1e9)) return wrong("--memory-limit takes MiB, not", optarg);
      o->memory_bytes = (int64_t)(number * (1 << 20));
      return EXIT_DONE;
    case 'J': return read_jobs(&o->jobs, optarg) ? EXIT_DONE : wrong("--jobs takes 0 to 64 processes, not", optarg);
    case 'P': return add_path(o->plugin_paths, &o->nplugin_paths, optarg);
    case 'C': return add_path(o->spec_paths, &o->nspec_paths, optarg);
    case 'j': o->json = 1; return EXIT_DONE;
    case 'v': o->verbose = 1; return EXIT_DONE;
    default: return wrong("that is no option of it", NULL);
  }
}

static int check_options(const struct options *o, int argc, char **argv) {
  if (optind < argc) return wrong("what is this for:", argv[optind]);
  if (!o->db) return wrong("--db FILE is missing", NULL);
  if (!o->problem == !o->workload) return wrong("give either --problem or --workload", NULL);
  if (o->problem && !o->kernel) return wrong("--problem needs --kernel", NULL);
  return EXIT_DONE;
}

/* EXIT_DONE with *help set: there is nothing more to do. */
static int read_options(struct options *o, int argc, char **argv, int *help) {
  static const struct option known[] = {
    {"kernel", 1, NULL, 'k'}, {"problem", 1, NULL, 'p'}, {"workload", 1, NULL, 'w'}, {"db", 1, NULL, 'd'},
    {"budget", 1, NULL, 'b'}, {"strategy", 1, NULL, 'S'}, {"seed", 1, NULL, 's'}, {"hardware", 1, NULL, 'H'},
    {"device", 1, NULL, 'D'}, {"jobs", 1, NULL, 'J'},
    {"time-limit", 1, NULL, 't'}, {"memory-limit", 1, NULL, 'm'}, {"plugin-path", 1, NULL, 'P'},
    {"spec-path", 1, NULL, 'C'}, {"json", 0, NULL, 'j'}, {"verbose", 0, NULL, 'v'}, {"help", 0, NULL, 'h'},
    {NULL, 0, NULL, 0}};
  *o = (struct options){.hardware = "auto", .device = "cpu", .strategy = strategy_find("local"), .seed = 1, .time_limit = 10,
                        .jobs = spare_cores(),
                        .budget = {BUDGET_SECONDS, 60}};
  opterr = 0;
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    if (c == 'h') {
      fputs(usage, stdout);
      *help = 1;
      return EXIT_DONE;
    }
    int code = c == '?' ? wrong("there is no option", argv[optind - 1]) : read_option(o, c);
    if (code) return code;
  }
  return check_options(o, argc, argv);
}

/* ---- What the options name ---- */

/* A path, or the name of a workload beside the specs. */
static int find_workload(struct setting *s, const char *name) {
  char *path = NULL;
  int code = TUNER_OK;
  if (access(name, F_OK)) code = search_file(&path, &s->specs, "workloads", name, "yaml", "workload");
  if (!code) code = workload_load(&s->workload, path ? path : name);
  free(path);
  return code;
}

static int find_problems(struct setting *s, const struct options *o) {
  int code = o->workload ? find_workload(s, o->workload) : TUNER_OK;
  if (code) return code;
  const char *kernel = o->kernel ? o->kernel : s->workload->kernel;
  code = spec_find(&s->spec, &s->specs, kernel, o->device);
  if (code) return code;
  if (s->workload && strcmp(s->workload->kernel, s->spec->kernel))
    return tuner_fail(TUNER_EINPUT, "the workload is for the kernel '%s', --kernel says '%s'", s->workload->kernel, s->spec->kernel);
  if (s->workload) return workload_problems(&s->problems, &s->nproblems, s->workload, s->spec);
  s->problems = calloc(1, sizeof *s->problems);
  if (!s->problems) return tuner_nomem();
  code = problem_parse(&s->problems[0], s->spec, o->problem);
  s->nproblems = !code;
  return code;
}

static int find_plugin(struct setting *s) {
  char why[KP_WHY] = "";
  int code = plugin_load(&s->plugin, s->spec, &s->plugins);
  if (!code && s->plugin->table->identify(&s->device, why) < 0)
    code = tuner_fail(TUNER_EENV, "%s finds no device: %s", s->plugin->table->name, why);
  return code;
}

static int find_hardware(struct setting *s, const char *hardware) {
  char *path = NULL;
  int cached = 0;
  if (strcmp(hardware, "auto"))
    return hw_load(&s->hw, hardware) < 0 ? tuner_fail(TUNER_EINPUT, "%s", hw_error()) : TUNER_OK;
  int code = hwcache_probe(&s->hw, s->spec->device, &cached, &path);
  if (!code && path && !cached) fprintf(stderr, "measured this machine; its model is kept in %s\n", path);
  free(path);
  return code;
}

/* From here on the signals that ask to stop only make a descriptor readable. */
static int catch_signals(struct setting *s) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGHUP);
  s->cancel_fd = sigprocmask(SIG_BLOCK, &stop, NULL) ? -1 : signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
  return s->cancel_fd < 0 ? tuner_fail(TUNER_EENV, "signalfd: %m") : TUNER_OK;
}

static int make_worker(struct setting *s, const struct options *o) {
  struct worker_options w = {.show_stderr = o->verbose, .memory_bytes = o->memory_bytes, .cancel_fd = s->cancel_fd};
  return worker_new(&s->worker, &w);
}

/* Where building is nothing, or the device is the processor itself, there is no yard. */
static int make_yard(struct setting *s, const struct options *o) {
  struct yard_options y = {.jobs = o->jobs, .plugin = s->plugin->path, .device = &s->device, .time_limit = o->time_limit,
                           .show_stderr = o->verbose, .memory_bytes = o->memory_bytes};
  if (!s->plugin->table->build_ahead || !o->jobs) return TUNER_OK;
  return yard_open(&s->yard, &y);
}

static int open_database(struct setting *s, const char *path) {
  return tdb_open(&s->db, path, TDB_WRITE) < 0 ? tuner_fail(TUNER_EENV, "%s", tdb_error()) : TUNER_OK;
}

static int open_all(struct setting *s, const struct options *o) {
  int code = search_specs(&s->specs, o->spec_paths, o->nspec_paths);
  if (!code) code = search_plugins(&s->plugins, o->plugin_paths, o->nplugin_paths);
  if (!code) code = find_problems(s, o);
  if (!code) code = open_database(s, o->db);
  if (!code) code = catch_signals(s);
  if (!code) code = find_plugin(s);
  if (!code) code = find_hardware(s, o->hardware);
  if (!code) code = make_worker(s, o);
  if (!code) code = make_yard(s, o);
  if (!code && !(s->lines = calloc(s->nproblems, sizeof *s->lines))) code = tuner_nomem();
  return code;
}

static void release(struct setting *s) {
  yard_close(s->yard);
  worker_free(s->worker);
  tdb_close(s->db);
  hw_free(s->hw);
  for (size_t i = 0; i < s->nproblems; i++) {
    if (s->lines) tune_result_release(&s->lines[i].result);
    problem_free(s->problems[i]);
  }
  free(s->lines);
  free(s->problems);
  plugin_unload(s->plugin);
  spec_free(s->spec);
  workload_free(s->workload);
  search_release(&s->specs);
  search_release(&s->plugins);
  if (s->cancel_fd >= 0) close(s->cancel_fd);
}

/* ---- Tuning ---- */

static struct tune_job make_job(const struct setting *s, const struct options *o, const struct tune_events *events) {
  return (struct tune_job){.db = s->db, .worker = s->worker, .yard = s->yard, .plugin = s->plugin, .device = &s->device, .spec = s->spec,
                           .hw = s->hw, .strategy = o->strategy, .seed = o->seed, .time_limit = o->time_limit,
                           .budget = o->budget.kind, .events = events};
}

/* Each problem may run over a little; all of them together not by more than one candidate's limit
 * before another is begun. */
static int used_up(const struct options *o, double started) {
  return o->budget.kind == BUDGET_SECONDS && clock_seconds() - started > o->budget.amount + o->time_limit;
}

static int tune_all(struct setting *s, const struct options *o) {
  double started = clock_seconds();
  struct progress progress;
  struct tune_events events = {&progress, progress_trial, progress_note};
  struct budget_split split = {.total = o->budget, .problems = s->nproblems};
  struct tune_job job = make_job(s, o, &events);
  struct prefetch *prefetch = NULL;
  int code = TUNER_OK;
  if (s->yard) job.prefetch = &prefetch;
  progress_open(&progress, stderr, o->verbose, s->nproblems);
  for (size_t i = 0; i < s->nproblems; i++) s->lines[i].problem = s->problems[i];
  for (size_t i = 0; i < s->nproblems && !code; i++) {
    struct tune_result *r = &s->lines[i].result;
    if (used_up(o, started)) {
      progress_note(&progress, "the budget is used up: the same command again goes on with the problems not begun");
      break;
    }
    job.share = budget_share(&split);
    job.nominal = budget_nominal(&split);
    job.next = i + 1 < s->nproblems ? s->problems[i + 1] : NULL;
    progress_problem(&progress, s->problems[i]->text);
    s->lines[i].reached = 1;
    code = tune_problem(r, &job, s->problems[i]);
    if (r->outcome == TUNE_INTERRUPTED) break;
    if (r->outcome == TUNE_NOTHING_LEFT) budget_skip(&split);
    else budget_spend(&split, r->spent);
  }
  prefetch_end(prefetch);
  progress_clear(&progress);
  return code;
}

static int exit_of(const struct setting *s, int *interrupted) {
  int code = EXIT_DONE;
  *interrupted = 0;
  for (size_t i = 0; i < s->nproblems; i++) {
    const struct tune_result *r = &s->lines[i].result;
    if (r->outcome == TUNE_INTERRUPTED) *interrupted = 1;
    else if (s->lines[i].reached && (r->outcome == TUNE_FAILED || !r->best)) code = EXIT_ENVIRONMENT;
  }
  return *interrupted ? EXIT_INTERRUPTED : code;
}

static int report(struct setting *s, const struct options *o) {
  struct summary summary = {.kernel = s->spec->kernel, .device = s->device.name, .database = o->db,
                            .lines = s->lines, .n = s->nproblems};
  int code = exit_of(s, &summary.interrupted);
  if (!o->json) summary_print(stdout, &summary);
  else if (summary_json(stdout, &summary)) code = EXIT_ENVIRONMENT;
  return code;
}

int run_tune(int argc, char **argv) {
  struct options o;
  struct setting s = {.cancel_fd = -1};
  int help = 0, code = read_options(&o, argc, argv, &help);
  if (code || help) return code;
  code = open_all(&s, &o);
  if (!code) code = tune_all(&s, &o);
  code = code ? complain(code) : report(&s, &o);
  release(&s);
  return code;
}
