/* `constrint why`: why has a kernel no configuration for a problem on a device? */
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blame.h"
#include "command.h"
#include "fail.h"
#include "loop_commands.h"
#include "spec_find.h"

enum { PATHS = 16 };

struct options {
  const char *kernel, *device, *hardware, *problem, *paths[PATHS];
  size_t npaths;
  double seconds;
  bool relax, json;
};

static const char usage[] =
  "usage: constrint why --kernel K --problem TEXT --hardware FILE [--device KIND] [--relax]\n"
  "                     [--time SECONDS] [--spec-path DIR] [--json]\n"
  "\n"
  "Why a kernel has no configuration for a problem: constraints of its spec that cannot hold\n"
  "together, as few as will do, and what they rest on: the problem's values and the device's figures.\n"
  "\n"
  "  --kernel K        the kernel's spec, by name or path\n"
  "  --problem TEXT    key=value,... as 'tune' takes it\n"
  "  --hardware FILE   the hardware model\n"
  "  --device KIND     the spec of KERNEL-KIND, where a kernel has several (cpu)\n"
  "  --relax           the fewest constraints that must be dropped instead\n"
  "  --time SECONDS    stop after this long\n"
  "  --spec-path DIR   looked in first; may be repeated\n"
  "  --json            as JSON on stdout\n"
  "\n"
  "Exit: 0 explained; 1 there are configurations; 2 wrong use or bad input; 3 a limit; 4 the environment.\n";

static int wrong(const char *text) {
  fprintf(stderr, "constrint why: %s; 'constrint why --help' tells how\n", text);
  return EXIT_USAGE;
}

static int set(struct options *o, int option) {
  char *end;
  switch (option) {
  case 'k': o->kernel = optarg; break;
  case 'D': o->device = optarg; break;
  case 'H': o->hardware = optarg; break;
  case 'p': o->problem = optarg; break;
  case 'r': o->relax = true; break;
  case 'j': o->json = true; break;
  case 't':
    o->seconds = strtod(optarg, &end);
    if (*end || !(o->seconds > 0)) return wrong("--time takes seconds");
    break;
  case 'C':
    if (o->npaths == PATHS) return wrong("too many --spec-path");
    o->paths[o->npaths++] = optarg;
    break;
  default: return wrong("that is no option of it, or it lacks its value");
  }
  return EXIT_DONE;
}

static int read_options(struct options *o, int argc, char **argv, int *help) {
  static const struct option known[] = {
    {"kernel", 1, NULL, 'k'}, {"device", 1, NULL, 'D'}, {"hardware", 1, NULL, 'H'}, {"problem", 1, NULL, 'p'},
    {"relax", 0, NULL, 'r'}, {"time", 1, NULL, 't'}, {"spec-path", 1, NULL, 'C'}, {"json", 0, NULL, 'j'},
    {"help", 0, NULL, 'h'}, {NULL, 0, NULL, 0}};
  *o = (struct options){.device = "cpu"};
  opterr = 0;
  optind = 0;
  for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    if (c == 'h') {
      fputs(usage, stdout);
      *help = 1;
      return EXIT_DONE;
    }
    int code = set(o, c);
    if (code) return code;
  }
  if (optind < argc) return wrong("there are no arguments but options");
  return o->kernel && o->hardware && o->problem ? EXIT_DONE : wrong("it needs --kernel, --problem and --hardware");
}

/* ---- printing ---- */

static void print_key(const struct spec_key *key, const kp_setting *setting) {
  if (key->labels) printf("problem.%s = %s\n", key->name, key->labels[setting->value]);
  else printf("problem.%s = %" PRId64 "\n", key->name, setting->value);
}

static void print_figure(const hw_figure *f, const char *file) {
  printf("hw.%s = %" PRId64 "%s%s", f->key, f->value, strcmp(f->unit, "count") ? " " : "", strcmp(f->unit, "count") ? f->unit : "");
  if (f->line) printf(" (%s:%d)", file, f->line);
  putchar('\n');
}

static void print(const struct options *o, const struct spec *s, const struct problem *p, const struct blame *b) {
  for (size_t i = 0; i < b->nconstraints; i++) {
    const struct spec_text *t = b->constraints[i];
    printf("%s:%d: %s: %s\n", s->path, t->place.line, t->name, t->text);
  }
  for (size_t i = 0; i < b->nkeys; i++) print_key(&s->problem[b->keys[i]], &p->settings[b->keys[i]]);
  for (size_t i = 0; i < b->nfigures; i++) print_figure(b->figures[i], o->hardware);
}

static json_t *constraints_json(const struct spec *s, const struct blame *b) {
  json_t *list = json_array();
  for (size_t i = 0; i < b->nconstraints; i++)
    json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:i}", "name", b->constraints[i]->name, "text", b->constraints[i]->text,
                                          "file", s->path, "line", b->constraints[i]->place.line));
  return list;
}

static json_t *keys_json(const struct spec *s, const struct problem *p, const struct blame *b) {
  json_t *all = json_object();
  for (size_t i = 0; i < b->nkeys; i++) {
    const struct spec_key *key = &s->problem[b->keys[i]];
    int64_t value = p->settings[b->keys[i]].value;
    json_object_set_new(all, key->name, key->labels ? json_string(key->labels[value]) : json_integer(value));
  }
  return all;
}

static json_t *figures_json(const struct options *o, const struct blame *b) {
  json_t *list = json_array();
  for (size_t i = 0; i < b->nfigures; i++) {
    const hw_figure *f = b->figures[i];
    json_array_append_new(list, json_pack("{s:s,s:I,s:s,s:s,s:i,s:s}", "key", f->key, "value", (json_int_t)f->value, "unit", f->unit,
                                          "file", o->hardware, "line", f->line, "source", f->source));
  }
  return list;
}

static int print_json(const struct options *o, const struct spec *s, const struct problem *p, const struct blame *b) {
  json_t *json = json_pack("{s:i,s:s,s:o,s:o,s:o}", "version", 1, "answer", b->legal ? "found" : o->relax ? "relaxed" : "none",
                           "constraints", constraints_json(s, b), "problem", keys_json(s, p, b), "figures", figures_json(o, b));
  bool fine = json && !json_dumpf(json, stdout, JSON_INDENT(2)) && putchar('\n') != EOF;
  json_decref(json);
  return fine ? EXIT_DONE : EXIT_ENVIRONMENT;
}

/* ---- the command ---- */

static int show(const struct options *o, const struct spec *s, const struct problem *p, const struct blame *b) {
  int code = o->json ? print_json(o, s, p, b) : EXIT_DONE;
  if (!o->json) print(o, s, p, b);
  if (b->legal) fprintf(stderr, "constrint why: there are configurations of %s for %s\n", s->kernel, p->text);
  return code ? code : b->legal ? EXIT_NONE : EXIT_DONE;
}

static int ask(const struct options *o, const struct spec *s) {
  hw_model *hw = NULL;
  struct problem *p = NULL;
  struct blame b = {0};
  ci_options options = {.limits.seconds = o->seconds};
  int code = hw_load(&hw, o->hardware) < 0 ? tuner_fail(TUNER_EINPUT, "%s", hw_error()) : TUNER_OK;
  if (!code) code = problem_parse(&p, s, o->problem);
  if (!code) code = blame_find(&b, s, p, hw, &options, o->relax);
  if (code) fprintf(stderr, "constrint why: %s\n", tuner_error());
  int exit_code = code ? tuner_exit_code(code) : show(o, s, p, &b);
  blame_release(&b);
  problem_free(p);
  hw_free(hw);
  return exit_code;
}

int run_why(int argc, char **argv) {
  struct options o;
  struct search_path specs = {NULL, 0};
  struct spec *s = NULL;
  int help = 0, code = read_options(&o, argc, argv, &help);
  if (code || help) return code;
  code = search_specs(&specs, o.paths, o.npaths);
  if (!code) code = spec_find(&s, &specs, o.kernel, o.device);
  if (code) fprintf(stderr, "constrint why: %s\n", tuner_error());
  code = code ? tuner_exit_code(code) : ask(&o, s);
  spec_free(s);
  search_release(&specs);
  return code;
}
