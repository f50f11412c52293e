/* Names and labels of a model's or a form's variables. */
#include "heads.h"
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b) {
  const struct label *x = a, *y = b;
  return (x->value > y->value) - (x->value < y->value);
}

/* n values of which `at` tells the i-th and `label` the text. */
struct labelled {
  const void *of;
  size_t var, n;
  int64_t (*at)(const struct labelled *l, size_t i);
  const char *(*label)(const struct labelled *l, int64_t value);
};

/* A variable has labels for all of its values or for none. */
static bool fill_labels(struct head *h, const struct labelled *l) {
  if (!l->n || !l->label(l, l->at(l, 0))) return true;
  h->labels = malloc(l->n * sizeof *h->labels);
  if (!h->labels) return false;
  for (size_t i = 0; i < l->n; i++) {
    int64_t value = l->at(l, i);
    h->labels[i] = (struct label){value, l->label(l, value)};
  }
  h->nlabels = l->n;
  qsort(h->labels, h->nlabels, sizeof *h->labels, by_value);
  return true;
}

static int64_t model_at(const struct labelled *l, size_t i) {
  const int64_t *listed;
  int64_t lo, step;
  ci_model_listed(l->of, l->var, &listed, &lo, NULL, &step);
  return listed ? listed[i] : lo + (int64_t)i * step;
}
static const char *model_label(const struct labelled *l, int64_t value) { return ci_model_label(l->of, l->var, value); }

bool heads_of_model(struct heads *out, const ci_model *m) {
  size_t n = ci_model_vars(m);
  bool fine = (out->at = calloc(n + 1, sizeof *out->at));
  out->n = out->width = fine ? n : 0;
  for (size_t v = 0; fine && v < n; v++) {
    struct labelled l = {m, v, ci_model_listed(m, v, NULL, NULL, NULL, NULL), model_at, model_label};
    out->at[v].name = ci_model_var_name(m, v);
    fine = fill_labels(&out->at[v], &l);
  }
  return fine;
}

static int64_t space_at(const struct labelled *l, size_t i) {
  const int64_t *values;
  ci_space_values(l->of, l->var, &values);
  return values[i];
}
static const char *space_label(const struct labelled *l, int64_t value) { return ci_space_label(l->of, l->var, value); }

bool heads_of_space(struct heads *out, const ci_space *s) {
  size_t n = ci_space_vars(s);
  const int64_t *values;
  bool fine = (out->at = calloc(n + 1, sizeof *out->at));
  out->n = out->width = fine ? n : 0;
  for (size_t v = 0; fine && v < n; v++) {
    struct labelled l = {s, v, ci_space_values(s, v, &values), space_at, space_label};
    out->at[v].name = ci_space_var_name(s, v);
    fine = fill_labels(&out->at[v], &l);
  }
  return fine;
}

bool heads_shown(struct heads *h, const ci_model *m) {
  size_t n = 0;
  h->places = calloc(h->n + 1, sizeof *h->places);
  for (size_t v = 0; h->places && v < h->n; v++) {
    if (ci_model_hidden(m, v)) {
      free(h->at[v].labels);
      continue;
    }
    h->places[n] = v;
    h->at[n++] = h->at[v];
  }
  if (h->places) h->n = n;
  return h->places;
}

void heads_free(struct heads *h) {
  for (size_t v = 0; v < h->n; v++) free(h->at[v].labels);
  free(h->at);
  free(h->places);
  *h = (struct heads){0};
}

int heads_find(const struct heads *h, const char *name) {
  for (size_t v = 0; v < h->n; v++)
    if (!strcmp(h->at[v].name, name)) return (int)v;
  return -1;
}

long heads_label(const struct head *h, int64_t value) {
  /* most often labels belong to 0, 1, 2, ... */
  if (value >= 0 && (uint64_t)value < h->nlabels && h->labels[value].value == value) return value;
  struct label key = {value, NULL}, *found = NULL;
  if (h->nlabels) found = bsearch(&key, h->labels, h->nlabels, sizeof key, by_value);
  return found ? found - h->labels : -1;
}
