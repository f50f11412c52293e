/* Declarations of the native language: variables, named expressions, parameters, and arrays of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../builder.h"
#include "../error.h"
#include "data.h"
#include "list.h"
#include "native.h"

enum { MAX_LISTED = 1 << 22 };

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while reading"); }

/* ---- shapes ---- */

/* lo..hi, or `NAME in lo..hi` */
static int parse_dimension(parser *p, box *s, struct binder *names) {
  token ahead;
  int rc = parser_peek(p, &ahead), d = s->n;
  if (rc >= 0 && token_is(&ahead, "in")) {
    rc = free_name(p, &names->name[d], "an index");
    if (rc >= 0) rc = parser_advance(p);
    names->named[d] = names->any = true;
  }
  position at = p->token.place;
  members range = {0};
  int64_t hi = 0;
  if (rc >= 0 && p->token.kind == TOK_SET) rc = source_fail(p->source, at, "an index range is lo..hi");
  if (rc >= 0) rc = parse_set(p, &range);
  bool one = rc >= 0 && range.n == 1 && range.at->hi >= 0 && range.at->step == 1;
  if (rc >= 0 && !one) rc = source_fail(p->source, at, "an index range is lo..hi");
  if (rc >= 0) rc = constant_value(p, range.at->lo, at, "an index range's lower bound", &s->lo[d]);
  if (rc >= 0) rc = constant_value(p, range.at->hi, at, "an index range's upper bound", &hi);
  members_free(&range);
  if (rc < 0) return rc;
  uint64_t size = hi < s->lo[d] ? 0 : (uint64_t)hi - (uint64_t)s->lo[d] + 1;
  if (size > MAX_LISTED || (s->n++, s->size[d] = size, shape_total(s)) > MAX_LISTED)
    return source_fail(p->source, at, "an array has at most %d elements", MAX_LISTED);
  return CI_OK;
}

static int check_binders(const parser *p, const box *s, const struct binder *names) {
  for (int d = 0; d < s->n; d++)
    for (int e = 0; e < d; e++) {
      const token *a = &names->name[d], *b = &names->name[e];
      if (names->named[d] && names->named[e] && a->len == b->len && !memcmp(a->place.at, b->place.at, a->len))
        return name_taken(p, a);
    }
  return CI_OK;
}

int parse_shape(parser *p, box *s, struct binder *names) {
  int rc = CI_OK;
  while (rc >= 0 && p->token.kind == TOK_LIST) {
    bool more = true;
    rc = parser_advance(p);
    while (rc >= 0 && more) {
      if (s->n == MAX_DIMENSIONS) return source_fail(p->source, p->token.place, "an array has at most %d dimensions", MAX_DIMENSIONS);
      rc = parse_dimension(p, s, names);
      if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
    }
    if (rc >= 0) rc = parser_expect(p, TOK_UNLIST, "or ',' behind the index range");
  }
  return rc < 0 ? rc : check_binders(p, s, names);
}

/* A new array; the items are taken over. */
static int add_array(parser *p, const token *name, const box *s, ci_expr *items) {
  char *copy = copy_name(name);
  int rc = copy ? arrays_add(p->scope.builder, copy, s, items) : CI_ENOMEM;
  if (rc >= 0) return rc;
  free(copy);
  free(items);
  return rc;
}

static ci_expr *new_items(const box *s) {
  ci_expr *items = malloc((shape_total(s) + 1) * sizeof *items);
  if (!items) out_of_memory();
  return items;
}

/* "x[1][2]" */
static void element_name(char *out, size_t size, const token *name, const box *s, const int64_t *at) {
  size_t n = (size_t)snprintf(out, size, "%.*s", (int)name->len, name->place.at);
  for (int d = 0; d < s->n && n < size; d++) n += (size_t)snprintf(out + n, size - n, "[%" PRId64 "]", at[d]);
}

/* ---- var ---- */

int list_values(const parser *p, const members *set, ints *out, bool may_be_empty) {
  for (size_t i = 0; i < set->n; i++) {
    const member *m = &set->at[i];
    int64_t lo, hi;
    int rc = constant_value(p, m->lo, m->at, "a set's value", &lo);
    if (rc >= 0 && m->hi >= 0) rc = constant_value(p, m->hi, m->at, "a set's value", &hi);
    else hi = lo;
    if (rc < 0) return rc;
    if (lo > hi && may_be_empty) continue;
    if (lo > hi) return source_fail(p->source, m->at, "the range %lld..%lld is empty", (long long)lo, (long long)hi);
    for (uint64_t left = (uint64_t)hi - (uint64_t)lo;; left -= (uint64_t)m->step, lo += m->step) {
      if (out->n >= MAX_LISTED) return source_fail(p->source, m->at, "more than %d listed values; use lo..hi step k", MAX_LISTED);
      if ((rc = ints_add(out, lo)) < 0) return rc;
      if (left < (uint64_t)m->step) break;
    }
  }
  return CI_OK;
}

static ci_expr declare_listed(const parser *p, const char *name, const members *set) {
  ints values = {0};
  int rc = list_values(p, set, &values, false);
  ci_expr e = rc < 0 ? rc : ci_var_values(p->scope.builder, name, values.at, values.n);
  ints_free(&values);
  return e;
}

static ci_expr declare_range(const parser *p, const char *name, const member *m) {
  int64_t lo, hi;
  int rc = constant_value(p, m->lo, m->at, "a domain's lower bound", &lo);
  if (rc >= 0) rc = constant_value(p, m->hi, m->at, "a domain's upper bound", &hi);
  return rc < 0 ? rc : ci_var_range(p->scope.builder, name, lo, hi, m->step);
}

/* Reads the domain that stands here and declares a variable of it. */
static ci_expr declare(parser *p, const char *name) {
  members set = {0};
  position at = p->token.place;
  bool listed = p->token.kind == TOK_SET;
  int rc = parse_set(p, &set);
  if (rc >= 0 && !set.n) rc = source_fail(p->source, at, "the domain is empty");
  if (rc >= 0 && set.at->hi < 0) listed = true;
  ci_expr e = rc < 0 ? rc : listed ? declare_listed(p, name, &set) : declare_range(p, name, set.at);
  if (e < 0 && rc >= 0) e = parser_blame(p, set.at->at, e);
  members_free(&set);
  return e;
}

/* An array of variables in the making. */
struct variables { token name; box shape; ci_expr *items; size_t n; };

static int declare_element(parser *p, void *data, const int64_t *at) {
  struct variables *v = data;
  char name[1400];
  element_name(name, sizeof name, &v->name, &v->shape, at);
  ci_expr e = declare(p, name);
  if (e < 0) return e;
  v->items[v->n++] = e;
  return CI_OK;
}

static int declare_array(parser *p, struct variables *v, const struct binder *names) {
  if (!(v->items = new_items(&v->shape))) return CI_ENOMEM;
  int rc = run_indices(p, &v->shape, names, declare_element, v);
  if (rc >= 0) return add_array(p, &v->name, &v->shape, v->items);
  free(v->items);
  return rc;
}

/* One name, and the domain that stands further on. */
static int declare_one(parser *p, const bookmark *domain, token *ahead) {
  struct variables v = {.n = 0};
  struct binder names = {.any = false};
  int rc = free_name(p, &v.name, "a name behind 'var'");
  bool is_array = p->token.kind == TOK_LIST;
  if (rc >= 0 && is_array) rc = parse_shape(p, &v.shape, &names);
  if (rc < 0) return rc;
  bookmark here = parser_mark(p);
  parser_return(p, domain);
  if (is_array) rc = declare_array(p, &v, &names);
  else {
    char *copy = copy_name(&v.name);
    rc = copy ? declare(p, copy) : CI_ENOMEM;
    free(copy);
  }
  if (rc < 0) return rc;
  *ahead = here.token;
  if (here.token.kind == TOK_COMMA) parser_return(p, &here);
  return CI_OK;
}

/* Steps over names and index ranges, to the word `in` in front of the domain. */
static int skip_names(parser *p) {
  for (int depth = 0;;) {
    if (p->token.kind == TOK_LIST) depth++;
    if (p->token.kind == TOK_UNLIST) depth--;
    bool name = p->token.kind == TOK_NAME && !token_is(&p->token, "in");
    if (depth <= 0 && !name && p->token.kind != TOK_COMMA && p->token.kind != TOK_UNLIST) break;
    if (p->token.kind == TOK_SEMICOLON || p->token.kind == TOK_END) break;
    int rc = parser_advance(p);
    if (rc < 0) return rc;
  }
  if (!token_is(&p->token, "in")) return parser_unexpected(p, "'in' and a domain");
  return parser_advance(p);
}

static int skip_statement(parser *p) {
  int rc = CI_OK;
  while (rc >= 0 && p->token.kind != TOK_SEMICOLON && p->token.kind != TOK_END) rc = parser_advance(p);
  return rc;
}

/* var NAME, NAME[1..n, i in 1..m] in set; */
int parse_var(parser *p) {
  bookmark names = parser_mark(p), domain;
  token first, ahead = {.kind = TOK_COMMA};
  int rc = new_name(p, &first, "a name behind 'var'");
  if (rc >= 0) rc = skip_names(p);
  if (rc < 0) return rc;
  domain = parser_mark(p);
  parser_return(p, &names);
  while (rc >= 0 && ahead.kind == TOK_COMMA) {
    rc = declare_one(p, &domain, &ahead);
    if (rc >= 0 && ahead.kind == TOK_COMMA) rc = parser_advance(p);
  }
  if (rc >= 0 && !token_is(&ahead, "in")) {
    p->token = ahead;
    return parser_unexpected(p, "'in' and a domain");
  }
  bool nothing_read = p->token.place.at == domain.token.place.at; /* an array without elements */
  return rc >= 0 && nothing_read ? skip_statement(p) : rc;
}

/* ---- let ---- */

/* An array of named expressions in the making. */
struct definition { exprs items; };

static int define_element(parser *p, void *data, const int64_t *at) {
  struct definition *d = data;
  (void)at;
  return exprs_add(&d->items, expression(p));
}

/* Do the sizes fit, or is it one row of as many elements? */
static int check_shape(const parser *p, position at, const box *declared, const item_list *l) {
  size_t total = shape_total(declared);
  if (l->items.n != total)
    return source_fail(p->source, at, "the array has %zu element%s, and here are %zu", total, total == 1 ? "" : "s", l->items.n);
  if (l->ragged) return source_fail(p->source, at, "the rows of the list differ in length");
  if (l->shape.n <= 1) return CI_OK;
  bool fits = l->shape.n == declared->n;
  for (int d = 0; fits && d < declared->n; d++) fits = l->shape.size[d] == declared->size[d];
  return fits ? CI_OK : source_fail(p->source, at, "the rows of the list have other lengths than the array's");
}

/* NAME[ranges] = LIST, of which the list is current; without ranges the list's own. */
static int define_list(parser *p, const token *name, const box *declared) {
  item_list l = {0};
  position at = p->token.place;
  int rc = parse_list(p, &l, "an array");
  if (rc >= 0 && declared) rc = check_shape(p, at, declared, &l);
  else if (rc >= 0 && l.ragged) rc = source_fail(p->source, at, "the rows of the list differ in length");
  if (rc >= 0 && !l.items.at) rc = exprs_add(&l.items, 0), l.items.n = 0;
  if (rc < 0) {
    list_free(&l);
    return rc;
  }
  return add_array(p, name, declared ? declared : &l.shape, l.items.at);
}

static int define_array(parser *p, const token *name) {
  box s = {0};
  struct binder names = {.any = false};
  struct definition d = {{0}};
  int rc = parse_shape(p, &s, &names);
  if (rc >= 0) rc = parser_expect(p, TOK_ASSIGN, "behind the array's name");
  if (rc < 0) return rc;
  if (!names.any) return define_list(p, name, &s);
  rc = run_indices(p, &s, &names, define_element, &d);
  if (rc >= 0 && !shape_total(&s)) rc = skip_statement(p);
  if (rc >= 0 && !d.items.at) rc = exprs_add(&d.items, 0);
  if (rc >= 0) return add_array(p, name, &s, d.items.at);
  exprs_free(&d.items);
  return rc;
}

/* A name for one expression, or for what turns out to be an array. */
static int define(parser *p, const token *name) {
  item_list l = {0};
  if (p->token.kind == TOK_LIST) return define_list(p, name, NULL);
  p->list_at = p->token.place.at;
  p->list = &l;
  ci_expr e = expression(p);
  if (e == EXPR_LIST) return add_array(p, name, &l.shape, l.items.at);
  list_free(&l);
  if (e < 0 || scope_let(&p->scope, name->place.at, name->len)) return e < 0 ? e : CI_OK;
  if (scope_find(&p->scope, name->place.at, name->len) != SCOPE_ABSENT) return name_taken(p, name);
  char *copy = copy_name(name);
  int rc = copy ? ci_name(p->scope.builder, e, copy) : CI_ENOMEM;
  free(copy);
  return rc < 0 ? parser_blame(p, name->place, rc) : rc;
}

/* let NAME = expression;  A figure the caller gave replaces the file's own. */
int parse_let(parser *p) {
  token name;
  int rc = new_name(p, &name, "a name behind 'let'");
  if (rc < 0) return rc;
  if (arrays_find(p->scope.builder, name.place.at, name.len)) return name_taken(p, &name);
  if (p->token.kind == TOK_LIST) {
    if (scope_find(&p->scope, name.place.at, name.len) != SCOPE_ABSENT) return name_taken(p, &name);
    return define_array(p, &name);
  }
  rc = parser_expect(p, TOK_ASSIGN, "behind the name");
  return rc < 0 ? rc : define(p, &name);
}

/* ---- param ---- */

/* A parameter: its declaration, as far as it is read. */
struct parameter { token name; box shape; bool is_array; members domain; position domain_at; };

static bool in_domain(const parser *p, const members *set, int64_t value) {
  for (size_t i = 0; i < set->n; i++) {
    const member *m = &set->at[i];
    int64_t lo, hi;
    if (constant_value(p, m->lo, m->at, "", &lo) < 0) return false;
    hi = lo;
    if (m->hi >= 0 && constant_value(p, m->hi, m->at, "", &hi) < 0) return false;
    if (value >= lo && value <= hi && ((uint64_t)value - (uint64_t)lo) % (uint64_t)m->step == 0) return true;
  }
  return false;
}

static int check_domain(const parser *p, const members *set) {
  int64_t value;
  for (size_t i = 0; i < set->n; i++) {
    int rc = constant_value(p, set->at[i].lo, set->at[i].at, "a parameter's range", &value);
    if (rc >= 0 && set->at[i].hi >= 0) rc = constant_value(p, set->at[i].hi, set->at[i].at, "a parameter's range", &value);
    if (rc < 0) return rc;
  }
  return CI_OK;
}

/* The values of the data, in order; each must be in the domain. */
static int take_data(parser *p, struct parameter *m, ints *values) {
  int rc = data_values(p->scope.data, &m->name, &m->shape, values);
  for (size_t i = 0; i < values->n && rc >= 0; i++)
    if (!in_domain(p, &m->domain, values->at[i]))
      rc = data_refuse(p->scope.data, &m->name, &m->shape, i, p->source, m->domain_at);
  return rc;
}

/* `= VALUE` in the model, for want of data. */
static int take_default(parser *p, struct parameter *m, ints *values) {
  item_list l = {0};
  position at = p->token.place;
  ci_expr e = CI_OK;
  int rc = m->is_array ? parse_list(p, &l, "an array of parameters") : (e = expression(p));
  if (rc >= 0 && m->is_array) rc = check_shape(p, at, &m->shape, &l);
  if (rc >= 0 && !m->is_array) rc = exprs_add(&l.items, e);
  for (size_t i = 0; i < l.items.n && rc >= 0; i++) {
    int64_t value = 0;
    rc = constant_value(p, l.items.at[i], at, "a parameter", &value);
    if (rc >= 0 && !in_domain(p, &m->domain, value))
      rc = source_fail(p->source, at, "%" PRId64 " is not in the parameter's range", value);
    if (rc >= 0) rc = ints_add(values, value);
  }
  list_free(&l);
  return rc;
}

static int take_let(parser *p, const struct parameter *m, int64_t value, ints *values) {
  if (m->is_array) return source_fail(p->source, m->name.place, "'%.*s' is an array: --data FILE.json gives it its values, not --let",
                                      (int)m->name.len, m->name.place.at);
  if (!in_domain(p, &m->domain, value))
    return source_fail(p->source, m->name.place, "%" PRId64 " was given for '%.*s', which is not in its range", value,
                       (int)m->name.len, m->name.place.at);
  return ints_add(values, value);
}

static int take_values(parser *p, struct parameter *m, ints *values) {
  const ci_let *let = scope_let(&p->scope, m->name.place.at, m->name.len);
  bool in_data = data_has(p->scope.data, &m->name), has_default;
  int rc = parser_accept(p, TOK_ASSIGN, &has_default);
  if (rc >= 0 && (let || in_data) && has_default) {
    ints unused = {0};
    rc = take_default(p, m, &unused);
    ints_free(&unused);
  }
  if (rc < 0) return rc;
  if (let) return take_let(p, m, let->value, values);
  if (in_data) return take_data(p, m, values);
  if (has_default) return take_default(p, m, values);
  return source_fail(p->source, m->name.place, "the parameter '%.*s' has no value: %s", (int)m->name.len, m->name.place.at,
                     p->scope.data ? "the data does not name it" : m->is_array ? "--data FILE.json gives it" : "--data FILE.json or --let gives it");
}

static int keep_values(parser *p, const struct parameter *m, const ints *values) {
  ci_builder *b = p->scope.builder;
  if (!m->is_array) {
    if (scope_let(&p->scope, m->name.place.at, m->name.len)) return CI_OK;
    char *copy = copy_name(&m->name);
    int rc = copy ? ci_name(b, ci_int(b, values->at[0]), copy) : CI_ENOMEM;
    free(copy);
    return rc;
  }
  ci_expr *items = new_items(&m->shape);
  if (!items) return CI_ENOMEM;
  for (size_t i = 0; i < values->n; i++) items[i] = ci_int(b, values->at[i]);
  return add_array(p, &m->name, &m->shape, items);
}

static int parse_parameter(parser *p, struct parameter *m) {
  struct binder names = {.any = false};
  int rc = new_name(p, &m->name, "a name behind 'param'");
  if (rc >= 0 && arrays_find(p->scope.builder, m->name.place.at, m->name.len)) return name_taken(p, &m->name);
  if (rc >= 0 && builder_find(p->scope.builder, m->name.place.at, m->name.len) >= 0) return name_taken(p, &m->name);
  m->is_array = p->token.kind == TOK_LIST;
  if (rc >= 0 && m->is_array) rc = parse_shape(p, &m->shape, &names);
  if (rc >= 0 && names.any) return source_fail(p->source, m->name.place, "the index ranges of a parameter have no names");
  if (rc < 0) return rc;
  if (!token_is(&p->token, "in")) return parser_unexpected(p, "'in' and the parameter's range");
  if ((rc = parser_advance(p)) < 0) return rc;
  m->domain_at = p->token.place;
  rc = parse_set(p, &m->domain);
  return rc < 0 ? rc : check_domain(p, &m->domain);
}

/* param NAME[ranges] in set = default; */
int parse_param(parser *p) {
  struct parameter m = {.is_array = false};
  ints values = {0};
  int rc = parse_parameter(p, &m);
  if (rc >= 0) rc = take_values(p, &m, &values);
  if (rc >= 0) rc = keep_values(p, &m, &values);
  members_free(&m.domain);
  ints_free(&values);
  return rc;
}
