/* What FlatZinc's names stand for: parameters, variables, arrays. */
#include <string.h>
#include "flatzinc.h"

static uint32_t hash_text(const char *text, size_t len) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < len; i++) h = (h ^ (unsigned char)text[i]) * 16777619u;
  return h;
}

static size_t slot_of(const struct fz *z, const char *text, size_t len) {
  size_t mask = z->nslots - 1, i = hash_text(text, len) & mask;
  for (; z->slots[i] >= 0; i = (i + 1) & mask) {
    const struct fz_name *name = &z->names[z->slots[i]];
    if (name->len == len && !memcmp(name->text, text, len)) break;
  }
  return i;
}

static bool grow(struct fz *z) {
  size_t old = z->nslots, n = old ? 2 * old : 256;
  int32_t *slots = budget_alloc(&z->budget, n * sizeof *slots);
  if (!slots) return false;
  memset(slots, 0xff, n * sizeof *slots);
  budget_free(&z->budget, z->slots, old * sizeof *slots);
  z->slots = slots;
  z->nslots = n;
  for (size_t i = 0; i < z->nnames; i++) slots[slot_of(z, z->names[i].text, z->names[i].len)] = (int32_t)i;
  return true;
}

const struct fz_value *fz_find(const struct fz *z, const char *text, size_t len) {
  if (!z->nslots) return NULL;
  int32_t i = z->slots[slot_of(z, text, len)];
  return i < 0 ? NULL : &z->names[i].value;
}

int fz_define(struct fz *z, const char *text, size_t len, const struct fz_value *v) {
  if (fz_find(z, text, len))
    return fz_fail(z, text, "the name '%.*s' is declared twice", len > 100 ? 100 : (int)len, text);
  if (2 * (z->nnames + 1) > z->nslots && !grow(z)) return fz_no_memory();
  if (z->nnames >= INT32_MAX || !budget_grow(&z->budget, &z->names, &z->name_capacity, z->nnames + 1, sizeof *z->names))
    return fz_no_memory();
  size_t slot = slot_of(z, text, len);
  z->slots[slot] = (int32_t)z->nnames;
  z->names[z->nnames++] = (struct fz_name){text, len, *v};
  return CI_OK;
}
