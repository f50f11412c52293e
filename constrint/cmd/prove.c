/* --proof FILE: the solver tells its proof while a command answers. */
#include "prove.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int put(void *data, const char *text, size_t n) { return fwrite(text, 1, n, data) == n ? 0 : -1; }

static int cannot_write(const struct session *s) {
  fprintf(stderr, "constrint %s: cannot write %s: %s\n", s->options.command, s->options.proof, strerror(errno ? errno : EIO));
  return EXIT_ENVIRONMENT;
}

int prove(struct session *s, int (*answer)(struct session *s)) {
  if (!s->options.proof) return answer(s);
  if (s->options.threads > 1) return wrong_use(&s->options, "--proof tells one search: it does not go with --threads %u", s->options.threads);
  FILE *f = fopen(s->options.proof, "wb");
  if (!f) return cannot_write(s);
  int rc = ci_solver_proof(s->solver, put, f), code = rc < 0 ? report_error(&s->options, rc) : answer(s);
  errno = 0;
  bool fine = !ferror(f);
  if (fclose(f) || !fine) return cannot_write(s);
  return code;
}
