/* constrint verify: is a proof right? */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "solver_commands.h"

struct proof_text { char *at; size_t n, room; };

/* What begins otherwise, and may not end, need not be read. */
static bool looks_right(const struct proof_text *t) {
  static const char begin[] = "constrint proof ";
  size_t n = t->n < sizeof begin - 1 ? t->n : sizeof begin - 1;
  return !n || !memcmp(t->at, begin, n);
}

static bool read_whole(FILE *f, struct proof_text *t, uint64_t most) {
  for (size_t n = 1; n > 0 && looks_right(t) && (!most || t->n <= most); t->n += n) {
    if (t->room - t->n < 4096) {
      size_t room = t->room ? 2 * t->room : 1 << 16;
      char *bigger = realloc(t->at, room);
      if (!bigger) return false;
      t->at = bigger;
      t->room = room;
    }
    n = fread(t->at + t->n, 1, t->room - t->n, f);
  }
  return !ferror(f);
}

static int read_proof(const struct options *o, const char *path, struct proof_text *t) {
  FILE *f = fopen(path, "rb");
  errno = f ? 0 : errno;
  bool fine = f && read_whole(f, t, o->limits.memory_bytes);
  if (!fine) fprintf(stderr, "constrint verify: cannot read %s: %s\n", path, strerror(errno ? errno : ENOMEM));
  if (f) fclose(f);
  if (!fine || !o->limits.memory_bytes || t->n <= o->limits.memory_bytes) return fine ? CONTINUE : EXIT_USAGE;
  fprintf(stderr, "constrint verify: %s alone is larger than --memory; raise it\n", path);
  return EXIT_OPEN;
}

static const char *const conclusions[] = {
  [CI_PROVEN_NOTHING] = "open", [CI_PROVEN_SATISFIABLE] = "satisfiable", [CI_PROVEN_UNSATISFIABLE] = "unsatisfiable",
  [CI_PROVEN_OPTIMAL] = "optimal",
};

static int print_verdict(const struct session *s, const char *path, const ci_verdict *v) {
  bool open = v->conclusion == CI_PROVEN_NOTHING;
  int code = !v->accepted ? EXIT_NONE : open ? EXIT_OPEN : EXIT_DONE;
  if (!v->accepted) fprintf(stderr, "%s:%zu: %s\n", path, v->line, v->message);
  if (s->options.json) {
    json_t *j = json_pack("{s:i, s:s}", "version", 1, "answer", v->accepted ? conclusions[v->conclusion] : "refused");
    if (!v->accepted) json_object_set_new(j, "line", json_integer((json_int_t)v->line));
    if (!v->accepted) json_object_set_new(j, "message", json_string(v->message));
    return print_json(s, j, code);
  }
  if (v->accepted) printf("%s\n", conclusions[v->conclusion]);
  return code;
}

static int verify(struct session *s) {
  struct proof_text t = {0};
  ci_verdict v;
  if (s->options.nrest != 1) return wrong_use(&s->options, "a model and one proof are wanted");
  int code = read_proof(&s->options, s->options.rest[0], &t);
  if (code == CONTINUE) {
    int rc = ci_verify_within(s->model, t.at, t.n, &s->options.limits, &v);
    code = rc < 0 ? report_error(&s->options, rc) : print_verdict(s, s->options.rest[0], &v);
  }
  free(t.at);
  return code;
}

int command_verify(int argc, char **argv) {
  static const struct usage usage = {
    "verify", "FILE PROOF", "Checks a proof that 'solve' or 'optimize' wrote with --proof, by means of its own, and prints what\n"
    "it shows: satisfiable, unsatisfiable or optimal. The model, --let, --data and --hardware as then.\n"
    "Exit code 1: a line is wrong; 3: the proof ends open, or a limit left it open.", TAKES_REST | NO_SEARCH};
  struct session s;
  int code = session_open(&s, &usage, argc, argv);
  return session_close(&s, code == CONTINUE ? verify(&s) : code);
}
