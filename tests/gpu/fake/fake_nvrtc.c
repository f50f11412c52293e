/* NVIDIA's run-time compiler, as far as kernels/cuda/nvrtc.c calls it: its machine
 * code is a note of what it was asked for, its report has every entry. */
#include "fake_nvrtc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu.h"

#define EXPORT __attribute__((visibility("default")))
enum { FAILED = 6 };

static const char elf[] = "\177ELF fake machine code";
typedef struct image { char magic[64]; fr_problem problem; } image;
typedef struct _nvrtcProgram { image code; char log[4096]; } *program;

int fake_problem_of(const void *data, fr_problem *out) {
  if (memcmp(data, elf, sizeof elf)) return 0;
  *out = ((const image *)data)->problem;
  return 1;
}

static fr_int macro(const char *const *options, int n, const char *name) {
  const size_t length = strlen(name);
  for (int i = 0; i < n; i++)
    if (!strncmp(options[i], "-DFR_", 5) && !strncmp(options[i] + 5, name, length) && options[i][5 + length] == '=')
      return atoll(options[i] + 6 + length);
  return 0;
}

static fr_config config_of(const char *const *options, int n) {
  fr_config c;
  for (int i = 0; i < FR_PARAMETERS; i++) {
    char name[32];
    snprintf(name, sizeof name, "%s", fr_config_keys[i]);
    for (char *at = name; *at; at++) *at = (char)toupper((unsigned char)*at);
    ((fr_int *)&c)[i] = macro(options, n, name);
  }
  return c;
}

EXPORT int nvrtcVersion(int *major, int *minor);
EXPORT const char *nvrtcGetErrorString(int code);
EXPORT int nvrtcCreateProgram(program *out, const char *text, const char *name, int n, const char *const *texts, const char *const *names);
EXPORT int nvrtcDestroyProgram(program *p);
EXPORT int nvrtcCompileProgram(program p, int n, const char *const *options);
EXPORT int nvrtcGetCUBINSize(program p, size_t *out);
EXPORT int nvrtcGetCUBIN(program p, char *out);
EXPORT int nvrtcGetProgramLogSize(program p, size_t *out);
EXPORT int nvrtcGetProgramLog(program p, char *out);

int nvrtcVersion(int *major, int *minor) { *major = 13, *minor = 0; return fake_enter("nvrtcVersion"); }
const char *nvrtcGetErrorString(int code) { return code ? "a fake failure" : "none"; }

int nvrtcCreateProgram(program *out, const char *text, const char *name, int n, const char *const *texts, const char *const *names) {
  (void)text, (void)name, (void)n, (void)texts, (void)names;
  *out = calloc(1, sizeof **out);
  return *out ? 0 : 1;
}

int nvrtcDestroyProgram(program *p) {
  free(*p);
  *p = NULL;
  return 0;
}

int nvrtcCompileProgram(program p, int n, const char *const *options) {
  fr_stage stages[FR_STAGES];
  const fr_problem q = {macro(options, n, "FUNCTION"), macro(options, n, "PASS"), macro(options, n, "DTYPE"), macro(options, n, "OPTIONS"),
                        8, 8, macro(options, n, "N"), macro(options, n, "D")};
  const fr_config c = config_of(options, n);
  if (fake_enter("nvrtcCompileProgram")) {
    snprintf(p->log, sizeof p->log, "fake.cu(1): error: as was asked");
    return FAILED;
  }
  memcpy(p->code.magic, elf, sizeof elf);
  p->code.problem = q;
  const int count = fr_stages(&q, &c, stages);
  for (int i = 0; i < count; i++) {
    const size_t used = strlen(p->log);
    snprintf(p->log + used, sizeof p->log - used, "ptxas info    : Compiling entry function '%s' for 'sm_90a'\nptxas info    : Used 64 registers\n", stages[i].entry);
  }
  return 0;
}

int nvrtcGetCUBINSize(program p, size_t *out) { (void)p; *out = sizeof(image); return 0; }
int nvrtcGetCUBIN(program p, char *out) { memcpy(out, &p->code, sizeof p->code); return 0; }
int nvrtcGetProgramLogSize(program p, size_t *out) { *out = strlen(p->log) + 1; return 0; }
int nvrtcGetProgramLog(program p, char *out) { strcpy(out, p->log); return 0; }
