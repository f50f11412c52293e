/* See nvrtc.h. */
#include "nvrtc.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct _nvrtcProgram *program;

struct gpu_compiler {
  void *library;
  int version;
  int (*version_of)(int *, int *);
  const char *(*error)(int);
  int (*create)(program *, const char *, const char *, int, const char *const *, const char *const *);
  int (*destroy)(program *);
  int (*compile)(program, int, const char *const *);
  int (*cubin_size)(program, size_t *);
  int (*cubin)(program, char *);
  int (*log_size)(program, size_t *);
  int (*log)(program, char *);
};

static const struct { const char *symbol; size_t at; } symbols[] = {
    {"nvrtcVersion", offsetof(gpu_compiler, version_of)},     {"nvrtcGetErrorString", offsetof(gpu_compiler, error)},
    {"nvrtcCreateProgram", offsetof(gpu_compiler, create)},   {"nvrtcDestroyProgram", offsetof(gpu_compiler, destroy)},
    {"nvrtcCompileProgram", offsetof(gpu_compiler, compile)}, {"nvrtcGetCUBINSize", offsetof(gpu_compiler, cubin_size)},
    {"nvrtcGetCUBIN", offsetof(gpu_compiler, cubin)},         {"nvrtcGetProgramLogSize", offsetof(gpu_compiler, log_size)},
    {"nvrtcGetProgramLog", offsetof(gpu_compiler, log)}};

/* It stays loaded: what it made for the process is not undone by closing it. */
static void *find_library(void) {
  const char *named = getenv("CONSTRINT_NVRTC");
  if (named && *named) return dlopen(named, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  static const char *const names[] = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so",
                                      "/usr/local/cuda/lib64/libnvrtc.so", "/opt/cuda/lib64/libnvrtc.so"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *l = dlopen(names[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (l) return l;
  }
  return NULL;
}

static int fill(gpu_compiler *c) {
  for (size_t i = 0; c->library && i < sizeof symbols / sizeof *symbols; i++) {
    void *f = dlsym(c->library, symbols[i].symbol);
    if (!f) return 0;
    memcpy((char *)c + symbols[i].at, &f, sizeof f);
  }
  return c->library != NULL;
}

int gpu_compiler_open(gpu_compiler **out, char *why) {
  *out = NULL;
  gpu_compiler *c = calloc(1, sizeof *c);
  int major = 0, minor = 0;
  if (c) c->library = find_library();
  if (!c || !fill(c) || c->version_of(&major, &minor)) {
    snprintf(why, GPU_WHY, "no CUDA compiler here (libnvrtc of CUDA 12 or 13 cannot be loaded); install it, or name it in $CONSTRINT_NVRTC");
    gpu_compiler_close(c);
    return GPU_EDEVICE;
  }
  c->version = 1000 * major + 10 * minor;
  *out = c;
  return GPU_OK;
}

void gpu_compiler_close(gpu_compiler *c) {
  if (!c) return;
  if (c->library) dlclose(c->library);
  free(c);
}

int gpu_compiler_version(const gpu_compiler *c) { return c->version; }

void gpu_cubin_release(gpu_cubin *c) {
  free(c->data);
  c->data = NULL;
}

/* ---- ptxas's report ---- */

/* The number right before `word` on this line; 0 if it is not there. */
static int number_before(const char *line, const char *end, const char *word) {
  const char *at = memmem(line, (size_t)(end - line), word, strlen(word));
  if (!at) return 0;
  while (at > line && at[-1] == ' ') at--;
  while (at > line && at[-1] >= '0' && at[-1] <= '9') at--;
  return atoi(at);
}

static int begins_entry(const char *line, const char *end, gpu_usage *u) {
  static const char phrase[] = "Compiling entry function '";
  const char *at = memmem(line, (size_t)(end - line), phrase, sizeof phrase - 1);
  const char *name = at ? at + sizeof phrase - 1 : NULL, *quote = name ? memchr(name, '\'', (size_t)(end - name)) : NULL;
  if (!quote) return 0;
  memset(u, 0, sizeof *u);
  snprintf(u->entry, sizeof u->entry, "%.*s", (int)(quote - name), name);
  return 1;
}

static void read_line(const char *line, const char *end, gpu_usage *u) {
  if (memmem(line, (size_t)(end - line), "bytes stack frame", 17)) {
    u->stack = number_before(line, end, "bytes stack frame");
    u->spills = number_before(line, end, "bytes spill stores");
  }
  if (!memmem(line, (size_t)(end - line), " registers", 10)) return;
  u->registers = number_before(line, end, "registers");
  u->shared = number_before(line, end, "bytes smem");
}

int gpu_usage_parse(const char *log, gpu_usage out[GPU_ENTRIES]) {
  int n = 0;
  for (const char *line = log, *end; *line; line = *end ? end + 1 : end) {
    end = line + strcspn(line, "\n");
    gpu_usage u;
    if (!begins_entry(line, end, &u)) {
      if (n) read_line(line, end, &out[n - 1]);
    } else if (n < GPU_ENTRIES) out[n++] = u;
    else break;
  }
  return n;
}

/* ---- Compiling ---- */

static char *log_of(const gpu_compiler *c, program p) {
  size_t size = 0;
  if (c->log_size(p, &size) || !size) return strdup("");
  char *text = calloc(1, size + 1);
  if (text) c->log(p, text);
  return text;
}

/* The first line that tells of an error, else the first. */
static void explain(const char *log, const char *otherwise, char *why) {
  const char *at = strstr(log, "error");
  while (at && at > log && at[-1] != '\n') at--;
  if (!at) at = *log ? log : otherwise;
  snprintf(why, GPU_WHY, "%.*s", (int)strcspn(at, "\n"), at);
}

static int take_cubin(const gpu_compiler *c, program p, const char *log, gpu_cubin *out, char *why) {
  size_t size = 0;
  if (c->cubin_size(p, &size) || !size) {
    explain(log, "the compiler made no machine code", why);
    return GPU_ECOMPILE;
  }
  out->data = malloc(size);
  out->size = size;
  if (!out->data || c->cubin(p, out->data)) {
    gpu_cubin_release(out);
    snprintf(why, GPU_WHY, "out of memory");
    return GPU_ENOMEM;
  }
  out->entries = gpu_usage_parse(log, out->usage);
  return GPU_OK;
}

enum { MOST_OPTIONS = 64, MOST_SOURCES = 64, OWN_OPTIONS = 5 };

static int create(const gpu_compiler *c, const gpu_source *s, int n, program *p, char *why) {
  const char *names[MOST_SOURCES], *texts[MOST_SOURCES];
  for (int i = 1; i < n; i++) names[i - 1] = s[i].name, texts[i - 1] = s[i].text;
  int rc = n > MOST_SOURCES ? 1 : c->create(p, s[0].text, s[0].name, n - 1, texts, names);
  if (rc) snprintf(why, GPU_WHY, "%s: %s", s[0].name, n > MOST_SOURCES ? "too many sources" : c->error(rc));
  return rc ? GPU_EINVAL : GPU_OK;
}

enum { INVALID_OPTION = 5 };

/* From its own cache the compiler gives code without ptxas's report. */
static int run_with(const gpu_compiler *c, program p, const char *const *options, int noptions, const char *arch, int no_cache) {
  char target[40];
  const char *all[MOST_OPTIONS + OWN_OPTIONS];
  int n = 0;
  snprintf(target, sizeof target, "--gpu-architecture=%s", arch);
  all[n++] = target;
  all[n++] = "--std=c++17";
  all[n++] = "--ptxas-options=-v";
  all[n++] = "--device-as-default-execution-space";
  if (no_cache) all[n++] = "--no-cache";
  for (int i = 0; i < noptions; i++) all[n++] = options[i];
  return c->compile(p, n, all);
}

static int run(const gpu_compiler *c, program p, const char *const *options, int noptions, const char *arch) {
  const int rc = run_with(c, p, options, noptions, arch, 1);
  return rc == INVALID_OPTION ? run_with(c, p, options, noptions, arch, 0) : rc; /* one that has no cache yet */
}

int gpu_compile(const gpu_compiler *c, const gpu_source *sources, int nsources, const char *const *options, int noptions,
                const char *arch, gpu_cubin *out, char **log, char *why) {
  program p = NULL;
  memset(out, 0, sizeof *out);
  if (log) *log = NULL;
  if (noptions > MOST_OPTIONS) {
    snprintf(why, GPU_WHY, "too many options");
    return GPU_EINVAL;
  }
  int rc = create(c, sources, nsources, &p, why);
  if (rc) return rc;
  int failed = run(c, p, options, noptions, arch);
  char *text = log_of(c, p);
  if (!text) snprintf(why, GPU_WHY, "out of memory"), rc = GPU_ENOMEM;
  else if (failed) explain(text, c->error(failed), why), rc = GPU_ECOMPILE;
  else rc = take_cubin(c, p, text, out, why);
  c->destroy(&p);
  if (log) *log = text;
  else free(text);
  return rc;
}
