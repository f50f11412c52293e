/* A parameter's values: a Python list in a string, or a JSON list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "t1.h"

enum { MAX_VALUES = 1 << 22 };

void t1_values_free(struct t1_values *list) {
  free(list->at);
  *list = (struct t1_values){0};
}

int t1_add_value(struct t1_values *list, struct t1_value v) {
  if (list->n == list->room) {
    size_t room = list->room ? 4 * list->room : 16;
    struct t1_value *bigger = realloc(list->at, room * sizeof *bigger);
    if (!bigger) return ci_fail(CI_ENOMEM, "out of memory while reading values");
    list->at = bigger;
    list->room = room;
  }
  list->at[list->n++] = v;
  return CI_OK;
}

/* ---- Order and equality ---- */

/* Numbers by size before strings; 1, 1.0 and True are the same, as in Python. */
static int order(const struct t1_value *a, const struct t1_value *b) {
  bool text = a->kind == T1_STRING;
  if (text != (b->kind == T1_STRING)) return text ? 1 : -1;
  if (text) {
    int first = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
    return first ? first : (a->len > b->len) - (a->len < b->len);
  }
  __int128 x = (__int128)a->num * b->den, y = (__int128)b->num * a->den;
  return (x > y) - (x < y);
}

bool t1_same_value(const struct t1_value *a, const struct t1_value *b) { return order(a, b) == 0; }

struct seen { const struct t1_value *value; size_t place; };

static int by_value(const void *a, const void *b) {
  const struct seen *x = a, *y = b;
  int first = order(x->value, y->value);
  return first ? first : (x->place > y->place) - (x->place < y->place);
}

/* The common case, in which nothing can be there twice. */
static bool ascends(const struct t1_values *list) {
  for (size_t i = 0; i < list->n; i++)
    if (list->at[i].kind != T1_INT || (i && list->at[i].num <= list->at[i - 1].num)) return false;
  return true;
}

static void mark_doubles(const struct t1_values *list, struct seen *sorted, char *marks, size_t *n) {
  for (size_t i = 0; i < list->n; i++) sorted[i] = (struct seen){&list->at[i], i};
  qsort(sorted, list->n, sizeof *sorted, by_value);
  for (size_t i = 1; i < list->n; i++)
    if (t1_same_value(sorted[i].value, sorted[i - 1].value)) marks[sorted[i].place] = 1, ++*n;
}

char *t1_find_doubles(const struct t1_values *list, size_t *n) {
  char *marks = calloc(list->n + 1, 1);
  struct seen *sorted = NULL;
  *n = 0;
  if (marks && ascends(list)) return marks;
  if (marks) sorted = malloc((list->n + 1) * sizeof *sorted);
  if (sorted) mark_doubles(list, sorted, marks, n);
  else {
    free(marks);
    marks = NULL;
    ci_fail(CI_ENOMEM, "out of memory while reading values");
  }
  free(sorted);
  return marks;
}

/* ---- How a value is shown ---- */

/* num / den in decimals; false: they do not end. */
static bool decimals(int64_t num, int64_t den, char *room, size_t size) {
  unsigned __int128 whole = num < 0 ? -(unsigned __int128)num : (unsigned __int128)num;
  unsigned __int128 rest = whole % (uint64_t)den;
  int used = snprintf(room, size, "%s%llu.", num < 0 ? "-" : "", (unsigned long long)(whole / (uint64_t)den));
  for (int digits = 0; rest || !digits; digits++) {
    if (digits > 30 || (size_t)used + 2 > size) return false;
    rest *= 10;
    room[used++] = (char)('0' + (int)(rest / (uint64_t)den));
    rest %= (uint64_t)den;
  }
  room[used] = 0;
  return true;
}

void t1_value_text(const struct t1_value *v, char *room, size_t size) {
  if (v->text) snprintf(room, size, "%.*s", (int)(v->len < size ? v->len : size - 1), v->text);
  else if (v->kind == T1_BOOL) snprintf(room, size, "%s", v->num ? "True" : "False");
  else if (v->kind == T1_INT) snprintf(room, size, "%lld", (long long)v->num);
  else if (!decimals(v->num, v->den, room, size))
    snprintf(room, size, "%lld/%lld", (long long)v->num, (long long)v->den);
}

/* ---- A string ---- */

static const char *skip_blanks(const char *p, const char *end) {
  while (p < end && *p == ' ') p++;
  return p;
}

/* A decimal number of at most 18 digits; NULL: there is none. */
static const char *quick_number(const char *p, const char *end, struct t1_value *v) {
  const char *text = p;
  bool minus = p < end && *p == '-';
  const char *digits = p += minus;
  uint64_t n = 0;
  for (unsigned d; p < end && p - digits < 19 && (d = (unsigned)*p - '0') < 10; p++) n = 10 * n + d;
  if (p - digits > 18) return NULL;
  *v = (struct t1_value){T1_INT, (uint32_t)(p - text), text, minus ? -(int64_t)n : (int64_t)n, 1};
  return p == digits || (*digits == '0' && p - digits > 1) ? NULL : p;
}

static size_t count_commas(const char *p, const char *end) {
  size_t n = 0;
  for (; p < end; p++) n += *p == ',';
  return n;
}

/* Lists such as "[1, 2, 4]", which nearly all are.  What else may be there is
 * left to the parser, false; so is every message. */
static bool quick_list(const char *p, const char *end, struct t1_values *out) {
  size_t room = count_commas(p, end) + 1;
  if (p == end || *p != '[' || room > MAX_VALUES || !(out->at = malloc(room * sizeof *out->at))) return false;
  out->room = room;
  do {
    p = quick_number(skip_blanks(p + 1, end), end, &out->at[out->n++]);
    if (!p) return false;
    p = skip_blanks(p, end);
  } while (p < end && *p == ',');
  return p + 1 == end && *p == ']';
}

static int read_expression(struct t1_space *t, js_id string, struct t1_values *out) {
  struct t1_text text;
  struct py_tree tree = {0};
  out->n = 0;
  int rc = t1_open(t, string, &text);
  if (rc < 0) return rc;
  int32_t root = py_parse(&text.parser, &tree);
  rc = root < 0 ? root : t1_evaluate(&text.parser, &tree, root, out);
  py_free(&tree);
  return rc;
}

static int read_text(struct t1_space *t, js_id string, struct t1_values *out) {
  const char *text = js_begin(t->json, string) + 1;
  if (quick_list(text, text + js_len(t->json, string) - 2, out)) return CI_OK;
  return read_expression(t, string, out);
}

/* ---- A JSON list ---- */

static int read_number(struct t1_space *t, js_id item, struct t1_value *v) {
  const char *text = js_begin(t->json, item);
  size_t len = js_len(t->json, item), minus = *text == '-';
  bool whole = !memchr(text, '.', len) && !memchr(text, 'e', len) && !memchr(text, 'E', len);
  *v = (struct t1_value){.kind = whole ? T1_INT : T1_FLOAT, .text = text, .len = (uint32_t)len};
  if (!py_fraction(text + minus, len - minus, &v->num, &v->den)) return t1_fail(t, item, "the number does not fit 64 bits");
  if (minus) v->num = -v->num;
  return CI_OK;
}

int t1_read_value(struct t1_space *t, js_id item, struct t1_value *v) {
  bool plain;
  size_t len;
  *v = (struct t1_value){.kind = T1_BOOL, .num = 1, .den = 1};
  switch (js_kind(t->json, item)) {
    case JS_NUMBER: return read_number(t, item, v);
    case JS_STRING:
      v->kind = T1_STRING;
      v->text = js_string(t->json, item, &len, &plain);
      v->len = (uint32_t)len;
      return v->text ? CI_OK : CI_ENOMEM;
    case JS_FALSE: v->num = 0; return CI_OK;
    case JS_TRUE: return CI_OK;
    default: return t1_fail(t, item, "a value is a number, a string or a truth value");
  }
}

int t1_read_values(struct t1_space *t, js_id list, struct t1_values *out) {
  if (js_is(t->json, list, JS_STRING)) return read_text(t, list, out);
  if (!js_is(t->json, list, JS_ARRAY)) return t1_fail(t, list, "the values are a list, or a string with a Python list");
  js_id item = js_first(list);
  for (uint32_t i = 0; i < js_size(t->json, list); i++, item = js_next(t->json, item)) {
    struct t1_value v;
    int rc = t1_read_value(t, item, &v);
    if (rc >= 0) rc = t1_add_value(out, v);
    if (rc < 0) return rc;
  }
  return CI_OK;
}
