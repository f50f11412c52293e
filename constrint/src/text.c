/* Writing an expression in the native language, without recursion, cut to the
 * room there is. */
#include <string.h>

#include "graph.h"
#include "integer.h"

enum { DEPTH = 64 }; /* deeper parts are written as "..." */

struct writer {
  char *text;
  size_t used, size;
};

static void put(struct writer *w, const char *text) {
  size_t n = strlen(text);
  if (w->used + n >= w->size) n = w->size - 1 - w->used;
  memcpy(w->text + w->used, text, n);
  w->used += n;
}

static bool full(const struct writer *w) { return w->used + 1 >= w->size; }

static void put_number(struct writer *w, wide v) {
  char digits[WIDE_TEXT];
  wide_text(digits, v);
  put(w, digits);
}

/* Numbers between commas, rows of `width` in brackets when it is above 1. */
static void put_list(struct writer *w, const struct list *list, size_t width) {
  for (size_t i = 0; i < list->n && !full(w); i++) {
    if (i) put(w, ", ");
    if (width > 1 && i % width == 0) put(w, "(");
    put_number(w, list->values[i]);
    if (width > 1 && i % width == width - 1) put(w, ")");
  }
}

static bool is_leaf(const struct graph *g, struct writer *w, ci_expr e, bool outermost) {
  const struct node *node = &g->nodes[e];
  if (node->op == NODE_INT) {
    put_number(w, g->ints[node->data]);
    return true;
  }
  const char *name = node->op == NODE_VAR ? g->vars[node->data].name : outermost ? NULL : graph_name_of(g, e);
  if (name) put(w, name);
  return name != NULL;
}

struct frame {
  ci_expr e;
  int32_t next; /* argument to write */
  bool bracket;
};

static const char *between(const struct node *node, int32_t next) {
  const struct op_info *op = &op_table[node->op];
  if (next == 0) return op->shape == SHAPE_CALL ? "" : op->shape == SHAPE_PREFIX ? op->symbol : "";
  if (op->shape == SHAPE_INFIX) return op->symbol;
  if (node->op == CI_ELEMENT && next == node->n - 1) return "], ";
  return ", ";
}

static void open(struct writer *w, const struct graph *g, const struct frame *f) {
  const struct node *node = &g->nodes[f->e];
  if (f->bracket) put(w, "(");
  if (op_table[node->op].shape == SHAPE_CALL) {
    put(w, op_table[node->op].symbol);
    put(w, node->op == NODE_TABLE ? "((" : node->op == CI_ELEMENT ? "([" : "(");
  }
}

static void close(struct writer *w, const struct graph *g, const struct frame *f) {
  const struct node *node = &g->nodes[f->e];
  if (node->op == NODE_IN) {
    put(w, " in {");
    put_list(w, &g->lists[node->data], 1);
    put(w, "}");
  }
  if (node->op == NODE_TABLE) {
    put(w, "), [");
    put_list(w, &g->lists[node->data], (size_t)node->n);
    put(w, "]");
  }
  if (op_table[node->op].shape == SHAPE_CALL) put(w, ")");
  if (f->bracket) put(w, ")");
}

/* Does this argument need brackets within its user? */
static bool needs_bracket(const struct graph *g, const struct node *user, int32_t position, ci_expr e) {
  const struct node *node = &g->nodes[e];
  const struct op_info *outer = &op_table[user->op], *inner = &op_table[node->op];
  if (outer->shape == SHAPE_CALL) return false;
  if (node->op == NODE_INT) return g->ints[node->data] < 0 && (position > 0 || user->op == CI_POW || user->op == CI_NEG);
  if (node->op == CI_ADD || node->op == CI_MUL || node->op == CI_AND || node->op == CI_OR)
    if (node->op == user->op && position == 0) return false;
  bool left = user->op == CI_SUB || user->op == CI_ADD || user->op == CI_MUL || user->op == CI_FLOORDIV ||
              user->op == CI_MOD || user->op == CI_EXACTDIV;
  return left && position == 0 ? inner->binding < outer->binding : inner->binding <= outer->binding;
}

/* The i-th argument in the order of writing: an element's index comes last. */
static ci_expr argument(const struct graph *g, const struct node *node, int32_t i) {
  return node_args(g, node)[node->op == CI_ELEMENT ? (i + 1) % node->n : i];
}

static void write(struct writer *w, const struct graph *g, ci_expr e) {
  struct frame stack[DEPTH];
  int depth = 0;
  if (is_leaf(g, w, e, true)) return;
  stack[0] = (struct frame){e, 0, false};
  open(w, g, &stack[0]);
  while (depth >= 0 && !full(w)) {
    struct frame *f = &stack[depth];
    const struct node *node = &g->nodes[f->e];
    if (f->next == node->n) {
      close(w, g, f);
      depth--;
      continue;
    }
    int32_t i = f->next++;
    put(w, between(node, i));
    ci_expr child = argument(g, node, i);
    bool bracket = needs_bracket(g, node, i, child);
    if (g->nodes[child].op == NODE_INT && bracket) put(w, "(");
    if (is_leaf(g, w, child, false)) {
      if (g->nodes[child].op == NODE_INT && bracket) put(w, ")");
    } else if (depth + 1 == DEPTH) {
      put(w, "...");
    } else {
      stack[++depth] = (struct frame){child, 0, bracket};
      open(w, g, &stack[depth]);
    }
  }
}

void graph_text(const struct graph *g, ci_expr e, char *text, size_t size) {
  struct writer w = {text, 0, size};
  write(&w, g, e);
  bool cut = full(&w);
  text[w.used] = '\0';
  if (cut && size > 4) memcpy(text + size - 4, "...", 4);
}
