/* Builds the tree of yamltree.h from libyaml's events.
 *
 * Files are small (at most 1 MiB) and read once: nodes and texts come from one
 * arena that lives as long as the tree. */
#include "yamltree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

#include "yamlfail.h"

typedef struct chunk {
  struct chunk *next;
  size_t used, size;
  max_align_t bytes[];
} chunk;

struct yt_tree {
  chunk *chunks;
  yt_node *root;
  const char *name;
  char *source;
  size_t length;
};

typedef struct builder {
  yt_tree *tree;
  yaml_parser_t parser;
  yt_error *err;
} builder;

enum { CHUNK_BYTES = 16 * 1024 };

static chunk *chunk_new(yt_tree *tree, size_t need) {
  size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;
  chunk *c = malloc(sizeof *c + size);
  if (!c) return NULL;
  *c = (chunk){tree->chunks, 0, size};
  tree->chunks = c;
  return c;
}

static void *take(yt_tree *tree, size_t size) {
  size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
  chunk *c = tree->chunks;
  if (!c || c->size - c->used < size) c = chunk_new(tree, size);
  if (!c) return NULL;
  void *p = (char *)c->bytes + c->used;
  c->used += size;
  return p;
}

static char *take_text(yt_tree *tree, const void *text, size_t length) {
  char *p = take(tree, length + 1);
  if (!p) return NULL;
  if (length) memcpy(p, text, length);
  p[length] = 0;
  return p;
}

/* ---- Failing with a place ---- */

static int out_of_memory(yt_error *err) {
  snprintf(err->text, sizeof err->text, "out of memory");
  return YT_ENOMEM;
}

static int fail_mark(builder *b, yaml_mark_t mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static int fail_mark(builder *b, yaml_mark_t mark, const char *format, ...) {
  va_list args;
  va_start(args, format);
  yt_vfail(b->err, b->tree->name, (int)mark.line + 1, (int)mark.column + 1, format, args);
  va_end(args);
  return YT_ESYNTAX;
}

/* libyaml's reader knows only the offset of a byte it refuses. */
static yaml_mark_t mark_of_offset(const yt_tree *tree, size_t offset) {
  yaml_mark_t mark = {offset, 0, 0};
  for (size_t i = 0; i < offset && i < tree->length; i++) {
    unsigned char c = (unsigned char)tree->source[i];
    if (c == '\n') mark.line++, mark.column = 0;
    else if ((c & 0xC0) != 0x80) mark.column++;
  }
  return mark;
}

static int fail_parser(builder *b) {
  const yaml_parser_t *p = &b->parser;
  const char *problem = p->problem ? p->problem : "not YAML";
  if (p->error == YAML_MEMORY_ERROR) return out_of_memory(b->err);
  if (p->error == YAML_READER_ERROR)
    return fail_mark(b, mark_of_offset(b->tree, p->problem_offset), "%s; the file must be UTF-8 text", problem);
  if (p->context)
    return fail_mark(b, p->problem_mark, "%s, %s (from line %zu)", problem, p->context, p->context_mark.line + 1);
  return fail_mark(b, p->problem_mark, "%s", problem);
}

/* ---- Building ---- */

static int next_event(builder *b, yaml_event_t *e) {
  return yaml_parser_parse(&b->parser, e) ? YT_OK : fail_parser(b);
}

static int refuse_anchor_and_tag(builder *b, yaml_mark_t at, const void *anchor, const void *tag) {
  if (anchor) return fail_mark(b, at, "anchors are not accepted; write the value out where it is needed");
  if (tag) return fail_mark(b, at, "tags ('%s') are not accepted", (const char *)tag);
  return YT_OK;
}

static int refuse_marked(builder *b, const yaml_event_t *e) {
  switch (e->type) {
    case YAML_ALIAS_EVENT:
      return fail_mark(b, e->start_mark, "aliases ('*%s') are not accepted; write the value out", (char *)e->data.alias.anchor);
    case YAML_SCALAR_EVENT:
      return refuse_anchor_and_tag(b, e->start_mark, e->data.scalar.anchor, e->data.scalar.tag);
    case YAML_SEQUENCE_START_EVENT:
      return refuse_anchor_and_tag(b, e->start_mark, e->data.sequence_start.anchor, e->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
      return refuse_anchor_and_tag(b, e->start_mark, e->data.mapping_start.anchor, e->data.mapping_start.tag);
    default:
      return YT_OK;
  }
}

static int new_node(builder *b, yt_kind kind, yaml_mark_t at, yt_node **out) {
  yt_node *n = take(b->tree, sizeof *n);
  if (!n) return out_of_memory(b->err);
  *n = (yt_node){.tree = b->tree, .kind = kind, .text = "",
                 .line = (int)at.line + 1, .column = (int)at.column + 1};
  *out = n;
  return YT_OK;
}

static int scalar(builder *b, const yaml_event_t *e, yt_node **out) {
  const unsigned char *value = e->data.scalar.value;
  size_t length = e->data.scalar.length;
  if (memchr(value, 0, length)) return fail_mark(b, e->start_mark, "a NUL character is not accepted");
  int rc = new_node(b, YT_SCALAR, e->start_mark, out);
  if (rc) return rc;
  (*out)->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  (*out)->text = take_text(b->tree, value, length);
  (*out)->length = length;
  return (*out)->text ? YT_OK : out_of_memory(b->err);
}

static int node(builder *b, const yaml_event_t *e, int depth, yt_node **out);

static int sequence(builder *b, int depth, yt_node *parent) {
  const yt_node **tail = &parent->first;
  for (;;) {
    yaml_event_t e;
    int rc = next_event(b, &e);
    if (rc) return rc;
    bool end = e.type == YAML_SEQUENCE_END_EVENT;
    yt_node *item = NULL;
    if (!end) rc = node(b, &e, depth, &item);
    yaml_event_delete(&e);
    if (rc || end) return rc;
    *tail = item;
    tail = &item->next;
    parent->count++;
  }
}

static int check_key(builder *b, const yaml_event_t *e, const yt_node *map) {
  if (e->type == YAML_MAPPING_START_EVENT || e->type == YAML_SEQUENCE_START_EVENT)
    return fail_mark(b, e->start_mark, "a key must be a scalar");
  int rc = refuse_marked(b, e);
  if (rc) return rc;
  const char *key = (const char *)e->data.scalar.value;
  if (!e->data.scalar.length) return fail_mark(b, e->start_mark, "a key is empty");
  if (strlen(key) != e->data.scalar.length) return fail_mark(b, e->start_mark, "a NUL character is not accepted");
  const yt_node *twin = yt_get(map, key);
  if (twin)
    return fail_mark(b, e->start_mark, "duplicate key '%s', first in line %d", key, twin->key_line);
  if (map->count >= YT_MAX_KEYS)
    return fail_mark(b, e->start_mark, "a mapping has more than %d keys", YT_MAX_KEYS);
  return YT_OK;
}

/* The entry whose key is event k: reads the value. */
static int entry(builder *b, const yaml_event_t *k, int depth, const yt_node *map, yt_node **out) {
  int rc = check_key(b, k, map);
  if (rc) return rc;
  yaml_event_t e;
  if ((rc = next_event(b, &e))) return rc;
  rc = node(b, &e, depth, out);
  yaml_event_delete(&e);
  if (rc) return rc;
  (*out)->key = take_text(b->tree, k->data.scalar.value, k->data.scalar.length);
  (*out)->key_line = (int)k->start_mark.line + 1;
  (*out)->key_column = (int)k->start_mark.column + 1;
  return (*out)->key ? YT_OK : out_of_memory(b->err);
}

static int mapping(builder *b, int depth, yt_node *parent) {
  const yt_node **tail = &parent->first;
  for (;;) {
    yaml_event_t k;
    int rc = next_event(b, &k);
    if (rc) return rc;
    bool end = k.type == YAML_MAPPING_END_EVENT;
    yt_node *value = NULL;
    if (!end) rc = entry(b, &k, depth, parent, &value);
    yaml_event_delete(&k);
    if (rc || end) return rc;
    *tail = value;
    tail = &value->next;
    parent->count++;
  }
}

/* The node that event e begins; depth counts the containers around it. */
static int node(builder *b, const yaml_event_t *e, int depth, yt_node **out) {
  int rc = refuse_marked(b, e);
  if (rc) return rc;
  if (e->type == YAML_SCALAR_EVENT) return scalar(b, e, out);
  if (depth >= YT_MAX_DEPTH)
    return fail_mark(b, e->start_mark, "nested more than %d deep", YT_MAX_DEPTH);
  bool map = e->type == YAML_MAPPING_START_EVENT;
  rc = new_node(b, map ? YT_MAPPING : YT_SEQUENCE, e->start_mark, out);
  if (rc) return rc;
  return map ? mapping(b, depth + 1, *out) : sequence(b, depth + 1, *out);
}

static int expect_event(builder *b, yaml_event_type_t type, const char *otherwise) {
  yaml_event_t e;
  int rc = next_event(b, &e);
  if (rc) return rc;
  if (e.type != type) rc = fail_mark(b, e.start_mark, "%s", otherwise);
  yaml_event_delete(&e);
  return rc;
}

static int document_start(builder *b) {
  yaml_event_t e;
  int rc = next_event(b, &e);
  if (rc) return rc;
  if (e.type != YAML_DOCUMENT_START_EVENT)
    rc = fail_mark(b, e.start_mark, "the file is empty");
  else if (e.data.document_start.version_directive ||
           e.data.document_start.tag_directives.start != e.data.document_start.tag_directives.end)
    rc = fail_mark(b, e.start_mark, "directives (%%YAML, %%TAG) are not accepted");
  yaml_event_delete(&e);
  return rc;
}

static int document(builder *b) {
  int rc = expect_event(b, YAML_STREAM_START_EVENT, "not a YAML stream");
  if (!rc) rc = document_start(b);
  if (rc) return rc;
  yaml_event_t e;
  if ((rc = next_event(b, &e))) return rc;
  rc = node(b, &e, 0, &b->tree->root);
  yaml_event_delete(&e);
  if (!rc) rc = expect_event(b, YAML_DOCUMENT_END_EVENT, "expected the end of the document");
  if (!rc) rc = expect_event(b, YAML_STREAM_END_EVENT, "a second document is not accepted");
  return rc;
}

/* libyaml takes the mark for text when it is told the encoding. */
static int refuse_byte_order_mark(builder *b) {
  static const char mark[] = "\xEF\xBB\xBF";
  if (strncmp(b->tree->source, mark, strlen(mark))) return YT_OK;
  return fail_mark(b, (yaml_mark_t){0, 0, 0}, "the file begins with a byte order mark; save it as UTF-8 without one");
}

static int build(yt_tree *tree, yt_error *err) {
  builder b = {.tree = tree, .err = err};
  if (refuse_byte_order_mark(&b)) return YT_ESYNTAX;
  if (!yaml_parser_initialize(&b.parser)) return out_of_memory(err);
  yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&b.parser, (const unsigned char *)tree->source, tree->length);
  int rc = document(&b);
  yaml_parser_delete(&b.parser);
  return rc;
}

/* ---- Public ---- */

static int fail_file(yt_error *err, const char *path, const char *why) {
  yt_vfail_file(err, path, why);
  return YT_EIO;
}

/* Takes source, also when it fails. */
static int parse_owned(yt_tree **out, char *source, size_t length, const char *name, yt_error *err) {
  yt_tree *tree = calloc(1, sizeof *tree);
  if (!tree) {
    free(source);
    return out_of_memory(err);
  }
  tree->source = source;
  tree->length = length;
  tree->name = take_text(tree, name, strlen(name));
  int rc = tree->name ? build(tree, err) : out_of_memory(err);
  if (rc) yt_free(tree);
  else *out = tree;
  return rc;
}

static int too_large(yt_error *err, const char *name) {
  snprintf(err->text, sizeof err->text, "%.512s:1:1: larger than 1 MiB", name);
  return YT_ESYNTAX;
}

int yt_parse(yt_tree **out, const char *text, size_t length, const char *name, yt_error *err) {
  *out = NULL;
  if (length > YT_MAX_BYTES) return too_large(err, name);
  char *copy = malloc(length + 1);
  if (!copy) return out_of_memory(err);
  if (length) memcpy(copy, text, length);
  copy[length] = 0;
  return parse_owned(out, copy, length, name, err);
}

static int read_stream(FILE *f, char **text, size_t *length, const char *path, yt_error *err) {
  struct stat st;
  if (fstat(fileno(f), &st)) return fail_file(err, path, strerror(errno));
  if (S_ISDIR(st.st_mode)) return fail_file(err, path, "is a folder, not a file");
  *text = malloc(YT_MAX_BYTES + 1);
  if (!*text) return out_of_memory(err);
  *length = fread(*text, 1, YT_MAX_BYTES + 1, f);
  if (ferror(f)) return fail_file(err, path, strerror(errno));
  return *length > YT_MAX_BYTES ? too_large(err, path) : YT_OK;
}

int yt_load(yt_tree **out, const char *path, yt_error *err) {
  *out = NULL;
  FILE *f = fopen(path, "rb");
  if (!f) return fail_file(err, path, strerror(errno));
  char *text = NULL;
  size_t length = 0;
  int rc = read_stream(f, &text, &length, path, err);
  fclose(f);
  if (!rc) return parse_owned(out, text, length, path, err);
  free(text);
  return rc;
}

void yt_free(yt_tree *tree) {
  if (!tree) return;
  for (chunk *c = tree->chunks, *next; c; c = next) {
    next = c->next;
    free(c);
  }
  free(tree->source);
  free(tree);
}

const yt_node *yt_root(const yt_tree *tree) { return tree->root; }
const char *yt_name(const yt_tree *tree) { return tree->name; }

const char *yt_source(const yt_tree *tree, size_t *length) {
  *length = tree->length;
  return tree->source;
}
