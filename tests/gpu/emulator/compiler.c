/* NVIDIA's run-time compiler, as far as kernels/cuda/nvrtc.c calls it: the
 * processor's C++ compiler makes a shared library of the kernels, which the
 * driver beside it loads.  EMULATOR_CXX and EMULATOR_SOURCES say with what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
enum { FAILED = 6, SOURCES = 64, OPTIONS = 64 };

typedef struct _nvrtcProgram {
  char folder[64], log[8192];
  char *code;
  size_t size;
} *program;

EXPORT int nvrtcVersion(int *major, int *minor);
EXPORT const char *nvrtcGetErrorString(int code);
EXPORT int nvrtcCreateProgram(program *out, const char *text, const char *name, int n, const char *const *texts, const char *const *names);
EXPORT int nvrtcDestroyProgram(program *p);
EXPORT int nvrtcCompileProgram(program p, int n, const char *const *options);
EXPORT int nvrtcGetCUBINSize(program p, size_t *out);
EXPORT int nvrtcGetCUBIN(program p, char *out);
EXPORT int nvrtcGetProgramLogSize(program p, size_t *out);
EXPORT int nvrtcGetProgramLog(program p, char *out);

int nvrtcVersion(int *major, int *minor) { return *major = 13, *minor = 0, 0; }
const char *nvrtcGetErrorString(int code) { return code ? "the C++ compiler failed" : "none"; }

static int write_text(const char *folder, const char *name, const char *text) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  if (!f) return FAILED;
  fputs(text, f);
  return fclose(f) ? FAILED : 0;
}

int nvrtcCreateProgram(program *out, const char *text, const char *name, int n, const char *const *texts, const char *const *names) {
  program p = calloc(1, sizeof *p);
  (void)name;
  if (!p) return 1;
  snprintf(p->folder, sizeof p->folder, "/tmp/emulated.XXXXXX");
  if (!mkdtemp(p->folder)) return free(p), FAILED;
  int rc = write_text(p->folder, "kernel.cpp", text);
  for (int i = 0; !rc && i < n; i++) rc = write_text(p->folder, names[i], texts[i]);
  return *out = p, rc;
}

/* The program's exit status; what it prints goes to the log. */
static int execute(program p, char *const *argv) {
  int ends[2], status = -1;
  size_t used = 0;
  if (pipe(ends)) return -1;
  const pid_t child = fork();
  if (!child) {
    dup2(ends[1], 1), dup2(ends[1], 2);
    close(ends[0]), close(ends[1]);
    execvp(argv[0], argv);
    _exit(127);
  }
  close(ends[1]);
  for (ssize_t n; (n = read(ends[0], p->log + used, sizeof p->log - 1 - used)) > 0 && used < sizeof p->log - 1;) used += (size_t)n;
  close(ends[0]);
  waitpid(child, &status, 0);
  return status;
}

/* The library behind 16 bytes that begin like an ELF file's and have its length. */
static int read_code(program p) {
  char path[256];
  snprintf(path, sizeof path, "%s/kernel.so", p->folder);
  FILE *f = fopen(path, "rb");
  if (!f) return FAILED;
  fseek(f, 0, SEEK_END);
  const size_t size = (size_t)ftell(f);
  rewind(f);
  p->size = size + 16, p->code = calloc(1, p->size);
  const int ok = p->code && fread(p->code + 16, 1, size, f) == size;
  fclose(f);
  if (!ok) return FAILED;
  memcpy(p->code, "\177ELFemul", 8), memcpy(p->code + 8, &size, sizeof size);
  return 0;
}

/* ptxas's report, as if it were one: every entry of the source that could be meant. */
static void report(program p) {
  static const char *const entries[] = {"transpose", "weights", "reduce", "resident_forward", "resident_backward", "cluster_forward", "cluster_backward",
                                        "grid_forward", "grid_backward", "alternating_forward", "alternating_backward"};
  p->log[0] = 0;
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
    const size_t used = strlen(p->log);
    snprintf(p->log + used, sizeof p->log - used, "ptxas info    : Compiling entry function '%s' for 'sm_90a'\nptxas info    : Used 64 registers\n", entries[i]);
  }
}

int nvrtcCompileProgram(program p, int n, const char *const *options) {
  const char *compiler = getenv("EMULATOR_CXX"), *sources = getenv("EMULATOR_SOURCES");
  char header[512], source[128], library[128], here[80], beside[512];
  char *argv[OPTIONS + SOURCES];
  int m = 0;
  snprintf(header, sizeof header, "%s/emulated.h", sources ? sources : ".");
  snprintf(beside, sizeof beside, "-I%s", sources ? sources : ".");
  snprintf(source, sizeof source, "%s/kernel.cpp", p->folder), snprintf(library, sizeof library, "%s/kernel.so", p->folder);
  snprintf(here, sizeof here, "-I%s", p->folder);
  char *const fixed[] = {(char *)(compiler ? compiler : "c++"), "-std=c++17", "-O1", "-w", "-fPIC", "-shared", beside, here, "-include", header, "-o", library, source};
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) argv[m++] = fixed[i];
  for (int i = 0; i < n && m < OPTIONS + SOURCES - 1; i++)
    if (!strncmp(options[i], "-D", 2)) argv[m++] = (char *)options[i];
  argv[m] = NULL;
  if (execute(p, argv)) return FAILED;
  if (read_code(p)) return FAILED;
  report(p);
  return 0;
}

int nvrtcDestroyProgram(program *p) {
  char *const argv[] = {"rm", "-rf", (*p)->folder, NULL};
  execute(*p, argv);
  free((*p)->code), free(*p);
  return *p = NULL, 0;
}

int nvrtcGetCUBINSize(program p, size_t *out) { return *out = p->size, 0; }
int nvrtcGetCUBIN(program p, char *out) { return memcpy(out, p->code, p->size), 0; }
int nvrtcGetProgramLogSize(program p, size_t *out) { return *out = strlen(p->log) + 1, 0; }
int nvrtcGetProgramLog(program p, char *out) { return strcpy(out, p->log), 0; }
