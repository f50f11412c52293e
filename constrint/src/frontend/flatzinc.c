/* The FlatZinc reader: declarations, constraints, what to solve for. */
#include "flatzinc.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../error.h"

int fz_no_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while FlatZinc is read"); }

int fz_fail(const struct fz *z, const char *at, const char *format, ...) {
  char message[512];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return source_fail(z->s, source_position(z->s, at), "%s", message);
}

int fz_blame(const struct fz *z, const char *at, int rc) {
  if (rc >= 0 || rc == CI_ESYNTAX || rc == CI_ENOMEM) return rc;
  char message[512];
  snprintf(message, sizeof message, "%s", ci_error());
  return fz_fail(z, at, "%s", message);
}

/* ---- types ---- */

enum base { BASE_BOOL, BASE_INT, BASE_FLOAT };

struct type {
  bool array, var, set;
  int64_t length; /* of an array; -1: any */
  enum base base;
  const struct fz_set *domain; /* NULL: all values */
  const char *at;
};

static int take_word(struct fz *z, const char *word) {
  char wanted[40];
  if (fz_word(z, word)) return fz_advance(z);
  snprintf(wanted, sizeof wanted, "'%s'", word);
  return fz_unexpected(z, wanted);
}

/* "1..n" or "int", and "] of" */
static int read_index(struct fz *z, struct type *t) {
  struct fz_value range;
  const char *at = z->token.at;
  int rc;
  t->length = -1;
  if (fz_word(z, "int")) {
    rc = fz_advance(z);
  } else {
    rc = fz_read_set(z, &z->scratch, &range);
    if (rc < 0) return rc;
    if (range.set->values || range.set->lo != 1 || range.set->hi < 0)
      return fz_fail(z, at, "the index of a FlatZinc array is 1..n");
    t->length = range.set->hi;
  }
  if (rc >= 0) rc = fz_take(z, ']', "behind the array's index");
  return rc < 0 ? rc : take_word(z, "of");
}

static int read_base(struct fz *z, struct type *t) {
  static const struct { const char *word; enum base base; } words[] = {
    {"bool", BASE_BOOL}, {"int", BASE_INT}, {"float", BASE_FLOAT},
  };
  for (int i = 0; i < 3; i++)
    if (fz_word(z, words[i].word)) {
      t->base = words[i].base;
      return fz_advance(z);
    }
  struct fz_value domain;
  if (z->token.kind == FZT_FLOAT) {
    t->base = BASE_FLOAT;
    return fz_read_value(z, &z->scratch, &domain);
  }
  if (z->token.kind != FZT_INT && !fz_is(z, '{')) return fz_unexpected(z, "a type");
  int rc = fz_read_set(z, &z->keep, &domain);
  t->base = BASE_INT;
  t->domain = rc < 0 ? NULL : domain.set;
  return rc;
}

static int read_type(struct fz *z, struct type *t) {
  *t = (struct type){.at = z->token.at};
  int rc = CI_OK;
  if (fz_word(z, "array")) {
    t->array = true;
    rc = fz_advance(z);
    if (rc >= 0) rc = fz_take(z, '[', "behind 'array'");
    if (rc >= 0) rc = read_index(z, t);
  }
  if (rc >= 0 && fz_word(z, "var")) {
    t->var = true;
    t->at = z->token.at;
    rc = fz_advance(z);
  }
  if (rc >= 0 && fz_word(z, "set")) {
    t->set = true;
    rc = fz_advance(z);
    if (rc >= 0) rc = take_word(z, "of");
  }
  return rc < 0 ? rc : read_base(z, t);
}

/* What ConstrINT has no variables of. */
static int check_type(const struct fz *z, const struct type *t) {
  if (!t->var) return CI_OK;
  if (t->set)
    return fz_fail(z, t->at, "a set variable: ConstrINT has integer and Boolean variables only; "
                             "model the set by an array of Booleans");
  if (t->base == BASE_FLOAT)
    return fz_fail(z, t->at, "a float variable: ConstrINT has integer and Boolean variables only; "
                             "scale to integers, or use a solver with floats");
  return CI_OK;
}

/* ---- values of declarations ---- */

static enum fz_kind kind_of(const struct type *t) {
  if (t->set) return FZ_SET;
  return t->base == BASE_BOOL ? FZ_BOOL : t->base == BASE_INT ? FZ_INT : FZ_FLOAT;
}

static int check_item(const struct fz *z, const struct type *t, const struct fz_value *v) {
  static const char *const shown[] = {[FZ_BOOL] = "a truth value", [FZ_INT] = "an integer", [FZ_SET] = "a set",
                                      [FZ_FLOAT] = "a number"};
  enum fz_kind kind = kind_of(t);
  int len = v->len > 60 ? 60 : (int)v->len;
  if (v->kind == FZ_NAME) return fz_fail(z, v->at, "the name '%.*s' is not declared", len, v->at);
  if (kind == FZ_FLOAT && (v->kind == FZ_INT || v->kind == FZ_SET)) return CI_OK;
  if (v->kind != kind) return fz_fail(z, v->at, "%s was expected here", shown[kind]);
  if (!t->var && v->e >= 0) return fz_fail(z, v->at, "a constant was expected here, not a variable");
  return CI_OK;
}

static int check_value(const struct fz *z, const struct type *t, const struct fz_value *v) {
  if (!t->array) return check_item(z, t, v);
  if (v->kind == FZ_NAME) return check_item(z, t, v);
  if (v->kind != FZ_ARRAY) return fz_fail(z, v->at, "a list in [ ] was expected here");
  if (t->length >= 0 && (uint64_t)t->length != v->n)
    return fz_fail(z, v->at, "the array has %lld items by its type, and %zu here", (long long)t->length, v->n);
  for (size_t i = 0; i < v->n; i++) {
    int rc = check_item(z, t, &v->items[i]);
    if (rc < 0) return rc;
  }
  return CI_OK;
}

/* ---- constraints of the reader's own ---- */

static int require(struct fz *z, const char *at, ci_expr condition, const char *name) {
  position p = source_position(z->s, at);
  ci_place place = {z->s->name, p.line, p.column};
  int rc = condition < 0 ? condition : ci_constrain(z->b, condition, name, &place);
  return fz_blame(z, at, rc);
}

static ci_expr within(struct fz *z, const struct fz_set *set, const struct fz_value *x) {
  ci_expr e = fz_expr(z, x);
  if (set->values) return ci_in(z->b, e, set->values, set->n);
  ci_expr ends[2] = {ci_apply2(z->b, CI_GE, e, ci_int(z->b, set->lo)), ci_apply2(z->b, CI_LE, e, ci_int(z->b, set->hi))};
  return ci_apply(z->b, CI_AND, ends, 2);
}

/* ---- variables ---- */

static bool is_empty(const struct fz_set *set) { return set->values ? set->n == 0 : set->lo > set->hi; }

static ci_expr new_variable(struct fz *z, const struct type *t, const char *name) {
  if (t->base == BASE_BOOL) return ci_var_range(z->b, name, 0, 1, 1);
  if (!t->domain) return ci_var_range(z->b, name, INT64_MIN, INT64_MAX, 1);
  if (is_empty(t->domain)) return ci_var_range(z->b, name, 0, 0, 1);
  if (t->domain->values) return ci_var_values(z->b, name, t->domain->values, t->domain->n);
  return ci_var_range(z->b, name, t->domain->lo, t->domain->hi, 1);
}

static bool annotated(const struct fz_value *annotations, const char *name) {
  for (size_t i = 0; i < annotations->n; i++)
    if (fz_named(&annotations->items[i], name)) return true;
  return false;
}

static int declare_variable(struct fz *z, const struct type *t, const struct fz_token *name,
                            const struct fz_value *annotations, struct fz_value *out) {
  static const char *const truths[2] = {"false", "true"};
  char *copy = strndup(name->at, name->len);
  if (!copy) return fz_no_memory();
  ci_expr e = new_variable(z, t, copy);
  free(copy);
  *out = (struct fz_value){.kind = kind_of(t), .at = name->at, .len = name->len, .e = e};
  int rc = e < 0 ? e : CI_OK;
  if (rc >= 0 && t->base == BASE_BOOL && !annotated(annotations, "var_is_introduced")) rc = ci_var_labels(z->b, e, truths, 2);
  if (rc >= 0 && t->domain && is_empty(t->domain)) rc = require(z, name->at, ci_int(z->b, 0), "an empty domain");
  return fz_blame(z, name->at, rc);
}

/* "= v": another name for v, within the domain. */
static int declare_alias(struct fz *z, const struct type *t, const struct fz_token *name, const struct fz_value *v) {
  return t->domain ? require(z, name->at, within(z, t->domain, v), "a domain") : CI_OK;
}

static int read_definition(struct fz *z, const struct type *t, bool *given, struct fz_value *v) {
  *given = fz_is(z, '=');
  if (!*given && t->array) return fz_unexpected(z, "'=' and the array's items");
  if (!*given && !t->var) return fz_unexpected(z, "'=' and the parameter's value");
  if (!*given) return CI_OK;
  int rc = fz_advance(z);
  if (rc >= 0) rc = fz_read_value(z, &z->keep, v);
  return rc < 0 ? rc : check_value(z, t, v);
}

static int read_declaration(struct fz *z) {
  struct type t;
  struct fz_token name;
  struct fz_value annotations, v;
  bool given = false;
  int rc = read_type(z, &t);
  if (rc >= 0) rc = check_type(z, &t);
  if (rc >= 0) rc = fz_take(z, ':', "behind the type");
  name = z->token;
  if (rc >= 0 && name.kind != FZT_NAME) return fz_unexpected(z, "a name");
  if (rc >= 0 && fz_find(z, name.at, name.len)) return fz_define(z, name.at, name.len, &v);
  if (rc >= 0) rc = fz_advance(z);
  if (rc >= 0) rc = fz_read_annotations(z, &z->scratch, &annotations);
  if (rc >= 0) rc = read_definition(z, &t, &given, &v);
  if (rc >= 0 && given && !t.array && t.var) rc = declare_alias(z, &t, &name, &v);
  if (rc >= 0 && !given) rc = declare_variable(z, &t, &name, &annotations, &v);
  if (rc >= 0) rc = fz_define(z, name.at, name.len, &v);
  if (rc >= 0 && t.var) rc = fz_output(z, name.at, name.len, &v, &annotations);
  return rc;
}

/* ---- the other statements ---- */

static int skip_predicate(struct fz *z) {
  int rc = CI_OK;
  while (rc >= 0 && !fz_is(z, ';') && z->token.kind != FZT_END) rc = fz_advance(z);
  return rc;
}

static int read_constraint(struct fz *z) {
  struct fz_value call, annotations;
  int rc = fz_advance(z);
  if (rc >= 0 && z->token.kind != FZT_NAME) return fz_unexpected(z, "a constraint");
  if (rc >= 0) rc = fz_read_value(z, &z->scratch, &call);
  if (rc >= 0 && call.kind != FZ_CALL) return fz_fail(z, call.at, "a constraint has arguments in ( )");
  if (rc >= 0) rc = fz_read_annotations(z, &z->scratch, &annotations);
  return rc < 0 ? rc : fz_constraint(z, &call);
}

static int read_objective(struct fz *z, bool maximize) {
  struct fz_value v;
  int rc = fz_advance(z);
  if (rc >= 0) rc = fz_read_value(z, &z->scratch, &v);
  if (rc < 0) return rc;
  if (v.kind == FZ_FLOAT) return fz_fail(z, v.at, "a float objective: ConstrINT optimizes integers only");
  if (v.kind != FZ_INT && v.kind != FZ_BOOL) return fz_fail(z, v.at, "the objective must be a declared integer variable");
  return fz_blame(z, v.at, ci_objective(z->b, fz_expr(z, &v), maximize));
}

static int read_solve(struct fz *z) {
  struct fz_value annotations;
  int rc = fz_advance(z);
  if (rc >= 0) rc = fz_read_annotations(z, &z->scratch, &annotations);
  if (rc >= 0) rc = fz_search(z, &annotations);
  if (rc < 0) return rc;
  if (fz_word(z, "satisfy")) return fz_advance(z);
  if (fz_word(z, "minimize")) return read_objective(z, false);
  if (fz_word(z, "maximize")) return read_objective(z, true);
  return fz_unexpected(z, "satisfy, minimize or maximize");
}

enum { SCRATCH_KEPT = 1 << 15 };

/* Ready for the next one. */
static int end_statement(struct fz *z) {
  if (z->scratch.size > SCRATCH_KEPT) arena_free(&z->scratch);
  return fz_take(z, ';', "behind the statement");
}

static int read_statement(struct fz *z, bool *solved) {
  int rc;
  if (fz_word(z, "constraint")) {
    rc = read_constraint(z);
  } else if (fz_word(z, "predicate")) {
    rc = skip_predicate(z);
  } else if (fz_word(z, "solve")) {
    rc = read_solve(z);
    *solved = true;
  } else {
    rc = read_declaration(z);
  }
  return rc < 0 ? rc : end_statement(z);
}

static int read_all(struct fz *z) {
  bool solved = false;
  int rc = fz_advance(z);
  while (rc >= 0 && z->token.kind != FZT_END) {
    if (solved) return fz_fail(z, z->token.at, "nothing may follow the solve item");
    rc = read_statement(z, &solved);
  }
  if (rc >= 0 && !solved) rc = fz_unexpected(z, "'solve satisfy;', 'solve minimize x;' or 'solve maximize x;'");
  return rc < 0 ? rc : fz_find_hidden(z);
}

int read_flatzinc(const source *s, const scope *names) {
  struct fz z = {.s = s, .b = names->builder, .next = s->text, .line = s->first_line, .line_start = s->text};
  budget_init(&z.budget, NULL);
  arena_init(&z.keep, &z.budget);
  arena_init(&z.scratch, &z.budget);
  int rc = read_all(&z);
  arena_free(&z.keep);
  arena_free(&z.scratch);
  budget_free(&z.budget, z.names, z.name_capacity * sizeof *z.names);
  budget_free(&z.budget, z.slots, z.nslots * sizeof *z.slots);
  budget_free(&z.budget, z.stack, z.stack_capacity * sizeof *z.stack);
  budget_free(&z.budget, z.members, z.member_capacity * sizeof *z.members);
  budget_free(&z.budget, z.edges, z.edge_capacity * sizeof *z.edges);
  return rc;
}
