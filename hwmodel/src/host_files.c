/* Reading the system's small files. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

int host_read_line(char *text, size_t size, host_root root, const char *format, ...) {
  char path[1024];
  int n = snprintf(path, sizeof path, "%s", root.path);
  va_list args;
  va_start(args, format);
  vsnprintf(path + n, sizeof path - (size_t)n, format, args);
  va_end(args);
  FILE *f = fopen(path, "r");
  if (!f) return -1;
  char *got = fgets(text, (int)size, f);
  fclose(f);
  if (!got) return -1;
  text[strcspn(text, "\n")] = 0;
  return 0;
}

int64_t host_each_in_list(const char *list, void (*fn)(void *data, int cpu), void *data) {
  int64_t count = 0;
  while (isdigit((unsigned char)*list)) {
    char *end;
    long low = strtol(list, &end, 10), high = low;
    if (*end == '-') high = strtol(end + 1, &end, 10);
    for (long c = low; c <= high && c < HOST_MAX_CPUS; c++, count++)
      if (fn) fn(data, (int)c);
    list = *end == ',' ? end + 1 : end;
  }
  return count;
}
