/* compare DATABASE PROBLEM|FILE...
 *
 * Loads the winners that a tuning left in a database and prints, for each
 * problem, the time of naive loops, of the default and of the tuned
 * configuration, and the speed-ups.  It links libflashrnn and nothing of the
 * tuner.  A problem is "function=lstm,pass=training,dtype=fp32,B=16,T=64,N=12,D=64";
 * a file has one a line. */
#include <flashrnn.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "naive.h"

static const char *const functions[] = {"elman", "lstm", "gru", "slstm", NULL};
static const char *const passes[] = {"inference", "training", "backward", NULL};
static const char *const dtypes[] = {"fp32", NULL};

/* ---- problems ---- */

static int find(const char *const *names, const char *name) {
  for (int i = 0; names[i]; i++)
    if (!strcmp(names[i], name)) return i;
  return -1;
}

/* 0: understood. */
static int set(flashrnn_problem *p, const char *key, const char *value) {
  char *end;
  long long number = strtoll(value, &end, 10);
  int whole = *value && !*end, f = find(functions, value), pass = find(passes, value), type = find(dtypes, value);
  if (!strcmp(key, "function")) return f < 0 ? -1 : (p->function = (flashrnn_function)f, 0);
  if (!strcmp(key, "pass")) return pass < 0 ? -1 : (p->pass = (flashrnn_pass)pass, 0);
  if (!strcmp(key, "dtype")) return type < 0 ? -1 : (p->dtype = (flashrnn_dtype)type, 0);
  if (!whole || strlen(key) != 1) return -1;
  int64_t *to = *key == 'B' ? &p->B : *key == 'T' ? &p->T : *key == 'N' ? &p->N : *key == 'D' ? &p->D : NULL;
  return to ? (*to = number, 0) : -1;
}

static int parse(flashrnn_problem *p, const char *text) {
  char *copy = strdup(text), *rest = copy, *piece;
  int failed = !copy;
  *p = (flashrnn_problem){0};
  while (!failed && (piece = strsep(&rest, ","))) {
    char *value = strchr(piece, '=');
    if (value) *value++ = '\0';
    failed = !value || set(p, piece, value);
    if (failed) fprintf(stderr, "compare: '%s' in '%s' is not understood\n", piece, text);
  }
  free(copy);
  return failed;
}

/* ---- tensors of a problem, filled with random numbers ---- */

typedef struct tensors {
  float *Wx, *R, *bias, *states, *naive_states, *kept, *dstates, *dWx, *dR, *dbias;
  void *saved;
} tensors;

static float *random_floats(size_t n, float scale) {
  static uint64_t state = 88172645463325252u;
  float *x = malloc((n ? n : 1) * sizeof *x);
  for (size_t i = 0; x && i < n; i++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    x[i] = scale * ((float)(state >> 40) / 8388608.0f - 1);
  }
  return x;
}

static void release(tensors *t) {
  float *all[] = {t->Wx, t->R, t->bias, t->states, t->naive_states, t->kept, t->dstates, t->dWx, t->dR, t->dbias};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  free(t->saved);
}

static int allocate(tensors *t, const flashrnn_problem *p) {
  size_t cells = (size_t)(p->B * p->T * p->N * p->D), S = (size_t)naive_states(p->function);
  size_t G = (size_t)naive_gates(p->function), row = (size_t)(p->N * p->D);
  *t = (tensors){.Wx = random_floats(cells * G, 1.7f), .R = random_floats(G * row * (size_t)p->D, 1 / sqrtf((float)p->D)),
                 .bias = random_floats(4 * row, 1), .states = random_floats(cells * S, 0),
                 .naive_states = random_floats(cells * S, 0), .kept = random_floats(4 * cells, 0),
                 .dstates = random_floats(cells * S, 1), .dWx = random_floats(cells * G, 0),
                 .dR = random_floats(G * row * (size_t)p->D, 0), .dbias = random_floats(4 * row, 0),
                 .saved = malloc(flashrnn_saved_bytes(p) + 64)};
  return t->Wx && t->R && t->bias && t->states && t->naive_states && t->kept && t->dstates && t->dWx && t->dR &&
         t->dbias && t->saved ? 0 : -1;
}

/* ---- timing ---- */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One run of a plan; < 0: it failed. */
static double run(flashrnn_plan *plan, const flashrnn_problem *p, const tensors *t) {
  flashrnn_forward forward = {.Wx = t->Wx, .R = t->R, .bias = t->bias, .states = t->states, .saved = t->saved};
  flashrnn_backward backward = {.R = t->R, .bias = t->bias, .states = t->states, .saved = t->saved,
                                .dstates = t->dstates, .dWx = t->dWx, .dR = t->dR, .dbias = t->dbias};
  double start = now();
  int rc = p->pass == FLASHRNN_BACKWARD ? flashrnn_run_backward(plan, &backward) : flashrnn_run_forward(plan, &forward);
  if (rc) fprintf(stderr, "compare: %s\n", flashrnn_error());
  return rc ? -1 : now() - start;
}

/* Naive loops take seconds: at most about this many multiply-adds, then scaled up to the whole length. */
#define NAIVE_WORK 4e8

static double run_naive(const flashrnn_problem *p, const tensors *t) {
  naive n = {.p = *p, .gates = naive_gates(p->function), .states = naive_states(p->function), .Wx = t->Wx, .R = t->R,
             .bias = t->bias, .dstates = t->dstates, .y = t->naive_states, .kept = t->kept, .dWx = t->dWx, .dR = t->dR,
             .dbias = t->dbias};
  double step = (double)p->B * (double)p->N * (double)p->D * (double)p->D * n.gates;
  if (step * (double)p->T > NAIVE_WORK) n.p.T = step < NAIVE_WORK ? (int64_t)(NAIVE_WORK / step) : 1;
  double start = now();
  int rc = naive_forward(&n);
  if (p->pass == FLASHRNN_BACKWARD) {
    start = now();
    rc = naive_backward(&n);
  }
  return rc ? -1 : (now() - start) * (double)p->T / (double)n.p.T;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

enum { RUNS_MIN = 7, RUNS_MAX = 101 };
#define SECONDS 0.4

/* Medians of two plans, run in turn so that a drifting clock favours neither. */
static int time_both(flashrnn_plan *const plans[2], const flashrnn_problem *p, const tensors *t, double median[2]) {
  double samples[2][RUNS_MAX], end = now() + SECONDS;
  int n = 0;
  for (int warm = 0; warm < 2; warm++)
    for (int i = 0; i < 2; i++)
      if (run(plans[i], p, t) < 0) return -1;
  for (; n < RUNS_MIN || (n < RUNS_MAX && now() < end); n++)
    for (int i = 0; i < 2; i++)
      if ((samples[i][n] = run(plans[i], p, t)) < 0) return -1;
  for (int i = 0; i < 2; i++) {
    qsort(samples[i], (size_t)n, sizeof **samples, ascending);
    median[i] = samples[i][n / 2];
  }
  return 0;
}

/* ---- a line of the table ---- */

/* Backward reads what a training forward left. */
static int prepare(flashrnn *f, const flashrnn_problem *p, const tensors *t) {
  flashrnn_problem forward = *p;
  flashrnn_plan *plan;
  forward.pass = FLASHRNN_TRAINING;
  if (flashrnn_plan_new(&plan, f, &forward)) {
    fprintf(stderr, "compare: %s\n", flashrnn_error());
    return -1;
  }
  int failed = run(plan, &forward, t) < 0;
  flashrnn_plan_free(plan);
  return failed;
}

static void print_line(const flashrnn_problem *p, const flashrnn_plan *tuned, double loops, const double median[2]) {
  printf("%-6s %-9s B=%-4lld T=%-5lld N=%-3lld D=%-5lld %-12s %10.3f %10.3f %10.3f %8.1fx %8.2fx\n",
         functions[p->function], passes[p->pass], (long long)p->B, (long long)p->T, (long long)p->N, (long long)p->D,
         flashrnn_match_name(flashrnn_plan_match(tuned)), 1e3 * loops, 1e3 * median[0], 1e3 * median[1],
         loops / median[1], median[0] / median[1]);
  fflush(stdout);
}

static int compare_plans(flashrnn *defaults, flashrnn_plan *const plans[2], const flashrnn_problem *p, const tensors *t) {
  double median[2];
  if (prepare(defaults, p, t) || time_both(plans, p, t, median)) return -1;
  double loops = run_naive(p, t);
  if (loops < 0) return -1;
  print_line(p, plans[1], loops, median);
  if (flashrnn_plan_match(plans[1]) != FLASHRNN_EXACT) fprintf(stderr, "  %s\n", flashrnn_plan_reason(plans[1]));
  return 0;
}

static int compare(flashrnn *const contexts[2], const flashrnn_problem *p) {
  flashrnn_plan *plans[2] = {NULL, NULL};
  tensors t = {0};
  int rc = 0;
  for (int i = 0; !rc && i < 2; i++)
    if ((rc = flashrnn_plan_new(&plans[i], contexts[i], p))) fprintf(stderr, "compare: %s\n", flashrnn_error());
  if (!rc && (rc = allocate(&t, p))) fprintf(stderr, "compare: out of memory\n");
  if (!rc) rc = compare_plans(contexts[0], plans, p, &t);
  release(&t);
  for (int i = 0; i < 2; i++) flashrnn_plan_free(plans[i]);
  return rc;
}

static int compare_text(flashrnn *const contexts[2], const char *text) {
  flashrnn_problem p;
  return parse(&p, text) || compare(contexts, &p);
}

static int compare_file(flashrnn *const contexts[2], const char *path) {
  char line[512];
  int failed = 0;
  FILE *in = fopen(path, "r");
  if (!in) return perror(path), -1;
  while (fgets(line, sizeof line, in)) {
    line[strcspn(line, "\r\n")] = '\0';
    if (*line && *line != '#') failed |= compare_text(contexts, line);
  }
  fclose(in);
  return failed;
}

int main(int argc, char **argv) {
  flashrnn *contexts[2] = {NULL, NULL}; /* without a database, and with */
  int failed = 0;
  if (argc < 3) {
    fputs("usage: compare DATABASE PROBLEM|FILE...\n", stderr);
    return 2;
  }
  if (flashrnn_open(&contexts[0], "") || flashrnn_open(&contexts[1], argv[1])) {
    fprintf(stderr, "compare: %s\n", flashrnn_error());
    return 4;
  }
  if (*flashrnn_notice(contexts[1])) fprintf(stderr, "compare: %s\n", flashrnn_notice(contexts[1]));
  printf("%-53s %10s %10s %10s %9s %9s\n", "milliseconds", "naive", "default", "tuned", "vs naive", "vs default");
  for (int i = 2; i < argc; i++)
    failed |= strchr(argv[i], '=') ? compare_text(contexts, argv[i]) : compare_file(contexts, argv[i]);
  for (int i = 0; i < 2; i++) flashrnn_close(contexts[i]);
  return failed ? 2 : 0;
}
