/* Opening, and ending or undoing, what a table is written to. */
#include "output.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(const struct output *out) {
  fprintf(stderr, "constrint %s: cannot write %s: %s\n", out->options->command, out->options->output,
          strerror(errno ? errno : EIO));
  return EXIT_ENVIRONMENT;
}

/* A name beside the file's own: readers see the old one or the new one. A device or a pipe is written as it is. */
static FILE *open_file(struct output *out, const char *path) {
  struct stat there;
  if (!stat(path, &there) && !S_ISREG(there.st_mode)) return fopen(path, "wb");
  if (asprintf(&out->partial, "%s.XXXXXX", path) < 0) out->partial = NULL;
  if (!out->partial) return NULL;
  int fd = mkstemp(out->partial);
  mode_t mask = umask(0);
  umask(mask);
  if (fd >= 0 && !fchmod(fd, 0666 & ~mask)) return fdopen(fd, "wb");
  return NULL;
}

int output_open(struct output *out, struct session *s) {
  *out = (struct output){.options = &s->options, .to = stdout};
  errno = 0;
  if (s->options.output) out->to = open_file(out, s->options.output);
  if (!out->to) {
    int code = cannot(out);
    free(out->partial);
    return code;
  }
  int rc = table_open(&out->table, s->options.format, &s->heads, out->to);
  return rc < 0 ? output_close(out, rc) : CONTINUE;
}

static int put_in_place(struct output *out) {
  bool fine = !fflush(out->to) && !ferror(out->to) && (!out->partial || !fsync(fileno(out->to)));
  if (fclose(out->to) || !fine || (out->partial && rename(out->partial, out->options->output))) return cannot(out);
  return EXIT_DONE;
}

int output_close(struct output *out, int rc) {
  int code = EXIT_DONE;
  errno = 0;
  if (rc >= 0) rc = table_finish(out->table);
  else if (out->table && rc != CI_EIO) table_finish(out->table); /* what is known is printed */
  if (rc == CI_EIO && out->options->output) code = cannot(out);
  else if (rc < 0 && rc != CI_EIO) code = report_error(out->options, rc);
  if (out->to != stdout && code == EXIT_DONE) code = put_in_place(out);
  else if (out->to != stdout) fclose(out->to);
  if (code != EXIT_DONE && out->partial) unlink(out->partial);
  table_free(out->table);
  free(out->partial);
  return code;
}
