/* Comprehensions: a body is read again for each value of its generators. */
#include "list.h"
#include "native.h"

/* A run of a loop: where its parts stand. */
struct run {
  const loop *loop;
  bookmark body;
  bool in_list; /* a comprehension, not a forall */
  item_reader each;
  void *data;
};

/* One generator: `a, b in SET`, its values, and what stands behind it. */
struct generator {
  const struct run *run;
  ints values;
  bookmark names, behind;
};

static int generators(parser *p, const struct run *r);

static int body(parser *p, const struct run *r) {
  parser_return(p, &r->body);
  int rc = parser_work(p, 8);
  if (rc >= 0) rc = r->each(p, r->data);
  if (rc >= 0 && r->in_list && p->token.place.at != r->loop->word.at) return parser_unexpected(p, "'for' behind the expression");
  return rc;
}

static int wrong_end(parser *p) { return parser_unexpected(p, "',', 'if' or the end of the values"); }

/* `if CONDITION` */
static int parse_filter(parser *p, bool *passes) {
  *passes = true;
  if (!token_is(&p->token, "if")) return CI_OK;
  int rc = parser_advance(p);
  if (rc < 0) return rc;
  position at = p->token.place;
  int64_t value = 1;
  ci_expr e = expression(p);
  rc = e < 0 ? e : constant_value(p, e, at, "a condition behind 'if'", &value);
  *passes = value != 0;
  return rc;
}

/* All names of a generator have a value: the filter, then the next generator or the body. */
static int bound(parser *p, const struct generator *g) {
  bool passes, more;
  parser_return(p, &g->behind);
  int rc = parse_filter(p, &passes);
  if (rc < 0 || !passes) return rc;
  rc = parser_accept(p, TOK_COMMA, &more);
  if (rc < 0) return rc;
  if (more) return generators(p, g->run);
  if (p->token.place.at != g->run->loop->end.at) return wrong_end(p);
  return body(p, g->run);
}

static int bind(parser *p, const struct generator *g, token name);

/* The name behind this one, or the body. */
static int next_name(parser *p, const struct generator *g, const bookmark *behind_name) {
  parser_return(p, behind_name);
  if (p->token.kind != TOK_COMMA) return bound(p, g);
  int rc = parser_advance(p);
  return rc < 0 ? rc : bind(p, g, p->token);
}

/* Each value in turn for the current token, a name. */
static int bind(parser *p, const struct generator *g, token name) {
  if (parser_local(p, &name)) return name_taken(p, &name);
  int rc = parser_enter(p);
  if (rc >= 0) rc = parser_advance(p);
  if (rc < 0) return rc;
  bookmark behind_name = parser_mark(p);
  local here = {.outer = p->locals, .name = name};
  p->locals = &here;
  for (size_t i = 0; i < g->values.n && rc >= 0; i++) {
    here.value = g->values.at[i];
    rc = next_name(p, g, &behind_name);
  }
  p->locals = here.outer;
  p->depth--;
  return rc;
}

/* The names of `a, b in`: none of them means anything yet. */
static int check_names(parser *p) {
  bool more = true;
  int rc = CI_OK;
  while (rc >= 0 && more) {
    token name;
    rc = free_name(p, &name, "a name");
    if (rc >= 0) rc = parser_accept(p, TOK_COMMA, &more);
  }
  if (rc >= 0 && !token_is(&p->token, "in")) return parser_unexpected(p, "'in' and the values");
  return rc < 0 ? rc : parser_advance(p);
}

static int parse_values(parser *p, ints *values) {
  members set = {0};
  int rc = parse_set(p, &set);
  if (rc >= 0) rc = list_values(p, &set, values, true);
  if (rc >= 0) rc = parser_work(p, values->n);
  members_free(&set);
  return rc;
}

/* a, b in SET if CONDITION, c in SET ... */
static int generators(parser *p, const struct run *r) {
  struct generator g = {.run = r, .names = parser_mark(p)};
  int rc = check_names(p);
  if (rc >= 0) rc = parse_values(p, &g.values);
  if (rc >= 0) {
    g.behind = parser_mark(p);
    parser_return(p, &g.names);
    rc = bind(p, &g, p->token);
  }
  ints_free(&g.values);
  return rc;
}

/* From the token that begins the generators to the one that ends them. */
static int run(parser *p, const struct run *r, const char *end) {
  const loop *l = r->loop;
  int rc = parser_enter(p);
  if (rc >= 0) rc = parser_go(p, l->word);
  if (rc >= 0) rc = parser_advance(p);
  if (rc >= 0) rc = generators(p, r);
  if (rc >= 0) rc = parser_go(p, l->end);
  if (rc >= 0 && !l->ended) rc = parser_unexpected(p, end);
  p->depth--;
  return rc;
}

int run_comprehension(parser *p, const loop *l, item_reader each, void *data) {
  struct run r = {.loop = l, .body = parser_mark(p), .in_list = true, .each = each, .data = data};
  return run(p, &r, "the closing bracket");
}

int run_forall(parser *p, const loop *l, item_reader each, void *data) {
  struct run r = {.loop = l, .each = each, .data = data};
  int rc = parser_go(p, l->end);
  if (rc >= 0) rc = parser_expect(p, TOK_COLON, "behind the values of 'forall'");
  r.body = parser_mark(p);
  return rc < 0 ? rc : run(p, &r, "':' behind the values of 'forall'");
}

/* ---- the indices of an array ---- */

struct indices {
  const box *shape;
  const struct binder *names;
  bookmark start;
  int64_t at[MAX_DIMENSIONS];
  int (*each)(parser *p, void *data, const int64_t *at);
  void *data;
};

static int run_dimension(parser *p, struct indices *x, int d) {
  if (d == x->shape->n) {
    parser_return(p, &x->start);
    int rc = parser_work(p, 8);
    return rc < 0 ? rc : x->each(p, x->data, x->at);
  }
  local here = {.outer = p->locals};
  if (x->names->named[d]) {
    here.name = x->names->name[d];
    p->locals = &here;
  }
  int rc = CI_OK;
  for (size_t i = 0; i < x->shape->size[d] && rc >= 0; i++) {
    x->at[d] = here.value = x->shape->lo[d] + (int64_t)i;
    rc = run_dimension(p, x, d + 1);
  }
  p->locals = here.outer;
  return rc;
}

int run_indices(parser *p, const box *s, const struct binder *names, int (*each)(parser *p, void *data, const int64_t *at), void *data) {
  struct indices x = {.shape = s, .names = names, .start = parser_mark(p), .each = each, .data = data};
  return run_dimension(p, &x, 0);
}
