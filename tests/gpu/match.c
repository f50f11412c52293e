/* Every function, pass, dtype, family and option against the double-precision
 * reference on the device; the same bits when run again.  Needs a GPU: 77 without.
 *
 * usage: gpu_match [--seed N] [--threads N] [--budget SECONDS] [WORD...]: only
 * cases whose line has every word. */
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

typedef struct trial {
  fr_problem problem;
  fr_config config;
  char line[768];
  gpu_cubin cubin;
  int built; /* a GPU_ code */
  char why[GPU_WHY];
} trial;

static const char *const functions[] = {"elman", "lstm", "gru", "slstm"}, *const passes[] = {"inference", "training", "backward"};
static const char *const dtypes[] = {"fp32", "tf32", "fp16", "bf16"}, *const options[] = {"plain", "full"};
static const struct { fr_int B, T, N, D; } sizes[] = {{3, 7, 3, 24},   {1, 1, 1, 16},   {17, 2, 3, 72},  {3, 33, 1, 64}, {16, 40, 3, 128},
                                                      {5, 64, 1, 200}, {9, 17, 2, 320}, {16, 30, 1, 768}, {2, 9, 12, 32}, {1, 50, 1, 1000}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static uint64_t dice;

static uint64_t next(void) {
  uint64_t z = dice += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static fr_int pick(const fr_int *from, int n) { return from[next() % (uint64_t)n]; }
#define PICK(...) pick((const fr_int[]){__VA_ARGS__}, (int)(sizeof((const fr_int[]){__VA_ARGS__}) / sizeof(fr_int)))

/* ---- Cases ---- */

static fr_config draw(const fr_problem *p, fr_int family) {
  const int back = p->pass == FR_BACKWARD;
  fr_config c = {.family = family, .batch = PICK(8, 16, 24, 32), .units = PICK(8, 16, 24, 32, 48), .warps = PICK(1, 2, 3, 4, 6, 8, 12, 16),
                 .gates_on_m = 1, .cluster = 1, .exchange = FR_LOCAL, .approx = p->dtype >= FR_FP16 && next() % 2,
                 .chunk = back ? PICK(16, 32, 64) : 0};
  const fr_int share = fr_column_share(p->function, p->pass, p->D, p->dtype, c.warps), pieces = (fr_int)(next() % (uint64_t)(share + 1));
  c.split = c.warps;
  if (family == FR_RESIDENT) {
    c.units = 0, c.batch = 8, c.split = 1, c.staging = 1, c.ring = PICK(2, 3, 4, 6);
    c.warps = fr_resident_warps(p->D, p->pass) + PICK(0, 0, 1, 2, 4);
  }
  if (family == FR_GRID) {
    c.exchange = PICK(FR_MAILBOX, FR_MAILBOX, FR_BARRIER);
    if (c.exchange == FR_MAILBOX) c.ahead = PICK(0, 2, 6), c.repoll = PICK(0, 1);
    c.r_shared = 16 * pieces / share * PICK(0, 0, 1);
  }
  if (family == FR_CLUSTERED) {
    c.exchange = PICK(FR_PUSH, FR_PUSH, FR_BARRIER), c.ahead = PICK(0, 2, 6), c.units = PICK(8, 16, 24, 32, 40, 48, 64), c.cluster = 2;
    while (c.cluster * c.units < p->D) c.cluster *= 2;
    c.r_shared = 16 * pieces / share * PICK(0, 0, 1);
  }
  if (family == FR_STREAMING) {
    c.exchange = PICK(FR_MAILBOX, FR_BARRIER), c.repoll = c.exchange == FR_MAILBOX && next() % 2, c.ring = PICK(2, 3, 4, 8);
    c.r_stream = 16 * (1 + pieces) / share, c.r_shared = 16 * (fr_int)(next() % (uint64_t)(share + 1)) / share * PICK(0, 1);
  }
  return c;
}

/* A random legal configuration of the family; 0 if none was found. */
static int find_config(const fr_device *d, const fr_problem *p, fr_int family, fr_config *out) {
  char why[GPU_WHY];
  for (int i = 0; i < 3000; i++) {
    *out = draw(p, family);
    if (fr_legal(d, p, out, why)) return 1;
  }
  return 0;
}

static void describe(trial *t) {
  const fr_problem *p = &t->problem;
  char config[512];
  fr_config_format(&t->config, config, sizeof config);
  snprintf(t->line, sizeof t->line, "%s %s %s %s B=%lld T=%lld N=%lld D=%lld %s", functions[p->function], passes[p->pass],
           dtypes[p->dtype], options[p->options], p->B, p->T, p->N, p->D, config);
}

static int wanted(const trial *t, char **words, int n) {
  for (int i = 0; i < n; i++)
    if (!strstr(t->line, words[i])) return 0;
  return 1;
}

static int add(trial **all, int n, const fr_problem *p, const fr_config *c, char **words, int nwords) {
  trial *grown = realloc(*all, sizeof **all * (size_t)(n + 1));
  if (!grown) exit(4);
  *all = grown;
  grown[n] = (trial){.problem = *p, .config = *c};
  describe(&grown[n]);
  return n + wanted(&grown[n], words, nwords);
}

static int make_trials(trial **all, const fr_device *d, char **words, int nwords) {
  static const fr_int families[] = {FR_RESIDENT, FR_CLUSTERED, FR_GRID, FR_STREAMING, FR_ALTERNATING};
  enum { FAMILIES = sizeof families / sizeof *families };
  char why[GPU_WHY];
  int n = 0, size = 0;
  for (fr_int f = 0; f < 4; f++)
    for (fr_int pass = 0; pass < 3; pass++)
      for (fr_int dtype = 0; dtype < 4; dtype++)
        for (fr_int o = 0; o < 2; o++)
          for (int k = 0; k <= FAMILIES; k++, size++) {
            const fr_problem p = {f, pass, dtype, o, sizes[size % SIZES].B, sizes[size % SIZES].T, sizes[size % SIZES].N, sizes[size % SIZES].D};
            fr_config c;
            if (k < FAMILIES ? find_config(d, &p, families[k], &c) : !fr_default(d, &p, &c, why)) n = add(all, n, &p, &c, words, nwords);
          }
  return n;
}

/* ---- Building, on all cores ---- */

typedef struct yard {
  const gpu_compiler *compiler;
  const fr_device *device;
  trial *all;
  int n, next;
} yard;

static void *work(void *data) {
  yard *y = data;
  for (int i; (i = __atomic_fetch_add(&y->next, 1, __ATOMIC_RELAXED)) < y->n;) {
    trial *t = &y->all[i];
    t->built = fr_build(y->compiler, y->device, &t->problem, &t->config, &t->cubin, t->why);
  }
  return NULL;
}

static void build_all(yard *y, int threads) {
  pthread_t t[64];
  int started = 0;
  while (started < threads && started < 64 && !pthread_create(&t[started], NULL, work, y)) started++;
  if (!started) work(y);
  for (int i = 0; i < started; i++) pthread_join(t[i], NULL);
}

/* ---- Running ---- */

static double tolerance_of(const fr_problem *p) {
  static const double by_dtype[] = {1e-5, 1e-3, 2e-3, 1e-2};
  return by_dtype[p->dtype] * fmin(2, fmax(1, sqrt((double)p->T / 64)));
}

/* 0 where every output is right. */
static int judge(fr_bench *b, double *worst, char *why) {
  fr_output out[FR_OUTPUTS];
  int n = 0, rc = fr_bench_compare(b, out, &n, why);
  for (int i = 0; !rc && i < n; i++) {
    const fr_difference *d = &out[i].difference;
    const double error = d->norm > 0 ? sqrt(d->difference / d->norm) : d->difference > 0 ? INFINITY : 0;
    if (d->bad >= 0) snprintf(why, GPU_WHY, "%s[%lld] is %s", out[i].name, d->bad, d->poison ? "unwritten" : "not finite"), rc = 1;
    else if (!(error <= tolerance_of(fr_bench_problem(b)))) snprintf(why, GPU_WHY, "%s: relative error %.3g", out[i].name, error), rc = 1;
    if (error > *worst) *worst = error;
  }
  return rc;
}

/* Every set of inputs twice: right, and the same bits. */
static int run_sets(fr_bench *b, fr_plan *plan, double *worst, double *seconds, char *why) {
  uint64_t first[3], again;
  for (int i = 0; i < 6; i++) {
    int rc = fr_bench_poison(b, why);
    if (!rc) rc = fr_bench_launch(b, plan, seconds, why);
    if (!rc && i < 3) rc = judge(b, worst, why);
    if (!rc) rc = fr_bench_digest(b, i < 3 ? &first[i] : &again, why);
    if (rc) return rc;
    if (i >= 3 && again != first[i - 3]) {
      snprintf(why, GPU_WHY, "other bits on a second run");
      return 1;
    }
  }
  return 0;
}

static int run_trial(trial *t, double *worst, double *seconds) {
  fr_bench *b;
  fr_plan *plan;
  int rc = fr_bench_open(&b, &t->problem, next(), t->why);
  if (rc) return rc;
  rc = fr_bench_reference(b, t->why);
  if (!rc) rc = fr_plan_new(&plan, fr_bench_device(b), &t->problem, &t->config, t->cubin.data, t->why);
  if (!rc) {
    rc = run_sets(b, plan, worst, seconds, t->why);
    if (rc == GPU_ELAUNCH) return rc; /* the driver would wait for a kernel that does not end */
    fr_plan_free(plan);
  }
  fr_bench_close(b);
  return rc;
}

/* Shared with the process that watches. */
typedef struct tally { int right, refused, wrong, left, from; } tally;
enum { LOST = 3 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void run_all(trial *all, int n, double deadline, tally *sum) {
  for (int i = sum->from; i < n; i++) {
    trial *t = &all[i];
    double worst = 0, seconds = 0;
    sum->from = i + 1;
    if (now() > deadline) {
      sum->left = n - i;
      return;
    }
    if (t->built) {
      sum->refused++;
      printf("refused  %s: %s\n", t->line, t->why);
      continue;
    }
    const int rc = run_trial(t, &worst, &seconds);
    if (rc) sum->wrong++;
    else sum->right++;
    printf("%s %.2e %8.1f us %s%s%s\n", rc ? "WRONG   " : "right   ", worst, 1e6 * seconds, t->line, rc ? ": " : "", rc ? t->why : "");
    fflush(stdout);
    if (rc == GPU_ELAUNCH) _exit(LOST); /* the context is lost, maybe a kernel runs for ever */
  }
}

/* ---- Main ---- */

typedef struct plan {
  uint64_t seed;
  double budget;
  int threads, nwords;
  char **words;
} plan;

/* All cases from sum->from on, in this process. */
static int run_here(const plan *p, double deadline, tally *sum) {
  gpu_device *g;
  gpu_compiler *compiler;
  fr_device d;
  char why[GPU_WHY];
  yard y = {0};
  dice = p->seed;
  if (gpu_open(&g, why) || gpu_compiler_open(&compiler, why)) {
    printf("skipped: %s\n", why);
    return 77;
  }
  fr_device_of(g, &d);
  y.compiler = compiler, y.device = &d, y.next = sum->from;
  y.n = make_trials(&y.all, &d, p->words, p->nwords);
  const double start = now();
  build_all(&y, p->threads);
  if (!sum->from) printf("built %d in %.1f s\n", y.n, now() - start);
  dice = p->seed + (uint64_t)sum->from;
  run_all(y.all, y.n, deadline, sum);
  for (int i = 0; i < y.n; i++)
    if (!y.all[i].built) gpu_cubin_release(&y.all[i].cubin);
  free(y.all);
  gpu_compiler_close(compiler);
  gpu_close(g);
  return 0;
}

/* Again from the next case, in a new process, after one that was lost. */
static int watch(const plan *p, tally *sum) {
  const double deadline = now() + p->budget;
  for (;;) {
    fflush(stdout);
    const pid_t child = fork();
    int status = 0;
    if (child < 0) return 4;
    if (!child) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int rc = run_here(p, deadline, sum);
      fflush(stdout);
      _exit(rc);
    }
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) != LOST) return WEXITSTATUS(status);
    if (WIFSIGNALED(status)) sum->wrong++, printf("case %d ended its process by signal %d\n", sum->from - 1, WTERMSIG(status));
  }
}

static const struct option long_options[] = {{"seed", required_argument, NULL, 's'}, {"threads", required_argument, NULL, 't'},
                                             {"budget", required_argument, NULL, 'b'}, {NULL, 0, NULL, 0}};

int main(int argc, char **argv) {
  plan p = {.seed = (uint64_t)time(NULL), .budget = 600, .threads = 2};
  tally *sum = mmap(NULL, sizeof *sum, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (sum == MAP_FAILED) return 4;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int c; (c = getopt_long(argc, argv, "s:t:b:", long_options, NULL)) != -1;) {
    if (c == 's') p.seed = strtoull(optarg, NULL, 10);
    else if (c == 't') p.threads = atoi(optarg);
    else if (c == 'b') p.budget = atof(optarg);
    else return 2;
  }
  p.words = argv + optind, p.nwords = argc - optind;
  printf("seed %llu\n", (unsigned long long)p.seed);
  const int rc = watch(&p, sum);
  if (rc) return rc;
  printf("%d right, %d wrong, %d refused by the compiler's report, %d left\n", sum->right, sum->wrong, sum->refused, sum->left);
  return sum->wrong || sum->left || !sum->right;
}
