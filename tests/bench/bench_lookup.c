/* How long look-ups take in a database of many trials:
 *
 *   bench_lookup [FILE]      makes FILE (default: a temporary) if it is not there
 *
 * 5,000 problems, 20 trials each.  The first look-up is timed in fresh processes,
 * from before the file is opened.  Exits 1 when a bound is missed. */
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <flashrnn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tunedb.h"

enum { PROBLEMS = 5000, TRIALS = 20, PROCESSES = 21, ROUNDS = 2000 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double median(double *x, int n) {
  qsort(x, (size_t)n, sizeof *x, ascending);
  return x[n / 2];
}

static void stop(const char *doing) {
  fprintf(stderr, "bench_lookup: %s: %s\n", doing, tdb_error());
  exit(4);
}

static const char *const functions[] = {"elman", "lstm", "gru", "slstm"};

static tdb_identity problem(int i, char text[128]) {
  int f = i % 4, B = 1 + i / 4 % 50, D = 16 + 8 * (i / 200 % 25);
  snprintf(text, 128, "B=%d,D=%d,N=1,dtype=fp32,function=%s,pass=training", B, D, functions[f]);
  return (tdb_identity){"flashrnn", "1", text, "T=128", "Some processor", "x86-64-avx512", 2};
}

/* By way of the exchange format: one transaction. */
static void make(const char *path) {
  char json[4200], text[128];
  int64_t added;
  tdb *db;
  snprintf(json, sizeof json, "%s.jsonl", path);
  FILE *out = fopen(json, "w");
  if (!out) stop(json);
  fprintf(out, "{\"format\":\"constrint-tuning\",\"version\":1}\n");
  for (int i = 0; i < PROBLEMS; i++)
    for (int t = 0; t < TRIALS; t++) {
      tdb_identity w = problem(i, text);
      fprintf(out, "{\"kind\":\"trial\",\"kernel\":\"%s\",\"version\":\"1\",\"problem\":\"%s\",\"scaling\":\"T=128\","
              "\"device\":\"%s\",\"architecture\":\"%s\",\"units\":2,\"spec_hash\":\"s\",\"source_hash\":\"h\","
              "\"phase\":\"%s\",\"status\":\"%s\",\"config\":\"batch_tile=%d,unit_tile=%d\",\"seconds\":%g,"
              "\"samples\":[0.001,0.001,0.001,0.001,0.001],\"created_us\":%d}\n",
              w.kernel, text, w.device, w.architecture, t > 16 ? "confirm" : "search", t % 7 == 6 ? "timeout" : "ok", t,
              8 * t, 1e-3 * (1 + (t * 7 + i) % 20), i * TRIALS + t);
    }
  fclose(out);
  if (tdb_open(&db, path, TDB_WRITE) || tdb_import(db, json, &added)) stop("making the database");
  tdb_close(db);
  unlink(json);
}

static double ask(tdb *db, int i, tdb_match expected) {
  char text[128];
  tdb_answer a;
  tdb_identity who = problem(i, text);
  if (expected == TDB_NEAR) /* no D is 8k + 1 */
    snprintf(text, sizeof text, "B=%d,D=%d,N=1,dtype=fp32,function=gru,pass=training", 1 + i % 50, 17 + 8 * (i / 50 % 24));
  double start = now();
  if (tdb_lookup(db, &who, "s", "h", NULL, NULL, &a)) stop("looking up");
  double seconds = now() - start;
  if (a.match != expected) {
    fprintf(stderr, "bench_lookup: %s: %s\n", tdb_match_name(a.match), a.reason);
    exit(4);
  }
  tdb_answer_release(&a);
  return seconds;
}

/* Opening and the first answer, in a process that has done nothing else. */
static double first(const char *path, tdb_match kind) {
  int ends[2];
  double seconds = 0;
  if (pipe(ends)) exit(4);
  pid_t pid = fork();
  if (!pid) {
    tdb *db;
    double start = now();
    if (tdb_open(&db, path, TDB_READ)) stop("opening");
    ask(db, (int)getpid() % PROBLEMS, kind);
    seconds = now() - start;
    _exit(write(ends[1], &seconds, sizeof seconds) != sizeof seconds);
  }
  if (read(ends[0], &seconds, sizeof seconds) != sizeof seconds) exit(4);
  waitpid(pid, NULL, 0);
  close(ends[0]);
  close(ends[1]);
  return seconds;
}

static double median_first(const char *path, tdb_match kind) {
  double x[PROCESSES];
  for (int i = 0; i < PROCESSES; i++) x[i] = first(path, kind);
  return median(x, PROCESSES);
}

static double median_other(tdb *db, int rounds, tdb_match kind) {
  double x[ROUNDS];
  for (int i = 0; i < rounds; i++) x[i] = ask(db, i * 2 % PROBLEMS, kind);
  return median(x, rounds);
}

static double median_again(tdb *db) {
  double x[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) x[i] = ask(db, 7, TDB_EXACT);
  return median(x, ROUNDS);
}

/* What a program asks of a plan it holds. */
static double held(void) {
  enum { TIMES = 1000000 };
  flashrnn *f;
  flashrnn_plan *plan;
  flashrnn_problem p = {FLASHRNN_LSTM, FLASHRNN_TRAINING, FLASHRNN_FP32, 4, 4, 1, 16};
  size_t sum = 0;
  if (flashrnn_open(&f, "") || flashrnn_plan_new(&plan, f, &p)) exit(4);
  double start = now();
  for (int i = 0; i < TIMES; i++) sum += (size_t)flashrnn_plan_match(plan) + (size_t)*flashrnn_plan_config(plan);
  double seconds = (now() - start) / TIMES;
  flashrnn_plan_free(plan);
  flashrnn_close(f);
  return sum ? seconds : 0;
}

/* 1: missed. */
static int line(const char *what, double seconds, double bound) {
  printf("%-44s %10.2f us", what, 1e6 * seconds);
  if (bound > 0) printf("   bound %g us%s", 1e6 * bound, seconds <= bound ? "" : "   MISSED");
  putchar('\n');
  return bound > 0 && !(seconds <= bound);
}

static int measure(const char *path) {
  tdb *db;
  int missed = line("first look-up, fresh process, with opening", median_first(path, TDB_EXACT), 5e-3);
  missed |= line("first near answer, fresh process", median_first(path, TDB_NEAR), 0);
  if (tdb_open(&db, path, TDB_READ)) stop("opening");
  ask(db, 1, TDB_EXACT);
  missed |= line("another problem", median_other(db, ROUNDS, TDB_EXACT), 50e-6);
  missed |= line("another problem, a near answer", median_other(db, 500, TDB_NEAR), 0);
  missed |= line("the same again, changes noticed", median_again(db), 5e-6);
  missed |= line("a plan already held", held(), 0.2e-6);
  tdb_close(db);
  return missed;
}

int main(int argc, char **argv) {
  char folder[] = "/tmp/bench-lookup-XXXXXX", path[4096];
  int temporary = argc < 2;
  if (temporary && !mkdtemp(folder)) return 4;
  snprintf(path, sizeof path, "%s%s", temporary ? folder : argv[1], temporary ? "/bench.db" : "");
  if (access(path, F_OK)) make(path);
  int missed = measure(path);
  if (!temporary) return missed;
  unlink(path);
  unlink(strcat(path, "-wal"));
  strcpy(strrchr(path, '-'), "-shm");
  unlink(path);
  return rmdir(folder) ? 4 : missed;
}
