/* One problem of a kernel, checked key by key against the spec. */
#include "problem.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "keyvalue.h"

/* What a message needs to say where. */
struct source { const struct spec *spec; const char *file; };

static int complain(const struct source *from, struct spec_place place, const char *what) {
  char text[1024];
  snprintf(text, sizeof text, "%s", what); /* `what` may be tuner_error() */
  if (!from->file) return tuner_fail(TUNER_EINPUT, "problem of %s: %s", from->spec->kernel, text);
  return tuner_fail(TUNER_EINPUT, "%s:%d:%d: problem of %s: %s", from->file, place.line, place.column,
                    from->spec->kernel, text);
}

static void list_keys(const struct spec *s, char *text, size_t size) {
  size_t used = 0;
  for (size_t i = 0; i < s->nproblem && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", s->problem[i].name);
}

static void describe_key(const struct spec_key *k, char *text, size_t size) {
  size_t used = 0;
  if (!k->nlabels) {
    int n = snprintf(text, size, "%" PRId64 "..%" PRId64, k->lo, k->hi);
    if (k->step != 1) snprintf(text + n, size - (size_t)n, " step %" PRId64, k->step);
    return;
  }
  for (size_t i = 0; i < k->nlabels && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "one of ", k->labels[i]);
}

static int label_value(const struct spec_key *k, const char *text, int64_t *value) {
  for (size_t i = 0; i < k->nlabels; i++)
    if (!strcmp(k->labels[i], text)) {
      *value = (int64_t)i;
      return TUNER_OK;
    }
  return TUNER_EINPUT;
}

static int fits(const struct spec_key *k, int64_t value) {
  return value >= k->lo && value <= k->hi && ((uint64_t)value - (uint64_t)k->lo) % (uint64_t)k->step == 0;
}

static int read_value(const struct source *from, const struct spec_key *k, const struct problem_item *item,
                      kp_setting *out) {
  int64_t value;
  int code = k->nlabels ? label_value(k, item->value, &value) : keyvalue_number(item->value, &value);
  if (code || !fits(k, value)) {
    char allowed[512], what[900];
    describe_key(k, allowed, sizeof allowed);
    snprintf(what, sizeof what, "%s=%.200s is not allowed: %s takes %s", k->name, item->value, k->name, allowed);
    return complain(from, item->place, what);
  }
  *out = (kp_setting){k->name, value, k->nlabels ? k->labels[value] : NULL};
  return TUNER_OK;
}

static int read_item(const struct source *from, const struct problem_item *item, kp_setting *settings) {
  char what[900], keys[512] = "";
  int k = spec_find_key(from->spec, item->key);
  if (k < 0) {
    list_keys(from->spec, keys, sizeof keys);
    snprintf(what, sizeof what, "there is no key '%.200s'; there are %s", item->key, keys);
    return complain(from, item->place, what);
  }
  if (settings[k].key) {
    snprintf(what, sizeof what, "%s is given twice", settings[k].key);
    return complain(from, item->place, what);
  }
  if (!item->value || !*item->value) {
    snprintf(what, sizeof what, "%s has no value; write %s=VALUE", item->key, item->key);
    return complain(from, item->place, what);
  }
  return read_value(from, &from->spec->problem[k], item, &settings[k]);
}

static int require_all(const struct source *from, struct spec_place place, const kp_setting *settings) {
  for (size_t i = 0; i < from->spec->nproblem; i++) {
    if (settings[i].key) continue;
    char allowed[512], what[900];
    describe_key(&from->spec->problem[i], allowed, sizeof allowed);
    snprintf(what, sizeof what, "%s is missing; it takes %s", from->spec->problem[i].name, allowed);
    return complain(from, place, what);
  }
  return TUNER_OK;
}

/* The canonical text of the keys that scale, or of the others. */
static char *canonical(const struct problem *p, const struct spec *s, int scaling) {
  kp_setting *picked = malloc((p->n ? p->n : 1) * sizeof *picked);
  if (!picked) return NULL;
  size_t n = 0;
  for (size_t i = 0; i < p->n; i++)
    if (s->problem[i].scaling == scaling) picked[n++] = p->settings[i];
  char *text = keyvalue_text(picked, n, 1);
  free(picked);
  return text;
}

static int write_texts(struct problem *p, const struct spec *s) {
  p->text = keyvalue_text(p->settings, p->n, 0);
  p->exact = canonical(p, s, 0);
  p->scaling = canonical(p, s, 1);
  return p->text && p->exact && p->scaling ? TUNER_OK : tuner_nomem();
}

static int fill(struct problem *p, const struct source *from, const struct problem_item *items, size_t n,
                struct spec_place place) {
  for (size_t i = 0; i < n; i++) {
    int code = read_item(from, &items[i], p->settings);
    if (code) return code;
  }
  int code = require_all(from, place, p->settings);
  return code ? code : write_texts(p, from->spec);
}

int problem_build(struct problem **out, const struct spec *s, const struct problem_item *items, size_t n,
                  const char *file, struct spec_place place) {
  struct problem *p = calloc(1, sizeof *p);
  if (!p) return tuner_nomem();
  p->n = s->nproblem;
  p->settings = calloc(p->n ? p->n : 1, sizeof *p->settings);
  struct source from = {s, file};
  int code = p->settings ? fill(p, &from, items, n, place) : tuner_nomem();
  if (code) problem_free(p);
  else *out = p;
  return code;
}

static int build_pieces(struct problem **out, const struct spec *s, const struct keyvalue *pieces, size_t n) {
  struct problem_item *items = calloc(n, sizeof *items);
  if (!items) return tuner_nomem();
  for (size_t i = 0; i < n; i++) items[i] = (struct problem_item){pieces[i].key, pieces[i].value, {0, 0}};
  int code = problem_build(out, s, items, n, NULL, (struct spec_place){0, 0});
  free(items);
  return code;
}

int problem_parse(struct problem **out, const struct spec *s, const char *text) {
  char *copy = strdup(text);
  if (!copy) return tuner_nomem();
  struct keyvalue *pieces = NULL;
  size_t n;
  int code = keyvalue_cut(copy, &pieces, &n);
  if (!code) code = build_pieces(out, s, pieces, n);
  free(pieces);
  free(copy);
  return code;
}

void problem_free(struct problem *p) {
  if (!p) return;
  free(p->settings);
  free(p->text);
  free(p->exact);
  free(p->scaling);
  free(p);
}
