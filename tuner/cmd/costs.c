/* `constrint costs`: how well the spec's cost predicts what was measured. */
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "fail.h"
#include "loop_commands.h"
#include "predict.h"
#include "spec_find.h"

enum { PATHS = 16 };

struct options {
  const char *kernel, *device, *hardware, *db, *paths[PATHS];
  size_t npaths;
  int json;
};

static const char usage[] =
  "usage: constrint costs --kernel K --hardware FILE --db FILE [--device KIND] [--spec-path DIR] [--json]\n"
  "\n"
  "How well the cost in a kernel's spec ranks the configurations that were measured:\n"
  "Spearman's rank correlation, for each problem of the database and for all together.\n"
  "\n"
  "  --kernel K        the kernel's spec, by name or path\n"
  "  --device KIND     the spec of KERNEL-KIND, where a kernel has several (cpu)\n"
  "  --hardware FILE   the hardware model that the costs are computed from\n"
  "  --db FILE         the database; trials of this very spec count\n"
  "  --spec-path DIR   looked in first; may be repeated\n"
  "  --json            as JSON on stdout\n"
  "\n"
  "Exit: 0 done; 1 no such trials; 2 wrong use or bad input; 4 the environment.\n";

static int wrong(const char *text) {
  fprintf(stderr, "constrint costs: %s; 'constrint costs --help' tells how\n", text);
  return EXIT_USAGE;
}

static int read_options(struct options *o, int argc, char **argv, int *help) {
  static const struct option known[] = {
    {"kernel", 1, NULL, 'k'}, {"device", 1, NULL, 'D'}, {"hardware", 1, NULL, 'H'}, {"db", 1, NULL, 'd'},
    {"spec-path", 1, NULL, 'C'}, {"json", 0, NULL, 'j'}, {"help", 0, NULL, 'h'}, {NULL, 0, NULL, 0}};
  *o = (struct options){.device = "cpu"};
  opterr = 0;
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    if (c == 'h') {
      fputs(usage, stdout);
      *help = 1;
      return EXIT_DONE;
    }
    if (c == 'k') o->kernel = optarg;
    else if (c == 'D') o->device = optarg;
    else if (c == 'H') o->hardware = optarg;
    else if (c == 'd') o->db = optarg;
    else if (c == 'C' && o->npaths < PATHS) o->paths[o->npaths++] = optarg;
    else if (c == 'j') o->json = 1;
    else return wrong("that is no option of it");
  }
  if (optind < argc) return wrong("there are no arguments but options");
  return o->kernel && o->hardware && o->db ? EXIT_DONE : wrong("it needs --kernel, --hardware and --db");
}

static int collect(struct prediction *out, const struct options *o, const struct spec *s) {
  hw_model *hw = NULL;
  tdb *db = NULL;
  int code = hw_load(&hw, o->hardware) < 0 ? tuner_fail(TUNER_EINPUT, "%s", hw_error()) : TUNER_OK;
  if (!code && tdb_open(&db, o->db, TDB_READ) < 0) code = tuner_fail(TUNER_EINPUT, "%s", tdb_error());
  if (!code) code = predict(out, db, s, hw);
  if (!code && !out->n) code = tuner_fail(TUNER_ENOTFOUND, "%s has no trials of this spec of %s", o->db, s->kernel);
  tdb_close(db);
  hw_free(hw);
  return code;
}

static void print(const struct prediction *p) {
  for (size_t i = 0; i < p->n; i++) printf("%6.3f  %6zu trials  %s\n", p->lines[i].correlation, p->lines[i].trials, p->lines[i].problem);
  printf("%6.3f  %6zu trials of %zu problems together\n", p->correlation, p->trials, p->n);
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static int print_json(const struct prediction *p) {
  json_t *lines = json_array();
  for (size_t i = 0; i < p->n; i++)
    json_array_append_new(lines, json_pack("{s:s,s:I,s:o}", "problem", p->lines[i].problem, "trials",
                                           (json_int_t)p->lines[i].trials, "correlation", number(p->lines[i].correlation)));
  json_t *json = json_pack("{s:i,s:I,s:o,s:o}", "version", 1, "trials", (json_int_t)p->trials, "correlation",
                           number(p->correlation), "problems", lines);
  int code = json && !json_dumpf(json, stdout, JSON_INDENT(2)) && putchar('\n') != EOF ? EXIT_DONE : EXIT_ENVIRONMENT;
  json_decref(json);
  return code;
}

static int show(const struct options *o, const struct spec *s) {
  struct prediction p = {.n = 0};
  int code = collect(&p, o, s), found = code != TUNER_ENOTFOUND, exit_code = EXIT_DONE;
  if (code) {
    fprintf(stderr, "constrint costs: %s\n", tuner_error());
    exit_code = found ? tuner_exit_code(code) : EXIT_NONE;
  } else if (o->json) {
    exit_code = print_json(&p);
  } else {
    print(&p);
  }
  prediction_release(&p);
  return exit_code;
}

int run_costs(int argc, char **argv) {
  struct options o;
  struct search_path specs = {NULL, 0};
  struct spec *s = NULL;
  int help = 0, code = read_options(&o, argc, argv, &help);
  if (code || help) return code;
  code = search_specs(&specs, o.paths, o.npaths);
  if (!code) code = spec_find(&s, &specs, o.kernel, o.device);
  if (code) fprintf(stderr, "constrint costs: %s\n", tuner_error());
  code = code ? tuner_exit_code(code) : show(&o, s);
  spec_free(s);
  search_release(&specs);
  return code;
}
