/* What a spec's .cint texts refer to: a misspelt figure would otherwise pass
 * for one that the device lacks, and quietly drop a cost term. */
#include "spec_check.h"
#include <string.h>
#include "fail.h"
#include "hwmodel.h"
#include "names.h"

static bool is_figure(const char *name, size_t length) {
  const hw_key *key;
  for (size_t i = 0; (key = hw_schema_at(i)); i++)
    if (names_equal(name, length, key->name)) return true;
  return false;
}

static bool is_key(const struct spec *s, const char *name, size_t length) {
  for (size_t i = 0; i < s->nproblem; i++)
    if (names_equal(name, length, s->problem[i].name)) return true;
  return false;
}

/* Does `name` begin with `prefix`?  Then *rest is what follows. */
static bool has_prefix(const char *name, size_t length, const char *prefix, const char **rest, size_t *nrest) {
  size_t n = strlen(prefix);
  if (length <= n || strncmp(name, prefix, n)) return false;
  *rest = name + n;
  *nrest = length - n;
  return true;
}

/* The place of text[offset]; every line of a block begins in the same column. */
static struct spec_place place_of(const struct spec_text *t, size_t offset) {
  struct spec_place place = t->place;
  for (size_t i = 0; i < offset; i++) {
    if (t->text[i] == '\n') place = (struct spec_place){place.line + 1, t->place.column};
    else place.column += (t->text[i] & 0xC0) != 0x80;
  }
  return place;
}

static int check_name(const struct spec *s, const struct spec_text *t, const char *name, size_t length) {
  const char *rest;
  size_t n;
  struct spec_place at = place_of(t, (size_t)(name - t->text));
  if (has_prefix(name, length, "hw.", &rest, &n) && !is_figure(rest, n))
    return tuner_fail(TUNER_EINPUT, "%s:%d:%d: '%s': there is no hardware figure hw.%.*s; 'constrint hw show --keys' "
                      "lists them", s->path, at.line, at.column, t->name, (int)n, rest);
  if (has_prefix(name, length, "problem.", &rest, &n) && !is_key(s, rest, n))
    return tuner_fail(TUNER_EINPUT, "%s:%d:%d: '%s': the problem has no key '%.*s'", s->path, at.line, at.column,
                      t->name, (int)n, rest);
  return TUNER_OK;
}

static int check_texts(const struct spec *s, const struct spec_texts *texts) {
  int code = TUNER_OK;
  for (size_t i = 0; i < texts->n; i++) {
    const char *at = texts->at[i].text, *name;
    size_t length;
    while (!code && at && (name = names_next(&at, &length))) code = check_name(s, &texts->at[i], name, length);
  }
  return code;
}

int spec_check_references(const struct spec *s) {
  int code = check_texts(s, &s->defines);
  if (!code) code = check_texts(s, &s->parameters);
  if (!code) code = check_texts(s, &s->constraints);
  return code ? code : check_texts(s, &s->cost);
}
