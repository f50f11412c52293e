/* A problem and configuration to machine code: the macros of cuda/launch.h, the
 * run-time compiler, and a look at what ptxas used. */
#include "gpu.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "occupancy.h"

extern const gpu_source flashrnn_sources[];
extern const int flashrnn_sources_count;

enum { OPTION = 48, PROBLEM_MACROS = 6, MACROS = PROBLEM_MACROS + FR_PARAMETERS };

static void macro(char out[OPTION], const char *key, fr_int value) {
  char name[32];
  size_t n = 0;
  for (; key[n] && n < sizeof name - 1; n++) name[n] = (char)toupper((unsigned char)key[n]);
  name[n] = 0;
  snprintf(out, OPTION, "-DFR_%s=%lld", name, value);
}

static void make_macros(const fr_problem *p, const fr_config *c, char out[MACROS][OPTION]) {
  const struct { const char *key; fr_int value; } problem[PROBLEM_MACROS] = {
      {"function", p->function}, {"pass", p->pass}, {"dtype", p->dtype}, {"d", p->D}, {"n", p->N}, {"options", p->options}};
  for (int i = 0; i < PROBLEM_MACROS; i++) macro(out[i], problem[i].key, problem[i].value);
  for (int i = 0; i < FR_PARAMETERS; i++) macro(out[PROBLEM_MACROS + i], fr_config_keys[i], ((const fr_int *)c)[i]);
}

void fr_build_key(const fr_problem *p, const fr_config *c, const char *architecture, char key[FR_BUILD_KEY]) {
  char texts[MACROS][OPTION];
  _Static_assert(MACROS * OPTION + 64 + 80 <= FR_BUILD_KEY, "room for the key");
  make_macros(p, c, texts);
  size_t n = (size_t)snprintf(key, FR_BUILD_KEY, "%s %.63s", fr_source_hash(), architecture);
  for (int i = 0; i < MACROS; i++) n += (size_t)snprintf(key + n, FR_BUILD_KEY - n, " %s", texts[i]);
}

/* ---- What ptxas used ---- */

static const gpu_usage *usage_of(const gpu_cubin *cubin, const char *entry) {
  for (int i = 0; i < cubin->entries; i++)
    if (!strcmp(cubin->usage[i].entry, entry)) return &cubin->usage[i];
  return NULL;
}

/* Local memory slows every step of a persistent kernel; the default may have some: it always works. */
static int check_stage(const fr_device *d, const fr_stage *s, const gpu_usage *u, int strict, char *why) {
  if (!u) {
    snprintf(why, GPU_WHY, "the compiler made no %s", s->entry);
    return GPU_ECOMPILE;
  }
  if (strict && (u->stack || u->spills)) {
    snprintf(why, GPU_WHY, "%s: %d registers and %d bytes of local memory (%d spilled)", s->entry, u->registers, u->stack, u->spills);
    return GPU_ECOMPILE;
  }
  const fr_int fit = fr_blocks_per_sm(d, s->threads, u->registers, s->shared + u->shared);
  if (fit >= 1 && !(s->cooperative && s->grid > fit * d->sm_count)) return GPU_OK;
  snprintf(why, GPU_WHY, "%s: %lld blocks of %lld threads, %d registers and %lld bytes of shared memory; an SM holds %lld",
           s->entry, s->grid, s->threads, u->registers, s->shared + u->shared, fit);
  return GPU_ECOMPILE;
}

static int check_usage(const fr_device *d, const fr_problem *p, const fr_config *c, const gpu_cubin *cubin, char *why) {
  fr_stage stages[FR_STAGES];
  int rc = GPU_OK;
  const int n = fr_stages(p, c, stages);
  for (int i = 0; !rc && i < n; i++) rc = check_stage(d, &stages[i], usage_of(cubin, stages[i].entry), c->family != FR_ALTERNATING, why);
  return rc;
}

int fr_build(const gpu_compiler *compiler, const fr_device *d, const fr_problem *p, const fr_config *c, gpu_cubin *out, char *why) {
  char texts[MACROS][OPTION];
  const char *options[MACROS];
  make_macros(p, c, texts);
  for (int i = 0; i < MACROS; i++) options[i] = texts[i];
  int rc = gpu_compile(compiler, flashrnn_sources, flashrnn_sources_count, options, MACROS, d->architecture, out, NULL, why);
  if (rc) return rc;
  rc = check_usage(d, p, c, out, why);
  if (rc) gpu_cubin_release(out);
  return rc;
}
