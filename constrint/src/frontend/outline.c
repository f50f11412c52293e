/* Finding comprehensions before a text is read: their bodies stand in front of
 * the names that they use. */
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "constrint.h"
#include "pending.h"

enum { NO_LOOP = -1 };

/* An open bracket: where its current item begins, and its comprehension. */
struct open { const char *item; ptrdiff_t loop; };

struct outline {
  statements *list;
  struct open *open;
  size_t depth, room;
  token before;     /* the token before the current one */
  bool at_item;     /* the current one begins an item */
  ptrdiff_t forall; /* the statement's that waits for its colon */
};

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while reading"); }

bool is_operator_word(const token *t) {
  static const char *const words[] = {"in", "not", "and", "or", "xor", "step"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (token_is(t, words[i])) return true;
  return false;
}

bool is_statement_word(const lexer *behind, const token *t, const char *word) {
  lexer l = *behind;
  token next;
  return token_is(t, word) && lexer_next(&l, &next) >= 0 && next.kind == TOK_NAME && !is_operator_word(&next);
}

static bool ends_operand(const token *t) {
  if (t->kind == TOK_NAME) return !is_operator_word(t);
  return t->kind == TOK_INT || t->kind == TOK_CLOSE || t->kind == TOK_UNLIST || t->kind == TOK_UNSET;
}

static int add_loop(statements *list, const char *begin, const token *word, ptrdiff_t *at) {
  if (list->nloops == list->loop_room) {
    size_t room = list->loop_room ? 2 * list->loop_room : 32;
    loop *bigger = realloc(list->loops, room * sizeof *bigger);
    if (!bigger) return out_of_memory();
    list->loops = bigger;
    list->loop_room = room;
  }
  list->loops[list->nloops] = (loop){begin, word->place, word->place, false};
  *at = (ptrdiff_t)list->nloops++;
  return CI_OK;
}

static void end_loop(statements *list, ptrdiff_t at, const token *t, bool ended) {
  if (at < 0) return;
  list->loops[at].end = t->place;
  list->loops[at].ended = ended;
}

static int push(struct outline *o) {
  if (o->depth == o->room) {
    size_t room = o->room ? 2 * o->room : 32;
    struct open *bigger = realloc(o->open, room * sizeof *bigger);
    if (!bigger) return out_of_memory();
    o->open = bigger;
    o->room = room;
  }
  o->open[o->depth++] = (struct open){NULL, NO_LOOP};
  return CI_OK;
}

static void pop(struct outline *o, const token *t) {
  if (o->depth) end_loop(o->list, o->open[--o->depth].loop, t, true);
}

static void end_statement(struct outline *o, const token *t) {
  while (o->depth) end_loop(o->list, o->open[--o->depth].loop, t, false);
  end_loop(o->list, o->forall, t, false);
  o->forall = NO_LOOP;
}

static int see_name(struct outline *o, const lexer *l, const token *t) {
  struct open *in = o->depth ? &o->open[o->depth - 1] : NULL;
  ptrdiff_t *at = in ? &in->loop : &o->forall;
  if (*at >= 0) return CI_OK;
  enum token_kind before = o->before.kind;
  if (in && is_statement_word(l, t, "for") && ends_operand(&o->before) && in->item != t->place.at)
    return add_loop(o->list, in->item, t, at);
  if (!in && (before == TOK_SEMICOLON || before == TOK_COLON) && is_statement_word(l, t, "forall"))
    return add_loop(o->list, t->place.at, t, at);
  return CI_OK;
}

static int see(struct outline *o, const lexer *l, const token *t) {
  if (o->at_item && o->depth) o->open[o->depth - 1].item = t->place.at;
  o->at_item = false;
  switch (t->kind) {
    case TOK_OPEN: case TOK_LIST: case TOK_SET:
      o->at_item = true;
      return push(o);
    case TOK_CLOSE: case TOK_UNLIST: case TOK_UNSET: pop(o, t); break;
    case TOK_COMMA: o->at_item = true; break;
    case TOK_COLON:
      if (!o->depth) {
        end_loop(o->list, o->forall, t, true);
        o->forall = NO_LOOP;
      }
      break;
    case TOK_SEMICOLON: case TOK_END: end_statement(o, t); break;
    case TOK_NAME: return see_name(o, l, t);
    default: break;
  }
  return CI_OK;
}

int outline_find(statements *list, const source *s) {
  struct outline o = {.list = list, .before = {.kind = TOK_SEMICOLON}, .forall = NO_LOOP};
  lexer l;
  token t = o.before;
  lexer_init(&l, s);
  int rc = CI_OK;
  while (rc >= 0 && t.kind != TOK_END) {
    rc = lexer_next(&l, &t);
    if (rc >= 0) rc = see(&o, &l, &t);
    o.before = t;
  }
  free(o.open);
  return rc;
}
