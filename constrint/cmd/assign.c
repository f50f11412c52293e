/* Reading NAME=VALUE ...: each variable once, none missing. */
#include "assign.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(const struct session *s, const char *what, const char *text) {
  fprintf(stderr, "constrint %s: %s '%s'\n", s->options.command, what, text);
  return EXIT_USAGE;
}

/* A number, or one of the variable's labels. */
static bool parse_value(const struct head *h, const char *text, int64_t *value) {
  for (size_t i = 0; i < h->nlabels; i++)
    if (!strcmp(h->labels[i].text, text)) return *value = h->labels[i].value, true;
  return parse_integer(text, value);
}

static int assign(struct session *s, char *given, const char *text) {
  char name[1024];
  const char *equals = strchr(text, '=');
  if (!equals || equals - text >= (long)sizeof name) return complain(s, "an assignment is NAME=VALUE, not", text);
  snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
  int var = heads_find(&s->heads, name);
  if (var < 0) return complain(s, "the model has no variable", name);
  if (given[var]) return complain(s, "given twice:", name);
  if (!parse_value(&s->heads.at[var], equals + 1, &s->values[var]))
    return complain(s, "a value is an integer or one of the variable's labels, not", text);
  given[var] = 1;
  return CONTINUE;
}

int assign_all(struct session *s) {
  char *given = calloc(s->heads.n + 1, 1);
  if (!given) return EXIT_ENVIRONMENT;
  int rc = CONTINUE;
  for (int i = 0; i < s->options.nrest && rc == CONTINUE; i++) rc = assign(s, given, s->options.rest[i]);
  for (size_t v = 0; v < s->heads.n && rc == CONTINUE; v++)
    if (!given[v]) rc = complain(s, "every variable needs a value; missing:", s->heads.at[v].name);
  free(given);
  return rc;
}
