/* A hardware model in memory. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

struct hw_model {
  char *name, *vendor, *architecture;
  int kind;
  hw_figure *figures;
  size_t count, room;
};

int model_new(hw_model **out, const model_head *head) {
  hw_model *m = calloc(1, sizeof *m);
  *out = NULL;
  if (!m) return hw_fail(HW_ENOMEM, "out of memory");
  m->name = strdup(head->name);
  m->vendor = strdup(head->vendor);
  m->architecture = strdup(head->architecture);
  m->kind = head->kind;
  if (!m->name || !m->vendor || !m->architecture) {
    hw_free(m);
    return hw_fail(HW_ENOMEM, "out of memory");
  }
  *out = m;
  return HW_OK;
}

static int make_room(hw_model *m) {
  if (m->count < m->room) return HW_OK;
  size_t room = m->room ? 2 * m->room : 32;
  hw_figure *f = realloc(m->figures, room * sizeof *f);
  if (!f) return hw_fail(HW_ENOMEM, "out of memory");
  m->figures = f;
  m->room = room;
  return HW_OK;
}

int model_add(hw_model *m, const schema_key *key, int64_t value, const char *source, int line) {
  int rc = make_room(m);
  if (rc) return rc;
  char *copy = strdup(source);
  if (!copy) return hw_fail(HW_ENOMEM, "out of memory");
  m->figures[m->count++] = (hw_figure){key->public.name, value, key->public.unit, copy, line};
  return HW_OK;
}

int model_add_known(hw_model *m, const char *key, int64_t value, const char *source) {
  return value > 0 ? model_add(m, schema_find(key), value, source, 0) : HW_OK;
}

static int add_derived(hw_model *m, const schema_key *key) {
  const char *from = key->copy_of[m->kind == HW_GPU];
  const hw_figure *f = from ? hw_find(m, from) : NULL;
  if (!f) return HW_OK;
  char source[64] = "derived: ";
  strncat(source, from, sizeof source - strlen(source) - 1);
  return model_add(m, key, f->value, source, f->line);
}

int model_finish(hw_model *m) {
  int rc = HW_OK;
  const schema_key *key;
  for (size_t i = 0; !rc && (key = schema_at(i)); i++)
    if (schema_derived(key)) rc = add_derived(m, key);
  return rc;
}

void hw_free(hw_model *m) {
  if (!m) return;
  for (size_t i = 0; i < m->count; i++) free((char *)m->figures[i].source);
  free(m->figures);
  free(m->name);
  free(m->vendor);
  free(m->architecture);
  free(m);
}

const char *hw_name(const hw_model *m) { return m->name; }
const char *hw_vendor(const hw_model *m) { return m->vendor; }
const char *hw_kind(const hw_model *m) { return schema_kind_name(m->kind); }
const char *hw_architecture(const hw_model *m) { return m->architecture; }
size_t hw_count(const hw_model *m) { return m->count; }
const hw_figure *hw_at(const hw_model *m, size_t i) { return i < m->count ? &m->figures[i] : NULL; }

const hw_figure *hw_find(const hw_model *m, const char *key) {
  for (size_t i = 0; i < m->count; i++)
    if (!strcmp(m->figures[i].key, key)) return &m->figures[i];
  return NULL;
}
