/* Reads a kernel's spec. */
#include "spec.h"
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "spec_check.h"
#include "tunedb.h"
#include "yamluse.h"

enum { MAX_ENTRIES = 256 }; /* keys, parameters, labels: more is a mistake */

/* Room for a mapping's or sequence's children. */
static int room(void *out, const yt_node *parent, size_t size, const char *what, yt_error *err) {
  if (parent->count > MAX_ENTRIES)
    return yt_fail(err, parent, "%zu %s are too many; at most %d", parent->count, what, MAX_ENTRIES);
  void *p = calloc(parent->count + 1, size);
  if (!p) {
    strcpy(err->text, "not enough memory");
    return YT_ENOMEM;
  }
  *(void **)out = p;
  return YT_OK;
}

/* ---- Labels ---- */

static int check_label(char **labels, size_t n, const yt_node *node, yt_error *err) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(labels[i], labels[n])) return yt_fail(err, node, "the label '%s' stands twice", labels[n]);
  return YT_OK;
}

static int read_labels(char ***out, size_t *n, const yt_node *node, yt_error *err) {
  int rc = yt_expect(node, YT_SEQUENCE, "'labels'", err);
  if (!rc && !node->count) rc = yt_fail(err, node, "'labels' is empty; name at least one");
  if (!rc) rc = room(out, node, sizeof **out, "labels", err);
  for (const yt_node *item = node->first; !rc && item; item = item->next) {
    rc = yaml_name(&(*out)[*n], item, "a label", err);
    if (!rc) rc = check_label(*out, *n, item, err);
    if ((*out)[*n]) ++*n;
  }
  return rc;
}

static void free_labels(char **labels, size_t n) {
  for (size_t i = 0; i < n; i++) free(labels[i]);
  free(labels);
}

/* ---- Problem keys ---- */

/* A decimal int64 at *at, which moves behind it. */
static bool take_number(const char **at, int64_t *out) {
  const char *digits = *at + (**at == '-');
  if (*digits < '0' || *digits > '9') return false;
  int64_t value = 0;
  for (; *digits >= '0' && *digits <= '9'; digits++) {
    int digit = **at == '-' ? '0' - *digits : *digits - '0';
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value)) return false;
  }
  *at = digits;
  *out = value;
  return true;
}

static int read_range(struct spec_key *k, const yt_node *node, yt_error *err) {
  const char *text;
  int rc = yt_text(&text, node, err);
  if (rc) return rc;
  const char *at = text;
  bool read = take_number(&at, &k->lo) && at[0] == '.' && at[1] == '.';
  if (read) at += 2;
  if (!read || !take_number(&at, &k->hi) || *at)
    return yt_fail(err, node, "'%.64s' is not a range; write LOW..HIGH, as in 1..65536", text);
  if (k->lo > k->hi) return yt_fail(err, node, "the range %.64s is empty", text);
  return YT_OK;
}

static int read_domain(struct spec_key *k, const yt_node *node, yt_error *err) {
  const yt_node *labels = yt_get(node, "labels"), *range = yt_get(node, "range"), *step = yt_get(node, "step");
  if (!labels == !range) return yt_fail(err, node, "'%s' needs either 'labels' or 'range'", k->name);
  if (labels && step) return yt_fail_key(err, step, "'step' goes with 'range', not with 'labels'");
  k->step = 1;
  if (step) {
    int rc = yt_int(&k->step, step, 1, INT64_MAX, err);
    if (rc) return rc;
  }
  if (range) return read_range(k, range, err);
  int rc = read_labels(&k->labels, &k->nlabels, labels, err);
  k->hi = (int64_t)k->nlabels - 1;
  return rc;
}

static int check_identifier(const yt_node *node, const char *what, yt_error *err) {
  if (yaml_is_identifier(node->key)) return YT_OK;
  return yt_fail_key(err, node, "'%.64s' cannot be the name of %s: letters, digits and '_', not first a digit",
                     node->key, what);
}

static int copy_key(char **out, const yt_node *node, yt_error *err) {
  *out = strdup(node->key);
  if (*out) return YT_OK;
  strcpy(err->text, "not enough memory");
  return YT_ENOMEM;
}

static int read_key(struct spec_key *k, const yt_node *node, yt_error *err) {
  static const char *const allowed[] = {"labels", "range", "step", "scaling", NULL};
  k->place = (struct spec_place){node->key_line, node->key_column};
  int rc = check_identifier(node, "a problem key", err);
  if (!rc) rc = copy_key(&k->name, node, err);
  if (!rc) rc = yt_expect(node, YT_MAPPING, k->name, err);
  if (!rc) rc = yt_only_keys(node, allowed, err);
  if (!rc) rc = read_domain(k, node, err);
  const yt_node *scaling = yt_get(node, "scaling");
  if (rc || !scaling) return rc;
  bool scales;
  rc = yt_bool(&scales, scaling, err);
  if (!rc) k->scaling = scales;
  return rc;
}

static int read_problem(struct spec *s, const yt_node *root, yt_error *err) {
  const yt_node *problem;
  int rc = yt_require(&problem, root, "problem", YT_MAPPING, err);
  if (!rc && !problem->count) rc = yt_fail(err, problem, "'problem' is empty; name at least one key");
  if (!rc) rc = room(&s->problem, problem, sizeof *s->problem, "problem keys", err);
  for (const yt_node *n = problem ? problem->first : NULL; !rc && n; n = n->next)
    rc = read_key(&s->problem[s->nproblem++], n, err);
  return rc;
}

/* ---- .cint texts ---- */

static int read_text(struct spec_text *t, const yt_node *node, yt_error *err) {
  int rc = yaml_copy(&t->text, node, err);
  if (rc) return rc;
  t->place = yaml_text_place(node);
  if (strchr(t->text, ';'))
    return yt_fail(err, node, "'%s' must be one expression, without ';'", t->name);
  return YT_OK;
}

static int read_labelled(struct spec_text *t, const yt_node *node, yt_error *err) {
  static const char *const allowed[] = {"labels", NULL};
  const yt_node *labels = NULL;
  int rc = yt_only_keys(node, allowed, err);
  if (!rc) rc = yt_require(&labels, node, "labels", YT_SEQUENCE, err);
  if (!rc) rc = read_labels(&t->labels, &t->nlabels, labels, err);
  t->place = (struct spec_place){node->line, node->column};
  return rc;
}

/* A mapping of names to texts; labels: a value may be {labels: [...]}. */
static int read_texts(struct spec_texts *out, const yt_node *map, const char *what, bool labels, yt_error *err) {
  int rc = room(&out->at, map, sizeof *out->at, what, err);
  for (const yt_node *n = map->first; !rc && n; n = n->next) {
    struct spec_text *t = &out->at[out->n++];
    rc = check_identifier(n, what, err);
    if (!rc) rc = copy_key(&t->name, n, err);
    if (!rc) rc = labels && n->kind == YT_MAPPING ? read_labelled(t, n, err) : read_text(t, n, err);
  }
  return rc;
}

static int read_optional(struct spec_texts *out, const yt_node *root, const char *key, const char *what, yt_error *err) {
  const yt_node *map = yt_get(root, key);
  if (!map) return YT_OK;
  int rc = yt_expect(map, YT_MAPPING, key, err);
  return rc ? rc : read_texts(out, map, what, false, err);
}

static int read_parameters(struct spec *s, const yt_node *root, yt_error *err) {
  const yt_node *map;
  int rc = yt_require(&map, root, "parameters", YT_MAPPING, err);
  if (!rc && !map->count) rc = yt_fail(err, map, "'parameters' is empty; name at least one");
  return rc ? rc : read_texts(&s->parameters, map, "parameters", true, err);
}

/* A define and a parameter share the .cint name space. */
static int check_names(const yt_node *root, yt_error *err) {
  const yt_node *parameters = yt_get(root, "parameters"), *defines = yt_get(root, "define");
  for (const yt_node *n = parameters->first; n; n = n->next) {
    const yt_node *twin = defines ? yt_get(defines, n->key) : NULL;
    if (twin)
      return yt_fail_key(err, n, "'%s' is a parameter and also defined in line %d", n->key, twin->key_line);
  }
  return YT_OK;
}

/* ---- The whole ---- */

static int read_head(struct spec *s, const yt_node *root, yt_error *err) {
  const struct { char **to; const char *key, *what; } fields[] = {
    {&s->kernel, "kernel", "a kernel's name"},
    {&s->version, "version", "a version"},
    {&s->plugin, "plugin", "a plug-in's name"},
    {&s->device, "device", "a kind of device"},
  };
  int rc = yaml_schema(root, err);
  for (size_t i = 0; !rc && i < sizeof fields / sizeof *fields; i++) {
    const yt_node *node;
    rc = yt_require(&node, root, fields[i].key, YT_SCALAR, err);
    if (!rc) rc = yaml_name(fields[i].to, node, fields[i].what, err);
  }
  return rc;
}

static int read_spec(struct spec *s, const yt_node *root, yt_error *err) {
  static const char *const allowed[] = {"schema", "kernel", "version", "plugin", "device", "problem",
                                        "define", "parameters", "constraints", "cost", NULL};
  int rc = yt_expect(root, YT_MAPPING, "a kernel spec", err);
  if (!rc) rc = yt_only_keys(root, allowed, err);
  if (!rc) rc = read_head(s, root, err);
  if (!rc) rc = read_problem(s, root, err);
  if (!rc) rc = read_optional(&s->defines, root, "define", "definitions", err);
  if (!rc) rc = read_parameters(s, root, err);
  if (!rc) rc = check_names(root, err);
  if (!rc) rc = read_optional(&s->constraints, root, "constraints", "constraints", err);
  if (!rc) rc = read_optional(&s->cost, root, "cost", "cost terms", err);
  return rc;
}

static int from_tree(struct spec **out, const yt_tree *tree) {
  yt_error err;
  struct spec *s = calloc(1, sizeof *s);
  if (!s) return tuner_nomem();
  size_t length;
  const char *source = yt_source(tree, &length);
  tdb_hash(source, length, s->hash);
  s->path = strdup(yt_name(tree));
  int code = s->path ? yaml_code(read_spec(s, yt_root(tree), &err), &err) : tuner_nomem();
  if (!code) code = spec_check_references(s);
  if (code) spec_free(s);
  else *out = s;
  return code;
}

int spec_load(struct spec **out, const char *path) {
  yt_tree *tree;
  yt_error err;
  int code = yaml_code(yt_load(&tree, path, &err), &err);
  if (code) return code;
  code = from_tree(out, tree);
  yt_free(tree);
  return code;
}

int spec_parse(struct spec **out, const char *text, size_t len, const char *name) {
  yt_tree *tree;
  yt_error err;
  int code = yaml_code(yt_parse(&tree, text, len, name, &err), &err);
  if (code) return code;
  code = from_tree(out, tree);
  yt_free(tree);
  return code;
}

static void free_texts(struct spec_texts *t) {
  for (size_t i = 0; i < t->n; i++) {
    free(t->at[i].name);
    free(t->at[i].text);
    free_labels(t->at[i].labels, t->at[i].nlabels);
  }
  free(t->at);
}

void spec_free(struct spec *s) {
  if (!s) return;
  for (size_t i = 0; i < s->nproblem; i++) {
    free(s->problem[i].name);
    free_labels(s->problem[i].labels, s->problem[i].nlabels);
  }
  free(s->problem);
  free_texts(&s->defines);
  free_texts(&s->parameters);
  free_texts(&s->constraints);
  free_texts(&s->cost);
  free(s->path);
  free(s->kernel);
  free(s->version);
  free(s->plugin);
  free(s->device);
  free(s);
}

int spec_find_key(const struct spec *s, const char *name) {
  for (size_t i = 0; i < s->nproblem; i++)
    if (!strcmp(s->problem[i].name, name)) return (int)i;
  return -1;
}
