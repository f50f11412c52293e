/* Writers in processes of their own. */
#ifndef DB_PROCESSES_H
#define DB_PROCESSES_H

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include "fixture.h"

typedef struct writer { pid_t pid; int out; } writer;

static inline writer start_writer(const char *path, const char *count, const char *name) {
  int ends[2];
  CHECKF(getenv("WRITER"), "%s", "$WRITER must name the program db_writer");
  CHECK(!pipe2(ends, O_CLOEXEC));
  writer w = {.pid = fork(), .out = ends[0]};
  if (!w.pid) {
    dup2(ends[1], STDOUT_FILENO);
    execl(getenv("WRITER"), "writer", path, count, name, (char *)NULL);
    _exit(127);
  }
  close(ends[1]);
  return w;
}

/* How many rows it had acknowledged when it ended; its wait status. */
static inline int finish_writer(writer w, int *status) {
  char buffer[4096];
  int lines = 0;
  for (ssize_t n; (n = read(w.out, buffer, sizeof buffer)) > 0;)
    for (ssize_t i = 0; i < n; i++) lines += buffer[i] == '\n';
  close(w.out);
  CHECK(waitpid(w.pid, status, 0) == w.pid);
  return lines;
}

#endif
