/* The reader of kernel specs: what it takes in, and where it says no. */
#include <inttypes.h>
#include "fail.h"
#include "spec.h"
#include "test.h"

#define HEAD "schema: 1\nkernel: toy\nversion: \"2\"\nplugin: toy-cpu\ndevice: cpu\n"
#define PROBLEM "problem:\n  N: {range: 1..8}\n"
#define PARAMETERS "parameters:\n  tile: \"{1, 2}\"\n"

static struct spec *read(const char *text) {
  struct spec *s = NULL;
  int code = spec_parse(&s, text, strlen(text), "toy.yaml");
  CHECKF(!code, "%s", tuner_error());
  return s;
}

static void reads_everything(void) {
  struct spec *s = read(HEAD
                        "problem:\n"
                        "  kind: {labels: [square, wide]}\n"
                        "  T: {range: -3..1048576, scaling: true}\n"
                        "  D: {range: 16..64, step: 8, scaling: false}\n"
                        "define:\n"
                        "  area: tile * tile\n"
                        "parameters:\n"
                        "  tile: \"{8, 16}\"\n"
                        "  packing: {labels: [none, rows]}\n"
                        "constraints:\n"
                        "  fits: area <= hw.l1d_bytes\n"
                        "cost:\n"
                        "  work: area\n"
                        "  more: 2 * area\n");
  CHECK(!strcmp(s->path, "toy.yaml") && !strcmp(s->kernel, "toy") && !strcmp(s->version, "2"));
  CHECK(!strcmp(s->plugin, "toy-cpu") && !strcmp(s->device, "cpu") && strlen(s->hash) == 64);
  CHECK(s->nproblem == 3 && s->problem[0].nlabels == 2 && s->problem[0].lo == 0 && s->problem[0].hi == 1);
  CHECK(!strcmp(s->problem[0].labels[1], "wide") && !s->problem[0].labels[2]);
  CHECK(s->problem[1].lo == -3 && s->problem[1].hi == 1048576 && s->problem[1].step == 1 && s->problem[1].scaling);
  CHECK(s->problem[2].step == 8 && !s->problem[2].scaling && s->problem[2].place.line == 9);
  CHECK(s->defines.n == 1 && s->parameters.n == 2 && s->constraints.n == 1 && s->cost.n == 2);
  CHECK(!strcmp(s->parameters.at[1].labels[1], "rows") && !s->parameters.at[1].text);
  CHECK(spec_find_key(s, "D") == 2 && spec_find_key(s, "d") == -1);
  spec_free(s);
}

static void text_at(const struct spec_text *t, const char *text, int line, int column) {
  CHECKF(!strcmp(t->text, text), "%s", t->text);
  CHECKF(t->place.line == line && t->place.column == column, "%d:%d", t->place.line, t->place.column);
}

/* A .cint text's place is where its first character stands, quoted or not. */
static void texts_have_places(void) {
  struct spec *s = read(HEAD PROBLEM
                        "parameters:\n"
                        "  plain: 1..4\n"
                        "  double: \"{1, 2}\"\n"
                        "  single:   '1..3'\n"
                        "constraints:\n"
                        "  block: |\n"
                        "     plain <= 3\n"
                        "  folded: >-\n"
                        "    plain\n"
                        "    <= 4\n");
  text_at(&s->parameters.at[0], "1..4", 9, 10);
  text_at(&s->parameters.at[1], "{1, 2}", 10, 12);
  text_at(&s->parameters.at[2], "1..3", 11, 14);
  text_at(&s->constraints.at[0], "plain <= 3\n", 14, 6);
  text_at(&s->constraints.at[1], "plain <= 4", 16, 5);
  spec_free(s);
}

static void hash_follows_the_bytes(void) {
  struct spec *a = read(HEAD PROBLEM PARAMETERS), *b = read(HEAD PROBLEM PARAMETERS);
  struct spec *c = read(HEAD PROBLEM PARAMETERS "# a comment\n");
  CHECK(!strcmp(a->hash, b->hash) && strcmp(a->hash, c->hash));
  spec_free(a);
  spec_free(b);
  spec_free(c);
}

struct refusal { const char *text, *message; };

static const struct refusal refusals[] = {
  {"", "toy.yaml:1:1: the file is empty"},
  {"- 1\n", "toy.yaml:1:1: a kernel spec must be a mapping, not a sequence"},
  {HEAD PROBLEM, "toy.yaml:1:1: the key 'parameters' is missing"},
  {HEAD PARAMETERS, "toy.yaml:1:1: the key 'problem' is missing"},
  {"kernel: toy\n", "toy.yaml:1:1: the key 'schema' is missing"},
  {"schema: 2\n", "toy.yaml:1:9: schema 2 is not known; this program reads schema 1"},
  {"schema: \"1\"\n", "toy.yaml:1:9: expected an integer, found '1' in quotes"},
  {HEAD "kernel: again\n", "toy.yaml:6:1: duplicate key 'kernel', first in line 2"},
  {HEAD PROBLEM PARAMETERS "constraint: {}\n", "toy.yaml:10:1: unknown key 'constraint'; did you mean 'constraints'?"},
  {"schema: 1\nkernel: ../../etc\n", "toy.yaml:2:9: '../../etc' cannot be a kernel's name"},
  {"schema: 1\nkernel: toy\nversion: [1]\n", "toy.yaml:3:10: 'version' must be a scalar, not a sequence"},
  {HEAD "problem: {}\n" PARAMETERS, "toy.yaml:6:10: 'problem' is empty"},
  {HEAD "problem:\n  N: 1..8\n", "toy.yaml:7:6: N must be a mapping, not a scalar"},
  {HEAD "problem:\n  1N: {range: 1..8}\n", "toy.yaml:7:3: '1N' cannot be the name of a problem key"},
  {HEAD "problem:\n  N: {}\n", "toy.yaml:7:6: 'N' needs either 'labels' or 'range'"},
  {HEAD "problem:\n  N: {range: 1..8, labels: [a]}\n", "toy.yaml:7:6: 'N' needs either 'labels' or 'range'"},
  {HEAD "problem:\n  N: {range: 1-8}\n", "toy.yaml:7:14: '1-8' is not a range; write LOW..HIGH"},
  {HEAD "problem:\n  N: {range: 1..8..9}\n", "toy.yaml:7:14: '1..8..9' is not a range"},
  {HEAD "problem:\n  N: {range: 1..9223372036854775808}\n", "toy.yaml:7:14: '1..9223372036854775808' is not a range"},
  {HEAD "problem:\n  N: {range: 8..1}\n", "toy.yaml:7:14: the range 8..1 is empty"},
  {HEAD "problem:\n  N: {range: 1..8, step: 0}\n", "toy.yaml:7:26: 0 is not in 1.."},
  {HEAD "problem:\n  N: {labels: [a], step: 1}\n", "toy.yaml:7:20: 'step' goes with 'range'"},
  {HEAD "problem:\n  N: {labels: []}\n", "toy.yaml:7:15: 'labels' is empty"},
  {HEAD "problem:\n  N: {labels: [a, b, a]}\n", "toy.yaml:7:22: the label 'a' stands twice"},
  {HEAD "problem:\n  N: {labels: ['a=b']}\n", "toy.yaml:7:16: 'a=b' cannot be a label"},
  {HEAD "problem:\n  N: {range: 1..8, scaling: yes}\n", "toy.yaml:7:29: expected true or false"},
  {HEAD "problem:\n  N: {range: 1..8, scale: true}\n", "toy.yaml:7:20: unknown key 'scale'"},
  {HEAD PROBLEM "parameters: {}\n", "toy.yaml:8:13: 'parameters' is empty"},
  {HEAD PROBLEM "parameters:\n  tile:\n", "toy.yaml:9:8: expected text, found nothing"},
  {HEAD PROBLEM "parameters:\n  tile: [1, 2]\n", "toy.yaml:9:9: expected text, not a sequence"},
  {HEAD PROBLEM "parameters:\n  tile: {labels: []}\n", "toy.yaml:9:18: 'labels' is empty"},
  {HEAD PROBLEM "parameters:\n  tile: {range: 1..2}\n", "toy.yaml:9:10: unknown key 'range'"},
  {HEAD PROBLEM "parameters:\n  a-b: 1..2\n", "toy.yaml:9:3: 'a-b' cannot be the name of parameters"},
  {HEAD PROBLEM "parameters:\n  tile: 1..2; var more in 1..3\n", "toy.yaml:9:9: 'tile' must be one expression, without ';'"},
  {HEAD PROBLEM "define:\n  tile: 3\n" PARAMETERS, "toy.yaml:11:3: 'tile' is a parameter and also defined in line 9"},
  {HEAD PROBLEM PARAMETERS "constraints: [a]\n", "toy.yaml:10:14: constraints must be a mapping"},
  {HEAD PROBLEM PARAMETERS "cost:\n  a: {b: c}\n", "toy.yaml:11:6: expected text, not a mapping"},
  {HEAD PROBLEM PARAMETERS "cost:\n  a: tile * hw.corse\n",
   "toy.yaml:11:13: 'a': there is no hardware figure hw.corse; 'constrint hw show --keys' lists them"},
  {HEAD PROBLEM PARAMETERS "constraints:\n  a: \"tile < problem.n\"\n", "toy.yaml:11:14: 'a': the problem has no key 'n'"},
  {HEAD PROBLEM PARAMETERS "cost: &a {x: 1}\n", "toy.yaml:10:7: anchors are not accepted"},
};

static void refuses_with_a_place(void) {
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    struct spec *s = NULL;
    int code = spec_parse(&s, refusals[i].text, strlen(refusals[i].text), "toy.yaml");
    CHECKF(code == TUNER_EINPUT && !s, "%s", refusals[i].text);
    CHECKF(!strncmp(tuner_error(), refusals[i].message, strlen(refusals[i].message)), "'%s' for '%s'", tuner_error(),
           refusals[i].message);
  }
}

static void refuses_missing_files(void) {
  struct spec *s = NULL;
  CHECK(spec_load(&s, "/nowhere/toy.yaml") == TUNER_EINPUT);
  CHECKF(!strcmp(tuner_error(), "/nowhere/toy.yaml: No such file or directory"), "%s", tuner_error());
}

static const struct test_case cases[] = {
  {"reads everything", reads_everything},
  {"texts have places", texts_have_places},
  {"hash follows the bytes", hash_follows_the_bytes},
  {"refuses with a place", refuses_with_a_place},
  {"refuses missing files", refuses_missing_files},
  {NULL, NULL},
};
TEST_MAIN(cases)
