/* From a FlatZinc constraint to a condition of the model: the name is found,
 * with _reif or _imp behind it or not; arguments are checked; a maker builds. */
#include <string.h>
#include "flatzinc.h"

enum mode { PLAIN, REIFIED, IMPLIED };

static const struct fz_builtin *const families[] = {fz_arithmetic, fz_logic, fz_global};
enum { FAMILIES = sizeof families / sizeof *families };

/* That name with so many arguments; *known: there is one of that name. */
static const struct fz_builtin *find(const char *name, size_t len, size_t n, bool *known) {
  for (int f = 0; f < FAMILIES; f++)
    for (const struct fz_builtin *b = families[f]; b->name; b++) {
      if (strncmp(b->name, name, len) || b->name[len]) continue;
      *known = true;
      if (strlen(b->arguments) == n) return b;
    }
  return NULL;
}

static bool ends(const struct fz_value *call, const char *suffix) {
  size_t n = strlen(suffix);
  return call->len > n && !memcmp(call->at + call->len - n, suffix, n);
}

static const struct fz_builtin *look_up(const struct fz_value *call, enum mode *mode, bool *known) {
  const struct fz_builtin *b = find(call->at, call->len, call->n, known);
  *mode = PLAIN;
  if (b || !call->n) return b;
  if (ends(call, "_reif")) {
    *mode = REIFIED;
    return find(call->at, call->len - 5, call->n - 1, known);
  }
  if (!ends(call, "_imp")) return NULL;
  *mode = IMPLIED;
  return find(call->at, call->len - 4, call->n - 1, known);
}

static int refuse(const struct fz *z, const struct fz_value *call, bool known) {
  int len = call->len > 100 ? 100 : (int)call->len;
  if (known) return fz_fail(z, call->at, "%.*s does not take %zu arguments", len, call->at, call->n);
  if (len >= 6 && (!memcmp(call->at, "float_", 6) || !memcmp(call->at, "int2fl", 6) || memmem(call->at, call->len, "_float_", 7)))
    return fz_fail(z, call->at, "%.*s is over floats: ConstrINT has integers and Booleans only", len, call->at);
  if (len >= 4 && (!memcmp(call->at, "set_", 4) || memmem(call->at, call->len, "_set_", 5)))
    return fz_fail(z, call->at, "%.*s is over set variables: ConstrINT has integers and Booleans only", len, call->at);
  return fz_fail(z, call->at, "ConstrINT knows no constraint '%.*s'; compile the model with its own library "
                              "(minizinc --solver constrint) or the standard one (-G std)", len, call->at);
}

/* ---- arguments ---- */

static const char *wanted_text(char letter) {
  switch (letter) {
    case 'i': return "an integer";
    case 'b': return "a truth value";
    case 's': return "a set of integers";
    case 'c': return "a constant integer";
    case 'd': return "a constant truth value";
    case 'I': return "an array of integers";
    case 'B': return "an array of truth values";
    case 'S': return "an array of sets";
    case 'C': return "an array of constant integers";
    default: return "an array of constant truth values";
  }
}

static bool fits(char letter, const struct fz_value *v) {
  switch (letter) {
    case 'i': return v->kind == FZ_INT;
    case 'b': return v->kind == FZ_BOOL;
    case 's': return v->kind == FZ_SET;
    case 'c': return v->kind == FZ_INT && fz_constant(v);
    default: return v->kind == FZ_BOOL && fz_constant(v);
  }
}

static int misfit(const struct fz *z, const struct fz_value *call, size_t i, char letter, const struct fz_value *v) {
  int len = v->len > 60 ? 60 : (int)v->len, name = call->len > 60 ? 60 : (int)call->len;
  if (v->kind == FZ_NAME) return fz_fail(z, v->at, "the name '%.*s' is not declared", len, v->at);
  if (v->kind == FZ_FLOAT) return fz_fail(z, v->at, "a float: ConstrINT has integers and truth values only");
  return fz_fail(z, v->at, "argument %zu of %.*s must be %s", i + 1, name, call->at, wanted_text(letter));
}

static int check_argument(const struct fz *z, const struct fz_value *call, size_t i, char letter) {
  const struct fz_value *v = &call->items[i];
  char lower = (char)(letter | 32);
  if (letter == lower) return fits(letter, v) ? CI_OK : misfit(z, call, i, letter, v);
  if (v->kind != FZ_ARRAY) return misfit(z, call, i, letter, v);
  for (size_t k = 0; k < v->n; k++)
    if (!fits(lower, &v->items[k])) return misfit(z, call, i, letter, &v->items[k]);
  return CI_OK;
}

static int check_arguments(const struct fz *z, const struct fz_value *call, const struct fz_builtin *b, enum mode mode) {
  size_t n = strlen(b->arguments);
  int rc = CI_OK;
  for (size_t i = 0; i < n && rc >= 0; i++) rc = check_argument(z, call, i, b->arguments[i]);
  return rc < 0 || mode == PLAIN ? rc : check_argument(z, call, n, 'b');
}

/* ---- the condition ---- */

static ci_expr condition_of(struct fz *z, const struct fz_value *call, const struct fz_builtin *b, enum mode mode) {
  size_t n = strlen(b->arguments);
  ci_expr e = b->make(z, call->items, n, b->op);
  if (e < 0 || mode == PLAIN) return e;
  const struct fz_value *r = &call->items[n];
  if (mode == IMPLIED) return ci_apply2(z->b, CI_IMPLIES, fz_expr(z, r), e);
  if (fz_constant(r)) return r->number ? e : ci_apply1(z->b, CI_NOT, e);
  return ci_apply2(z->b, CI_IFF, r->e, e);
}

static int note_result(struct fz *z, const struct fz_value *call, const struct fz_builtin *b, enum mode mode) {
  if (mode == REIFIED) return fz_determines(z, call->items, call->n, (int32_t)call->n - 1);
  return mode == IMPLIED || b->result == FZ_NONE ? CI_OK : fz_determines(z, call->items, call->n, b->result);
}

int fz_constraint(struct fz *z, const struct fz_value *call) {
  enum mode mode;
  bool known = false;
  const struct fz_builtin *b = look_up(call, &mode, &known);
  if (!b) return refuse(z, call, known);
  int rc = check_arguments(z, call, b, mode);
  if (rc < 0) return rc;
  ci_place place = {z->s->name, z->line, (int)(call->at - z->line_start) + 1};
  if (call->at < z->line_start) {
    position p = source_position(z->s, call->at);
    place.line = p.line;
    place.column = p.column;
  }
  ci_expr e = condition_of(z, call, b, mode);
  rc = e < 0 ? e : ci_constrain(z->b, e, b->name, &place);
  return rc < 0 ? fz_blame(z, call->at, rc) : note_result(z, call, b, mode);
}

/* ---- what makers share ---- */

ci_expr *fz_exprs(struct fz *z, size_t n) {
  ci_expr *e = arena_alloc(&z->scratch, (n + 1) * sizeof *e);
  if (!e) fz_no_memory();
  return e;
}

ci_expr fz_apply_args(struct fz *z, ci_op op, const struct fz_value *args, size_t n) {
  ci_expr *e = fz_exprs(z, n);
  if (!e) return CI_ENOMEM;
  for (size_t i = 0; i < n; i++) e[i] = fz_expr(z, &args[i]);
  return ci_apply(z->b, op, e, n);
}

ci_expr fz_apply_items(struct fz *z, ci_op op, const struct fz_value *list) {
  return fz_apply_args(z, op, list->items, list->n);
}
