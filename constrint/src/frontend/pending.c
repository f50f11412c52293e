/* Finding the statements of a text, and lets by their names. */
#include "pending.h"
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "constrint.h"

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while reading"); }

static int add(statements *list, const statement *s) {
  if (list->n == list->room) {
    size_t room = list->room ? 2 * list->room : 64;
    statement *bigger = realloc(list->at, room * sizeof *bigger);
    if (!bigger) return out_of_memory();
    list->at = bigger;
    list->room = room;
  }
  list->at[list->n++] = *s;
  return CI_OK;
}

static int compare_names(const token *a, const token *b) {
  size_t n = a->len < b->len ? a->len : b->len;
  int order = memcmp(a->place.at, b->place.at, n);
  return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Equal names: the first in the text comes first. */
static int by_name(const void *a, const void *b) {
  const statement *x = *(statement *const *)a, *y = *(statement *const *)b;
  int order = compare_names(&x->name, &y->name);
  return order ? order : (x > y) - (x < y);
}

static int sort_lets(statements *list) {
  list->lets = malloc((list->n + 1) * sizeof *list->lets);
  if (!list->lets) return out_of_memory();
  for (size_t i = 0; i < list->n; i++)
    if (list->at[i].kind == STATEMENT_LET && list->at[i].name.kind == TOK_NAME) list->lets[list->nlets++] = &list->at[i];
  qsort(list->lets, list->nlets, sizeof *list->lets, by_name);
  return CI_OK;
}

/* One statement up to its semicolon; t is its first token. */
static int find_one(statements *list, lexer *l, token *t) {
  statement s = {.first = *t};
  if (token_is(t, "var")) s.kind = STATEMENT_VAR;
  else if (token_is(t, "let") || is_statement_word(l, t, "param")) s.kind = STATEMENT_LET;
  for (int rc, i = 0; t->kind != TOK_SEMICOLON && t->kind != TOK_END; i++) {
    if ((rc = lexer_next(l, t)) < 0) return rc;
    if (i == 0) s.name = *t;
  }
  return add(list, &s);
}

static int by_begin(const void *a, const void *b) {
  const loop *x = a, *y = b;
  return (x->begin > y->begin) - (x->begin < y->begin);
}

int statements_find(statements *list, const source *s) {
  lexer l;
  token t;
  lexer_init(&l, s);
  int rc = lexer_next(&l, &t);
  while (rc >= 0 && t.kind != TOK_END) {
    if (t.kind != TOK_SEMICOLON) rc = find_one(list, &l, &t);
    if (rc >= 0 && t.kind == TOK_SEMICOLON) rc = lexer_next(&l, &t);
  }
  if (rc >= 0) rc = sort_lets(list);
  if (rc >= 0) rc = outline_find(list, s);
  if (rc >= 0 && list->nloops) qsort(list->loops, list->nloops, sizeof *list->loops, by_begin);
  return rc;
}

void statements_free(statements *list) {
  free(list->at);
  free(list->lets);
  free(list->loops);
}

statement *statements_let(const statements *list, const token *name) {
  size_t lo = 0, hi = list->nlets; /* the first that is not smaller */
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (compare_names(&list->lets[mid]->name, name) < 0) lo = mid + 1;
    else hi = mid;
  }
  return lo < list->nlets && !compare_names(&list->lets[lo]->name, name) ? list->lets[lo] : NULL;
}

const loop *statements_loop(const statements *list, const char *begin) {
  loop key = {.begin = begin};
  return list && list->nloops ? bsearch(&key, list->loops, list->nloops, sizeof key, by_begin) : NULL;
}
