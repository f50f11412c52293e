/* Reading a search order, and giving one to a model. */
#include "order.h"
#include <stdlib.h>
#include <string.h>
#include "../builder.h"
#include "../error.h"
#include "scope.h"

/* [1][-2] directly behind a name belong to it: an element of an array. */
static int add_indices(const lexer *start, lexer *l, token *name) {
  lexer ahead = *start;
  token t;
  for (;;) {
    int rc = lexer_next(&ahead, &t);
    if (rc < 0 || t.kind != TOK_LIST) return rc;
    while (rc >= 0 && t.kind != TOK_UNLIST && t.kind != TOK_END) rc = lexer_next(&ahead, &t);
    if (rc < 0 || t.kind == TOK_END) return rc;
    name->len = (size_t)(ahead.next.at - name->place.at);
    *l = ahead;
  }
}

int order_read(lexer *l, order_entry each, void *data) {
  token direction, name;
  for (;;) {
    int rc = lexer_next(l, &direction);
    if (rc < 0 || direction.kind == TOK_END) return rc;
    char found[128];
    if (direction.kind != TOK_GT && direction.kind != TOK_LT)
      return source_fail(l->source, direction.place, "expected '>' (largest first) or '<' (smallest first), found %s",
                         token_text(&direction, found, sizeof found));
    if ((rc = lexer_next(l, &name)) < 0) return rc;
    if (name.kind != TOK_NAME)
      return source_fail(l->source, name.place, "expected a variable's name in the order, found %s",
                         token_text(&name, found, sizeof found));
    lexer behind = *l;
    if ((rc = add_indices(&behind, l, &name)) < 0) return rc;
    if ((rc = each(data, l->source, &name, direction.kind == TOK_GT)) < 0) return rc;
  }
}

struct chosen {
  const ci_model *model;
  size_t *vars;
  int *largest;
  char *seen;
  size_t n;
};

static const char *nearest_variable(const ci_model *m, const token *name) {
  const char *best = NULL;
  int distance = name_reach(name->len);
  for (size_t i = 0; i < ci_model_vars(m); i++) {
    const char *candidate = ci_model_var_name(m, i);
    int d = name_distance(name->place.at, name->len, candidate, strlen(candidate));
    if (d < distance) distance = d, best = candidate;
  }
  return best;
}

static int unknown_variable(const ci_model *m, const source *s, const token *name) {
  const char *near = nearest_variable(m, name);
  return source_fail(s, name->place, "the model has no variable '%.*s'%s%s%s", (int)(name->len > 100 ? 100 : name->len),
                     name->place.at, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int find_variable(const ci_model *m, const token *name) {
  char *copy = strndup(name->place.at, name->len);
  int var = copy ? ci_model_find(m, copy) : -1;
  free(copy);
  return var;
}

static int choose(void *data, const source *s, const token *name, int largest_first) {
  struct chosen *c = data;
  int var = find_variable(c->model, name);
  if (var < 0) return unknown_variable(c->model, s, name);
  if (c->seen[var]) return source_fail(s, name->place, "'%s' stands in the order twice", ci_model_var_name(c->model, (size_t)var));
  c->seen[var] = 1;
  c->vars[c->n] = (size_t)var;
  c->largest[c->n++] = largest_first;
  return CI_OK;
}

int ci_with_order(ci_model **out, const ci_model *m, const char *order) {
  if (!out || !m || !order) return ci_fail(CI_EINVAL, "a NULL argument where one is needed");
  size_t n = ci_model_vars(m) + 1;
  struct chosen c = {m, calloc(n, sizeof *c.vars), calloc(n, sizeof *c.largest), calloc(n, 1), 0};
  source s = {"--order", order, strlen(order), 1, 0};
  lexer l;
  lexer_init(&l, &s);
  int rc = CI_ENOMEM;
  if (c.vars && c.largest && c.seen) rc = order_read(&l, choose, &c);
  else ci_fail(CI_ENOMEM, "out of memory while reading an order");
  if (rc >= 0) rc = model_with_order(out, m, c.vars, c.largest, c.n);
  free(c.vars);
  free(c.largest);
  free(c.seen);
  return rc;
}
