/* Building candidates in processes of their own, a thread for each. */
#include "yard.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "map.h"
#include "worker_client.h"

struct build {
  size_t index;
  enum yard_state state;
  char *file;        /* built; NULL: it could not be, here */
  struct answer why; /* failed */
};

struct yard {
  struct yard_options options;
  char folder[PATH_MAX];
  int stop_fd; /* readable: the yard closes, whatever is being built */
  pthread_mutex_t lock;
  pthread_cond_t work, done;
  pthread_t threads[YARD_JOBS];
  int nthreads, closing;
  /* Of the problem: */
  unsigned long epoch; /* counts the problems: a build of an earlier one is nobody's */
  const struct space *space;
  int64_t problem[PROTOCOL_VALUES];
  size_t nproblem;
  struct build **builds;
  size_t nbuilds, room;
  struct map places; /* configuration -> place in builds */
  size_t *waiting, nwaiting, next; /* places in builds, in the order of wanting */
  unsigned long files; /* names given so far */
  unsigned long ended, seen; /* builds that ended, and of them those that yard_wait() has told of */
};

/* ---- What is known; under the lock ---- */

static struct build *find(const struct yard *y, size_t index) {
  const union map_value *place = map_find(&y->places, index);
  return place ? y->builds[place->number] : NULL;
}

static struct build *add(struct yard *y, size_t index) {
  if (y->nbuilds == y->room) {
    size_t room = y->room ? 2 * y->room : 64;
    struct build **grown = realloc(y->builds, room * sizeof *grown);
    if (!grown) return NULL;
    y->builds = grown;
    y->room = room;
  }
  struct build *b = calloc(1, sizeof *b);
  union map_value *place = b ? map_put(&y->places, index) : NULL;
  if (!place) {
    free(b);
    return NULL;
  }
  b->index = index;
  place->number = y->nbuilds;
  return y->builds[y->nbuilds++] = b;
}

static void remove_file(char **file) {
  if (*file) unlink(*file);
  free(*file);
  *file = NULL;
}

static void forget(struct yard *y) {
  for (size_t i = 0; i < y->nbuilds; i++) {
    remove_file(&y->builds[i]->file);
    free(y->builds[i]);
  }
  free(y->builds);
  free(y->waiting);
  map_free(&y->places);
  y->places = (struct map){0};
  y->builds = NULL;
  y->waiting = NULL;
  y->nbuilds = y->room = y->nwaiting = y->next = 0;
}

/* ---- A thread and its process ---- */

/* One build on its way; a copy, because the yard may have gone on meanwhile. */
struct errand {
  unsigned long epoch;
  size_t index;
  char *file;
  int64_t values[PROTOCOL_VALUES], problem[PROTOCOL_VALUES];
  size_t nvalues, nproblem;
  struct answer answer;
  int broken; /* no process can be started: whoever loads it builds it */
};

static struct build *next_waiting(struct yard *y) {
  while (y->next < y->nwaiting) {
    struct build *b = y->builds[y->waiting[y->next++]];
    if (b->state == YARD_WAITING) return b;
  }
  return NULL;
}

/* Under the lock: 0 when there is nothing to do. */
static int take(struct yard *y, struct errand *e) {
  struct build *b = next_waiting(y);
  if (!b || asprintf(&e->file, "%s/%lu", y->folder, y->files++) < 0) return 0;
  b->state = YARD_BUILDING;
  e->epoch = y->epoch;
  e->index = b->index;
  e->nvalues = space_parameters(y->space);
  e->nproblem = y->nproblem;
  memcpy(e->problem, y->problem, y->nproblem * sizeof *y->problem);
  space_values(y->space, b->index, e->values);
  return 1;
}

static enum worker_outcome ask(const struct yard *y, struct worker *w, struct errand *e) {
  struct ask question = {.kind = ASK_BUILD, .plugin = y->options.plugin, .device = y->options.device, .file = e->file,
                         .problem = e->problem, .nproblem = e->nproblem, .values = e->values, .nvalues = e->nvalues};
  return worker_ask(w, &question, y->options.time_limit, &e->answer);
}

/* A process that something from outside killed tells nothing of the candidate: once more. */
static void build(const struct yard *y, struct worker *w, struct errand *e) {
  enum worker_outcome outcome = ask(y, w, e);
  if (outcome == WORKER_KILLED) outcome = ask(y, w, e);
  answer_release(&e->answer);
  e->broken = outcome == WORKER_BROKEN;
  if (e->broken || outcome == WORKER_ANSWERED) return;
  e->answer.status = outcome == WORKER_TIMEOUT ? TDB_TRIAL_TIMEOUT : TDB_TRIAL_CRASHED;
  e->answer.error = -1;
  char why[KP_WHY];
  memcpy(why, e->answer.message, sizeof why);
  snprintf(e->answer.message, sizeof e->answer.message, "building it: %.200s", why);
}

static void finish(struct yard *y, struct errand *e) {
  struct build *b = e->epoch == y->epoch ? find(y, e->index) : NULL;
  if (b && (e->broken || e->answer.status == TDB_TRIAL_OK)) {
    b->state = YARD_BUILT;
    if (!e->broken) b->file = e->file, e->file = NULL;
  } else if (b) {
    b->state = YARD_FAILED;
    b->why = e->answer;
  }
  remove_file(&e->file);
}

static void *work(void *yard) {
  struct yard *y = yard;
  struct worker *w = NULL;
  struct worker_options o = {.show_stderr = y->options.show_stderr, .memory_bytes = y->options.memory_bytes,
                             .nice = 10, .cancel_fd = y->stop_fd};
  struct errand *e = worker_new(&w, &o) ? NULL : calloc(1, sizeof *e);
  pthread_mutex_lock(&y->lock);
  while (e && !y->closing) {
    if (!take(y, e)) {
      pthread_cond_wait(&y->work, &y->lock);
      continue;
    }
    pthread_mutex_unlock(&y->lock);
    build(y, w, e);
    pthread_mutex_lock(&y->lock);
    finish(y, e);
    y->ended++;
    pthread_cond_broadcast(&y->done);
  }
  pthread_mutex_unlock(&y->lock);
  free(e);
  worker_free(w);
  return NULL;
}

/* ---- The yard ---- */

static int make_folder(struct yard *y) {
  const char *base = getenv("TMPDIR");
  int n = snprintf(y->folder, sizeof y->folder, "%s/constrint-XXXXXX", base && *base ? base : "/tmp");
  if (n < (int)sizeof y->folder && mkdtemp(y->folder)) return TUNER_OK;
  int code = tuner_fail(TUNER_EENV, "no folder for what is built: %s: %s", y->folder, strerror(errno));
  y->folder[0] = 0;
  return code;
}

static int open_clock(pthread_cond_t *c) {
  pthread_condattr_t a;
  if (pthread_condattr_init(&a)) return -1;
  int rc = pthread_condattr_setclock(&a, CLOCK_MONOTONIC) || pthread_cond_init(c, &a);
  pthread_condattr_destroy(&a);
  return rc;
}

int yard_open(struct yard **out, const struct yard_options *options) {
  struct yard *y = calloc(1, sizeof *y);
  if (!y) return tuner_nomem();
  y->options = *options;
  y->options.jobs = options->jobs < 1 ? 1 : options->jobs > YARD_JOBS ? YARD_JOBS : options->jobs;
  y->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int failed = y->stop_fd < 0 || pthread_mutex_init(&y->lock, NULL) || pthread_cond_init(&y->work, NULL) || open_clock(&y->done);
  int code = failed ? tuner_fail(TUNER_EENV, "the build yard: %s", strerror(errno)) : make_folder(y);
  if (!code) {
    *out = y;
    return TUNER_OK;
  }
  if (y->stop_fd >= 0) close(y->stop_fd);
  free(y);
  return code;
}

/* Without a single thread nothing would ever be built. */
static int start_threads(struct yard *y) {
  while (y->nthreads < y->options.jobs && !pthread_create(&y->threads[y->nthreads], NULL, work, y)) y->nthreads++;
  return y->nthreads ? TUNER_OK : tuner_fail(TUNER_EENV, "the build yard cannot start a thread");
}

void yard_close(struct yard *y) {
  if (!y) return;
  pthread_mutex_lock(&y->lock);
  y->closing = 1;
  if (eventfd_write(y->stop_fd, 1)) { /* it is readable already */ }
  pthread_cond_broadcast(&y->work);
  pthread_mutex_unlock(&y->lock);
  for (int i = 0; i < y->nthreads; i++) pthread_join(y->threads[i], NULL);
  forget(y);
  rmdir(y->folder);
  pthread_cond_destroy(&y->work);
  pthread_cond_destroy(&y->done);
  pthread_mutex_destroy(&y->lock);
  close(y->stop_fd);
  free(y);
}

int yard_jobs(const struct yard *y) { return y->options.jobs; }

void yard_problem(struct yard *y, const struct problem *p, const struct space *space) {
  pthread_mutex_lock(&y->lock);
  y->epoch++;
  forget(y);
  y->space = space;
  y->nproblem = space ? p->n : 0;
  for (size_t i = 0; i < y->nproblem; i++) y->problem[i] = p->settings[i].value;
  pthread_mutex_unlock(&y->lock);
}

static void stop_waiting(struct yard *y) {
  for (; y->next < y->nwaiting; y->next++) {
    struct build *b = y->builds[y->waiting[y->next]];
    if (b->state == YARD_WAITING) b->state = YARD_UNKNOWN;
  }
  y->next = y->nwaiting = 0;
}

static int want(struct yard *y, const size_t *indices, size_t n) {
  size_t *grown = realloc(y->waiting, (n + 1) * sizeof *grown);
  if (!grown) return tuner_nomem();
  y->waiting = grown;
  for (size_t i = 0; i < n; i++) {
    struct build *b = find(y, indices[i]);
    if (!b && !(b = add(y, indices[i]))) return tuner_nomem();
    if (b->state != YARD_UNKNOWN) continue;
    b->state = YARD_WAITING;
    y->waiting[y->nwaiting++] = map_find(&y->places, indices[i])->number;
  }
  return TUNER_OK;
}

int yard_want(struct yard *y, const size_t *indices, size_t n) {
  pthread_mutex_lock(&y->lock);
  stop_waiting(y);
  int code = want(y, indices, n);
  pthread_cond_broadcast(&y->work);
  pthread_mutex_unlock(&y->lock);
  return code || y->nthreads == y->options.jobs ? code : start_threads(y);
}

enum yard_state yard_state(struct yard *y, size_t index) {
  pthread_mutex_lock(&y->lock);
  const struct build *b = find(y, index);
  enum yard_state state = b ? b->state : YARD_UNKNOWN;
  pthread_mutex_unlock(&y->lock);
  return state;
}

const char *yard_file(struct yard *y, size_t index) {
  pthread_mutex_lock(&y->lock);
  const struct build *b = find(y, index);
  const char *file = b ? b->file : NULL;
  pthread_mutex_unlock(&y->lock);
  return file;
}

void yard_failure(struct yard *y, size_t index, struct answer *out) {
  pthread_mutex_lock(&y->lock);
  const struct build *b = find(y, index);
  if (b && b->state == YARD_FAILED) *out = b->why;
  pthread_mutex_unlock(&y->lock);
}

void yard_drop(struct yard *y, size_t index) {
  pthread_mutex_lock(&y->lock);
  struct build *b = find(y, index);
  if (b && b->state == YARD_BUILT) {
    remove_file(&b->file);
    b->state = YARD_UNKNOWN;
  }
  pthread_mutex_unlock(&y->lock);
}

void yard_wait(struct yard *y, double seconds) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  long nanoseconds = until.tv_nsec + (long)((seconds - (double)(long)seconds) * 1e9);
  until.tv_sec += (long)seconds + nanoseconds / 1000000000;
  until.tv_nsec = nanoseconds % 1000000000;
  pthread_mutex_lock(&y->lock);
  while (y->seen == y->ended && !pthread_cond_timedwait(&y->done, &y->lock, &until)) continue;
  y->seen = y->ended;
  pthread_mutex_unlock(&y->lock);
}
