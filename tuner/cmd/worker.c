/* `constrint worker`: hidden; the tuner starts it and talks to it on stdin. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "fail.h"
#include "loop_commands.h"
#include "worker.h"

/* Take the connection away from stdin and stdout: what a plug-in prints must
 * not reach the tuner as an answer. */
static int take_connection(void) {
  int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
  int null = open("/dev/null", O_RDWR);
  if (fd < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return -1;
  if (null > STDERR_FILENO) close(null);
  return fd;
}

int run_worker(int argc, char **argv) {
  if (argc > 1) {
    int help = !strcmp(argv[1], "--help");
    fputs("usage: constrint worker\n\nFor the tuner's own use: it starts this and talks to it on stdin.\n",
          help ? stdout : stderr);
    return help ? EXIT_DONE : EXIT_USAGE;
  }
  if (isatty(STDIN_FILENO)) {
    fputs("constrint worker: the tuner starts this; it is of no use by hand\n", stderr);
    return EXIT_USAGE;
  }
  int fd = take_connection();
  if (fd < 0) {
    perror("constrint worker");
    return EXIT_ENVIRONMENT;
  }
  return tuner_exit_code(worker_serve(fd));
}
