/* Reads a hardware model from YAML; every refusal has its line and column. */
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "model.h"
#include "source.h"
#include "yamltree.h"

static const char *const head_keys[] = {"schema", "name", "vendor", "kind", "architecture", "figures", NULL};
static const char *const figure_keys[] = {"value", "source", NULL};

static int head_text(const char **out, const yt_node *root, const char *key, yt_error *err) {
  const yt_node *n;
  int rc = yt_require(&n, root, key, YT_SCALAR, err);
  if (!rc) rc = yt_text(out, n, err);
  if (!rc && n->length >= MODEL_TEXT) rc = yt_fail(err, n, "'%s' is longer than %d bytes", key, MODEL_TEXT - 1);
  return rc;
}

static int read_schema_version(const yt_node *root, yt_error *err) {
  const yt_node *n;
  int64_t version;
  int rc = yt_require(&n, root, "schema", YT_SCALAR, err);
  if (!rc) rc = yt_int(&version, n, 1, 1, err);
  return rc;
}

static int read_kind(int *out, const yt_node *root, yt_error *err) {
  const char *kind;
  int rc = head_text(&kind, root, "kind", err);
  if (rc) return rc;
  *out = schema_kind(kind);
  return *out ? YT_OK : yt_fail(err, yt_get(root, "kind"), "'kind' is cpu or gpu, not '%.64s'", kind);
}

static int read_head(model_head *head, const yt_node *root, yt_error *err) {
  int rc = yt_expect(root, YT_MAPPING, "a hardware model", err);
  if (!rc) rc = yt_only_keys(root, head_keys, err);
  if (!rc) rc = read_schema_version(root, err);
  if (!rc) rc = read_kind(&head->kind, root, err);
  if (!rc) rc = head_text(&head->name, root, "name", err);
  if (!rc) rc = head_text(&head->vendor, root, "vendor", err);
  if (!rc) rc = head_text(&head->architecture, root, "architecture", err);
  return rc;
}

static int unknown_figure(const yt_node *at, int kind, yt_error *err) {
  const char *near = schema_nearest(at->key, kind);
  if (near) return yt_fail_key(err, at, "unknown figure '%.64s'; did you mean '%s'?", at->key, near);
  return yt_fail_key(err, at, "unknown figure '%.64s'; 'constrint hw show --keys' lists the known ones", at->key);
}

static int find_key(const schema_key **out, const yt_node *at, int kind, yt_error *err) {
  const schema_key *key = *out = schema_find(at->key);
  if (!key) return unknown_figure(at, kind, err);
  if (!(key->kinds & kind))
    return yt_fail_key(err, at, "'%s' is a figure of a %s, and this is a %s", at->key, key->public.kind, schema_kind_name(kind));
  if (schema_derived(key))
    return yt_fail_key(err, at, "'%s' is not written: it follows from '%s'", at->key, key->copy_of[kind == HW_GPU]);
  return YT_OK;
}

static int read_value(int64_t *out, const yt_node *figure, const schema_key *key, yt_error *err) {
  const yt_node *n;
  const char *why;
  int rc = yt_require(&n, figure, "value", YT_SCALAR, err);
  if (rc) return rc;
  if (unit_parse(out, n->text, key->dimension, &why))
    return yt_fail(err, n, "'%.64s' for '%s': %s", n->text, key->public.name, why);
  return YT_OK;
}

static int read_source(const char **out, const yt_node *figure, yt_error *err) {
  const yt_node *n;
  int rc = yt_require(&n, figure, "source", YT_SCALAR, err);
  if (!rc) rc = yt_text(out, n, err);
  if (!rc && !source_ok(*out))
    rc = yt_fail(err, n, "a source is written 'KIND: what', KIND one of %s", SOURCE_KINDS);
  return rc;
}

static int read_figure(hw_model *m, const yt_node *at, int kind, yt_error *err) {
  const schema_key *key;
  int64_t value;
  const char *source;
  int rc = find_key(&key, at, kind, err);
  if (!rc && at->kind != YT_MAPPING)
    rc = yt_fail(err, at, "a figure is written {value: ..., source: \"...\"}: every figure has a source");
  if (!rc) rc = yt_only_keys(at, figure_keys, err);
  if (!rc) rc = read_value(&value, at, key, err);
  if (!rc) rc = read_source(&source, at, err);
  if (rc) return rc;
  rc = model_add(m, key, value, source, at->key_line);
  if (rc) snprintf(err->text, sizeof err->text, "%s", hw_error());
  return rc;
}

static int check_needed(const hw_model *m, const yt_node *figures, int kind, yt_error *err) {
  const schema_key *key;
  for (size_t i = 0; (key = schema_at(i)); i++)
    if (key->needed && key->kinds & kind && !hw_find(m, key->public.name))
      return yt_fail_key(err, figures, "the figure '%s' is missing: a %s needs it", key->public.name, schema_kind_name(kind));
  return YT_OK;
}

static int read_figures(hw_model *m, const yt_node *root, int kind, yt_error *err) {
  const yt_node *figures;
  int rc = yt_require(&figures, root, "figures", YT_MAPPING, err);
  if (rc) return rc;
  for (const yt_node *f = figures->first; !rc && f; f = f->next) rc = read_figure(m, f, kind, err);
  return rc ? rc : check_needed(m, figures, kind, err);
}

static int read_model(hw_model **out, const yt_node *root, yt_error *err) {
  model_head head;
  int rc = read_head(&head, root, err);
  if (rc) return rc;
  hw_model *m;
  if ((rc = model_new(&m, &head))) {
    snprintf(err->text, sizeof err->text, "%s", hw_error());
    return rc;
  }
  rc = read_figures(m, root, head.kind, err);
  if (!rc) rc = model_finish(m);
  if (rc) hw_free(m);
  else *out = m;
  return rc;
}

/* Takes the tree; the codes of yamltree.h are those of hwmodel.h. */
static int from_tree(hw_model **out, yt_tree *tree, int rc, yt_error *err) {
  *out = NULL;
  if (!rc) rc = read_model(out, yt_root(tree), err);
  yt_free(tree);
  return rc ? hw_fail(rc, "%s", err->text) : HW_OK;
}

int hw_parse(hw_model **out, const char *text, size_t len, const char *name) {
  yt_error err;
  yt_tree *tree;
  int rc = yt_parse(&tree, text, len, name, &err);
  return from_tree(out, tree, rc, &err);
}

int hw_load(hw_model **out, const char *path) {
  yt_error err;
  yt_tree *tree;
  int rc = yt_load(&tree, path, &err);
  return from_tree(out, tree, rc, &err);
}
