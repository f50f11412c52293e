/* Reading the order of a cursor: names, with < or > before them. */
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "cursor.h"

#define BETWEEN " \t\r\n,"

static int find(const ci_space *s, const char *name, size_t len) {
  for (size_t i = 0; i < s->nvars; i++)
    if (strlen(s->vars[i].name) == len && memcmp(s->vars[i].name, name, len) == 0) return (int)i;
  return -1;
}

static void take(const ci_space *s, size_t var, enum value_order by, bool *taken, struct turn *turns, size_t *n) {
  taken[var] = true;
  if (s->vars[var].part >= 0) turns[(*n)++] = (struct turn){(uint32_t)var, by};
}

static int read_names(const ci_space *s, const char *text, bool *taken, struct turn *turns, size_t *n) {
  enum value_order by = LISTED;
  for (text += strspn(text, BETWEEN); *text; text += strspn(text, BETWEEN)) {
    if (*text == '<' || *text == '>') {
      if (by != LISTED) return ci_fail(CI_EINVAL, "order: expected a name after '<' or '>', found '%.40s'", text);
      by = *text++ == '<' ? SMALLEST_FIRST : LARGEST_FIRST;
      continue;
    }
    size_t len = strcspn(text, BETWEEN "<>");
    int var = find(s, text, len), shown = len > 100 ? 100 : (int)len;
    if (var < 0) return ci_fail(CI_EINVAL, "order: the space has no variable '%.*s'", shown, text);
    if (taken[var]) return ci_fail(CI_EINVAL, "order: '%.*s' stands twice", shown, text);
    take(s, (size_t)var, by, taken, turns, n);
    by = LISTED;
    text += len;
  }
  return by == LISTED ? CI_OK : ci_fail(CI_EINVAL, "order: expected a name at the end, after '<' or '>'");
}

int cursor_order(const ci_space *s, const char *text, struct turn *turns, size_t *nturns) {
  bool *taken = calloc(s->nvars + 1, sizeof *taken);
  if (!taken) return ci_fail(CI_ENOMEM, "no memory for an order");
  bool declared = strcmp(text, "declared") == 0 && find(s, text, strlen(text)) < 0;
  *nturns = 0;
  int error = declared ? CI_OK : read_names(s, text, taken, turns, nturns);
  for (size_t v = 0; v < s->nvars && error == CI_OK; v++)
    if (!taken[v]) take(s, v, LISTED, taken, turns, nturns);
  free(taken);
  return error;
}
