/* The strict YAML reader: what it builds, and each refusal with its place. */
#include "test.h"
#include "yamltree.h"

static yt_error err;

static yt_tree *parse(const char *text) {
  yt_tree *t;
  int rc = yt_parse(&t, text, strlen(text), "f", &err);
  CHECKF(rc == YT_OK, "%s", err.text);
  return t;
}

static void refused(const char *text, size_t length, const char *place, const char *part) {
  yt_tree *t;
  CHECKF(yt_parse(&t, text, length, "f", &err) == YT_ESYNTAX, "accepted: %s", text);
  CHECK(t == NULL);
  CHECKF(!strncmp(err.text, place, strlen(place)), "'%s' does not start with '%s'", err.text, place);
  CHECKF(strstr(err.text, part), "'%s' lacks '%s'", err.text, part);
  CHECKF(!strchr(err.text, '\n'), "'%s' is not one line", err.text);
}

#define REFUSED(text, place, part) refused(text, sizeof(text) - 1, place, part)

static void builds_a_tree(void) {
  yt_tree *t = parse("a: 1\nlist: [x, \"y\"]\nmap:\n  k: v\n");
  const yt_node *r = yt_root(t);
  CHECK(r->kind == YT_MAPPING && r->count == 3);
  const yt_node *list = yt_get(r, "list");
  CHECK(list && list->kind == YT_SEQUENCE && list->count == 2);
  CHECK(list->first->plain && !list->first->next->plain);
  CHECK(list->line == 2 && list->column == 7 && list->key_column == 1);
  CHECK(list->first->next->line == 2 && list->first->next->column == 11);
  CHECK(!strcmp(yt_get(yt_get(r, "map"), "k")->text, "v"));
  CHECK(!yt_get(r, "absent") && !yt_get(list, "a"));
  CHECK(!strcmp(r->first->key, "a") && !strcmp(r->first->next->key, "list"));
  size_t length;
  CHECK(!strncmp(yt_source(t, &length), "a: 1", 4) && length == 32);
  yt_free(t);
}

static void columns_count_characters(void) {
  yt_tree *t = parse("{\"\xc3\xa4\xc3\xb6\": \"\xc3\xbc\", b: 2}");
  CHECK(yt_get(yt_root(t), "b")->column == 16);
  yt_free(t);
}

static void syntax(void) {
  REFUSED("a: [1, 2\nb: 3\n", "f:2:", "");
  REFUSED("a: \"x\n", "f:2:1: ", "quoted");
  REFUSED("a: b: c\n", "f:1:5: ", "mapping values");
  REFUSED("a:\n\t- x\n", "f:2:1: ", "");
  REFUSED("", "f:1:1: ", "empty");
  REFUSED("# only a comment\n", "f:2:1: ", "empty");
  REFUSED("a: 1\n---\nb: 2\n", "f:2:1: ", "second document");
  REFUSED("%YAML 1.1\n---\na: 1\n", "f:1:1: ", "directives");
}

static void encoding(void) {
  REFUSED("a: 1\nb: \xff\n", "f:2:4: ", "UTF-8");
  REFUSED("a: 1\nb: \xc3\n", "f:2:5: ", "UTF-8");
  REFUSED("a\0b: 1\n", "f:1:2: ", "control characters");
  REFUSED("a: \"x\\0y\"\n", "f:1:4: ", "NUL");
  REFUSED("\"x\\0y\": 1\n", "f:1:1: ", "NUL");
  REFUSED("\xef\xbb\xbf" "a: 1\n", "f:1:1: ", "byte order mark");
  REFUSED("\xff\xfe" "a\0:\0", "f:1:1: ", "UTF-8");
}

static void keys(void) {
  REFUSED("a: 1\nb: 2\na: 3\n", "f:3:1: ", "duplicate key 'a', first in line 1");
  REFUSED("m: {x: 1, x: 2}\n", "f:1:11: ", "duplicate key 'x'");
  REFUSED("? [1, 2]\n: 3\n", "f:1:3: ", "scalar");
  REFUSED("{a: 1}: 2\n", "f:1:1: ", "scalar");
  REFUSED("\"\": 2\n", "f:1:1: ", "empty");
  REFUSED("\"a\\nb\": 1\n\"a\\nb\": 2\n", "f:2:1: ", "a?b");
}

static void anchors_aliases_tags(void) {
  REFUSED("a: &x [1]\nb: *x\n", "f:1:4: ", "anchors");
  REFUSED("a: 1\nb: *x\n", "f:2:4: ", "aliases");
  REFUSED("&k a: 1\n", "f:1:1: ", "anchors");
  REFUSED("*k : 1\n", "f:1:1: ", "aliases");
  REFUSED("a: !!int 3\n", "f:1:4: ", "tags");
  REFUSED("a: !x {b: 1}\n", "f:1:4: ", "tags");
}

static void depth_is_limited(void) {
  char text[400] = "";
  for (int i = 0; i < YT_MAX_DEPTH; i++) strcat(text, "[");
  for (int i = 0; i < YT_MAX_DEPTH; i++) strcat(text, "]");
  yt_free(parse(text));
  memset(text, '[', YT_MAX_DEPTH + 1);
  text[YT_MAX_DEPTH + 1] = 0;
  for (int i = 0; i <= YT_MAX_DEPTH; i++) strcat(text, "]");
  refused(text, strlen(text), "f:1:33: ", "deep");
}

static void size_is_limited(void) {
  char *text = malloc(YT_MAX_BYTES + 1);
  memset(text, 'a', YT_MAX_BYTES + 1);
  refused(text, YT_MAX_BYTES + 1, "f:1:1: ", "1 MiB");
  free(text);
}

static void keys_of_a_mapping_are_limited(void) {
  size_t room = 16 * (YT_MAX_KEYS + 2), used = 0;
  char *text = malloc(room);
  for (int i = 0; i <= YT_MAX_KEYS; i++) used += (size_t)snprintf(text + used, room - used, "k%d: 0\n", i);
  refused(text, used, "f:4097:1: ", "more than 4096 keys");
  free(text);
}

static void files(void) {
  yt_tree *t;
  CHECK(yt_load(&t, "/nonexistent/x.yaml", &err) == YT_EIO);
  CHECK(!strcmp(err.text, "/nonexistent/x.yaml: No such file or directory"));
  CHECK(yt_load(&t, "/", &err) == YT_EIO && strstr(err.text, "folder"));
}

static int int_of(const char *text, int64_t low, int64_t high, int64_t *out) {
  yt_tree *t = parse(text);
  int rc = yt_int(out, yt_get(yt_root(t), "a"), low, high, &err);
  yt_free(t);
  return rc;
}

static void integers(void) {
  int64_t v;
  CHECK(!int_of("a: 9223372036854775807", INT64_MIN, INT64_MAX, &v) && v == INT64_MAX);
  CHECK(!int_of("a: -9223372036854775808", INT64_MIN, INT64_MAX, &v) && v == INT64_MIN);
  CHECK(!int_of("a: 0", 0, 5, &v) && v == 0);
  static const char *const bad[] = {"a: 9223372036854775808", "a: 010", "a: +1", "a: 1.0", "a: 1e3", "a: 0x10",
                                    "a: \"1\"", "a: x", "a:", "a: --1", "a: 1_000", "a: 99999999999999999999999", "a: [1]", NULL};
  for (int i = 0; bad[i]; i++)
    CHECKF(int_of(bad[i], INT64_MIN, INT64_MAX, &v) == YT_ESYNTAX && !strncmp(err.text, "f:1:", 4), "%s: %s", bad[i], err.text);
  CHECK(int_of("a: 6", 1, 5, &v) && !strcmp(err.text, "f:1:4: 6 is not in 1..5"));
}

static void booleans_and_texts(void) {
  yt_tree *t = parse("a: true\nb: \"true\"\nc:\nd: [x]\n");
  const yt_node *r = yt_root(t);
  bool b;
  const char *s;
  CHECK(!yt_bool(&b, yt_get(r, "a"), &err) && b);
  CHECK(yt_bool(&b, yt_get(r, "b"), &err));
  CHECK(!yt_text(&s, yt_get(r, "b"), &err) && !strcmp(s, "true"));
  CHECK(yt_text(&s, yt_get(r, "c"), &err) && !strncmp(err.text, "f:3:3: ", 7));
  CHECK(yt_text(&s, yt_get(r, "d"), &err) && strstr(err.text, "a sequence"));
  yt_free(t);
}

static void required_keys(void) {
  yt_tree *t = parse("a: 1\nm: {}\n");
  const yt_node *n;
  CHECK(!yt_require(&n, yt_root(t), "m", YT_MAPPING, &err) && n->count == 0);
  CHECK(yt_require(&n, yt_root(t), "z", YT_SCALAR, &err) && !strcmp(err.text, "f:1:1: the key 'z' is missing"));
  CHECK(yt_require(&n, yt_root(t), "a", YT_MAPPING, &err) &&
        !strcmp(err.text, "f:1:4: 'a' must be a mapping, not a scalar"));
  yt_free(t);
}

static void unknown_keys(void) {
  static const char *const allowed[] = {"problem", "parameters", "cost", NULL};
  yt_tree *t = parse("cost: 1\nparamters: 2\n");
  CHECK(yt_only_keys(yt_root(t), allowed, &err));
  CHECK(!strcmp(err.text, "f:2:1: unknown key 'paramters'; did you mean 'parameters'?"));
  yt_free(t);
  t = parse("elephant: 2\n");
  CHECK(yt_only_keys(yt_root(t), allowed, &err));
  CHECK(!strcmp(err.text, "f:1:1: unknown key 'elephant'; known here: problem, parameters, cost"));
  yt_free(t);
  CHECK(!yt_nearest("xyzzy", allowed) && !strcmp(yt_nearest("probelm", allowed), "problem"));
}

static const struct test_case cases[] = {
    {"builds a tree", builds_a_tree},
    {"columns count characters", columns_count_characters},
    {"syntax", syntax},
    {"encoding", encoding},
    {"keys", keys},
    {"anchors, aliases, tags", anchors_aliases_tags},
    {"depth is limited", depth_is_limited},
    {"size is limited", size_is_limited},
    {"keys of a mapping are limited", keys_of_a_mapping_are_limited},
    {"files", files},
    {"integers", integers},
    {"booleans and texts", booleans_and_texts},
    {"required keys", required_keys},
    {"unknown keys", unknown_keys},
    {NULL, NULL}};
TEST_MAIN(cases)
