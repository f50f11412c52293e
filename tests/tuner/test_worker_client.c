/* The tuner's side of a worker, against workers that misbehave (shell scripts). */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "test.h"
#include "worker_client.h"

#define GOOD "{\"status\":0,\"seconds\":1,\"samples\":[1],\"error\":0,\"floor\":0,\"operations\":0,\"bytes\":0,\"end\":0,\"message\":\"\"}"

static const struct ask naive = {.kind = ASK_NAIVE};

static struct worker *script(const char *text, int cancel_fd) {
  static const char *argv[4];
  struct worker *w;
  argv[0] = "/bin/sh";
  argv[1] = "-c";
  argv[2] = text;
  argv[3] = NULL;
  struct worker_options o = {.argv = argv, .cancel_fd = cancel_fd};
  CHECK(worker_new(&w, &o) == TUNER_OK);
  return w;
}

static void expect(const char *text, enum worker_outcome outcome, double limit, const char *message) {
  struct worker *w = script(text, -1);
  struct answer a;
  enum worker_outcome got = worker_ask(w, &naive, limit, &a);
  CHECKF(got == outcome, "%s: outcome %d, '%s'", text, (int)got, a.message);
  CHECKF(strstr(a.message, message), "%s: '%s'", text, a.message);
  CHECK(worker_alive(w) == (outcome == WORKER_ANSWERED));
  answer_release(&a);
  worker_free(w);
}

static void answers(void) {
  expect("read q; echo '" GOOD "'; read q", WORKER_ANSWERED, 10, "");
}

static void crashes(void) {
  expect("read q; kill -SEGV $$", WORKER_CRASHED, 10, "signal 11");
  expect("read q; kill -ABRT $$", WORKER_CRASHED, 10, "signal 6");
  expect("read q; exit 3", WORKER_CRASHED, 10, "status 3");
  expect("exit 0", WORKER_CRASHED, 10, "status 0");
  expect("read q; kill -KILL $$", WORKER_KILLED, 10, "signal 9");
  expect("read q; exec 0<&- 1>&-; sleep 30", WORKER_CRASHED, 10, "closed");
}

static void malformed_answers(void) {
  expect("read q; echo nonsense; read q", WORKER_CRASHED, 10, "answer");
  expect("read q; echo '{\"status\":0}'; read q", WORKER_CRASHED, 10, "answer");
  expect("read q; head -c 400000 /dev/zero | tr '\\0' x; read q", WORKER_CRASHED, 10, "more than");
  expect("read q; yes; read q", WORKER_CRASHED, 10, "answer");
}

/* tvm#12330: a tuning hung after one failure. */
static void a_hang_is_killed_in_time(void) {
  double started = clock_seconds();
  expect("read q; sleep 60", WORKER_TIMEOUT, 0.3, "no answer within");
  expect("trap '' TERM INT HUP; read q; while :; do sleep 1; done", WORKER_TIMEOUT, 0.3, "no answer within");
  CHECK(clock_seconds() - started < 20);
}

/* The group dies with it: nothing goes on in the background. */
static void children_die_too(void) {
  char text[256], path[] = "/tmp/constrint-XXXXXX";
  int fd = mkstemp(path);
  CHECK(fd >= 0);
  snprintf(text, sizeof text, "sleep 60 & echo $! > %s; read q; wait", path);
  struct worker *w = script(text, -1);
  struct answer a;
  CHECK(worker_ask(w, &naive, 1, &a) == WORKER_TIMEOUT);
  worker_free(w);
  FILE *f = fopen(path, "r");
  int child = 0, n = fscanf(f, "%d", &child);
  fclose(f);
  close(fd);
  unlink(path);
  CHECK(n == 1 && child > 1);
  for (int i = 0; i < 200 && kill(child, 0) == 0; i++) {
    char stat[64], state = '?';
    snprintf(stat, sizeof stat, "/proc/%d/stat", child);
    FILE *s = fopen(stat, "r");
    if (!s) return;
    int read = fscanf(s, "%*d %*s %c", &state);
    fclose(s);
    if (read == 1 && state == 'Z') return; /* dead, and nobody has buried it */
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  CHECK(kill(child, 0) < 0 && errno == ESRCH);
}

static void it_is_started_again(void) {
  struct worker *w = script("read q; echo '" GOOD "'; read q; exit 1", -1);
  struct answer a;
  for (unsigned i = 1; i <= 3; i++) {
    CHECK(worker_ask(w, &naive, 10, &a) == WORKER_ANSWERED && worker_generation(w) == i);
    answer_release(&a);
    CHECK(worker_ask(w, &naive, 10, &a) == WORKER_CRASHED && !worker_alive(w));
  }
  worker_free(w);
}

/* An answer that nobody asked for is not taken for the next one. */
static void unasked_answers_are_dropped(void) {
  struct worker *w = script("read q; echo '" GOOD "'; echo '" GOOD "'; read q", -1);
  struct answer a;
  CHECK(worker_ask(w, &naive, 10, &a) == WORKER_ANSWERED);
  answer_release(&a);
  nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
  CHECK(worker_ask(w, &naive, 10, &a) == WORKER_ANSWERED && worker_generation(w) == 2);
  answer_release(&a);
  worker_free(w);
}

static void stopping(void) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  struct worker *w = script("read q; sleep 60", ends[0]);
  struct answer a;
  CHECK(!worker_cancelled(w));
  CHECK(write(ends[1], "x", 1) == 1);
  double started = clock_seconds();
  CHECK(worker_cancelled(w));
  CHECK(worker_ask(w, &naive, 60, &a) == WORKER_CANCELLED && !worker_alive(w));
  CHECK(clock_seconds() - started < 20);
  worker_free(w);
  close(ends[0]);
  close(ends[1]);
}

/* CLOEXEC: what the tuner has open (the database) is not the worker's. */
static void nothing_leaks_into_the_worker(void) {
  expect("read q; for fd in /proc/self/fd/*; do n=${fd##*/}; [ $n -gt 2 ] && [ -e /proc/$$/fd/$n ] && exit 9; done; "
         "echo '" GOOD "'; read q", WORKER_ANSWERED, 10, "");
}

static void signals_and_threads_are_as_they_should(void) {
  sigset_t block, old;
  sigemptyset(&block);
  sigaddset(&block, SIGINT);
  CHECK(sigprocmask(SIG_BLOCK, &block, &old) == 0);
  expect("read q; grep -q 'SigBlk:.0000000000000000' /proc/self/status && [ $OMP_DYNAMIC = false ] && echo '" GOOD "'; read q", WORKER_ANSWERED, 10, "");
  sigprocmask(SIG_SETMASK, &old, NULL);
}

static void one_that_does_not_exist(void) {
  static const char *const argv[] = {"/nonexistent/worker", NULL};
  struct worker_options o = {.argv = argv, .cancel_fd = -1};
  struct worker *w;
  struct answer a;
  CHECK(worker_new(&w, &o) == TUNER_OK);
  CHECK(worker_ask(w, &naive, 10, &a) == WORKER_CRASHED && strstr(a.message, "status 127"));
  worker_free(w);
}

static const struct test_case cases[] = {
  {"answers", answers},
  {"pytorch#95542 vllm#51519: crashes are outcomes", crashes},
  {"malformed answers", malformed_answers},
  {"tvm#12330: a hang is killed in time", a_hang_is_killed_in_time},
  {"children die too", children_die_too},
  {"it is started again", it_is_started_again},
  {"unasked answers are dropped", unasked_answers_are_dropped},
  {"stopping", stopping},
  {"nothing leaks into the worker", nothing_leaks_into_the_worker},
  {"signals and threads are as they should", signals_and_threads_are_as_they_should},
  {"one that does not exist", one_that_does_not_exist},
  {NULL, NULL},
};
TEST_MAIN(cases)
