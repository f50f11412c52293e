/* FlatZinc's values: constants, names and their items, lists, sets, annotations. */
#include <stdlib.h>
#include <string.h>
#include "flatzinc.h"

enum { DEEPEST = 100 };

bool fz_named(const struct fz_value *v, const char *name) {
  return (v->kind == FZ_NAME || v->kind == FZ_CALL) && v->len == strlen(name) && !memcmp(v->at, name, v->len);
}

bool fz_set_has(const struct fz_set *s, int64_t v) {
  if (!s->values) return s->lo <= v && v <= s->hi;
  for (size_t i = 0; i < s->n; i++)
    if (s->values[i] == v) return true;
  return false;
}

ci_expr fz_expr(const struct fz *z, const struct fz_value *v) { return fz_constant(v) ? ci_int(z->b, v->number) : v->e; }

static struct fz_value constant(enum fz_kind kind, const struct fz_token *t, int64_t number) {
  return (struct fz_value){.kind = kind, .at = t->at, .len = t->len, .e = -1, .number = number};
}

/* ---- lists ---- */

static int push(struct fz *z, const struct fz_value *v) {
  if (!budget_grow(&z->budget, &z->stack, &z->stack_capacity, z->nstack + 1, sizeof *v)) return fz_no_memory();
  z->stack[z->nstack++] = *v;
  return CI_OK;
}

/* The items above `base` leave the stack. */
static int pop_items(struct fz *z, arena *a, size_t base, struct fz_value *out) {
  out->n = z->nstack - base;
  out->items = arena_alloc(a, (out->n + 1) * sizeof *out->items);
  if (!out->items) return fz_no_memory();
  if (out->n) memcpy(out->items, z->stack + base, out->n * sizeof *out->items);
  z->nstack = base;
  return CI_OK;
}

int fz_read_arguments(struct fz *z, arena *a, char end, struct fz_value *out) {
  size_t base = z->nstack;
  int rc = ++z->depth > DEEPEST ? fz_fail(z, z->token.at, "more than %d lists within each other", DEEPEST) : CI_OK;
  while (rc >= 0 && !fz_is(z, end)) {
    struct fz_value item;
    rc = fz_read_value(z, a, &item);
    if (rc >= 0) rc = push(z, &item);
    if (rc < 0 || !fz_is(z, ',')) break;
    rc = fz_advance(z);
  }
  z->depth--;
  if (rc >= 0) rc = fz_take(z, end, "or ',' in the list");
  return rc < 0 ? rc : pop_items(z, a, base, out);
}

/* ---- sets ---- */

static int read_bound(struct fz *z, int64_t *out) {
  if (z->token.kind == FZT_FLOAT)
    return fz_fail(z, z->token.at, "a float: ConstrINT has integers and truth values only");
  if (z->token.kind != FZT_INT) return fz_unexpected(z, "a whole number");
  *out = z->token.number;
  return fz_advance(z);
}

static int read_listed(struct fz *z, arena *a, struct fz_set *set) {
  struct fz_value list;
  int rc = fz_advance(z);
  const char *at = z->token.at;
  if (rc >= 0) rc = fz_read_arguments(z, a, '}', &list);
  if (rc < 0) return rc;
  int64_t *values = arena_alloc(a, (list.n + 1) * sizeof *values);
  if (!values) return fz_no_memory();
  for (size_t i = 0; i < list.n; i++) {
    if (list.items[i].kind == FZ_FLOAT)
      return fz_fail(z, list.items[i].at, "a float: ConstrINT has integers and truth values only");
    if (list.items[i].kind != FZ_INT || !fz_constant(&list.items[i]))
      return fz_fail(z, list.items[i].at, "the members of a set are whole numbers");
    values[i] = list.items[i].number;
  }
  (void)at;
  *set = (struct fz_set){.values = values, .n = list.n};
  return CI_OK;
}

int fz_read_set(struct fz *z, arena *a, struct fz_value *out) {
  struct fz_set *set = arena_alloc(a, sizeof *set);
  if (!set) return fz_no_memory();
  *out = (struct fz_value){.kind = FZ_SET, .at = z->token.at, .e = -1, .set = set};
  if (fz_is(z, '{')) return read_listed(z, a, set);
  int rc = read_bound(z, &set->lo);
  if (rc < 0) return rc;
  if (z->token.kind != FZT_DOTS) return fz_unexpected(z, "'..'");
  rc = fz_advance(z);
  return rc < 0 ? rc : read_bound(z, &set->hi);
}

/* ---- values ---- */

static int read_range_behind(struct fz *z, arena *a, struct fz_value *out) {
  struct fz_set *set = arena_alloc(a, sizeof *set);
  if (!set) return fz_no_memory();
  set->lo = out->number;
  *out = (struct fz_value){.kind = FZ_SET, .at = out->at, .e = -1, .set = set};
  int rc = fz_advance(z);
  return rc < 0 ? rc : read_bound(z, &set->hi);
}

static int read_item(struct fz *z, struct fz_value *out) {
  const struct fz_value list = *out;
  if (list.kind != FZ_ARRAY) return fz_fail(z, list.at, "'%.*s' is no array", (int)(list.len > 60 ? 60 : list.len), list.at);
  int rc = fz_advance(z);
  const char *at = z->token.at;
  int64_t i = 0;
  if (rc >= 0) rc = read_bound(z, &i);
  if (rc >= 0 && (i < 1 || (uint64_t)i > list.n)) rc = fz_fail(z, at, "the array has items 1..%zu", list.n);
  if (rc < 0) return rc;
  *out = list.items[i - 1];
  out->at = list.at;
  return fz_take(z, ']', "behind the index");
}

static int read_name(struct fz *z, arena *a, struct fz_value *out) {
  struct fz_token t = z->token;
  bool yes = fz_word(z, "true"), no = fz_word(z, "false");
  *out = constant(yes || no ? FZ_BOOL : FZ_NAME, &t, yes);
  int rc = fz_advance(z);
  if (rc < 0 || yes || no) return rc;
  if (fz_is(z, '(')) {
    out->kind = FZ_CALL;
    rc = fz_advance(z);
    return rc < 0 ? rc : fz_read_arguments(z, a, ')', out);
  }
  const struct fz_value *known = fz_find(z, t.at, t.len);
  if (!known) return CI_OK;
  *out = *known;
  out->at = t.at;
  out->len = t.len;
  return fz_is(z, '[') ? read_item(z, out) : CI_OK;
}

static int read_number(struct fz *z, arena *a, struct fz_value *out) {
  *out = constant(FZ_INT, &z->token, z->token.number);
  int rc = fz_advance(z);
  return rc < 0 || z->token.kind != FZT_DOTS ? rc : read_range_behind(z, a, out);
}

/* A float, or a range of them. */
static int read_float(struct fz *z, struct fz_value *out) {
  *out = constant(FZ_FLOAT, &z->token, 0);
  int rc = fz_advance(z);
  if (rc < 0 || z->token.kind != FZT_DOTS) return rc;
  rc = fz_advance(z);
  if (rc < 0) return rc;
  if (z->token.kind != FZT_FLOAT && z->token.kind != FZT_INT) return fz_unexpected(z, "a number");
  return fz_advance(z);
}

int fz_read_value(struct fz *z, arena *a, struct fz_value *out) {
  int rc;
  switch (z->token.kind) {
    case FZT_NAME: return read_name(z, a, out);
    case FZT_INT: return read_number(z, a, out);
    case FZT_FLOAT: return read_float(z, out);
    case FZT_STRING: *out = constant(FZ_STRING, &z->token, 0); return fz_advance(z);
    default: break;
  }
  if (fz_is(z, '{')) return fz_read_set(z, a, out);
  if (!fz_is(z, '[')) return fz_unexpected(z, "a value");
  *out = constant(FZ_ARRAY, &z->token, 0);
  rc = fz_advance(z);
  return rc < 0 ? rc : fz_read_arguments(z, a, ']', out);
}

int fz_read_annotations(struct fz *z, arena *a, struct fz_value *out) {
  size_t base = z->nstack;
  int rc = CI_OK;
  *out = constant(FZ_ARRAY, &z->token, 0);
  while (rc >= 0 && z->token.kind == FZT_TWO_COLONS) {
    struct fz_value one;
    rc = fz_advance(z);
    if (rc >= 0) rc = fz_read_value(z, a, &one);
    if (rc >= 0) rc = push(z, &one);
  }
  return rc < 0 ? rc : pop_items(z, a, base, out);
}
