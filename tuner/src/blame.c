/* Why a kernel has no configuration: from ConstrINT's answer back to the spec. */
#include "blame.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "names.h"
#include "space_model.h"

/* What the texts rest on, themselves or through defines and parameters' domains. */
struct rest {
  const struct spec *spec;
  const hw_model *hw;
  bool *define, *parameter, *figure, *key;
};

static void visit_text(struct rest *r, const char *text);

static bool visit_among(struct rest *r, const struct spec_texts *among, bool *seen, const char *name, size_t length) {
  for (size_t i = 0; i < among->n; i++) {
    if (!names_equal(name, length, among->at[i].name)) continue;
    if (!seen[i] && among->at[i].text) {
      seen[i] = true;
      visit_text(r, among->at[i].text); /* as deep as defines use one another */
    }
    return true;
  }
  return false;
}

static void visit_name(struct rest *r, const char *name, size_t length) {
  if (visit_among(r, &r->spec->defines, r->define, name, length)) return;
  if (visit_among(r, &r->spec->parameters, r->parameter, name, length)) return;
  for (size_t i = 0; length > 3 && !strncmp(name, "hw.", 3) && i < hw_count(r->hw); i++)
    if (names_equal(name + 3, length - 3, hw_at(r->hw, i)->key)) r->figure[i] = true;
  for (size_t i = 0; length > 8 && !strncmp(name, "problem.", 8) && i < r->spec->nproblem; i++)
    if (names_equal(name + 8, length - 8, r->spec->problem[i].name)) r->key[i] = true;
}

static void visit_text(struct rest *r, const char *text) {
  const char *name;
  size_t length;
  while ((name = names_next(&text, &length))) visit_name(r, name, length);
}

static int rest_open(struct rest *r, const struct spec *s, const hw_model *hw) {
  *r = (struct rest){s, hw, calloc(s->defines.n + 1, sizeof(bool)), calloc(s->parameters.n + 1, sizeof(bool)),
                     calloc(hw_count(hw) + 1, sizeof(bool)), calloc(s->nproblem + 1, sizeof(bool))};
  return r->define && r->parameter && r->figure && r->key ? TUNER_OK : tuner_nomem();
}

static void rest_close(struct rest *r) {
  free(r->define);
  free(r->parameter);
  free(r->figure);
  free(r->key);
}

/* ---- the answer ---- */

static const struct spec_text *text_of(const struct spec *s, const char *name) {
  for (size_t i = 0; i < s->constraints.n; i++)
    if (!strcmp(s->constraints.at[i].name, name)) return &s->constraints.at[i];
  return NULL;
}

static int make_room(struct blame *out, const struct rest *r, size_t n) {
  out->constraints = calloc(n + 1, sizeof(const struct spec_text *));
  out->figures = calloc(hw_count(r->hw) + 1, sizeof(const hw_figure *));
  out->keys = calloc(r->spec->nproblem + 1, sizeof *out->keys);
  return out->constraints && out->figures && out->keys ? TUNER_OK : tuner_nomem();
}

static int fill(struct blame *out, struct rest *r, const ci_model *m, const size_t *list, size_t n) {
  int code = make_room(out, r, n);
  for (size_t i = 0; i < n && !code; i++) {
    const struct spec_text *t = text_of(r->spec, ci_model_constraint_name(m, list[i]));
    if (!t) continue;
    out->constraints[out->nconstraints++] = t;
    visit_text(r, t->text);
  }
  for (size_t i = 0; !code && i < hw_count(r->hw); i++)
    if (r->figure[i]) out->figures[out->nfigures++] = hw_at(r->hw, i);
  for (size_t i = 0; !code && i < r->spec->nproblem; i++)
    if (r->key[i]) out->keys[out->nkeys++] = i;
  return code;
}

static int ask(const ci_model *m, const ci_options *options, bool relax, size_t **list, size_t *n) {
  ci_answer answer;
  return space_model_code(relax ? ci_relax(m, options, NULL, list, n, NULL, &answer) : ci_conflict(m, options, list, n, &answer));
}

int blame_find(struct blame *out, const struct spec *s, const struct problem *p, const hw_model *hw,
               const ci_options *options, bool relax) {
  struct space_model m;
  struct rest r = {0};
  size_t *list = NULL, n = 0;
  *out = (struct blame){0};
  int code = space_model_compose(&m, s, p, hw);
  if (code) return code;
  code = ask(m.model, options, relax, &list, &n);
  if (!code) code = rest_open(&r, s, hw);
  if (!code) code = fill(out, &r, m.model, list, n);
  out->legal = n == 0;
  if (code) blame_release(out);
  rest_close(&r);
  free(list);
  space_model_release(&m);
  return code;
}

void blame_release(struct blame *b) {
  free(b->constraints);
  free(b->figures);
  free(b->keys);
  *b = (struct blame){0};
}

void blame_names(const struct blame *b, char *text, size_t size) {
  snprintf(text, size, "%s", "");
  for (size_t i = 0; i < b->nconstraints; i++) {
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", i ? ", " : "", b->constraints[i]->name);
  }
}
