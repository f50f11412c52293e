/* The parser of Python expressions: precedence climbing over one table. */
#include "python.h"
#include <stdlib.h>
#include <string.h>
#include "../error.h"

enum level { L_TERNARY, L_OR, L_AND, L_NOT, L_COMPARE, L_BITOR, L_BITXOR, L_BITAND, L_SHIFT, L_SUM, L_PRODUCT, L_SIGN, L_POWER };

struct reading { parser *p; struct py_tree *tree; };

/* A list of kids that is being read. */
struct kids { struct py_kid *at; size_t n, room; };

static int32_t read_at(struct reading *r, enum level loosest);

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while reading a condition"); }

static int add_kid(struct kids *list, int32_t node, enum py_relation relation) {
  if (node < 0) return node;
  if (list->n == list->room) {
    size_t room = list->room ? 2 * list->room : 4;
    struct py_kid *bigger = realloc(list->at, room * sizeof *bigger);
    if (!bigger) return out_of_memory();
    list->at = bigger;
    list->room = room;
  }
  list->at[list->n++] = (struct py_kid){node, relation};
  return CI_OK;
}

static bool room_for(struct py_tree *t, size_t kids) {
  if (t->n == t->room) {
    size_t room = t->room ? 2 * t->room : 32;
    struct py_node *bigger = realloc(t->nodes, room * sizeof *bigger);
    if (!bigger) return false;
    t->nodes = bigger;
    t->room = room;
  }
  if (t->nkids + kids > t->kid_room) {
    size_t room = 2 * (t->nkids + kids) + 32;
    struct py_kid *bigger = realloc(t->kids, room * sizeof *bigger);
    if (!bigger) return false;
    t->kids = bigger;
    t->kid_room = room;
  }
  return true;
}

/* Copies the node into the tree with its kids, whose list is freed. */
static int32_t add_node(struct reading *r, struct py_node node, struct kids *list) {
  struct py_tree *t = r->tree;
  size_t n = list ? list->n : 0;
  bool fine = room_for(t, n);
  if (fine && n) memcpy(t->kids + t->nkids, list->at, n * sizeof *list->at);
  if (list) free(list->at);
  if (!fine) return out_of_memory();
  node.first = t->nkids;
  node.n = n;
  t->nkids += n;
  t->nodes[t->n] = node;
  return (int32_t)t->n++;
}

/* The node of that list, unless something failed before. */
static int32_t finish(struct reading *r, int rc, struct py_node node, struct kids *list) {
  if (rc >= 0) return add_node(r, node, list);
  free(list->at);
  return rc;
}

void py_free(struct py_tree *tree) {
  free(tree->nodes);
  free(tree->kids);
}

/* ---- Operands ---- */

static bool scaled(int64_t *number, int digit) {
  return !__builtin_mul_overflow(*number, 10, number) && !__builtin_add_overflow(*number, digit, number);
}

bool py_fraction(const char *text, size_t len, int64_t *num, int64_t *den) {
  long power = 0;
  size_t i = 0;
  bool behind = false;
  *num = 0;
  *den = 1;
  for (; i < len && (text[i] | 32) != 'e'; i++) {
    if (text[i] == '.') behind = true;
    else if (text[i] != '_' && !scaled(num, text[i] - '0')) return false;
    else if (text[i] != '_' && behind) power--;
  }
  if (i < len) {
    long exponent = strtol(text + i + 1, NULL, 10); /* a digit is known to follow, and a non-digit to end it */
    if (exponent > 1000 || exponent < -1000) return *num == 0;
    power += exponent;
  }
  for (; power < 0 && *num % 10 == 0 && *num; power++) *num /= 10;
  for (; *num && power > 0; power--)
    if (!scaled(num, 0)) return false;
  for (; *num && power < 0; power++)
    if (!scaled(den, 0)) return false;
  return true;
}

static int32_t read_number(struct reading *r) {
  const token t = r->p->token;
  struct py_node node = {.kind = PY_NUMBER, .at = t.place, .text = t.place.at, .len = t.len, .num = (int64_t)t.value, .den = 1};
  bool fits = !t.too_large && t.value <= INT64_MAX;
  if (t.kind == TOK_FRACTION) {
    fits = py_fraction(t.place.at, t.len, &node.num, &node.den);
    node.is_float = true;
  }
  if (!fits) return source_fail(r->p->source, t.place, "the number does not fit 64 bits");
  int rc = parser_advance(r->p);
  return rc < 0 ? rc : add_node(r, node, NULL);
}

static int32_t read_text(struct reading *r, enum py_kind kind, size_t trim) {
  const token t = r->p->token;
  struct py_node node = {.kind = kind, .at = t.place, .text = t.place.at + trim, .len = t.len - 2 * trim};
  int rc = parser_advance(r->p);
  return rc < 0 ? rc : add_node(r, node, NULL);
}

/* for NAME in LIST [if CONDITION] [for ...], behind the value */
static int32_t read_for(struct reading *r, int32_t value) {
  struct kids list = {0};
  struct py_node node = {.kind = PY_FOR, .at = r->p->token.place};
  int rc = parser_enter(r->p);
  if (rc >= 0) rc = parser_advance(r->p);
  if (rc < 0) return rc;
  node.text = r->p->token.place.at;
  node.len = r->p->token.len;
  rc = parser_expect(r->p, TOK_NAME, "behind 'for'");
  if (rc >= 0 && !token_is(&r->p->token, "in")) rc = parser_unexpected(r->p, "'in'");
  do {
    if (rc >= 0) rc = parser_advance(r->p); /* in, if */
    if (rc >= 0) rc = add_kid(&list, read_at(r, L_OR), PY_EQ);
  } while (rc >= 0 && token_is(&r->p->token, "if"));
  if (rc >= 0 && token_is(&r->p->token, "for")) rc = value = read_for(r, value);
  if (rc >= 0) rc = add_kid(&list, value, PY_EQ);
  r->p->depth--;
  return finish(r, rc, node, &list);
}

/* The comprehension whose value is the list's only element: takes its place. */
static int read_each(struct reading *r, struct kids *list) {
  struct kids one = {0};
  struct py_node node = {.kind = PY_EACH, .at = r->p->token.place};
  int rc = add_kid(&one, read_for(r, list->at[0].node), PY_EQ);
  int32_t each = finish(r, rc, node, &one);
  list->at[0].node = each;
  return each < 0 ? each : CI_OK;
}

/* a, b, c up to the closing token; *each: it is a comprehension. */
static int read_items(struct reading *r, struct kids *list, enum token_kind close, bool *comma, bool *each) {
  bool more = r->p->token.kind != close;
  int rc = CI_OK;
  *each = *comma = false;
  while (rc >= 0 && more) {
    rc = add_kid(list, read_at(r, L_TERNARY), PY_EQ);
    *each = rc >= 0 && list->n == 1 && token_is(&r->p->token, "for");
    if (*each) {
      rc = read_each(r, list);
      break;
    }
    if (rc >= 0) rc = parser_accept(r->p, TOK_COMMA, &more);
    if (rc >= 0 && more) *comma = true;
    if (rc >= 0 && r->p->token.kind == close) more = false;
  }
  return rc < 0 ? rc : parser_expect(r->p, close, "or ',' in the list");
}

/* (a) is a itself; (a, b), (), [...] and {...} are lists. */
static int32_t read_brackets(struct reading *r, enum token_kind close) {
  struct kids list = {0};
  struct py_node node = {.kind = PY_LIST, .at = r->p->token.place, .num = close == TOK_UNSET};
  bool comma, each;
  int rc = parser_advance(r->p);
  if (rc >= 0) rc = read_items(r, &list, close, &comma, &each);
  bool grouping = rc >= 0 && list.n == 1 && (each || (close == TOK_CLOSE && !comma));
  int32_t only = grouping ? list.at[0].node : rc;
  if (rc < 0 || grouping) {
    free(list.at);
    return only;
  }
  return add_node(r, node, &list);
}

static int32_t read_call(struct reading *r) {
  struct kids list = {0};
  const token t = r->p->token;
  struct py_node node = {.kind = PY_CALL, .at = t.place, .text = t.place.at, .len = t.len};
  bool comma, each;
  int rc = parser_advance(r->p);
  if (rc >= 0) rc = parser_advance(r->p); /* the bracket */
  if (rc >= 0) rc = read_items(r, &list, TOK_CLOSE, &comma, &each);
  return finish(r, rc, node, &list);
}

static int32_t read_name(struct reading *r) {
  static const char *const words[] = {"and", "or", "in", "is", "if", "else", "for", "lambda", "None"};
  const token t = r->p->token;
  token ahead;
  int rc = parser_peek(r->p, &ahead);
  if (rc < 0) return rc;
  bool is_true = token_is(&t, "True") || token_is(&t, "true");
  if (is_true || token_is(&t, "False") || token_is(&t, "false")) {
    rc = parser_advance(r->p);
    return rc < 0 ? rc : add_node(r, (struct py_node){.kind = PY_BOOL, .at = t.place, .num = is_true, .den = 1}, NULL);
  }
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (token_is(&t, words[i])) return parser_unexpected(r->p, "a value");
  return ahead.kind == TOK_OPEN ? read_call(r) : read_text(r, PY_NAME, 0);
}

static int32_t read_unary(struct reading *r, enum py_kind kind, enum level loosest) {
  struct kids one = {0};
  struct py_node node = {.kind = kind, .at = r->p->token.place};
  int rc = parser_advance(r->p);
  if (rc >= 0) rc = add_kid(&one, read_at(r, loosest), PY_EQ);
  return finish(r, rc, node, &one);
}

static int32_t read_operand(struct reading *r, enum level loosest) {
  switch (r->p->token.kind) {
    case TOK_INT: case TOK_FRACTION: return read_number(r);
    case TOK_STRING: return read_text(r, PY_STRING, 1);
    case TOK_OPEN: return read_brackets(r, TOK_CLOSE);
    case TOK_LIST: return read_brackets(r, TOK_UNLIST);
    case TOK_SET: return read_brackets(r, TOK_UNSET);
    case TOK_MINUS: return read_unary(r, PY_NEG, L_SIGN);
    case TOK_PLUS: return read_unary(r, PY_PLUS, L_SIGN);
    case TOK_TILDE: return read_unary(r, PY_INVERT, L_SIGN);
    case TOK_NAME: break;
    default: return parser_unexpected(r->p, "a value");
  }
  if (!token_is(&r->p->token, "not")) return read_name(r);
  if (loosest > L_NOT) return parser_unexpected(r->p, "a value (put brackets around 'not ...')");
  return read_unary(r, PY_NOT, L_NOT);
}

/* ---- Operators ---- */

static const struct { enum token_kind token; enum level level; enum py_kind kind; } binaries[] = {
  {TOK_OR, L_BITOR, PY_BITOR}, {TOK_CARET, L_BITXOR, PY_BITXOR}, {TOK_AND, L_BITAND, PY_BITAND},
  {TOK_SHL, L_SHIFT, PY_SHL}, {TOK_SHR, L_SHIFT, PY_SHR}, {TOK_PLUS, L_SUM, PY_ADD}, {TOK_MINUS, L_SUM, PY_SUB},
  {TOK_STAR, L_PRODUCT, PY_MUL}, {TOK_SLASH, L_PRODUCT, PY_DIV}, {TOK_FLOORDIV, L_PRODUCT, PY_FLOORDIV},
  {TOK_PERCENT, L_PRODUCT, PY_MOD}, {TOK_POWER, L_POWER, PY_POW},
};
enum { BINARIES = sizeof binaries / sizeof *binaries };

static const struct { enum token_kind token; enum py_relation relation; } relations[] = {
  {TOK_EQ, PY_EQ}, {TOK_NE, PY_NE}, {TOK_LT, PY_LT}, {TOK_LE, PY_LE}, {TOK_GT, PY_GT}, {TOK_GE, PY_GE},
};
enum { RELATIONS = sizeof relations / sizeof *relations };

/* The relation that begins at the current token; *words: how many tokens it has. */
static bool relation_at(const parser *p, enum py_relation *relation, int *words) {
  token ahead;
  *words = 1;
  for (int i = 0; i < RELATIONS; i++)
    if (p->token.kind == relations[i].token) return *relation = relations[i].relation, true;
  if (token_is(&p->token, "in")) return *relation = PY_IN, true;
  *words = 2;
  *relation = PY_NOT_IN;
  return token_is(&p->token, "not") && parser_peek(p, &ahead) >= 0 && token_is(&ahead, "in");
}

static int32_t read_compare(struct reading *r, int32_t left) {
  struct kids list = {0};
  struct py_node node = {.kind = PY_COMPARE, .at = r->p->token.place};
  enum py_relation relation;
  int words, rc = add_kid(&list, left, PY_EQ);
  while (rc >= 0 && relation_at(r->p, &relation, &words)) {
    while (rc >= 0 && words--) rc = parser_advance(r->p);
    if (rc >= 0) rc = add_kid(&list, read_at(r, L_COMPARE + 1), relation);
  }
  return finish(r, rc, node, &list);
}

static int32_t read_logic(struct reading *r, int32_t left, const char *word, enum py_kind kind, enum level level) {
  struct kids list = {0};
  struct py_node node = {.kind = kind, .at = r->p->token.place};
  int rc = add_kid(&list, left, PY_EQ);
  while (rc >= 0 && token_is(&r->p->token, word)) {
    rc = parser_advance(r->p);
    if (rc >= 0) rc = add_kid(&list, read_at(r, level + 1), PY_EQ);
  }
  return finish(r, rc, node, &list);
}

/* then if condition else other */
static int32_t read_ternary(struct reading *r, int32_t then) {
  struct kids list = {0};
  struct py_node node = {.kind = PY_TERNARY, .at = r->p->token.place};
  int rc = parser_advance(r->p);
  if (rc >= 0) rc = add_kid(&list, read_at(r, L_OR), PY_EQ);
  if (rc >= 0) rc = add_kid(&list, then, PY_EQ);
  if (rc >= 0 && !token_is(&r->p->token, "else")) rc = parser_unexpected(r->p, "'else'");
  if (rc >= 0) rc = parser_advance(r->p);
  if (rc >= 0) rc = add_kid(&list, read_at(r, L_TERNARY), PY_EQ);
  return finish(r, rc, node, &list);
}

static int32_t read_binary(struct reading *r, int32_t left, int which) {
  struct kids list = {0};
  struct py_node node = {.kind = binaries[which].kind, .at = r->p->token.place};
  enum level right = node.kind == PY_POW ? L_SIGN : binaries[which].level + 1; /* 2 ** -1, and right to left */
  int rc = add_kid(&list, left, PY_EQ);
  if (rc >= 0) rc = parser_advance(r->p);
  if (rc >= 0) rc = add_kid(&list, read_at(r, right), PY_EQ);
  return finish(r, rc, node, &list);
}

/* One more operator behind `left`; *over: there is none of that level. */
static int32_t read_operator(struct reading *r, int32_t left, enum level loosest, bool *over) {
  const token *t = &r->p->token;
  enum py_relation relation;
  int words;
  for (int i = 0; i < BINARIES; i++)
    if (t->kind == binaries[i].token && binaries[i].level >= loosest) return read_binary(r, left, i);
  if (loosest <= L_COMPARE && relation_at(r->p, &relation, &words)) return read_compare(r, left);
  if (loosest <= L_AND && token_is(t, "and")) return read_logic(r, left, "and", PY_AND, L_AND);
  if (loosest <= L_OR && token_is(t, "or")) return read_logic(r, left, "or", PY_OR, L_OR);
  if (loosest <= L_TERNARY && token_is(t, "if")) return read_ternary(r, left);
  *over = true;
  return left;
}

static int32_t read_at(struct reading *r, enum level loosest) {
  bool over = false;
  int rc = parser_enter(r->p);
  if (rc < 0) return rc;
  int32_t node = read_operand(r, loosest);
  for (int chained = 0; node >= 0 && !over; chained++) {
    if (chained > MAX_NESTING) return source_fail(r->p->source, r->p->token.place, "more than %d operators in a row", MAX_NESTING);
    node = read_operator(r, node, loosest, &over);
  }
  r->p->depth--;
  return node;
}

int32_t py_parse(parser *p, struct py_tree *tree) {
  struct reading r = {p, tree};
  int32_t root = read_at(&r, L_TERNARY);
  if (root >= 0 && p->token.kind != TOK_END) return parser_unexpected(p, "an operator or the end of the condition");
  return root;
}
