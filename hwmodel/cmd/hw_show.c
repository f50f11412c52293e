/* constrint hw show FILE|auto: a model for people, or as JSON. */
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "hw.h"

static const char usage[] =
    "usage: constrint hw show FILE|auto [--json]\n"
    "       constrint hw show --keys\n\n"
    "Shows a hardware model, every figure with its source.  'auto' is this machine's\n"
    "processor as the system tells it, without measuring.\n\n"
    "  --json  one JSON object on standard output (values as strings, base units)\n"
    "  --keys  every figure that a model may have, its unit and meaning, as a table\n";

static const struct option options[] = {
    {"json", no_argument, NULL, 'j'}, {"keys", no_argument, NULL, 'k'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

static void show_keys(void) {
  const hw_key *k;
  printf("| key | unit | of | meaning |\n|---|---|---|---|\n");
  for (size_t i = 0; (k = hw_schema_at(i)); i++) printf("| %s | %s | %s | %s |\n", k->name, k->unit, k->kind, k->help);
}

typedef struct scale {
  const char *unit;    /* the base unit it is for */
  int64_t factor;
  const char *name;
} scale;

/* For people: the largest unit that leaves at least 1, the exact value beside it. */
static const scale scales[] = {
    {"bytes", INT64_C(1) << 30, "GiB"}, {"bytes", 1 << 20, "MiB"}, {"bytes", 1 << 10, "KiB"}, {"bytes", 1, "B"},
    {"bytes/s", 1000000000000, "TB/s"}, {"bytes/s", 1000000000, "GB/s"}, {"bytes/s", 1000000, "MB/s"}, {"bytes/s", 1, "B/s"},
    {"ops/s", 1000000000000, "TOP/s"}, {"ops/s", 1000000000, "GOP/s"}, {"ops/s", 1000000, "MOP/s"}, {"ops/s", 1, "OP/s"},
    {"Hz", 1000000000, "GHz"}, {"Hz", 1000000, "MHz"}, {"Hz", 1, "Hz"},
    {"ps", 1000000, "us"}, {"ps", 1000, "ns"}, {"ps", 1, "ps"},
    {"count", 1, ""}};

static const scale *scale_for(const hw_figure *f) {
  const scale *best = NULL;
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
    if (!strcmp(scales[i].unit, f->unit)) {
      best = &scales[i];
      if (f->value >= best->factor) return best;
    }
  return best;
}

static void show_figure(const hw_figure *f) {
  const scale *s = scale_for(f);
  char text[64];
  snprintf(text, sizeof text, "%.4g", (double)f->value / (double)s->factor);
  if (f->value % s->factor == 0) snprintf(text, sizeof text, "%" PRId64, f->value / s->factor);
  printf("  %-24s %10s %-5s  %s\n", f->key, text, s->name, f->source);
}

static void show_text(const hw_model *m) {
  printf("%s\n  %s %s, %s\n\n", hw_name(m), hw_vendor(m), hw_kind(m), hw_architecture(m));
  for (size_t i = 0; i < hw_count(m); i++) show_figure(hw_at(m, i));
}

static json_t *figure_json(const hw_figure *f) {
  char value[32];
  snprintf(value, sizeof value, "%" PRId64, f->value);
  return json_pack("{s:s, s:s, s:s, s:s}", "key", f->key, "value", value, "unit", f->unit, "source", f->source);
}

static json_t *model_json(const hw_model *m) {
  json_t *figures = json_array();
  for (size_t i = 0; i < hw_count(m); i++) json_array_append_new(figures, figure_json(hw_at(m, i)));
  return json_pack("{s:i, s:s, s:s, s:s, s:s, s:o}", "version", 1, "name", hw_name(m), "vendor", hw_vendor(m),
                   "kind", hw_kind(m), "architecture", hw_architecture(m), "figures", figures);
}

static int show_json(const hw_model *m) {
  json_t *j = model_json(m);
  int bad = !j || json_dumpf(j, stdout, JSON_INDENT(2)) || putchar('\n') == EOF;
  json_decref(j);
  if (!bad) return EXIT_DONE;
  fputs("constrint hw show: cannot write JSON\n", stderr);
  return EXIT_ENVIRONMENT;
}

static int show(const char *file, int json) {
  hw_model *m;
  int rc = hw_open(&m, file);
  if (rc) return hw_report_error("show", rc);
  int code = EXIT_DONE;
  if (json) code = show_json(m);
  else show_text(m);
  hw_free(m);
  return code;
}

int hw_show_command(int argc, char **argv) {
  int json = 0, keys = 0;
  for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
    if (c == 'h') {
      fputs(usage, stdout);
      return EXIT_DONE;
    }
    if (c == 'j') json = 1;
    else if (c == 'k') keys = 1;
    else return EXIT_USAGE;
  }
  if (keys && optind == argc) {
    show_keys();
    return EXIT_DONE;
  }
  if (optind + 1 == argc && !keys) return show(argv[optind], json);
  fputs("constrint hw show: name one FILE, or 'auto'\n", stderr);
  return EXIT_USAGE;
}
