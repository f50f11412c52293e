/* Reading parameters' values out of JSON, with their places. */
#include "data.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "constrint.h"

int data_open(struct data *d, const char *text, size_t len, const char *name) {
  *d = (struct data){.source = {name, text, len, 1, 0}};
  int rc = js_read(&d->json, &d->source);
  if (rc >= 0 && js_kind(&d->json, 0) != JS_OBJECT)
    return source_fail(&d->source, source_position(&d->source, js_begin(&d->json, 0)), "data is one object, {\"NAME\": value, ...}");
  return rc;
}

void data_close(struct data *d) { js_free(&d->json); }

/* The value of a parameter, or 0. */
static js_id value_of(const struct data *d, const token *name) {
  char key[1024];
  if (!d || name->len >= sizeof key) return 0;
  memcpy(key, name->place.at, name->len);
  key[name->len] = 0;
  return js_member(&d->json, 0, key);
}

bool data_has(const struct data *d, const token *name) { return value_of(d, name) != 0; }

/* An element on its way: "x[1][2]" in messages. */
struct element { struct data *data; const token *name; const box *shape; int64_t at[MAX_DIMENSIONS]; int n; };

static void element_text(const struct element *e, char *out, size_t size) {
  size_t n = (size_t)snprintf(out, size, "%.*s", (int)(e->name->len > 200 ? 200 : e->name->len), e->name->place.at);
  for (int d = 0; d < e->n && n < size; d++) n += (size_t)snprintf(out + n, size - n, "[%" PRId64 "]", e->at[d]);
}

static int refuse(const struct element *e, js_id v, const char *what) {
  char text[512];
  element_text(e, text, sizeof text);
  return source_fail(&e->data->source, js_place(&e->data->json, v), "%s: %s", text, what);
}

static int read_number(const struct element *e, js_id v, ints *out) {
  const js_doc *j = &e->data->json;
  char digits[64], *end;
  switch (js_kind(j, v)) {
    case JS_TRUE: return ints_add(out, 1);
    case JS_FALSE: return ints_add(out, 0);
    case JS_NUMBER: break;
    case JS_ARRAY: return refuse(e, v, "a number is needed here, not a list");
    default: return refuse(e, v, "a whole number is needed here");
  }
  size_t n = js_len(j, v);
  if (n < sizeof digits) {
    memcpy(digits, js_begin(j, v), n);
    digits[n] = 0;
    errno = 0;
    long long value = strtoll(digits, &end, 10);
    if (!errno && !*end) return ints_add(out, value);
  }
  return refuse(e, v, "a whole number of 64 bits is needed here");
}

static int read_dimension(struct element *e, js_id v, ints *out) {
  const box *s = e->shape;
  const js_doc *j = &e->data->json;
  char what[128];
  if (e->n == s->n) return read_number(e, v, out);
  size_t size = s->size[e->n];
  if (!js_is(j, v, JS_ARRAY)) {
    snprintf(what, sizeof what, "a list of %zu element%s is needed here", size, size == 1 ? "" : "s");
    return refuse(e, v, what);
  }
  if (js_size(j, v) != size) {
    snprintf(what, sizeof what, "%zu element%s needed (%" PRId64 "..%" PRId64 "), here are %zu", size, size == 1 ? " is" : "s are",
             s->lo[e->n], s->lo[e->n] + (int64_t)size - 1, (size_t)js_size(j, v));
    return refuse(e, v, what);
  }
  int rc = CI_OK;
  js_id item = js_first(v);
  int d = e->n++;
  for (size_t i = 0; i < size && rc >= 0; i++, item = js_next(j, item)) {
    e->at[d] = s->lo[d] + (int64_t)i;
    rc = read_dimension(e, item, out);
  }
  e->n = d;
  return rc;
}

int data_values(struct data *d, const token *name, const box *s, ints *out) {
  struct element e = {.data = d, .name = name, .shape = s};
  return read_dimension(&e, value_of(d, name), out);
}

int data_refuse(struct data *d, const token *name, const box *s, size_t i, const source *model, position declared) {
  struct element e = {.data = d, .name = name, .shape = s, .n = s->n};
  char what[1200];
  js_id v = value_of(d, name);
  size_t stride = shape_total(s);
  for (int k = 0; k < s->n; k++) {
    stride /= s->size[k];
    size_t skip = i / stride;
    i %= stride;
    e.at[k] = s->lo[k] + (int64_t)skip;
    v = js_first(v);
    while (skip--) v = js_next(&d->json, v);
  }
  snprintf(what, sizeof what, "%.*s is not in the range declared at %.1000s:%d:%d", (int)(js_len(&d->json, v) > 30 ? 30 : js_len(&d->json, v)),
           js_begin(&d->json, v), model->name ? model->name : "<text>", declared.line, declared.column);
  return refuse(&e, v, what);
}

int data_check(struct data *d, const char *(*unknown)(void *context, const char *name, size_t len), void *context) {
  js_doc *j = &d->json;
  js_id key = js_first(0);
  for (uint32_t i = 0; i < js_size(j, 0); i++, key = js_next(j, key + 1)) {
    size_t len;
    bool plain;
    const char *name = js_string(j, key, &len, &plain);
    if (!name) return CI_ENOMEM;
    const char *why = unknown(context, name, len);
    if (why) return source_fail(&d->source, js_place(j, key), "'%.*s' %s", (int)(len > 100 ? 100 : len), name, why);
  }
  return CI_OK;
}
