/* Hardware models: what a device can do, every figure with its source.
 *
 * A model is read from YAML (docs/hardware.md has the schema) or probed from
 * the machine.  All figures are exact integers in base units: bytes, Hz,
 * bytes/s, operations/s, picoseconds, or plain counts; the unit is part of the
 * key's definition in the schema.
 *
 * Errors: HW_OK or a negative code; hw_error() has one line, "file:line:column:
 * what is wrong, and what to do".  `T **out` is the caller's to free; a
 * returned `const T *` is borrowed.  A model is immutable and may be shared by
 * threads; hw_error() is per thread.
 */
#ifndef HWMODEL_H
#define HWMODEL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HW_API __attribute__((visibility("default")))
#else
#define HW_API
#endif

enum { HW_OK = 0, HW_ENOMEM = -1, HW_EINVAL = -2, HW_ESYNTAX = -3, HW_EIO = -4,
       HW_ENODEVICE = -5 /* no such device on this machine */ };

HW_API const char *hw_error(void);

typedef struct hw_model hw_model;

typedef struct hw_figure {
  const char *key;    /* "smem_per_block": hw.smem_per_block in constraints */
  int64_t value;      /* in the key's base unit, > 0 */
  const char *unit;   /* "bytes", "Hz", "bytes/s", "ops/s", "ps", "count" */
  const char *source; /* "datasheet: ...", "probed: ...", "measured: ...", "derived: KEY" */
  int line;           /* in its file; 0 when probed */
} hw_figure;

/* A key that models may have.  hw_schema_at() is NULL beyond the last one. */
typedef struct hw_key {
  const char *name, *unit, *kind; /* kind: "cpu", "gpu" or "both" */
  const char *help;
} hw_key;
HW_API const hw_key *hw_schema_at(size_t i);

HW_API int hw_load(hw_model **out, const char *path);
HW_API int hw_parse(hw_model **out, const char *text, size_t len, const char *name);
/* Measurements tell how far they are: step of steps, and what is measured next. */
typedef void (*hw_progress_fn)(void *data, const char *what, int step, int steps);
/* device: "cpu" or "cuda".  quick != 0: only what the system tells at
 * once; else bandwidths, rates and latencies are measured too (a few seconds). */
HW_API int hw_probe(hw_model **out, const char *device, int quick);
/* The same with progress; fn is called from this thread, and may be NULL. */
HW_API int hw_probe_watched(hw_model **out, const char *device, int quick, hw_progress_fn fn, void *data);
HW_API void hw_free(hw_model *m);

HW_API const char *hw_name(const hw_model *m);         /* "NVIDIA H200" */
HW_API const char *hw_vendor(const hw_model *m);
HW_API const char *hw_kind(const hw_model *m);         /* "cpu" or "gpu" */
HW_API const char *hw_architecture(const hw_model *m); /* "sm_90a", "x86-64-avx512" */
HW_API size_t hw_count(const hw_model *m);
HW_API const hw_figure *hw_at(const hw_model *m, size_t i);
HW_API const hw_figure *hw_find(const hw_model *m, const char *key); /* NULL: absent */
/* As YAML that hw_parse() reads back equal; derived figures ("units") are left out,
 * they follow again. */
HW_API int hw_write(const hw_model *m, FILE *to);

#ifdef __cplusplus
}
#endif
#endif
