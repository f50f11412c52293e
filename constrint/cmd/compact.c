/* From the command line to a compact form. */
#include "compact.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "deadline.h"

/* Where --memory does not say: of a form, and of one that search can stand in for. */
static const uint64_t form_memory = UINT64_C(2) << 30, try_memory = UINT64_C(256) << 20;

static bool is_saved(const char *path) {
  char head[16];
  FILE *f = strcmp(path, "-") ? fopen(path, "rb") : NULL;
  size_t n = f ? fread(head, 1, sizeof head, f) : 0;
  if (f) fclose(f);
  return n && ci_space_is_saved(head, n);
}

int compact_map(struct session *s) {
  const struct options *o = &s->options;
  if (!is_saved(o->file)) return CONTINUE;
  if (o->dialect || o->hardware || o->nlets)
    return wrong_use(o, "'%s' is a saved form: --dialect, --let and --hardware come too late", o->file);
  if (o->order && (s->usage->takes & ORDERS_INDEX))
    return wrong_use(o, "'%s' is a saved form: its order is fixed; give --order when it is made", o->file);
  int rc = ci_space_open(&s->space, o->file);
  return rc < 0 ? report_error(o, rc) : CONTINUE;
}

static int restrict_space(struct session *s, const ci_limits *limits) {
  ci_space_options options = {.limits = *limits};
  ci_space *fewer;
  int rc = ci_space_restrict(&fewer, s->space, s->options.such_that, &options);
  if (rc < 0) return rc;
  ci_space_free(s->space);
  s->space = fewer;
  return CI_OK;
}

int compact_make(struct session *s, const char *order, const ci_limits *limits) {
  ci_space_options options = {order, *limits};
  int rc = s->space ? CI_OK : ci_space_build(&s->space, s->model, &options);
  return rc < 0 || !s->options.such_that ? rc : restrict_space(s, limits);
}

int compact_session(struct session *s, const struct usage *u, int argc, char **argv) {
  int code = session_open(s, u, argc, argv);
  if (code != CONTINUE) return code;
  struct options *o = &s->options;
  if (o->order && strpbrk(o->order, "<>")) return wrong_use(o, "the order of indices takes names only, no '<' or '>'");
  if (!o->limits.memory_bytes) o->limits.memory_bytes = form_memory;
  int rc = compact_make(s, o->order, &o->limits);
  return rc < 0 ? report_error(o, rc) : CONTINUE;
}

static int try_within(struct session *s, const char *order, char **decimal) {
  if (s->model && !ci_model_has_form(s->model)) return CI_ENOMEM; /* there is none: search instead */
  ci_limits limits = s->options.limits;
  if (!limits.memory_bytes) limits.memory_bytes = try_memory;
  s->options.form_limited = true;
  limits.seconds /= 2; /* the other half is for the search */
  double began = deadline_now();
  ci_space_options options = {order, limits};
  int rc = decimal ? ci_space_count(s->model, &options, decimal) : compact_make(s, order, &limits);
  if (limits.seconds > 0) s->options.limits.seconds = fmax(1e-9, s->options.limits.seconds - (deadline_now() - began));
  return rc;
}

int compact_try(struct session *s, const char *order) { return try_within(s, order, NULL); }

int compact_count(struct session *s, const char *order, char **decimal) {
  if (s->model && !s->options.such_that) return try_within(s, order, decimal);
  int rc = compact_try(s, order);
  return rc < 0 ? rc : ci_space_size(s->space, decimal);
}

bool compact_search_instead(const struct session *s, int rc) {
  return (rc == CI_ENOMEM || rc == CI_ELIMIT) && s->model && !s->options.such_that;
}
