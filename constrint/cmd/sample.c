/* constrint sample: random configurations. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "compact.h"
#include "deadline.h"
#include "output.h"
#include "solver_commands.h"

/* Rows drawn at once: 8 MiB of them. */
static uint64_t block_rows(const struct session *s) { return (1 << 20) / (ci_space_vars(s->space) + 1) + 1; }

/* Without memory of each other samples may come in blocks, each with a seed of its own. */
static int independent(const struct session *s, struct table *t, const ci_limits *limits, int64_t *rows, uint64_t *given) {
  struct deadline until = deadline_in(limits->seconds);
  uint64_t most = block_rows(s);
  for (uint64_t block = 0, left = s->options.number; left; block++) {
    size_t n = 0;
    int rc = ci_space_sample(s->space, CI_SAMPLE_INDEPENDENT, s->options.seed + (block << 32), left < most ? left : most,
                             rows, &n);
    if (rc == CI_OK) rc = table_lines(t, rows, n);
    if (rc == CI_OK) rc = deadline_passed(&until);
    *given += n;
    left -= n;
    if (rc < 0 || !n) return rc;
  }
  return CI_OK;
}

static int together(const struct session *s, struct table *t, const ci_limits *limits, size_t n, int64_t *rows,
                    uint64_t *given) {
  struct deadline until = deadline_in(limits->seconds);
  size_t got, block = block_rows(s);
  int rc = ci_space_sample_within(s->space, s->options.method, s->options.seed, n, limits, rows, &got);
  if (rc < 0) return rc;
  *given = got;
  for (size_t at = 0; at < got && rc == CI_OK; at += block) {
    rc = table_lines(t, rows + at * ci_space_vars(s->space), got - at < block ? got - at : block);
    if (rc == CI_OK) rc = deadline_passed(&until);
  }
  return rc;
}

/* How many rows need a place at once. */
static uint64_t rows_needed(const struct session *s) {
  uint64_t n = s->options.number, size;
  if (s->options.method == CI_SAMPLE_INDEPENDENT) return n < block_rows(s) ? n : block_rows(s);
  return ci_space_size_u64(s->space, &size) == CI_OK && size < n ? size : n;
}

static int draw(const struct session *s, struct table *t, const ci_limits *limits, uint64_t *given) {
  uint64_t n = rows_needed(s);
  size_t bytes;
  if (__builtin_mul_overflow(n, (ci_space_vars(s->space) + 1) * sizeof(int64_t), &bytes)) return CI_ENOMEM;
  int64_t *rows = malloc(bytes + 1);
  if (!rows) return CI_ENOMEM;
  int rc = s->options.method == CI_SAMPLE_INDEPENDENT ? independent(s, t, limits, rows, given)
                                                           : together(s, t, limits, n, rows, given);
  free(rows);
  return rc;
}

/* What the building has left of the time. */
static ci_limits limits_left(const struct session *s, double started) {
  ci_limits limits = s->options.limits;
  if (limits.seconds > 0) limits.seconds = fmax(1e-6, started + limits.seconds - deadline_now());
  return limits;
}

static int sample(struct session *s, double started) {
  struct output out;
  const ci_limits limits = limits_left(s, started);
  uint64_t given = 0;
  int rc = session_heads(s);
  if (rc < 0) return report_error(&s->options, rc);
  int code = output_open(&out, s);
  if (code != CONTINUE) return code;
  code = output_close(&out, draw(s, out.table, &limits, &given));
  if (code != EXIT_DONE || given == s->options.number) return code;
  if (given == 1) fprintf(stderr, "constrint sample: there is only 1 configuration\n");
  else if (given) fprintf(stderr, "constrint sample: there are only %" PRIu64 " configurations\n", given);
  else fprintf(stderr, "constrint sample: there is no configuration (proven)\n");
  return given ? EXIT_DONE : EXIT_NONE;
}

int command_sample(int argc, char **argv) {
  static const struct usage usage = {
    "sample", "FILE", "Prints random configurations; the same for the same seed. --method:\n"
    "  independent  exactly uniform, may repeat        distinct  exactly uniform, none twice\n"
    "  stratified   one of each of N ranges of indices  spread    each variable's values as even as can be\n"
    "Exit code 1: there is no configuration.",
    TAKES_FORM | TAKES_SAMPLING | TAKES_FORMAT | ORDERS_INDEX | NO_JSON};
  struct session s;
  double started = deadline_now();
  int code = compact_session(&s, &usage, argc, argv);
  return session_close(&s, code == CONTINUE ? sample(&s, started) : code);
}
