/* The names that a .cint text uses. */
#include "names.h"
#include <ctype.h>
#include <string.h>

static bool begins_name(char c) { return isalpha((unsigned char)c) || c == '_'; }

static bool continues_name(const char *c) {
  return isalnum((unsigned char)*c) || *c == '_' || (*c == '.' && begins_name(c[1]));
}

const char *names_next(const char **at, size_t *length) {
  const char *c = *at;
  while (*c && !begins_name(*c)) {
    if (*c == '#') c += strcspn(c, "\n");
    else if (isdigit((unsigned char)*c)) c += strspn(c, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    else c++;
  }
  const char *end = c;
  while (continues_name(end)) end++;
  *length = (size_t)(end - c);
  *at = end;
  return *length ? c : NULL;
}

bool names_equal(const char *name, size_t length, const char *text) {
  return !strncmp(name, text, length) && !text[length];
}
