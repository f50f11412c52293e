/* Problems from the command line and from workloads. */
#include "fail.h"
#include "problem.h"
#include "test.h"
#include "tunedb.h"
#include "workload.h"

static const char spec_text[] =
  "schema: 1\nkernel: toy\nversion: 1\nplugin: toy-cpu\ndevice: cpu\n"
  "problem:\n"
  "  function: {labels: [elman, lstm]}\n"
  "  T: {range: 1..1024, scaling: true}\n"
  "  N: {range: 1..16}\n"
  "  D: {range: 16..64, step: 8}\n"
  "  B: {range: -4..4}\n"
  "parameters:\n  tile: 1..2\n";

static struct spec *toy(void) {
  struct spec *s = NULL;
  CHECKF(!spec_parse(&s, spec_text, sizeof spec_text - 1, "toy.yaml"), "%s", tuner_error());
  return s;
}

static void parses(void) {
  struct spec *s = toy();
  struct problem *p = NULL;
  CHECKF(!problem_parse(&p, s, "D=24, B=-4,N=3 ,function=lstm,T=7"), "%s", tuner_error());
  CHECK(p->n == 5 && p->settings[0].value == 1 && !strcmp(p->settings[0].label, "lstm"));
  CHECK(!strcmp(p->settings[3].key, "D") && p->settings[3].value == 24 && !p->settings[3].label);
  CHECKF(!strcmp(p->text, "function=lstm,T=7,N=3,D=24,B=-4"), "%s", p->text);
  CHECKF(!strcmp(p->exact, "B=-4,D=24,N=3,function=lstm"), "%s", p->exact);
  CHECKF(!strcmp(p->scaling, "T=7"), "%s", p->scaling);
  problem_free(p);
  spec_free(s);
}

/* The database sorts by itself: both must mean the same. */
static void canonical_as_the_database(void) {
  struct spec *s = toy();
  struct problem *p = NULL;
  char *canonical = NULL;
  CHECK(!problem_parse(&p, s, "function=elman,T=1,N=1,D=16,B=0"));
  CHECKF(!tdb_canonical(&canonical, p->exact), "%s", tdb_error());
  CHECKF(!strcmp(canonical, p->exact), "%s", canonical);
  free(canonical);
  problem_free(p);
  spec_free(s);
}

struct refusal { const char *text, *message; };

static const struct refusal refusals[] = {
  {"", "problem of toy: there is no key ''; there are function, T, N, D, B"},
  {"function=lstm,T=7,N=3,D=24", "problem of toy: B is missing; it takes -4..4"},
  {"T=7,N=3,D=24,B=1", "problem of toy: function is missing; it takes one of elman, lstm"},
  {"function=gru", "problem of toy: function=gru is not allowed: function takes one of elman, lstm"},
  {"function=1", "problem of toy: function=1 is not allowed: function takes one of elman, lstm"},
  {"D=20", "problem of toy: D=20 is not allowed: D takes 16..64 step 8"},
  {"N=0", "problem of toy: N=0 is not allowed: N takes 1..16"},
  {"N=3x", "problem of toy: N=3x is not allowed: N takes 1..16"},
  {"N=99999999999999999999", "problem of toy: N=99999999999999999999 is not allowed"},
  {"N=+3", "problem of toy: N=+3 is not allowed"},
  {"N=3,N=4", "problem of toy: N is given twice"},
  {"n=3", "problem of toy: there is no key 'n'; there are function, T, N, D, B"},
  {"N", "problem of toy: N has no value; write N=VALUE"},
  {"N=", "problem of toy: N has no value; write N=VALUE"},
  {"N=3,,T=1", "problem of toy: there is no key ''"},
};

static void refuses(void) {
  struct spec *s = toy();
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    struct problem *p = NULL;
    CHECKF(problem_parse(&p, s, refusals[i].text) == TUNER_EINPUT && !p, "%s", refusals[i].text);
    CHECKF(!strncmp(tuner_error(), refusals[i].message, strlen(refusals[i].message)), "'%s' for '%s'", tuner_error(),
           refusals[i].message);
  }
  spec_free(s);
}

/* ---- Workloads ---- */

#define WORKLOAD "schema: 1\nname: some problems\nkernel: toy\n"

static struct workload *read(const char *text) {
  struct workload *w = NULL;
  CHECKF(!workload_parse(&w, text, strlen(text), "w.yaml"), "%s", tuner_error());
  return w;
}

static void lists_multiply(void) {
  static const char *const expected[] = {
    "function=elman,T=1,N=3,D=16,B=0", "function=elman,T=1,N=3,D=24,B=0", "function=lstm,T=1,N=3,D=16,B=0",
    "function=lstm,T=1,N=3,D=24,B=0",  "function=lstm,T=5,N=1,D=16,B=1",
  };
  struct spec *s = toy();
  struct workload *w = read(WORKLOAD "problems:\n"
                            "  - {function: [elman, lstm], T: 1, N: 3, D: [16, 24], B: 0}\n"
                            "  - {function: lstm, T: 5, N: 1, D: 16, B: 1}\n"
                            "  - {function: lstm, T: 1, N: 3, D: 24, B: 0}\n");
  struct problem **problems;
  size_t n;
  CHECK(w->n == 6 && !strcmp(w->name, "some problems") && !strcmp(w->kernel, "toy"));
  CHECKF(!workload_problems(&problems, &n, w, s), "%s", tuner_error());
  CHECKF(n == 5, "%zu: the last problem is a double", n);
  for (size_t i = 0; i < n; i++) {
    CHECKF(!strcmp(problems[i]->text, expected[i]), "%s", problems[i]->text);
    problem_free(problems[i]);
  }
  free(problems);
  workload_free(w);
  spec_free(s);
}

static const struct refusal bad_workloads[] = {
  {"", "w.yaml:1:1: the file is empty"},
  {"schema: 1\nname: x\n", "w.yaml:1:1: the key 'kernel' is missing"},
  {WORKLOAD, "w.yaml:1:1: the key 'problems' is missing"},
  {WORKLOAD "problem: []\n", "w.yaml:4:1: unknown key 'problem'; did you mean 'problems'?"},
  {WORKLOAD "problems: []\n", "w.yaml:4:11: 'problems' is empty"},
  {WORKLOAD "problems: {}\n", "w.yaml:4:11: 'problems' must be a sequence"},
  {WORKLOAD "problems: [1]\n", "w.yaml:4:12: a problem must be a mapping"},
  {WORKLOAD "problems: [{}]\n", "w.yaml:4:12: a problem has no keys"},
  {WORKLOAD "problems: [{N: []}]\n", "w.yaml:4:16: the list of 'N' is empty"},
  {WORKLOAD "problems: [{N: {a: b}}]\n", "w.yaml:4:16: 'N' must be a value or a list of values"},
  {WORKLOAD "problems: [{N: [[1]]}]\n", "w.yaml:4:17: expected text, not a sequence"},
  {WORKLOAD "problems: [{N: }]\n", "w.yaml:4:16: expected text, found nothing"},
  {WORKLOAD "problems: [{N: 1, N: 2}]\n", "w.yaml:4:19: duplicate key 'N', first in line 4"},
  {"schema: 1\nname: x\nkernel: a/b\n", "w.yaml:3:9: 'a/b' cannot be a kernel's name"},
};

static void refuses_workloads(void) {
  for (size_t i = 0; i < sizeof bad_workloads / sizeof *bad_workloads; i++) {
    struct workload *w = NULL;
    const char *text = bad_workloads[i].text, *message = bad_workloads[i].message;
    CHECKF(workload_parse(&w, text, strlen(text), "w.yaml") == TUNER_EINPUT && !w, "%s", text);
    CHECKF(!strncmp(tuner_error(), message, strlen(message)), "'%s' for '%s'", tuner_error(), message);
  }
}

static const struct refusal bad_entries[] = {
  {WORKLOAD "problems:\n  - {function: lstm, T: 1, N: [3, 17], D: 16, B: 0}\n",
   "w.yaml:5:35: problem of toy: N=17 is not allowed: N takes 1..16"},
  {WORKLOAD "problems:\n  - function: lstm\n    T: 1\n    tt: 3\n",
   "w.yaml:7:9: problem of toy: there is no key 'tt'; there are function, T, N, D, B"},
  {WORKLOAD "problems:\n  - {function: lstm, T: 1, N: 3, D: 16}\n", "w.yaml:5:5: problem of toy: B is missing"},
  {"schema: 1\nname: x\nkernel: other\nproblems: [{N: 1}]\n", "w.yaml is a workload of kernel other, not of toy"},
};

static void refuses_entries(void) {
  struct spec *s = toy();
  for (size_t i = 0; i < sizeof bad_entries / sizeof *bad_entries; i++) {
    struct workload *w = read(bad_entries[i].text);
    struct problem **problems;
    size_t n;
    const char *message = bad_entries[i].message;
    CHECK(workload_problems(&problems, &n, w, s) == TUNER_EINPUT);
    CHECKF(!strncmp(tuner_error(), message, strlen(message)), "'%s' for '%s'", tuner_error(), message);
    workload_free(w);
  }
  spec_free(s);
}

/* A short file must not ask for more memory than the machine has. */
static void products_are_limited(void) {
  char text[8192] = WORKLOAD "problems: [{";
  for (char key = 'a'; key <= 'z'; key++) {
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%c: [1,2,3,4,5,6,7,8,9], ", key);
  }
  strcat(text, "}]\n");
  struct workload *w = NULL;
  CHECK(workload_parse(&w, text, strlen(text), "w.yaml") == TUNER_EINPUT);
  CHECKF(strstr(tuner_error(), "w.yaml:4:12: this stands for more than"), "%s", tuner_error());
}

static const struct test_case cases[] = {
  {"parses", parses},
  {"canonical as the database", canonical_as_the_database},
  {"refuses", refuses},
  {"lists multiply", lists_multiply},
  {"refuses workloads", refuses_workloads},
  {"refuses entries", refuses_entries},
  {"products are limited", products_are_limited},
  {NULL, NULL},
};
TEST_MAIN(cases)
