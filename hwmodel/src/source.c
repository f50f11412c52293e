/* The form of a figure's source. */
#include "source.h"

#include <string.h>

#include "model.h"

static bool printable(const char *s) {
  for (; *s; s++)
    if ((unsigned char)*s < ' ' || *s == 0x7F) return false;
  return true;
}

bool source_ok(const char *source) {
  const char *colon = strstr(source, ": ");
  if (!colon || !colon[2] || colon[2] == ' ' || strlen(source) >= MODEL_TEXT || !printable(source)) return false;
  size_t n = (size_t)(colon - source);
  for (const char *kind = SOURCE_KINDS; kind; kind = strchr(kind, ',')) {
    kind += strspn(kind, ", ");
    if (strcspn(kind, ",") == n && !strncmp(kind, source, n)) return true;
  }
  return false;
}
