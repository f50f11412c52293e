/* Hardware models: what is read, every refusal with its exact place, and the
 * round trip through hw_write(). */
#include "hwmodel.h"
#include "test.h"

#define HEAD "schema: 1\nname: T\nvendor: V\nkind: gpu\narchitecture: sm_1\nfigures:\n"
#define SMS "  sm_count: {value: 4, source: \"datasheet: x\"}\n"

static hw_model *parse(const char *text) {
  hw_model *m;
  CHECKF(hw_parse(&m, text, strlen(text), "f") == HW_OK, "%s", hw_error());
  return m;
}

static void refused(const char *text, const char *message) {
  hw_model *m;
  CHECKF(hw_parse(&m, text, strlen(text), "f") == HW_ESYNTAX, "accepted: %s", text);
  CHECK(m == NULL);
  CHECKF(!strncmp(hw_error(), message, strlen(message)), "'%s'\n  expected '%s...'", hw_error(), message);
}

static void reads(void) {
  hw_model *m = parse(HEAD SMS "  smem_per_block: {value: 48 KiB, source: \"guide: y\"}\n");
  CHECK(!strcmp(hw_name(m), "T") && !strcmp(hw_vendor(m), "V") && !strcmp(hw_kind(m), "gpu"));
  CHECK(!strcmp(hw_architecture(m), "sm_1"));
  const hw_figure *f = hw_find(m, "smem_per_block");
  CHECK(f && f->value == 49152 && !strcmp(f->unit, "bytes") && !strcmp(f->source, "guide: y") && f->line == 8);
  CHECK(!hw_find(m, "l2_bytes"));
  CHECK(hw_at(m, 0) == hw_find(m, "sm_count") && !hw_at(m, hw_count(m)));
  hw_free(m);
}

static void units_follow(void) {
  hw_model *m = parse(HEAD SMS);
  const hw_figure *f = hw_find(m, "units");
  CHECK(f && f->value == 4 && !strcmp(f->source, "derived: sm_count"));
  hw_free(m);
  m = parse("schema: 1\nname: T\nvendor: V\nkind: cpu\narchitecture: a\nfigures:\n  cores: {value: 3, source: \"probed: x\"}\n");
  CHECK(hw_find(m, "units")->value == 3);
  hw_free(m);
}

static void errors_of_the_head(void) {
  refused("- a\n", "f:1:1: a hardware model must be a mapping, not a sequence");
  refused("schema: 1\nname: T\n", "f:1:1: the key 'kind' is missing");
  refused("schema: 2\n", "f:1:9: 2 is not in 1..1");
  refused("schema: 1\nkind: tpu\n", "f:2:7: 'kind' is cpu or gpu, not 'tpu'");
  refused("schema: 1\nkindd: gpu\n", "f:2:1: unknown key 'kindd'; did you mean 'kind'?");
  refused("schema: 1\nkind: gpu\nname: [x]\n", "f:3:7: 'name' must be a scalar, not a sequence");
  refused("schema: 1\nkind: gpu\nname:\n", "f:3:6: expected text, found nothing");
}

static void errors_of_figures(void) {
  refused(HEAD SMS "  warp_sice: {value: 32, source: \"guide: y\"}\n", "f:8:3: unknown figure 'warp_sice'; did you mean 'warp_size'?");
  refused(HEAD SMS "  zzzzzzzz: {value: 32, source: \"guide: y\"}\n", "f:8:3: unknown figure 'zzzzzzzz'; 'constrint hw show --keys'");
  refused(HEAD SMS "  l1d_bytes: {value: 1 B, source: \"guide: y\"}\n", "f:8:3: 'l1d_bytes' is a figure of a cpu, and this is a gpu");
  refused(HEAD SMS "  units: {value: 4, source: \"guide: y\"}\n", "f:8:3: 'units' is not written: it follows from 'sm_count'");
  refused(HEAD SMS "  warp_size: 32\n", "f:8:14: a figure is written {value: ..., source: ");
  refused(HEAD SMS "  warp_size: {value: 32}\n", "f:8:14: the key 'source' is missing");
  refused(HEAD SMS "  warp_size: {source: \"guide: y\"}\n", "f:8:14: the key 'value' is missing");
  refused(HEAD SMS "  warp_size: {value: 32, sauce: x}\n", "f:8:26: unknown key 'sauce'; did you mean 'source'?");
  refused(HEAD SMS "  warp_size: {value: 32, source: hearsay}\n", "f:8:34: a source is written 'KIND: what'");
  refused(HEAD "  warp_size: {value: 32, source: \"guide: y\"}\n", "f:6:1: the figure 'sm_count' is missing: a gpu needs it");
}

static void errors_of_values(void) {
  refused(HEAD SMS "  l2_bytes: {value: 48, source: \"guide: y\"}\n", "f:8:21: '48' for 'l2_bytes': a unit is missing: write B, KiB");
  refused(HEAD SMS "  l2_bytes: {value: 48 KB, source: \"guide: y\"}\n", "f:8:21: '48 KB' for 'l2_bytes': unknown unit of bytes; known: B, KiB");
  refused(HEAD SMS "  l2_bytes: {value: -1 B, source: \"guide: y\"}\n", "f:8:21: '-1 B' for 'l2_bytes': expected a positive number");
  refused(HEAD SMS "  l2_bytes: {value: 0 B, source: \"guide: y\"}\n", "f:8:21: '0 B' for 'l2_bytes': the value must be greater than 0");
  refused(HEAD SMS "  l2_bytes: {value: 0.5 B, source: \"guide: y\"}\n", "f:8:21: '0.5 B' for 'l2_bytes': the value is not a whole number");
  refused(HEAD SMS "  l2_bytes: {value: [1], source: \"guide: y\"}\n", "f:8:21: 'value' must be a scalar, not a sequence");
}

static void errors_of_yaml(void) {
  refused(HEAD SMS SMS, "f:8:3: duplicate key 'sm_count', first in line 7");
  refused("a: &a [x]\nb: &b [*a, *a]\n", "f:1:4: anchors are not accepted");
  refused("a: *a\n", "f:1:4: aliases ('*a') are not accepted");
  refused("", "f:1:1: the file is empty");
}

static int equal(const hw_model *a, const hw_model *b) {
  if (strcmp(hw_name(a), hw_name(b)) || strcmp(hw_vendor(a), hw_vendor(b)) || strcmp(hw_kind(a), hw_kind(b)) ||
      strcmp(hw_architecture(a), hw_architecture(b)) || hw_count(a) != hw_count(b))
    return 0;
  for (size_t i = 0; i < hw_count(a); i++) {
    const hw_figure *f = hw_at(a, i), *g = hw_find(b, f->key);
    if (!g || f->value != g->value || strcmp(f->unit, g->unit) || strcmp(f->source, g->source)) return 0;
  }
  return 1;
}

static void round_trip(const hw_model *m) {
  char *text;
  size_t length;
  FILE *to = open_memstream(&text, &length);
  CHECK(to && hw_write(m, to) == HW_OK);
  fclose(to);
  hw_model *again;
  CHECKF(hw_parse(&again, text, length, "again") == HW_OK, "%s\n%s", hw_error(), text);
  CHECKF(equal(m, again), "%s", text);
  hw_free(again);
  free(text);
}

static void hostile_texts_round_trip(void) {
  hw_model *m = parse("schema: 1\nname: \"a\\\"b\\\\c\\n# \\t: \xc3\xa4\\x01\\x7f - {}\"\nvendor: \"'x'\"\nkind: gpu\n"
                      "architecture: \"yes\"\nfigures:\n  sm_count: {value: 4, source: \"guide: 'a' \\\"b\\\" #c\"}\n");
  round_trip(m);
  hw_free(m);
}

static void shipped_models_round_trip(void) {
  static const char *const names[] = {"generic-x86-64-avx2", "nvidia-a100-80gb-sxm", "nvidia-b200", "nvidia-h100-sxm",
                                      "nvidia-h200", "nvidia-l40s", "nvidia-rtx-4090"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[1024];
    snprintf(path, sizeof path, "%s/specs/hardware/%s.yaml", SOURCE_DIR, names[i]);
    hw_model *m;
    CHECKF(hw_load(&m, path) == HW_OK, "%s", hw_error());
    round_trip(m);
    hw_free(m);
  }
}

/* The comparison that the round trips rest on can fail. */
static void equal_can_fail(void) {
  hw_model *a = parse(HEAD SMS), *b = parse(HEAD "  sm_count: {value: 5, source: \"datasheet: x\"}\n");
  CHECK(equal(a, a) && !equal(a, b));
  hw_free(a);
  hw_free(b);
}

static void files(void) {
  hw_model *m;
  CHECK(hw_load(&m, "/nonexistent/x.yaml") == HW_EIO && !m);
  CHECK(!strcmp(hw_error(), "/nonexistent/x.yaml: No such file or directory"));
}

static void writing_fails_honestly(void) {
  hw_model *m = parse(HEAD SMS);
  FILE *full = fopen("/dev/full", "w");
  if (full) CHECK(hw_write(m, full) == HW_EIO);
  if (full) fclose(full);
  hw_free(m);
}

static const struct test_case cases[] = {
    {"reads", reads},
    {"units follow", units_follow},
    {"errors of the head", errors_of_the_head},
    {"errors of figures", errors_of_figures},
    {"errors of values", errors_of_values},
    {"errors of yaml", errors_of_yaml},
    {"hostile texts round trip", hostile_texts_round_trip},
    {"shipped models round trip", shipped_models_round_trip},
    {"equal can fail", equal_can_fail},
    {"files", files},
    {"writing fails honestly", writing_fails_honestly},
    {NULL, NULL}};
TEST_MAIN(cases)
