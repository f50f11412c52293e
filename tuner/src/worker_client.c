/* A worker process: executed, in a process group of its own, on one socket. */
#include "worker_client.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"

extern char **environ;

struct worker {
  struct worker_options options;
  pid_t pid; /* 0: none */
  int fd;
  unsigned generation;
  struct line_reader reader;
};

int worker_new(struct worker **out, const struct worker_options *options) {
  struct worker *w = calloc(1, sizeof *w);
  if (!w) return tuner_nomem();
  w->options = *options;
  w->fd = -1;
  *out = w;
  return TUNER_OK;
}

/* ---- Starting ---- */

/* A run must not depend on how many threads the system feels like giving; what
 * the user set himself stands.  Threads are not pinned, and wait as they do by
 * default: so will those of the program that runs the winner, and a pinned first
 * thread makes a plug-in see a machine of one core. */
static const char *const settled[] = {"OMP_DYNAMIC=false", NULL};

static char **worker_environment(void) {
  size_t n = 0, used = 0;
  while (environ[n]) n++;
  char **env = malloc((n + sizeof settled / sizeof *settled) * sizeof *env);
  if (!env) return NULL;
  for (; used < n; used++) env[used] = environ[used];
  for (int i = 0; settled[i]; i++) {
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(settled[i], "="), settled[i]);
    if (!getenv(name)) env[used++] = (char *)settled[i];
  }
  env[used] = NULL;
  return env;
}

static void limit_resources(const struct worker_options *o) {
  struct rlimit none = {0, 0}, memory = {(rlim_t)o->memory_bytes, (rlim_t)o->memory_bytes};
  setrlimit(RLIMIT_CORE, &none); /* a crash is an outcome: no dump of it */
  if (o->memory_bytes > 0) setrlimit(RLIMIT_AS, &memory);
  if (o->nice) setpriority(PRIO_PROCESS, 0, o->nice);
}

/* Between fork and exec: only calls that are safe there. */
static void become_worker(const struct worker_options *o, int fd, pid_t parent, char *const *argv, char *const *env) {
  sigset_t none;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(126); /* the parent died before the line above */
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  limit_resources(o);
  if (dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0) _exit(126);
  if (!o->show_stderr) {
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDERR_FILENO) < 0) _exit(126);
  }
  close_range(STDERR_FILENO + 1, ~0u, 0); /* whatever the tuner was started with */
  execve(argv[0], argv, env);
  _exit(127);
}

static int start(struct worker *w) {
  static const char *const own[] = {"/proc/self/exe", "worker", NULL};
  const char *const *argv = w->options.argv ? w->options.argv : own;
  int ends[2];
  char **env = worker_environment();
  if (!env) return tuner_nomem();
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
    free(env);
    return tuner_fail(TUNER_EENV, "starting a worker: %s", strerror(errno));
  }
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) become_worker(&w->options, ends[1], parent, (char *const *)argv, env);
  int error = errno;
  free(env);
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return tuner_fail(TUNER_EENV, "starting a worker: %s", strerror(error));
  }
  setpgid(pid, pid); /* both do it: neither knows who comes first */
  w->pid = pid;
  w->fd = ends[0];
  w->generation++;
  line_reader_open(&w->reader, w->fd);
  return TUNER_OK;
}

/* ---- Ending ---- */

/* Kill the group and reap; the status as of waitpid(). */
static int end(struct worker *w, int kill_it) {
  int status = 0;
  if (!w->pid) return 0;
  if (kill_it && kill(-w->pid, SIGKILL) < 0) kill(w->pid, SIGKILL);
  while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) continue;
  kill(-w->pid, SIGKILL); /* what it may have started */
  line_reader_close(&w->reader);
  close(w->fd);
  w->fd = -1;
  w->pid = 0;
  return status;
}

void worker_end(struct worker *w) { end(w, 1); }

void worker_free(struct worker *w) {
  if (!w) return;
  end(w, 1);
  free(w);
}

unsigned worker_generation(const struct worker *w) { return w->generation; }
int worker_alive(const struct worker *w) { return w->pid != 0; }
int worker_process(const struct worker *w) { return w->pid ? (int)w->pid : -1; }

int worker_cancelled(const struct worker *w) {
  struct pollfd p = {.fd = w->options.cancel_fd, .events = POLLIN};
  return p.fd >= 0 && poll(&p, 1, 0) > 0;
}

/* ---- Asking ---- */

/* It closed its end: wait a moment for it to end by itself, so that the status says how. */
static enum worker_outcome crashed(struct worker *w, struct answer *out) {
  for (double until = clock_seconds() + 0.5; clock_seconds() < until;) {
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)w->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) break;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  siginfo_t info = {0};
  int alive = !(waitid(P_PID, (id_t)w->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid);
  int status = end(w, 1);
  if (alive) {
    snprintf(out->message, sizeof out->message, "the worker closed its connection");
  } else if (WIFSIGNALED(status)) {
    snprintf(out->message, sizeof out->message, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return WTERMSIG(status) == SIGKILL ? WORKER_KILLED : WORKER_CRASHED;
  } else {
    snprintf(out->message, sizeof out->message, "the worker ended with status %d", WEXITSTATUS(status));
  }
  return WORKER_CRASHED;
}

static enum worker_outcome malformed(struct worker *w, struct answer *out) {
  snprintf(out->message, sizeof out->message, "the worker's answer: %.200s", tuner_error());
  end(w, 1);
  return WORKER_CRASHED;
}

static enum worker_outcome stop(struct worker *w, enum worker_outcome why, double limit, struct answer *out) {
  if (why == WORKER_TIMEOUT)
    snprintf(out->message, sizeof out->message, "no answer within %.3g s", limit);
  else
    snprintf(out->message, sizeof out->message, "interrupted");
  end(w, 1);
  return why;
}

/* Whatever was said before it was asked is no answer to this question. */
static int quiet(struct worker *w) {
  struct pollfd p = {.fd = w->fd, .events = POLLIN};
  return w->reader.used == w->reader.taken && poll(&p, 1, 0) == 0;
}

/* A question is small (a page or two): the socket takes it at once, or the worker is not reading. */
static int put(struct worker *w, const char *text) {
  size_t n = strlen(text);
  return send(w->fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)n;
}

static enum worker_outcome wait_answer(struct worker *w, double limit, struct answer *out) {
  double until = clock_seconds() + limit;
  for (;;) {
    char *line = line_take(&w->reader);
    if (line) return answer_decode(out, line) ? malformed(w, out) : WORKER_ANSWERED;
    struct pollfd p[2] = {{.fd = w->fd, .events = POLLIN}, {.fd = w->options.cancel_fd, .events = POLLIN}};
    double left = until - clock_seconds();
    if (left <= 0) return stop(w, WORKER_TIMEOUT, limit, out);
    int ready = poll(p, 2, (int)fmin(left * 1e3 + 1, 1e6));
    if (ready < 0 && errno != EINTR) return crashed(w, out);
    if (ready > 0 && p[1].revents) return stop(w, WORKER_CANCELLED, limit, out);
    if (ready <= 0 || !p[0].revents) continue;
    int code = line_fill(&w->reader);
    if (code == TUNER_ENOTFOUND) return crashed(w, out);
    if (code) return malformed(w, out);
  }
}

enum worker_outcome worker_ask(struct worker *w, const struct ask *question, double limit, struct answer *out) {
  memset(out, 0, sizeof *out);
  if (w->pid && !quiet(w)) end(w, 1);
  if (!w->pid && start(w)) return WORKER_BROKEN;
  char *text = ask_encode(question);
  if (!text) {
    tuner_nomem();
    return WORKER_BROKEN;
  }
  int sent = put(w, text);
  free(text);
  return sent ? wait_answer(w, limit, out) : crashed(w, out);
}
