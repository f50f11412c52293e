/* Trees as text of each dialect, with no more brackets than precedence asks
 * for (and now and then some more). */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "model_tree.h"

struct out { char *at, *end; const struct model *m; };

static void put(struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct out *o, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = vsnprintf(o->at, (size_t)(o->end - o->at), format, args);
  va_end(args);
  o->at = n < o->end - o->at ? o->at + n : o->end;
}

/* Levels: a kid whose level is lower than its place asks for gets brackets. */
enum { ANY = 0, ATOM = 20 };

struct form {
  int level;
  const char *infix; /* between kids */
  int first, rest;   /* levels asked of the first kid and the others */
  const char *call;  /* or a function's name */
};

static const struct form native_forms[KINDS] = {
  [K_IFF] = {1, " <-> ", 1, 2, NULL}, [K_IMPLIES] = {2, " -> ", 3, 2, NULL}, [K_OR] = {3, " or ", 4, 4, NULL},
  [K_XOR] = {4, " xor ", 4, 5, NULL}, [K_AND] = {5, " and ", 6, 6, NULL}, [K_ADD] = {8, " + ", 8, 9, NULL},
  [K_SUB] = {8, " - ", 8, 9, NULL}, [K_MUL] = {9, "*", 9, 10, NULL}, [K_FLOORDIV] = {9, " // ", 9, 10, NULL},
  [K_MOD] = {9, " % ", 9, 10, NULL}, [K_DIV] = {9, "/", 9, 10, NULL}, [K_POW] = {11, "^", 12, 10, NULL},
  [K_ABS] = {ATOM, NULL, 0, 0, "abs"}, [K_MIN] = {ATOM, NULL, 0, 0, "min"}, [K_MAX] = {ATOM, NULL, 0, 0, "max"},
  [K_CEILDIV] = {ATOM, NULL, 0, 0, "ceildiv"}, [K_BITXOR] = {ATOM, NULL, 0, 0, "bitxor"},
  [K_ITE] = {ATOM, NULL, 0, 0, "ite"}, [K_DIVIDES] = {ATOM, NULL, 0, 0, "divides"},
  [K_ALLDIFFERENT] = {ATOM, NULL, 0, 0, "alldifferent"},
  [K_NOT] = {6, NULL, 6, 0, NULL}, [K_CHAIN] = {7, NULL, 8, 8, NULL}, [K_IN] = {7, NULL, 8, 0, NULL},
  [K_NOT_IN] = {7, NULL, 8, 0, NULL}, [K_NEG] = {10, NULL, 10, 0, NULL},
  [K_INT] = {ATOM, NULL, 0, 0, NULL}, [K_VAR] = {ATOM, NULL, 0, 0, NULL}, [K_ELEMENT] = {ATOM, NULL, 0, 0, NULL},
  [K_TABLE] = {ATOM, NULL, 0, 0, NULL},
};

static const struct form t1_forms[KINDS] = {
  [K_ITE] = {0, NULL, 1, 0, NULL}, [K_OR] = {1, " or ", 2, 2, NULL}, [K_AND] = {2, " and ", 3, 3, NULL},
  [K_NOT] = {3, NULL, 3, 0, NULL}, [K_CHAIN] = {4, NULL, 5, 5, NULL}, [K_IN] = {4, NULL, 5, 0, NULL},
  [K_NOT_IN] = {4, NULL, 5, 0, NULL}, [K_LABEL] = {4, NULL, 0, 0, NULL}, [K_BITOR] = {5, " | ", 5, 6, NULL},
  [K_BITXOR] = {6, " ^ ", 6, 7, NULL}, [K_BITAND] = {7, " & ", 7, 8, NULL}, [K_SHL] = {8, " << ", 8, 9, NULL},
  [K_SHR] = {8, " >> ", 8, 9, NULL}, [K_ADD] = {9, " + ", 9, 10, NULL}, [K_SUB] = {9, "-", 9, 10, NULL},
  [K_MUL] = {10, "*", 10, 11, NULL}, [K_DIV] = {10, " / ", 10, 11, NULL}, [K_FLOORDIV] = {10, "//", 10, 11, NULL},
  [K_MOD] = {10, " % ", 10, 11, NULL}, [K_NEG] = {11, NULL, 11, 0, NULL}, [K_INVERT] = {11, NULL, 11, 0, NULL},
  [K_POW] = {12, " ** ", 13, 11, NULL}, [K_ABS] = {ATOM, NULL, 0, 0, "abs"}, [K_MIN] = {ATOM, NULL, 0, 0, "min"},
  [K_MAX] = {ATOM, NULL, 0, 0, "max"}, [K_TRUNC] = {ATOM, NULL, 0, 0, "int"}, [K_FLOOR] = {ATOM, NULL, 0, 0, "math.floor"},
  [K_CEIL] = {ATOM, NULL, 0, 0, "ceil"}, [K_INT] = {ATOM, NULL, 0, 0, NULL}, [K_FRACTION] = {ATOM, NULL, 0, 0, NULL},
  [K_VAR] = {ATOM, NULL, 0, 0, NULL},
};

static const struct form flash_forms[KINDS] = {
  [K_OR] = {0, " |\n   ", 1, 1, NULL}, [K_CHAIN] = {1, NULL, 3, 3, NULL}, [K_IN] = {1, NULL, 3, 0, NULL},
  [K_DIVIDES] = {1, NULL, 3, 3, NULL}, [K_ADD] = {3, " + ", 3, 3, NULL}, [K_MUL] = {4, " * ", 4, 4, NULL},
  [K_POW] = {5, " ^ ", 6, 6, NULL}, [K_INT] = {ATOM, NULL, 0, 0, NULL}, [K_VAR] = {ATOM, NULL, 0, 0, NULL},
};

static const struct form *const forms[DIALECTS] = {native_forms, t1_forms, flash_forms};
static const char *const relations[RELATIONS] = {"==", "!=", "<", "<=", ">", ">="};

static void print(struct out *o, int node, int level);

static int own_level(const struct out *o, const struct node *n) {
  if (n->kind == K_INT && n->value[0] < 0) return forms[o->m->dialect][K_NEG].level;
  return forms[o->m->dialect][n->kind].level;
}

static void print_list(struct out *o, const struct node *n, int from, const char *between, int level) {
  for (int i = from; i < n->n; i++) {
    put(o, "%s", i > from ? between : "");
    print(o, n->kid[i], level);
  }
}

static void print_values(struct out *o, const struct node *n, const char *open, const char *close) {
  put(o, "%s", open);
  for (int i = 0; i < n->values; i++) put(o, "%s%" PRId64, i ? ", " : "", n->value[i]);
  put(o, "%s", close);
}

static void print_membership(struct out *o, const struct node *n, const struct form *f) {
  print(o, n->kid[0], f->first);
  if (o->m->dialect == FLASHRNN) put(o, " == ");
  else put(o, n->kind == K_IN ? " in " : " not in ");
  if (o->m->dialect == NATIVE) print_values(o, n, "{", "}");
  else print_values(o, n, "[", "]");
}

static void print_rows(struct out *o, const struct node *n) {
  put(o, "table((");
  print_list(o, n, 0, ", ", ANY);
  put(o, "), [");
  for (int i = 0; i < n->values; i += 2) put(o, "%s(%" PRId64 ", %" PRId64 ")", i ? ", " : "", n->value[i], n->value[i + 1]);
  put(o, "])");
}

static void print_label(struct out *o, const struct node *n) {
  put(o, "v%d ", n->kid[0]);
  if (n->values == 1) put(o, "%s 'L%" PRId64 "'", n->relation[0] == R_EQ ? "==" : "!=", n->value[0]);
  else {
    put(o, "%s (", n->relation[0] == R_EQ ? "in" : "not in");
    for (int i = 0; i < n->values; i++) put(o, "'L%" PRId64 "', ", n->value[i]);
    put(o, ")");
  }
}

static void print_choice(struct out *o, const struct node *n) {
  print(o, n->kid[1], 1);
  put(o, " if ");
  print(o, n->kid[0], 1);
  put(o, " else ");
  print(o, n->kid[2], 0);
}

static void print_chain(struct out *o, const struct node *n, const struct form *f) {
  for (int i = 0; i < n->n; i++) {
    if (i) put(o, " %s ", relations[n->relation[i]]);
    print(o, n->kid[i], f->first);
  }
}

static void print_special(struct out *o, const struct node *n, const struct form *f) {
  switch (n->kind) {
    case K_INT: put(o, "%" PRId64, n->value[0]); break;
    case K_FRACTION: put(o, "%" PRId64 ".%" PRId64, n->value[0] / 10, n->value[0] % 10); break;
    case K_VAR: put(o, "v%" PRId64, n->value[0]); break;
    case K_NEG: put(o, "-"), print(o, n->kid[0], f->first); break;
    case K_INVERT: put(o, "~"), print(o, n->kid[0], f->first); break;
    case K_NOT: put(o, "not "), print(o, n->kid[0], f->first); break;
    case K_CHAIN: print_chain(o, n, f); break;
    case K_IN: case K_NOT_IN: print_membership(o, n, f); break;
    case K_TABLE: print_rows(o, n); break;
    case K_LABEL: print_label(o, n); break;
    case K_ITE: print_choice(o, n); break;
    case K_ELEMENT:
      put(o, "element([");
      print_list(o, n, 1, ", ", ANY);
      put(o, "], ");
      print(o, n->kid[0], ANY);
      put(o, ")");
      break;
    default: /* flashrnn's A % B == 0: kid 0 divides kid 1 */
      print(o, n->kid[1], f->first);
      put(o, " %% ");
      print(o, n->kid[0], f->first);
      put(o, " == 0");
      break;
  }
}

static void print_plain(struct out *o, const struct node *n, const struct form *f) {
  if (f->call) {
    put(o, "%s(", f->call);
    print_list(o, n, 0, ", ", ANY);
    put(o, ")");
  } else if (f->infix) {
    print(o, n->kid[0], f->first);
    put(o, "%s", f->infix);
    print_list(o, n, 1, f->infix, f->rest);
  } else print_special(o, n, f);
}

static void print(struct out *o, int node, int level) {
  const struct node *n = &o->m->node[node];
  bool brackets = own_level(o, n) < level || (o->m->dialect != FLASHRNN && random_below(12) == 0);
  put(o, "%s", brackets ? "(" : "");
  print_plain(o, n, &forms[o->m->dialect][n->kind]);
  put(o, "%s", brackets ? ")" : "");
}

static void print_native_variable(struct out *o, int i) {
  const struct variable *v = &o->m->var[i];
  put(o, "var v%d in ", i);
  if (v->range) {
    put(o, "%" PRId64 "..%" PRId64, v->value[0], v->value[v->n - 1]);
    if (v->step > 1) put(o, " step %" PRId64, v->step);
  } else {
    put(o, "{");
    for (int k = 0; k < v->n; k++) put(o, "%s%" PRId64, k ? ", " : "", v->value[k]);
    put(o, "}");
  }
  put(o, ";\n");
}

static void print_flash_variable(struct out *o, int i) {
  const struct variable *v = &o->m->var[i];
  if (v->range) {
    put(o, "v%d <= %d;\n", i, v->n);
    return;
  }
  put(o, "v%d == [", i);
  for (int k = 0; k < v->n; k++) put(o, "%s%" PRId64, k ? ", " : "", v->value[k]);
  put(o, "];\n");
}

static void print_t1_value(struct out *o, const struct variable *v, int64_t value) {
  switch (v->type) {
    case V_INT: put(o, "%" PRId64, value); break;
    case V_FLOAT: put(o, "%s%" PRId64 ".%" PRId64, value < 0 ? "-" : "", (value < 0 ? -value : value) / 10, (value < 0 ? -value : value) % 10); break;
    case V_STRING: put(o, "'L%" PRId64 "'", value); break;
    case V_BOOL: put(o, value ? "True" : "False"); break;
  }
}

static void print_t1_variable(struct out *o, int i) {
  static const char *const types[] = {"int", "float", "string", "bool"};
  const struct variable *v = &o->m->var[i];
  put(o, "%s{\"Name\": \"v%d\", \"Type\": \"%s\", \"Values\": \"[", i ? ",\n " : "", i, types[v->type]);
  for (int k = 0; k < v->n; k++) {
    put(o, "%s", k ? ", " : "");
    print_t1_value(o, v, v->value[k]);
  }
  put(o, "]\"}");
}

static void print_t1(struct out *o) {
  put(o, "{\"ConfigurationSpace\": {\"TuningParameters\": [\n ");
  for (int i = 0; i < o->m->vars; i++) print_t1_variable(o, i);
  put(o, "],\n\"Conditions\": [\n");
  for (int i = 0; i < o->m->constraints; i++) {
    put(o, "%s {\"Expression\": \"", i ? ",\n" : "");
    print(o, o->m->constraint[i], ANY);
    put(o, "\", \"Parameters\": []}");
  }
  put(o, "]}}\n");
}

static void print_statements(struct out *o) {
  for (int i = 0; i < o->m->vars; i++)
    if (o->m->dialect == NATIVE) print_native_variable(o, i);
    else print_flash_variable(o, i);
  for (int i = 0; i < o->m->constraints; i++) {
    if (o->m->dialect == NATIVE && random_below(3) == 0) put(o, "c%d: ", i);
    print(o, o->m->constraint[i], ANY);
    put(o, ";\n");
  }
  for (int i = 0; i < o->m->objectives; i++) {
    put(o, "%s ", o->m->maximize[i] ? "maximize" : "minimize");
    print(o, o->m->objective[i], ANY);
    put(o, ";\n");
  }
}

size_t print_model(const struct model *m, char *out, size_t size) {
  struct out o = {out, out + size - 1, m};
  if (m->dialect == T1) print_t1(&o);
  else print_statements(&o);
  return (size_t)(o.at - out);
}

int64_t held_value(const struct variable *v, int i) { return v->type == V_INT ? v->value[i] : i; }
