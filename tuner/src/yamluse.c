/* What the tuner's YAML readers share beyond yamltree.h. */
#include "yamluse.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"

int yaml_code(int yt_code, const yt_error *err) {
  if (!yt_code) return TUNER_OK;
  return tuner_fail(yt_code == YT_ENOMEM ? TUNER_ENOMEM : TUNER_EINPUT, "%s", err->text);
}

static int copy(char **out, const char *text, yt_error *err) {
  *out = strdup(text);
  if (*out) return YT_OK;
  strcpy(err->text, "not enough memory");
  return YT_ENOMEM;
}

int yaml_copy(char **out, const yt_node *node, yt_error *err) {
  const char *text;
  int rc = yt_text(&text, node, err);
  return rc ? rc : copy(out, text, err);
}

static bool is_name(const char *text) {
  if (!isalnum((unsigned char)*text)) return false;
  for (; *text; text++)
    if (!isalnum((unsigned char)*text) && !strchr("_.-", *text)) return false;
  return true;
}

int yaml_name(char **out, const yt_node *node, const char *what, yt_error *err) {
  const char *text;
  int rc = yt_text(&text, node, err);
  if (rc) return rc;
  if (!is_name(text))
    return yt_fail(err, node, "'%.64s' cannot be %s: letters, digits, '_', '.' and '-' only", text, what);
  return copy(out, text, err);
}

bool yaml_is_identifier(const char *text) {
  if (!isalpha((unsigned char)*text) && *text != '_') return false;
  for (; *text; text++)
    if (!isalnum((unsigned char)*text) && *text != '_') return false;
  return true;
}

int yaml_schema(const yt_node *root, yt_error *err) {
  const yt_node *schema;
  int64_t version;
  int rc = yt_require(&schema, root, "schema", YT_SCALAR, err);
  if (!rc) rc = yt_int(&version, schema, INT64_MIN, INT64_MAX, err);
  if (!rc && version != 1)
    rc = yt_fail(err, schema, "schema %lld is not known; this program reads schema 1", (long long)version);
  return rc;
}

/* The source from line and column on, both from 1. */
static const char *source_at(const yt_node *node) {
  size_t length;
  const char *at = yt_source(node->tree, &length), *end = at + length;
  for (int line = 1; at < end && line < node->line; at++) line += *at == '\n';
  for (int column = 1; at < end && column < node->column; column++)
    do at++;
    while (at < end && (*at & 0xC0) == 0x80);
  return at < end ? at : NULL;
}

static struct spec_place below(const yt_node *node, const char *at) {
  const char *line = strchr(at, '\n');
  struct spec_place place = {node->line + 1, 1};
  if (line)
    while (*++line == ' ') place.column++;
  return place;
}

struct spec_place yaml_text_place(const yt_node *scalar) {
  struct spec_place place = {scalar->line, scalar->column};
  const char *at = scalar->plain ? NULL : source_at(scalar);
  if (!at) return place;
  if (*at == '|' || *at == '>') return below(scalar, at);
  place.column++; /* a quote */
  return place;
}
