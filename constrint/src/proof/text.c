/* Lines of the proof, and the names of terms in them. */
#include "text.h"

#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "../integer.h"

struct proof *proof_new(const struct graph *g, proof_sink sink, void *data) {
  struct proof *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  p->g = g;
  p->sink = sink;
  p->data = data;
  p->unnamed = -1;
  return p;
}

void proof_free(struct proof *p) {
  if (!p) return;
  free(p->line);
  free(p->names);
  free(p->defined);
  free(p->operands);
  free(p->told);
  free(p->inferences);
  free(p->facts);
  free(p->uses);
  free(p);
}

int proof_error(const struct proof *p) {
  if (p->spent) return ci_fail(CI_ENOMEM, "out of memory while the proof is written");
  if (p->refused) return ci_fail(CI_EIO, "the proof cannot be written");
  if (p->unnamed >= 0) return ci_fail(CI_EINTERNAL, "the proof is not whole: term %d has no name", (int)p->unnamed);
  return CI_OK;
}

bool proof_room(struct proof *p, void *list, size_t *capacity, size_t n, size_t size) {
  void **at = list;
  if (n <= *capacity) return !p->spent;
  size_t wanted = n > 2 * *capacity ? n + 16 : 2 * *capacity;
  void *bigger = realloc(*at, wanted * size);
  if (!bigger) {
    p->spent = true;
    return false;
  }
  memset((char *)bigger + *capacity * size, 0, (wanted - *capacity) * size);
  *at = bigger;
  *capacity = wanted;
  return !p->spent;
}

/* ---- lines ---- */

void line_text(struct proof *p, const char *text) {
  size_t n = strlen(text);
  if (!proof_room(p, &p->line, &p->line_capacity, p->length + n + 1, 1)) return;
  memcpy(p->line + p->length, text, n);
  p->length += n;
}

void line_number(struct proof *p, wide v) {
  char text[WIDE_TEXT];
  wide_text(text, v);
  line_text(p, text);
}

void line_end(struct proof *p) {
  line_text(p, "\n");
  if (!p->spent && !p->refused && p->sink(p->data, p->line, p->length) != 0) p->refused = true;
  p->length = 0;
}

/* ---- names ---- */

static struct name *name_of(struct proof *p, term x) {
  if (!proof_room(p, &p->names, &p->nnames, (size_t)x + 1, sizeof *p->names)) return NULL;
  return &p->names[x];
}

static void give_name(store *s, term z, enum name_kind kind, ci_expr e) {
  struct name *name = s->record && z >= 0 ? name_of(s->record, z) : NULL;
  if (name && name->kind == NAME_NONE) *name = (struct name){kind, e};
}

void proof_name(store *s, term z, ci_expr e) { give_name(s, z, NAME_NODE, e); }
void proof_name_relation(store *s, term z, ci_expr e) { give_name(s, z, NAME_RELATION, e); }

void proof_define(store *s, term z, ci_op op, const struct operand *args, size_t n) {
  struct proof *p = s->record;
  if (!p || z < 0 || !proof_room(p, &p->defined, &p->defined_capacity, p->ndefined + 1, sizeof *p->defined) ||
      !proof_room(p, &p->operands, &p->operand_capacity, p->noperands + n, sizeof *p->operands))
    return;
  memcpy(p->operands + p->noperands, args, n * sizeof *args);
  p->defined[p->ndefined++] = (struct definition_of){z, op, p->noperands, n};
  p->noperands += n;
  give_name(s, z, NAME_TERM, 0);
}

void line_term(struct proof *p, const store *s, term x) {
  static const char *const letter[] = {[NAME_NODE] = "n", [NAME_RELATION] = "r", [NAME_TERM] = "t"};
  struct name *name = name_of(p, x);
  if (!name) return;
  if (name->kind == NAME_NONE) {
    if (!term_fixed(s, x)) p->unnamed = x;
    line_text(p, "#");
    line_number(p, term_lo(s, x));
    return;
  }
  line_text(p, letter[name->kind]);
  line_number(p, name->kind == NAME_TERM ? x : name->e);
}

/* Of numbers that are told; a fact and its contrary remain contraries. */
static wide told(struct fact f) {
  wide least = f.kind == AT_LEAST ? WIDE_MIN + 2 : WIDE_MIN + 1, most = f.kind == AT_MOST ? WIDE_MAX - 2 : WIDE_MAX - 1;
  return f.v < least ? least : f.v > most ? most : f.v;
}

void line_fact(struct proof *p, const store *s, struct fact f) {
  static const char *const relation[] = {[AT_LEAST] = ">=", [AT_MOST] = "<=", [IS] = "=", [IS_NOT] = "!="};
  line_term(p, s, f.x);
  line_text(p, relation[f.kind]);
  line_number(p, told(f));
}
