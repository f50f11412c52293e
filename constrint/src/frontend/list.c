/* Reading lists, which flatten: an array or a list among the items stands for all it holds. */
#include "list.h"
#include <string.h>

void list_free(item_list *l) { exprs_free(&l->items); }

/* [a, b, ...] with everything in it, in order. */
static int parse_brackets(parser *p, item_list *out) {
  int rc = parser_enter(p);
  if (rc >= 0) rc = parser_advance(p);
  if (rc >= 0) rc = parse_items(p, out, TOK_UNLIST);
  p->depth--;
  return rc;
}

/* Into *out: one expression, or a list. */
static int parse_value(parser *p, item_list *out) {
  if (p->token.kind == TOK_LIST) return parse_brackets(p, out);
  p->list_at = p->token.place.at;
  p->list = out;
  ci_expr e = expression(p);
  if (e == EXPR_LIST) return CI_OK;
  return exprs_add(&out->items, e);
}

/* A list's own shape while its items come in. */
struct growing { item_list *out; size_t items; box of_item; };

static bool same_sizes(const box *a, const box *b) {
  return a->n == b->n && !memcmp(a->size, b->size, sizeof *a->size * (size_t)a->n);
}

static int add_item(parser *p, void *data) {
  struct growing *g = data;
  item_list item = {0};
  int rc = parse_value(p, &item);
  for (size_t i = 0; i < item.items.n && rc >= 0; i++) rc = exprs_add(&g->out->items, item.items.at[i]);
  if (rc >= 0) rc = parser_work(p, item.items.n);
  if (g->items && !same_sizes(&g->of_item, &item.shape)) g->out->ragged = true;
  g->out->ragged |= item.ragged;
  if (!g->items++) g->of_item = item.shape;
  list_free(&item);
  return rc;
}

int parse_item(parser *p, item_reader each, void *data) {
  const loop *l = statements_loop(p->statements, p->token.place.at);
  return l ? run_comprehension(p, l, each, data) : each(p, data);
}

/* What the list is now that all its items are known. */
static void close_shape(struct growing *g, size_t before) {
  box *s = &g->out->shape;
  *s = (box){.n = 1, .size = {g->out->items.n - before}};
  if (g->out->ragged || !g->of_item.n || g->of_item.n == MAX_DIMENSIONS) return;
  s->n = g->of_item.n + 1;
  s->size[0] = g->items;
  memcpy(s->size + 1, g->of_item.size, sizeof *s->size * (size_t)g->of_item.n);
}

int parse_items(parser *p, item_list *out, enum token_kind close) {
  bool more = p->token.kind != close;
  struct growing g = {.out = out};
  size_t before = out->items.n;
  int rc = CI_OK;
  while (rc >= 0 && more) {
    rc = parse_item(p, add_item, &g);
    if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
    if (rc >= 0 && p->token.kind == close) more = false;
  }
  if (rc >= 0) close_shape(&g, before);
  return rc < 0 ? rc : parser_expect(p, close, "or ',' in the list");
}

int parse_list(parser *p, item_list *out, const char *what) {
  if (p->token.kind == TOK_LIST) return parse_brackets(p, out);
  position at = p->token.place;
  p->list_at = at.at;
  p->list = out;
  ci_expr e = p->token.kind == TOK_NAME ? expression(p) : EXPR_LIST + 1;
  if (e == EXPR_LIST || (e < 0 && e != EXPR_LIST + 1)) return e == EXPR_LIST ? CI_OK : e;
  return source_fail(p->source, at, "%s takes a list here: [a, b, ...] or an array", what);
}
