/* Conditions that would last beyond a test (limits, mounts) are made in a child
 * process with mounts of its own. */
#ifndef DB_SANDBOX_H
#define DB_SANDBOX_H

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "fixture.h"

enum { CHILD_PASSED = 0, CHILD_FAILED = 1, CHILD_CANNOT = 77 };

/* Run fn in a child: what it returns, CHILD_FAILED when a CHECK fails. */
static inline int in_child(int (*fn)(void)) {
  if (!*folder) fresh("unused"); /* the parent's folder, and the parent's to remove */
  fflush(NULL);
  pid_t pid = fork();
  if (!pid) _exit(setjmp(test_escape) ? CHILD_FAILED : fn());
  int status;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_FAILED;
}

/* Mounts of our own from here on; 0 if that is not allowed here. */
static inline int own_mounts(void) {
  return !unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static inline int mount_read_only(const char *path) {
  return !mount(path, path, NULL, MS_BIND, NULL) && !mount(path, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
}

static inline int mount_small(const char *path, const char *size) {
  char option[64];
  snprintf(option, sizeof option, "size=%s,mode=700", size);
  return !mount("tmpfs", path, "tmpfs", 0, option);
}

/* Files may not grow beyond this; growing fails instead of killing. */
static inline void limit_files(rlim_t bytes) {
  struct rlimit limit = {bytes, bytes};
  signal(SIGXFSZ, SIG_IGN);
  CHECK(!setrlimit(RLIMIT_FSIZE, &limit));
}

#define CHECK_CHILD(fn)                                                                    \
  do {                                                                                     \
    int code_ = in_child(fn);                                                              \
    if (code_ == CHILD_CANNOT) fprintf(stderr, "SKIPPED: %s: needs mounts of its own\n", #fn); \
    else CHECKF(code_ == CHILD_PASSED, "in the child of %s", #fn);                         \
  } while (0)

#endif
