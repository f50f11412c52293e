/* Reading the model that a command is about. */
#include "load.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compact.h"
#include "hwmodel.h"
#include "interrupt.h"

struct text { char *at; size_t len; };

static bool read_all(FILE *f, struct text *t) {
  size_t room = 0;
  for (;;) {
    if (t->len == room) {
      room = room ? 2 * room : 1 << 16;
      char *bigger = realloc(t->at, room);
      if (!bigger) return false;
      t->at = bigger;
    }
    size_t n = fread(t->at + t->len, 1, room - t->len, f);
    if (!n) return !ferror(f);
    t->len += n;
  }
}

static int read_file(const struct options *o, const char *path, struct text *t) {
  bool standard = !strcmp(path, "-");
  FILE *f = standard ? stdin : fopen(path, "rb");
  errno = f ? 0 : errno;
  bool fine = f && read_all(f, t);
  if (!fine)
    fprintf(stderr, "constrint %s: cannot read %s: %s\n", o->command, standard ? "standard input" : path,
            strerror(errno ? errno : ENOMEM));
  if (f && !standard) fclose(f);
  return fine ? CONTINUE : EXIT_USAGE;
}

/* By option or extension; "": the text tells, NULL: nothing does. */
static const char *dialect_of(const struct options *o) {
  static const struct { const char *extension, *dialect; } known[] = {
    {".cint", "native"}, {".json", "json"}, {".csp", "flashrnn"}, {".flashrnn", "flashrnn"}, {".fzn", "flatzinc"},
  };
  if (o->dialect) return o->dialect;
  if (!strcmp(o->file, "-")) return "";
  size_t len = strlen(o->file);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    size_t n = strlen(known[i].extension);
    if (len > n && !strcmp(o->file + len - n, known[i].extension)) return known[i].dialect;
  }
  return NULL;
}

/* Every figure of the hardware model, as hw.KEY; --let has the last word. */
static int add_figures(struct options *o, const hw_model *m) {
  for (size_t i = 0; i < hw_count(m); i++) {
    const hw_figure *figure = hw_at(m, i);
    char name[256];
    int n = snprintf(name, sizeof name, "hw.%.200s", figure->key);
    bool given = false;
    for (size_t k = 0; k < o->nlets; k++) given |= !strcmp(o->lets[k].name, name);
    if (!given && !options_let(o, name, (size_t)n, figure->value)) return EXIT_ENVIRONMENT;
  }
  return CONTINUE;
}

static int load_hardware(struct options *o) {
  hw_model *m;
  if (!o->hardware) return CONTINUE;
  if (hw_load(&m, o->hardware) < 0) {
    fprintf(stderr, "%s\n", hw_error());
    return EXIT_USAGE;
  }
  int rc = add_figures(o, m);
  hw_free(m);
  return rc;
}

static const char *shown(const char *path) { return strcmp(path, "-") ? path : "<stdin>"; }

static int read_with_data(ci_model **out, const struct options *o, const struct text *t, const char *dialect) {
  struct text data = {0};
  ci_text model = {t->at, t->len, shown(o->file)}, given = {NULL, 0, shown(o->data)};
  if (strcmp(dialect, "native")) return wrong_use(o, "--data goes with native models (.cint), not with %s", dialect);
  if (!strcmp(o->file, "-") && !strcmp(o->data, "-")) return wrong_use(o, "the model and its data cannot both be standard input");
  int rc = read_file(o, o->data, &data);
  given.text = data.at, given.len = data.len;
  if (rc == CONTINUE) {
    rc = ci_read_data(out, &model, &given, o->lets, o->nlets);
    rc = rc < 0 ? report_error(o, rc) : CONTINUE;
  }
  free(data.at);
  return rc;
}

static int load_text(ci_model **out, const struct options *o, const struct text *t, const char *dialect) {
  if (o->data) return read_with_data(out, o, t, dialect);
  int rc = ci_read(out, dialect, t->at, t->len, shown(o->file), o->lets, o->nlets);
  fputs(ci_warnings(), stderr);
  return rc < 0 ? report_error(o, rc) : CONTINUE;
}

/* No native model begins with a brace. */
static const char *dialect_by_look(const struct text *t) {
  size_t at = 0;
  while (at < t->len && isspace((unsigned char)t->at[at])) at++;
  return at < t->len && t->at[at] == '{' ? "json" : "native";
}

int load_model(ci_model **out, const struct options *o) {
  const char *dialect = dialect_of(o);
  if (!dialect) {
    fprintf(stderr, "constrint %s: the extension of '%s' names no dialect; give one by --dialect (see --help)\n",
            o->command, o->file);
    return EXIT_USAGE;
  }
  struct text t = {0};
  int rc = read_file(o, o->file, &t);
  if (rc == CONTINUE) rc = load_text(out, o, &t, *dialect ? dialect : dialect_by_look(&t));
  free(t.at);
  return rc;
}

static int load_ordered(struct session *s) {
  const struct options *o = &s->options;
  int code = load_model(&s->model, o);
  if (code != CONTINUE || !o->order || (s->usage->takes & TAKES_FORM)) return code;
  ci_model *ordered;
  int rc = ci_with_order(&ordered, s->model, o->order);
  if (rc < 0) return report_error(o, rc);
  ci_model_free(s->model);
  s->model = ordered;
  return CONTINUE;
}

int session_solver(struct session *s) {
  ci_options options = {.seed = s->options.seed, .limits = s->options.limits,
                        .free_search = s->options.free_search, .no_relaxation = s->options.no_lp, .learn = s->options.learn};
  s->options.form_limited = false;
  return ci_solver_new(&s->solver, s->model, &options);
}

int session_heads(struct session *s) {
  bool fine = s->model ? heads_of_model(&s->heads, s->model) : heads_of_space(&s->heads, s->space);
  return fine ? CI_OK : CI_ENOMEM;
}

static int make_values(struct session *s) {
  size_t n = s->model ? ci_model_vars(s->model) : ci_space_vars(s->space);
  s->values = calloc(n + 1, sizeof *s->values);
  int rc = s->values ? CI_OK : CI_ENOMEM;
  if (rc == CI_OK && !(s->usage->takes & (NO_SEARCH | TAKES_FORM))) rc = session_solver(s);
  return rc < 0 ? report_error(&s->options, rc) : CONTINUE;
}

int session_open(struct session *s, const struct usage *u, int argc, char **argv) {
  *s = (struct session){.usage = u};
  int rc = options_parse(&s->options, u, argc, argv);
  if (rc != CONTINUE) return rc;
  interrupt_catch();
  if (u->takes & TAKES_FORM) rc = compact_map(s);
  if (rc == CONTINUE && !s->space) rc = load_hardware(&s->options);
  if (rc == CONTINUE && !s->space) rc = load_ordered(s);
  return rc == CONTINUE ? make_values(s) : rc;
}

int session_close(struct session *s, int code) {
  ci_solver_free(s->solver);
  ci_space_free(s->space);
  ci_model_free(s->model);
  heads_free(&s->heads);
  free(s->values);
  errno = 0;
  if (fflush(stdout) || ferror(stdout)) {
    fprintf(stderr, "constrint %s: cannot write the answer: %s\n", s->options.command ? s->options.command : "",
            strerror(errno ? errno : EIO));
    code = EXIT_ENVIRONMENT;
  }
  options_free(&s->options);
  return code;
}
