/* Names of variables and of expressions: a hash table over the list of names. */
#include <string.h>

#include "graph.h"

static uint32_t hash_text(const char *text, size_t length) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)text[i]) * 16777619u;
  return h;
}

static size_t find_slot(const struct graph *g, const char *name, size_t length) {
  size_t mask = g->nname_slots - 1, i = hash_text(name, length) & mask;
  for (; g->name_slots[i] >= 0; i = (i + 1) & mask) {
    const char *other = g->names[g->name_slots[i]].name;
    if (strncmp(other, name, length) == 0 && other[length] == '\0') break;
  }
  return i;
}

static bool grow(struct graph *g) {
  size_t old = g->nname_slots, n = old ? 2 * old : 64;
  int32_t *slots = budget_alloc(&g->budget, n * sizeof *slots), *before = g->name_slots;
  if (!slots) return false;
  memset(slots, 0xff, n * sizeof *slots);
  g->name_slots = slots;
  g->nname_slots = n;
  for (size_t i = 0; i < g->nnames; i++) {
    const char *name = g->names[i].name;
    slots[find_slot(g, name, strlen(name))] = (int32_t)i;
  }
  budget_free(&g->budget, before, old * sizeof *before);
  return true;
}

int32_t graph_find(const struct graph *g, const char *name, size_t length) {
  return g->nname_slots ? g->name_slots[find_slot(g, name, length)] : -1;
}

int graph_add_name(struct graph *g, const char *name, size_t length, ci_expr e) {
  if (2 * (g->nnames + 1) > g->nname_slots && !grow(g)) return CI_ENOMEM;
  if (!budget_grow(&g->budget, &g->names, &g->name_capacity, g->nnames + 1, sizeof *g->names)) return CI_ENOMEM;
  char *copy = graph_string(g, name, length);
  if (!copy) return CI_ENOMEM;
  size_t slot = find_slot(g, name, length);
  g->names[g->nnames] = (struct named){copy, e};
  g->name_slots[slot] = (int32_t)g->nnames++;
  return CI_OK;
}

const char *graph_name_of(const struct graph *g, ci_expr e) {
  for (size_t i = 0; i < g->nnames; i++)
    if (g->names[i].e == e) return g->names[i].name;
  return NULL;
}
