/* Reads a workload and expands its lists into problems. */
#include "workload.h"
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "yamluse.h"

enum { MAX_PROBLEMS = 10000, MAX_KEYS = 64 };

struct workload_entry {
  struct spec_place place;
  struct problem_item *items; /* texts are the workload's own */
  size_t n;
};

/* ---- Expanding one mapping ---- */

/* How many problems a mapping stands for; 0: err says why not. */
static size_t combinations(const yt_node *map, yt_error *err) {
  size_t product = 1;
  for (const yt_node *n = map->first; n; n = n->next) {
    if (n->kind == YT_MAPPING) return (void)yt_fail(err, n, "'%s' must be a value or a list of values", n->key), 0;
    if (n->kind != YT_SEQUENCE) continue;
    if (!n->count) return (void)yt_fail(err, n, "the list of '%s' is empty", n->key), 0;
    product *= n->count; /* cannot overflow: counts are below 2^20, the product is below 2^14 */
    if (product > MAX_PROBLEMS)
      return (void)yt_fail(err, map, "this stands for more than %d problems", MAX_PROBLEMS), 0;
  }
  return product;
}

/* The value that a key has in combination *which, which is divided on. */
static const yt_node *chosen(const yt_node *n, size_t *which) {
  if (n->kind != YT_SEQUENCE) return n;
  size_t at = *which % n->count;
  *which /= n->count;
  const yt_node *item = n->first;
  while (at--) item = item->next;
  return item;
}

static int read_item(struct problem_item *item, const yt_node *entry, const yt_node *value, yt_error *err) {
  char *key, *text;
  int rc = yaml_copy(&text, value, err);
  if (rc) return rc;
  key = strdup(entry->key);
  *item = (struct problem_item){key, text, {value->line, value->column}};
  if (key) return YT_OK;
  strcpy(err->text, "not enough memory");
  return YT_ENOMEM;
}

/* The keys of a mapping, last first: the last key's list turns fastest. */
static int read_entry(struct workload_entry *e, const yt_node *map, size_t which, yt_error *err) {
  const yt_node *keys[MAX_KEYS];
  size_t n = 0;
  for (const yt_node *k = map->first; k; k = k->next) keys[n++] = k;
  e->place = (struct spec_place){map->line, map->column};
  e->items = calloc(n ? n : 1, sizeof *e->items);
  if (!e->items) {
    strcpy(err->text, "not enough memory");
    return YT_ENOMEM;
  }
  e->n = n;
  int rc = YT_OK;
  while (!rc && n--) rc = read_item(&e->items[n], keys[n], chosen(keys[n], &which), err);
  return rc;
}

static int expand(struct workload *w, const yt_node *map, yt_error *err) {
  int rc = yt_expect(map, YT_MAPPING, "a problem", err);
  if (!rc && !map->count) rc = yt_fail(err, map, "a problem has no keys");
  if (!rc && map->count > MAX_KEYS) rc = yt_fail(err, map, "a problem has more than %d keys", MAX_KEYS);
  if (rc) return rc;
  size_t count = combinations(map, err);
  if (!count) return YT_ESYNTAX;
  if (w->n + count > MAX_PROBLEMS) return yt_fail(err, map, "the workload has more than %d problems", MAX_PROBLEMS);
  struct workload_entry *grown = realloc(w->entries, (w->n + count) * sizeof *grown);
  if (!grown) {
    strcpy(err->text, "not enough memory");
    return YT_ENOMEM;
  }
  w->entries = grown;
  memset(grown + w->n, 0, count * sizeof *grown);
  for (size_t i = 0; !rc && i < count; i++) rc = read_entry(&grown[w->n++], map, i, err);
  return rc;
}

/* ---- The whole ---- */

static int read_workload(struct workload *w, const yt_node *root, yt_error *err) {
  static const char *const allowed[] = {"schema", "name", "kernel", "problems", NULL};
  const yt_node *name, *kernel, *problems = NULL;
  int rc = yt_expect(root, YT_MAPPING, "a workload", err);
  if (!rc) rc = yt_only_keys(root, allowed, err);
  if (!rc) rc = yaml_schema(root, err);
  if (!rc) rc = yt_require(&name, root, "name", YT_SCALAR, err);
  if (!rc) rc = yaml_copy(&w->name, name, err);
  if (!rc) rc = yt_require(&kernel, root, "kernel", YT_SCALAR, err);
  if (!rc) rc = yaml_name(&w->kernel, kernel, "a kernel's name", err);
  if (!rc) rc = yt_require(&problems, root, "problems", YT_SEQUENCE, err);
  if (!rc && !problems->count) rc = yt_fail(err, problems, "'problems' is empty; list at least one");
  for (const yt_node *n = problems ? problems->first : NULL; !rc && n; n = n->next) rc = expand(w, n, err);
  return rc;
}

static int from_tree(struct workload **out, const yt_tree *tree) {
  yt_error err;
  struct workload *w = calloc(1, sizeof *w);
  if (!w) return tuner_nomem();
  w->path = strdup(yt_name(tree));
  int code = w->path ? yaml_code(read_workload(w, yt_root(tree), &err), &err) : tuner_nomem();
  if (code) workload_free(w);
  else *out = w;
  return code;
}

int workload_load(struct workload **out, const char *path) {
  yt_tree *tree;
  yt_error err;
  int code = yaml_code(yt_load(&tree, path, &err), &err);
  if (code) return code;
  code = from_tree(out, tree);
  yt_free(tree);
  return code;
}

int workload_parse(struct workload **out, const char *text, size_t len, const char *name) {
  yt_tree *tree;
  yt_error err;
  int code = yaml_code(yt_parse(&tree, text, len, name, &err), &err);
  if (code) return code;
  code = from_tree(out, tree);
  yt_free(tree);
  return code;
}

static void free_entry(struct workload_entry *e) {
  for (size_t i = 0; e->items && i < e->n; i++) {
    free((char *)e->items[i].key);
    free((char *)e->items[i].value);
  }
  free(e->items);
}

void workload_free(struct workload *w) {
  if (!w) return;
  for (size_t i = 0; i < w->n; i++) free_entry(&w->entries[i]);
  free(w->entries);
  free(w->path);
  free(w->name);
  free(w->kernel);
  free(w);
}

/* ---- As problems ---- */

int workload_problem(struct problem **out, const struct workload *w, size_t i, const struct spec *s) {
  const struct workload_entry *e = &w->entries[i];
  if (strcmp(w->kernel, s->kernel))
    return tuner_fail(TUNER_EINPUT, "%s is a workload of kernel %s, not of %s", w->path, w->kernel, s->kernel);
  return problem_build(out, s, e->items, e->n, w->path, e->place);
}

static bool is_double(struct problem *const *problems, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(problems[i]->text, problems[n]->text)) return true;
  return false;
}

static void free_problems(struct problem **problems, size_t n) {
  for (size_t i = 0; i < n; i++) problem_free(problems[i]);
  free(problems);
}

int workload_problems(struct problem ***out, size_t *n, const struct workload *w, const struct spec *s) {
  struct problem **problems = calloc(w->n + 1, sizeof *problems);
  if (!problems) return tuner_nomem();
  size_t count = 0;
  for (size_t i = 0; i < w->n; i++) {
    int code = workload_problem(&problems[count], w, i, s);
    if (code) {
      free_problems(problems, count);
      return code;
    }
    if (is_double(problems, count)) problem_free(problems[count]);
    else count++;
  }
  *out = problems;
  *n = count;
  return TUNER_OK;
}
