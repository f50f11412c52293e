/* A strict YAML reader: a tree of scalars, sequences and mappings in which
 * every node knows its line and column.
 *
 * Shared by the readers of hardware models, kernel specs and workloads; not
 * installed.  Refused, each with "file:line:column: ...": bad syntax, text that
 * is not UTF-8, NUL characters, duplicate keys, keys that are not scalars,
 * anchors and aliases (alias bombs), tags, directives, more than one document,
 * an empty document, and anything beyond the limits below.
 *
 * Functions return YT_OK or a negative code (the numbers of hwmodel.h) and then
 * the caller's yt_error holds one line.  Nodes belong to their tree.
 */
#ifndef YAMLTREE_H
#define YAMLTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { YT_OK = 0, YT_ENOMEM = -1, YT_EINVAL = -2, YT_ESYNTAX = -3, YT_EIO = -4 };

enum {
  YT_MAX_DEPTH = 32,          /* nested sequences and mappings */
  YT_MAX_BYTES = 1024 * 1024, /* a file */
  YT_MAX_KEYS = 4096          /* in one mapping: duplicates are found by comparing */
};

typedef struct yt_error {
  char text[1024];
} yt_error;

typedef enum yt_kind { YT_SCALAR, YT_SEQUENCE, YT_MAPPING } yt_kind;

typedef struct yt_tree yt_tree;
typedef struct yt_node yt_node;

/* Children form a list: for (n = node->first; n; n = n->next). */
struct yt_node {
  const yt_tree *tree;
  yt_kind kind;
  bool plain;        /* a scalar without quotes: only these are numbers */
  int line, column;  /* from 1; columns count characters */
  const char *text;  /* a scalar's; "" for others */
  size_t length;     /* of text, which holds no NUL */
  const char *key;   /* of an entry of a mapping; else NULL */
  int key_line, key_column;
  const yt_node *first, *next;
  size_t count;      /* children */
};

int yt_load(yt_tree **out, const char *path, yt_error *err);
/* name stands for the file in messages. */
int yt_parse(yt_tree **out, const char *text, size_t length, const char *name, yt_error *err);
void yt_free(yt_tree *tree);

const yt_node *yt_root(const yt_tree *tree);
const char *yt_name(const yt_tree *tree);
/* The bytes that were read, for hashing. */
const char *yt_source(const yt_tree *tree, size_t *length);

/* ---- Reading nodes ---- */

const char *yt_kind_name(yt_kind kind); /* "a scalar", "a sequence", "a mapping" */
/* The value of a mapping's key; NULL if absent or node is no mapping. */
const yt_node *yt_get(const yt_node *map, const char *key);
/* Fails unless node is of this kind; what names it: "'problem'". */
int yt_expect(const yt_node *node, yt_kind kind, const char *what, yt_error *err);
/* The value of a key that must be there and of this kind. */
int yt_require(const yt_node **out, const yt_node *map, const char *key, yt_kind kind, yt_error *err);
/* Fails at the first key that is not in the list (ends with NULL), naming the
 * nearest allowed one, or all of them. */
int yt_only_keys(const yt_node *map, const char *const *allowed, yt_error *err);
/* A scalar's text, not empty. */
int yt_text(const char **out, const yt_node *node, yt_error *err);
/* A plain decimal integer within low..high: no sign but '-', no leading zeros. */
int yt_int(int64_t *out, const yt_node *node, int64_t low, int64_t high, yt_error *err);
/* Plain true or false. */
int yt_bool(bool *out, const yt_node *node, yt_error *err);

/* The word of the list (ends with NULL) nearest to this one; NULL if none is near. */
const char *yt_nearest(const char *word, const char *const *words);

/* ---- Failing ---- */

/* "name:line:column: message"; control characters in the message become '?'. Returns YT_ESYNTAX. */
int yt_fail(yt_error *err, const yt_node *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same at the place of the node's key (of the node itself if it has none). */
int yt_fail_key(yt_error *err, const yt_node *at, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
