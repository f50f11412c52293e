/* KernelTuner#326: two evaluators of one constraint disagreed.  A spec's space
 * and its plug-in's legal() are such two: here they must agree on every
 * combination of declared values, on random values beside them, over random
 * problems and devices, small caches included; and the default must be legal.
 * usage: test_legal SPEC PLUGIN-FOLDER */
#include <inttypes.h>
#include <stdlib.h>
#include "constrint.h"
#include "plugin_load.h"
#include "random.h"
#include "space_parts.h"
#include "test.h"
#include "toy.h"

static struct spec *spec;
static struct plugin *plugin;
static struct random dice;

/* ---- Random devices ---- */

struct choice { const char *key, *unit; int64_t values[4]; };

static const struct choice cpu_choices[] = {
  {"cores", "", {1, 2, 3, 4}},
  {"vector_bytes", " B", {16, 32, 64, 64}},
  {"vector_registers", "", {16, 32, 16, 32}},
  {"l1d_bytes", " B", {2048, 8192, 32768, 49152}},
  {"l2_bytes", " B", {16384, 262144, 1048576, 2097152}},
  {"l3_bytes", " B", {1048576, 33554432, 33554432, 268435456}},
  {"line_bytes", " B", {32, 64, 64, 128}},
};

static const struct choice gpu_choices[] = {
  {"sm_count", "", {4, 46, 108, 132}},
  {"registers_per_sm", "", {32768, 65536, 65536, 65536}},
  {"max_registers_per_thread", "", {128, 255, 255, 255}},
  {"register_unit_per_warp", "", {128, 256, 256, 256}},
  {"max_threads_per_block", "", {512, 1024, 1024, 1024}},
  {"max_warps_per_sm", "", {32, 48, 64, 64}},
  {"max_blocks_per_sm", "", {8, 16, 24, 32}},
  {"smem_per_sm", " B", {65536, 102400, 167936, 233472}},
  {"smem_per_block_optin", " B", {49152, 101376, 166912, 232448}},
  {"smem_reserved_per_block", " B", {1, 1024, 1024, 1024}},
  {"max_cluster_size_optin", "", {1, 8, 16, 16}},
  {"memory_bytes", " B", {1048576, 8589934592, 85899345920, 150109880320}},
};

struct kind { const char *name, *units; const struct choice *choices; int n; };
static const struct kind kinds[] = {
  {"cpu", "cores", cpu_choices, sizeof cpu_choices / sizeof *cpu_choices},
  {"gpu", "sm_count", gpu_choices, sizeof gpu_choices / sizeof *gpu_choices},
};

struct device { hw_model *hw; kp_device d; kp_setting figures[64]; };

/* A device as the spec sees it and as legal() does; `without` is left out. */
static void make_device(struct device *out, const char *without) {
  const struct kind *kind = &kinds[strcmp(spec->device, "cpu") != 0];
  char text[2048];
  snprintf(text, sizeof text, "schema: 1\nname: dice\nvendor: nobody\nkind: %s\narchitecture: toy\nfigures:\n", kind->name);
  for (int i = 0; i < kind->n; i++) {
    const struct choice *c = &kind->choices[i];
    size_t used = strlen(text);
    if (!without || strcmp(c->key, without))
      snprintf(text + used, sizeof text - used, "  %s: {value: %" PRId64 "%s, source: \"assumed: by dice\"}\n",
               c->key, c->values[random_below(&dice, 4)], c->unit);
  }
  out->hw = NULL;
  CHECKF(!hw_parse(&out->hw, text, strlen(text), "dice.yaml"), "%s", hw_error());
  size_t n = hw_count(out->hw);
  for (size_t i = 0; i < n; i++) out->figures[i] = (kp_setting){hw_at(out->hw, i)->key, hw_at(out->hw, i)->value, NULL};
  out->d = (kp_device){.name = "dice", .architecture = "toy", .units = hw_find(out->hw, kind->units)->value,
                       .figures = out->figures, .nfigures = n};
}

/* ---- Random problems ---- */

/* Small numbers are likelier: they are where edges meet. */
static int64_t roll(const struct spec_key *k) {
  uint64_t steps = (uint64_t)(k->hi - k->lo) / (uint64_t)k->step + 1, bound = 1;
  for (uint64_t bits = random_below(&dice, 12); bits && bound < steps; bits--) bound *= 2;
  return k->lo + (int64_t)random_below(&dice, bound < steps ? bound : steps) * k->step;
}

/* `labels` counts through the combinations of labels; numbers are random. */
static struct problem *make_problem(uint64_t labels) {
  char text[1024] = "";
  for (size_t i = 0; i < spec->nproblem; i++) {
    const struct spec_key *k = &spec->problem[i];
    size_t used = strlen(text);
    const char *comma = i ? "," : "";
    if (k->nlabels) {
      snprintf(text + used, sizeof text - used, "%s%s=%s", comma, k->name, k->labels[labels % k->nlabels]);
      labels /= k->nlabels;
    } else {
      snprintf(text + used, sizeof text - used, "%s%s=%" PRId64, comma, k->name, roll(k));
    }
  }
  struct problem *p = NULL;
  CHECKF(!problem_parse(&p, spec, text), "%s", tuner_error());
  return p;
}

static uint64_t label_combinations(void) {
  uint64_t n = 1;
  for (size_t i = 0; i < spec->nproblem; i++)
    if (spec->problem[i].nlabels) n *= spec->problem[i].nlabels;
  return n;
}

/* ---- One problem on one device ---- */

struct match {
  const struct space *space;
  const struct problem *problem;
  const kp_device *device;
  uint64_t compared, legal, disagreements;
};

static void settings_of(const int64_t *values, kp_setting *out) {
  for (size_t i = 0; i < spec->parameters.n; i++) {
    const struct spec_text *t = &spec->parameters.at[i];
    int labelled = values[i] >= 0 && (uint64_t)values[i] < t->nlabels;
    out[i] = (kp_setting){t->name, values[i], labelled ? t->labels[values[i]] : NULL};
  }
}

static void compare(struct match *m, const int64_t *values) {
  kp_setting config[32];
  char why[KP_WHY] = "";
  settings_of(values, config);
  int theirs = plugin->table->legal(m->device, m->problem->settings, config, why) == 1;
  int ours = space_find(m->space, values) >= 0;
  m->compared++;
  m->legal += (uint64_t)ours;
  if (ours == theirs) return;
  if (!m->disagreements++) {
    char *text = space_config_text(m->space, values), broken[512];
    space_explain(m->space, values, broken, sizeof broken);
    fprintf(stderr, "%s for %s: the spec says '%s', legal() says '%s'\n", text, m->problem->text, broken, why);
    free(text);
  }
}

static void compare_index(struct match *m, size_t index) {
  int64_t values[32];
  space_values(m->space, index, values);
  compare(m, values);
}

static int64_t declared(const struct space *s, size_t parameter, uint64_t i) {
  const int64_t *values;
  int64_t lo, step;
  ci_model_listed(s->model.model, parameter, &values, &lo, NULL, &step);
  return values ? values[i] : lo + (int64_t)i * step;
}

static size_t count_declared(const struct space *s, size_t parameter) {
  return ci_model_listed(s->model.model, parameter, NULL, NULL, NULL, NULL);
}

/* The whole product where it is small, else as many random members of it. */
static void compare_product(struct match *m, uint64_t most) {
  uint64_t product = 1;
  size_t width = spec->parameters.n;
  int64_t values[32];
  for (size_t i = 0; i < width; i++) product *= count_declared(m->space, i);
  for (uint64_t k = 0; k < (product < most ? product : most); k++) {
    uint64_t which = product <= most ? k : random_below(&dice, product);
    for (size_t i = 0; i < width; i++) {
      size_t n = count_declared(m->space, i);
      values[i] = declared(m->space, i, which % n);
      which /= n;
    }
    compare(m, values);
  }
}

/* Legal ones with one value moved, also out of its domain. */
static void compare_beside(struct match *m, int times) {
  int64_t values[32];
  size_t n = space_size(m->space), width = spec->parameters.n;
  for (int k = 0; n && k < times; k++) {
    space_values(m->space, random_below(&dice, n), values);
    values[random_below(&dice, width)] += (int64_t)random_below(&dice, 7) - 3;
    compare(m, values);
  }
}

static void check_default(const struct match *m) {
  int64_t values[32];
  char why[KP_WHY] = "";
  int code = plugin->table->default_config(m->device, m->problem->settings, values, why);
  if (code) CHECKF(space_size(m->space) == 0, "no default for %s: %s, yet %zu are legal", m->problem->text, why, space_size(m->space));
  else CHECKF(space_find(m->space, values) >= 0, "the default for %s is not legal", m->problem->text);
}

static struct space *open_space(const struct problem *p, const hw_model *hw) {
  struct space *s = NULL;
  CHECKF(!space_open(&s, spec, p, hw, NULL), "%s", tuner_error());
  return s;
}

/* ---- Cases ---- */

enum { ROUNDS = 6, PRODUCT = 30000 };

static void spec_and_legal_agree(void) {
  struct match total = {0};
  uint64_t combinations = label_combinations(), rounds = combinations > 24 ? 1 : ROUNDS;
  for (uint64_t labels = 0; labels < combinations; labels++)
    for (uint64_t round = 0; round < rounds; round++) {
      struct device device;
      make_device(&device, NULL);
      struct problem *p = make_problem(labels);
      struct space *s = open_space(p, device.hw);
      struct match m = {.space = s, .problem = p, .device = &device.d};
      compare_product(&m, PRODUCT);
      compare_beside(&m, 1000);
      for (size_t i = 0; i < space_size(s); i++) compare_index(&m, i);
      check_default(&m);
      total.compared += m.compared, total.legal += m.legal, total.disagreements += m.disagreements;
      space_close(s);
      problem_free(p);
      hw_free(device.hw);
    }
  printf("%" PRIu64 " compared, %" PRIu64 " legal\n", total.compared, total.legal);
  CHECKF(total.disagreements == 0, "%" PRIu64 " disagreements", total.disagreements);
  CHECK(total.legal > 1000 && total.legal < total.compared);
}

/* The comparison can fail: legal() is asked about another device's figures. */
static void the_comparison_sees_a_difference(void) {
  uint64_t disagreements = 0;
  for (int round = 0; round < 50 && !disagreements; round++) {
    struct device ours, theirs;
    make_device(&ours, NULL);
    make_device(&theirs, NULL);
    struct problem *p = make_problem(random_below(&dice, label_combinations()));
    struct space *s = open_space(p, ours.hw);
    struct match m = {.space = s, .problem = p, .device = &theirs.d, .disagreements = 1}; /* quiet */
    compare_product(&m, PRODUCT);
    for (size_t i = 0; i < space_size(s); i++) compare_index(&m, i);
    disagreements = m.disagreements - 1;
    space_close(s);
    problem_free(p);
    hw_free(ours.hw);
    hw_free(theirs.hw);
  }
  CHECK(disagreements > 0);
}

static uint64_t fresh_seed(void) {
  uint64_t seed = 1;
  FILE *f = fopen("/dev/urandom", "rb");
  if (f && fread(&seed, sizeof seed, 1, f) != 1) seed = 1;
  if (f) fclose(f);
  return seed;
}

static const struct test_case cases[] = {
  {"KernelTuner#326 spec and legal() agree", spec_and_legal_agree},
  {"the comparison sees a difference", the_comparison_sees_a_difference},
  {NULL, NULL},
};

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *folder = argv[2];
  struct search_path path;
  uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : fresh_seed();
  printf("seed %" PRIu64 "\n", seed);
  random_seed(&dice, seed);
  if (spec_load(&spec, argv[1]) || search_plugins(&path, &folder, 1) || plugin_load(&plugin, spec, &path)) {
    fprintf(stderr, "%s\n", tuner_error());
    return 1;
  }
  search_release(&path);
  int failed = test_main(cases, 1, argv);
  plugin_unload(plugin);
  spec_free(spec);
  return failed;
}
