/* Sets: {1, 2, 4..8, 16..64 step 16} and lo..hi step k. */
#include <stdlib.h>
#include "../builder.h"
#include "../error.h"
#include "list.h"

int constant_value(const parser *p, ci_expr e, position at, const char *what, int64_t *value) {
  if (builder_constant(p->scope.builder, e, value)) return CI_OK;
  return source_fail(p->source, at, "%s must be a constant of 64 bits: numbers, 'let' names and figures only", what);
}

static int members_add(members *list, const member *m) {
  if (list->n == list->room) {
    size_t room = list->room ? 2 * list->room : 8;
    member *bigger = realloc(list->at, room * sizeof *bigger);
    if (!bigger) return ci_fail(CI_ENOMEM, "out of memory while reading");
    list->at = bigger;
    list->room = room;
  }
  list->at[list->n++] = *m;
  return CI_OK;
}

void members_free(members *list) { free(list->at); }

static int parse_step(parser *p, member *m) {
  m->step = 1;
  if (!token_is(&p->token, "step")) return CI_OK;
  int rc = parser_advance(p);
  if (rc < 0) return rc;
  position at = p->token.place;
  ci_expr e = expression_at(p, BIND_SUM);
  if (e < 0) return e;
  rc = constant_value(p, e, at, "a step", &m->step);
  if (rc >= 0 && m->step < 1) return source_fail(p->source, at, "a step is at least 1");
  return rc;
}

/* The elements of an array, each a value. */
static int add_elements(const item_list *l, position at, members *out) {
  int rc = CI_OK;
  for (size_t i = 0; i < l->items.n && rc >= 0; i++) {
    member m = {.at = at, .lo = l->items.at[i], .hi = -1, .step = 1};
    rc = members_add(out, &m);
  }
  return rc;
}

/* What stands behind a value: `..hi step k`, perhaps. */
static int parse_rest(parser *p, member *m, bool must_range) {
  bool range;
  int rc = must_range ? parser_expect(p, TOK_DOTS, "and the upper bound") : parser_accept(p, TOK_DOTS, &range);
  if (rc < 0 || !(must_range || range)) return rc;
  m->hi = expression_at(p, BIND_SUM);
  return m->hi < 0 ? m->hi : parse_step(p, m);
}

/* A value, an array, or lo..hi with an optional step; must_range: a value alone will not do. */
static int parse_member(parser *p, members *out, bool must_range) {
  member m = {.at = p->token.place, .hi = -1, .step = 1};
  item_list elements = {0};
  p->list_at = m.at.at;
  p->list = &elements;
  m.lo = expression_at(p, BIND_SUM);
  int rc = m.lo == EXPR_LIST ? add_elements(&elements, m.at, out) : m.lo;
  if (m.lo >= 0) rc = parse_rest(p, &m, must_range);
  if (m.lo >= 0 && rc >= 0) rc = members_add(out, &m);
  list_free(&elements);
  return rc;
}

int parse_set(parser *p, members *out) {
  bool braces, more = true;
  int rc = parser_accept(p, TOK_SET, &braces);
  if (rc < 0 || !braces) return rc < 0 ? rc : parse_member(p, out, true);
  if (p->token.kind == TOK_UNSET) return source_fail(p->source, p->token.place, "the set is empty");
  while (rc >= 0 && more) {
    rc = parse_member(p, out, false);
    if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
    if (rc >= 0 && p->token.kind == TOK_UNSET) more = false;
  }
  return rc < 0 ? rc : parser_expect(p, TOK_UNSET, "or ',' in the set");
}
