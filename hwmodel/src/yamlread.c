/* Reading the nodes of a YAML tree: kinds, keys, numbers. */
#include "yamltree.h"

#include <stdio.h>
#include <string.h>

const char *yt_kind_name(yt_kind kind) {
  static const char *const names[] = {"a scalar", "a sequence", "a mapping"};
  return names[kind];
}

const yt_node *yt_get(const yt_node *map, const char *key) {
  if (map->kind != YT_MAPPING) return NULL;
  for (const yt_node *n = map->first; n; n = n->next)
    if (!strcmp(n->key, key)) return n;
  return NULL;
}

int yt_expect(const yt_node *node, yt_kind kind, const char *what, yt_error *err) {
  if (node->kind == kind) return YT_OK;
  return yt_fail(err, node, "%s must be %s, not %s", what, yt_kind_name(kind), yt_kind_name(node->kind));
}

int yt_require(const yt_node **out, const yt_node *map, const char *key, yt_kind kind, yt_error *err) {
  char what[80];
  *out = yt_get(map, key);
  if (!*out) return yt_fail(err, map, "the key '%s' is missing", key);
  snprintf(what, sizeof what, "'%s'", key);
  return yt_expect(*out, kind, what, err);
}

static bool contains(const char *const *words, const char *word) {
  for (; *words; words++)
    if (!strcmp(*words, word)) return true;
  return false;
}

static int unknown_key(const yt_node *entry, const char *const *allowed, yt_error *err) {
  const char *near = yt_nearest(entry->key, allowed);
  if (near) return yt_fail_key(err, entry, "unknown key '%s'; did you mean '%s'?", entry->key, near);
  char list[512];
  size_t used = 0;
  list[0] = 0;
  for (; *allowed && used < sizeof list; allowed++)
    used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", *allowed);
  return yt_fail_key(err, entry, "unknown key '%s'; known here: %s", entry->key, list);
}

int yt_only_keys(const yt_node *map, const char *const *allowed, yt_error *err) {
  for (const yt_node *n = map->first; n; n = n->next)
    if (!contains(allowed, n->key)) return unknown_key(n, allowed, err);
  return YT_OK;
}

int yt_text(const char **out, const yt_node *node, yt_error *err) {
  if (node->kind != YT_SCALAR) return yt_fail(err, node, "expected text, not %s", yt_kind_name(node->kind));
  if (!node->length) return yt_fail(err, node, "expected text, found nothing");
  *out = node->text;
  return YT_OK;
}

/* Decimal digits as a magnitude; false if there are none, others, or too many. */
static bool magnitude(const char *text, uint64_t *out) {
  *out = 0;
  if (!*text || (text[0] == '0' && text[1])) return false;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return false;
    if (__builtin_mul_overflow(*out, (uint64_t)10, out)) return false;
    if (__builtin_add_overflow(*out, (uint64_t)(*text - '0'), out)) return false;
  }
  return true;
}

static bool to_int64(const char *text, int64_t *out) {
  bool negative = *text == '-';
  uint64_t m;
  if (!magnitude(text + negative, &m)) return false;
  if (m > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
  *out = negative ? (int64_t)(0 - m) : (int64_t)m;
  return true;
}

int yt_int(int64_t *out, const yt_node *node, int64_t low, int64_t high, yt_error *err) {
  if (node->kind != YT_SCALAR) return yt_fail(err, node, "expected an integer, not %s", yt_kind_name(node->kind));
  int64_t value;
  if (!node->plain || !to_int64(node->text, &value))
    return yt_fail(err, node, "expected an integer, found '%.64s'%s", node->text, node->plain ? "" : " in quotes");
  if (value < low || value > high)
    return yt_fail(err, node, "%lld is not in %lld..%lld", (long long)value, (long long)low, (long long)high);
  *out = value;
  return YT_OK;
}

int yt_bool(bool *out, const yt_node *node, yt_error *err) {
  bool yes = node->plain && !strcmp(node->text, "true");
  if (!yes && !(node->plain && !strcmp(node->text, "false")))
    return yt_fail(err, node, "expected true or false");
  *out = yes;
  return YT_OK;
}
