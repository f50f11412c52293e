/* Composes the ConstrINT model of a space.
 *
 * Each .cint text is handed over behind as many blanks as put it in its own
 * column, so that a syntax error's place is the place in the spec.
 */
#include "space_model.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "figures.h"
#include "names.h"

struct composer {
  const struct spec *spec;
  const hw_model *hw;
  ci_builder *builder;
  ci_let *lets;
  size_t nlets;
  struct figures figures;
  bool *late;    /* per define */
  size_t *terms; /* per objective */
  size_t nterms;
  FILE *notes;
};

int space_model_code(int ci_code) {
  switch (ci_code) {
    case CI_OK: return TUNER_OK;
    case CI_ENOMEM: return tuner_nomem();
    case CI_ESYNTAX:
    case CI_EINVAL:
    case CI_EOVERFLOW: return tuner_fail(TUNER_EINPUT, "%s", ci_error());
    case CI_ELIMIT: return tuner_fail(TUNER_ELIMIT, "%s", ci_error());
    case CI_ECANCEL: return tuner_fail(TUNER_ECANCEL, "interrupted");
    default: return tuner_fail(TUNER_EENV, "%s", ci_error());
  }
}

/* A failure that has no place of its own. */
static int code_at(const struct composer *c, const struct spec_text *t, const char *what, int ci_code) {
  if (ci_code == CI_OK || ci_code == CI_ESYNTAX) return space_model_code(ci_code);
  int code = space_model_code(ci_code);
  char why[3000];
  snprintf(why, sizeof why, "%s", tuner_error());
  return tuner_fail(code, "%s:%d:%d: %s '%s': %s", c->spec->path, t->place.line, t->place.column, what, t->name, why);
}

/* ---- Names that texts may use ---- */

static int add_let(struct composer *c, const char *prefix, const char *key, int64_t value) {
  char *name;
  if (asprintf(&name, "%s.%s", prefix, key) < 0) return tuner_nomem();
  c->lets[c->nlets++] = (ci_let){name, value};
  return TUNER_OK;
}

static int fill_lets(struct composer *c, const struct problem *p) {
  int code = TUNER_OK;
  c->lets = calloc(hw_count(c->hw) + p->n + 1, sizeof *c->lets);
  if (!c->lets) return tuner_nomem();
  for (size_t i = 0; !code && i < hw_count(c->hw); i++) {
    const hw_figure *f = hw_at(c->hw, i);
    code = add_let(c, "hw", f->key, f->value);
  }
  for (size_t i = 0; !code && i < p->n; i++) code = add_let(c, "problem", p->settings[i].key, p->settings[i].value);
  return code;
}

/* ---- Texts ---- */

/* The text between two lines, each of its own lines behind its column's worth
 * of blanks: a block loses them in YAML.  NULL: no memory. */
static char *place_text(const char *before, const struct spec_text *t, const char *after) {
  char *placed = NULL;
  size_t size;
  FILE *to = open_memstream(&placed, &size);
  if (!to) return NULL;
  fprintf(to, "%s\n", before);
  for (const char *line = t->text; line;) {
    int length = (int)strcspn(line, "\n");
    fprintf(to, "%*s%.*s\n", t->place.column - 1, "", length, line);
    line = line[length] ? line + length + 1 : NULL;
  }
  fputs(after, to);
  if (!fclose(to)) return placed;
  free(placed);
  return NULL;
}

/* `BEFORE NAME LINK text;` as a statement. */
static int read_statement(struct composer *c, const char *before, const char *link, const struct spec_text *t) {
  char *head, *placed = NULL;
  if (asprintf(&head, "%s %s %s", before, t->name, link) < 0) return tuner_nomem();
  placed = place_text(head, t, ";");
  free(head);
  if (!placed) return tuner_nomem();
  int code = ci_read_into(c->builder, placed, strlen(placed), c->spec->path, t->place.line - 1, c->lets, c->nlets);
  free(placed);
  return code_at(c, t, before, code);
}

static int read_expression(struct composer *c, const struct spec_text *t, const char *what, ci_expr *out) {
  char *placed = place_text("", t, "");
  if (!placed) return tuner_nomem();
  *out = ci_read_expr(c->builder, placed, strlen(placed), c->spec->path, t->place.line - 1, c->lets, c->nlets);
  free(placed);
  return *out < 0 ? code_at(c, t, what, *out) : TUNER_OK;
}

/* ---- Figures that the device lacks ---- */

/* A constraint or a domain cannot do without. */
static int require_figures(struct composer *c, const struct spec_text *t, const char *what) {
  char *figure;
  int code = figures_missing(&c->figures, t->text, &figure);
  if (code || !figure) return code;
  code = tuner_fail(TUNER_EINPUT,
                    "%s:%d:%d: %s '%s' needs hw.%s, which the hardware model '%s' lacks; 'constrint hw probe --device "
                    "%s' measures what it can, or add the figure with its source and pass the file with --hardware",
                    c->spec->path, t->place.line, t->place.column, what, t->name, figure, hw_name(c->hw),
                    c->spec->device);
  free(figure);
  return code;
}

/* ---- The parts of a spec ---- */

static int add_labelled(struct composer *c, const struct spec_text *t) {
  ci_expr var = ci_var_range(c->builder, t->name, 0, (int64_t)t->nlabels - 1, 1);
  int code = var < 0 ? var : ci_var_labels(c->builder, var, (const char *const *)t->labels, t->nlabels);
  return code_at(c, t, "parameter", code);
}

static int add_parameters(struct composer *c) {
  int code = TUNER_OK;
  for (size_t i = 0; !code && i < c->spec->parameters.n; i++) {
    const struct spec_text *t = &c->spec->parameters.at[i];
    if (t->labels) {
      code = add_labelled(c, t);
      continue;
    }
    code = require_figures(c, t, "parameter");
    if (!code) code = read_statement(c, "var", "in", t);
  }
  return code;
}

/* Does a define rest on a parameter, itself or through an earlier define? */
static bool is_late(const struct composer *c, const struct spec_text *define) {
  const char *at = define->text, *name;
  size_t length;
  while ((name = names_next(&at, &length))) {
    for (size_t i = 0; i < c->spec->parameters.n; i++)
      if (names_equal(name, length, c->spec->parameters.at[i].name)) return true;
    for (const struct spec_text *d = c->spec->defines.at; d < define; d++)
      if (names_equal(name, length, d->name) && c->late[d - c->spec->defines.at]) return true;
  }
  return false;
}

/* Defines that need a figure the device lacks are left out: whoever uses one says so. */
static int add_defines(struct composer *c, bool late) {
  int code = TUNER_OK;
  for (size_t i = 0; !code && i < c->spec->defines.n; i++)
    if (!c->figures.missing[i] && c->late[i] == late) code = read_statement(c, "let", "=", &c->spec->defines.at[i]);
  return code;
}

static int add_constraints(struct composer *c) {
  int code = TUNER_OK;
  for (size_t i = 0; !code && i < c->spec->constraints.n; i++) {
    const struct spec_text *t = &c->spec->constraints.at[i];
    ci_expr e = 0;
    ci_place place = {c->spec->path, t->place.line, t->place.column};
    code = require_figures(c, t, "constraint");
    if (!code) code = read_expression(c, t, "constraint", &e);
    if (!code) code = code_at(c, t, "constraint", ci_constrain(c->builder, e, t->name, &place));
  }
  return code;
}

static int add_cost_term(struct composer *c, const struct spec_text *t) {
  char *figure;
  ci_expr e;
  int code = figures_missing(&c->figures, t->text, &figure);
  if (code) return code;
  if (figure) {
    fprintf(c->notes, "%s:%d: cost term '%s' is left out: the hardware model '%s' lacks hw.%s\n", c->spec->path,
            t->place.line, t->name, hw_name(c->hw), figure);
    free(figure);
    return TUNER_OK;
  }
  code = read_expression(c, t, "cost term", &e);
  if (code) return code;
  c->terms[c->nterms++] = (size_t)(t - c->spec->cost.at);
  return code_at(c, t, "cost term", ci_objective(c->builder, e, 0));
}

static int add_cost(struct composer *c) {
  int code = TUNER_OK;
  for (size_t i = 0; !code && i < c->spec->cost.n; i++) code = add_cost_term(c, &c->spec->cost.at[i]);
  return code;
}

/* The builder takes names in order: defines that parameters' domains may use
 * come before the parameters, those that use parameters behind them. */
static int compose(struct composer *c, const struct problem *p) {
  int code = fill_lets(c, p);
  for (size_t i = 0; i < c->spec->defines.n; i++) c->late[i] = is_late(c, &c->spec->defines.at[i]);
  if (!code) code = add_defines(c, false);
  if (!code) code = add_parameters(c);
  if (!code) code = add_defines(c, true);
  if (!code) code = add_constraints(c);
  return code ? code : add_cost(c);
}

static int open_composer(struct composer *c, char **notes, size_t *size) {
  c->late = calloc(c->spec->defines.n + 1, sizeof *c->late);
  c->terms = calloc(c->spec->cost.n + 1, sizeof *c->terms);
  c->notes = open_memstream(notes, size);
  if (!c->late || !c->terms || !c->notes) return tuner_nomem();
  int code = figures_open(&c->figures, c->spec, c->hw);
  return code ? code : space_model_code(ci_builder_new(&c->builder));
}

static void close_composer(struct composer *c) {
  for (size_t i = 0; i < c->nlets; i++) free((char *)c->lets[i].name);
  free(c->lets);
  free(c->late);
  figures_close(&c->figures);
  ci_builder_free(c->builder);
  if (c->notes) fclose(c->notes);
}

/* A domain's text must have made its one variable and nothing else. */
static int check_model(const struct composer *c, const ci_model *m) {
  const struct spec_texts *parameters = &c->spec->parameters;
  for (size_t i = 0; i < parameters->n; i++)
    if (i >= ci_model_vars(m) || strcmp(ci_model_var_name(m, i), parameters->at[i].name))
      return tuner_fail(TUNER_EINPUT, "%s:%d:%d: '%s' is no domain", c->spec->path, parameters->at[i].place.line,
                        parameters->at[i].place.column, parameters->at[i].text);
  return TUNER_OK;
}

int space_model_compose(struct space_model *out, const struct spec *s, const struct problem *p, const hw_model *hw) {
  struct composer c = {.spec = s, .hw = hw};
  char *notes = NULL;
  size_t size;
  ci_model *model = NULL;
  int code = open_composer(&c, &notes, &size);
  if (!code) code = compose(&c, p);
  if (!code) code = space_model_code(ci_build(c.builder, &model));
  if (!code) code = check_model(&c, model);
  close_composer(&c);
  struct space_model composed = {model, notes, c.terms};
  if (code) space_model_release(&composed);
  else *out = composed;
  return code;
}

void space_model_release(struct space_model *m) {
  ci_model_free(m->model);
  free(m->notes);
  free(m->terms);
}
