/* constrint db missed: what programs asked for in vain, as a workload to tune. */
#include "missed.h"
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "usage.h"

enum { WORKLOAD_MAX = 10000 }; /* problems that a workload may have */

/* A problem with every key, and how often it was asked for. */
typedef struct miss {
  char *kernel, *version, *problem; /* canonical, scaling keys included */
  int64_t asked;
} miss;

typedef struct list {
  const char *kernel, *device; /* NULL: any */
  miss *item;
  size_t count;
  json_t *json; /* NULL: not wanted */
  int failed;
} list;

static void list_release(list *l) {
  for (size_t i = 0; i < l->count; i++) {
    free(l->item[i].kernel);
    free(l->item[i].version);
    free(l->item[i].problem);
  }
  free(l->item);
  json_decref(l->json);
}

/* Canonical; NULL: no memory, or a row that means nothing. */
static char *whole_problem(const tdb_identity *who) {
  char *both, *canonical = NULL;
  if (asprintf(&both, "%s%s%s", who->problem, *who->problem && *who->scaling ? "," : "", who->scaling) < 0) return NULL;
  if (tdb_canonical(&canonical, both)) canonical = NULL;
  free(both);
  return canonical;
}

static json_t *as_json(const tdb_identity *who, int64_t asked, int64_t last_us) {
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "kernel", who->kernel, "kernel_version", who->version,
                   "problem", who->problem, "scaling", who->scaling, "device", who->device, "architecture",
                   who->architecture, "units", (json_int_t)who->units, "asked", (json_int_t)asked, "last_us",
                   (json_int_t)last_us);
}

static int add(list *l, const tdb_identity *who, int64_t asked) {
  miss *grown = realloc(l->item, (l->count + 1) * sizeof *grown);
  if (!grown) return 1;
  l->item = grown;
  miss *m = &grown[l->count++];
  *m = (miss){strdup(who->kernel), strdup(who->version), whole_problem(who), asked > 0 ? asked : 1};
  return !m->kernel || !m->version || !m->problem;
}

static int note(void *data, const tdb_identity *who, int64_t asked, int64_t last_us) {
  list *l = data;
  if (l->kernel && strcmp(l->kernel, who->kernel)) return 0;
  if (l->device && strcmp(l->device, who->device) && strcmp(l->device, who->architecture)) return 0;
  if (!*who->problem && !*who->scaling) return 0; /* nothing that a workload could name */
  l->failed = add(l, who, asked) || (l->json && json_array_append_new(l->json, as_json(who, asked, last_us)));
  return l->failed;
}

/* The kernel of all of them; NULL: there are several. */
static const char *only_kernel(const list *l) {
  for (size_t i = 1; i < l->count; i++)
    if (strcmp(l->item[i].kernel, l->item[0].kernel)) return NULL;
  return l->item[0].kernel;
}

/* Do two canonical problems have the same keys?  A processor's and a GPU's may differ. */
static int same_keys(const char *a, const char *b) {
  while (*a && *b) {
    const size_t n = strcspn(a, "=");
    if (n != strcspn(b, "=") || strncmp(a, b, n)) return 0;
    a += strcspn(a, ","), b += strcspn(b, ",");
    a += *a == ',', b += *b == ',';
  }
  return *a == *b;
}

static int one_kind(const list *l, const char *version) {
  const char *first = NULL;
  for (size_t i = 0; i < l->count; i++) {
    if (strcmp(l->item[i].version, version)) continue;
    if (!first) first = l->item[i].problem;
    if (!same_keys(first, l->item[i].problem)) return 0;
  }
  return 1;
}

/* A workload cannot name a version: only the newest can still be tuned. */
static const char *newest_version(const list *l) {
  const char *newest = l->item[0].version;
  for (size_t i = 1; i < l->count; i++)
    if (strverscmp(l->item[i].version, newest) > 0) newest = l->item[i].version;
  return newest;
}

static int by_problem(const void *a, const void *b) {
  const miss *x = a, *y = b;
  int order = strcmp(x->version, y->version);
  return order ? order : strcmp(x->problem, y->problem);
}

static int by_asked(const void *a, const void *b) {
  const miss *x = a, *y = b;
  if (x->asked != y->asked) return x->asked > y->asked ? -1 : 1;
  return strcmp(x->problem, y->problem);
}

/* A problem that several devices missed is one problem; what is added to another gets 0. */
static void join_devices(list *l) {
  qsort(l->item, l->count, sizeof *l->item, by_problem);
  for (size_t i = 1, first = 0; i < l->count; i++) {
    if (by_problem(&l->item[first], &l->item[i])) {
      first = i;
      continue;
    }
    l->item[first].asked += l->item[i].asked;
    l->item[i].asked = 0;
  }
  qsort(l->item, l->count, sizeof *l->item, by_asked);
}

static int is_plain(const char *s, size_t size) {
  if (!size || (!isalnum((unsigned char)*s) && *s != '_' && *s != '-')) return 0;
  for (size_t i = 0; i < size; i++)
    if (!isalnum((unsigned char)s[i]) && !strchr("_.-", s[i])) return 0;
  return *s != '-' || (size > 1 && isalnum((unsigned char)s[1]));
}

/* Values hold no blanks and no control characters: quotes suffice. */
static void print_scalar(const char *s, size_t size) {
  if (is_plain(s, size)) {
    fwrite(s, 1, size, stdout);
    return;
  }
  putchar('\'');
  for (size_t i = 0; i < size; i++) {
    if (s[i] == '\'') putchar('\'');
    putchar(s[i]);
  }
  putchar('\'');
}

/* "  - {B: 16, ...} # asked 3 times" */
static void print_problem(const miss *m) {
  const char *open = "  - {";
  for (const char *at = m->problem; *at; at += *at == ',') {
    size_t size = strcspn(at, ","), key = strcspn(at, "=");
    printf("%s%.*s: ", open, (int)key, at);
    print_scalar(at + key + 1, size - key - 1);
    open = ", ";
    at += size;
  }
  printf("} # asked %lld time%s\n", (long long)m->asked, m->asked == 1 ? "" : "s");
}

static int print_workload(list *l, const char *kernel) {
  const char *version = newest_version(l);
  size_t printed = 0, left = 0;
  if (!one_kind(l, version)) return usage_error("db missed", "devices whose problems have different keys missed some: name one by --device (see --json)");
  fputs("schema: 1\nname: missed\nkernel: ", stdout);
  print_scalar(kernel, strlen(kernel));
  fputs("\nproblems:\n", stdout);
  join_devices(l);
  for (size_t i = 0; i < l->count; i++) {
    if (!l->item[i].asked || strcmp(l->item[i].version, version)) continue;
    if (printed == WORKLOAD_MAX) left++;
    else print_problem(&l->item[i]), printed++;
  }
  if (left) fprintf(stderr, "constrint db missed: %zu more do not fit in a workload; ask again when these are tuned\n", left);
  return fflush(stdout) || ferror(stdout) ? EXIT_ENVIRONMENT : EXIT_DONE;
}

static int print_json(list *l) {
  json_t *o = json_pack("{s:i, s:O}", "version", 1, "missed", l->json);
  int failed = !o || json_dumpf(o, stdout, JSON_COMPACT) || putchar('\n') == EOF;
  json_decref(o);
  return failed ? EXIT_ENVIRONMENT : l->count ? EXIT_DONE : EXIT_NONE;
}

static int print_list(list *l) {
  if (!l->count)
    fprintf(stderr, "constrint: nothing was missed that is not tuned%s%s\n", l->kernel ? ": kernel " : "",
            l->kernel ? l->kernel : "");
  if (l->json) return print_json(l);
  if (!l->count) return EXIT_NONE;
  const char *kernel = only_kernel(l);
  return kernel ? print_workload(l, kernel) : usage_error("db missed", "several kernels missed problems: name one by --kernel");
}

int missed_print(tdb *db, const char *kernel, const char *device, int json) {
  list l = {.kernel = kernel, .device = device, .json = json ? json_array() : NULL};
  int rc = tdb_each_missed(db, note, &l), code;
  if (rc) {
    code = usage_failure(rc);
  } else if (l.failed || (json && !l.json)) {
    fputs("constrint: out of memory, or a row that means nothing: try 'constrint db check'\n", stderr);
    code = EXIT_ENVIRONMENT;
  } else {
    code = print_list(&l);
  }
  list_release(&l);
  return code;
}
