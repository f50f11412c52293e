/* The plug-in ABI: how a kernel, of any device, is described, built, checked
 * and timed.  A plug-in is a shared object that exports
 *
 *     const kp_plugin *kp_plugin_v1(void);
 *
 * The tuner knows nothing else of a kernel.  Buffers are opaque: the plug-in
 * owns inputs, outputs, their poisoning and rotation, the reference, and the
 * clock.
 *
 * Functions that can fail return 0 or a negative KP_ code and write one line to
 * `why` (a buffer of KP_WHY bytes, never NULL).  Nothing exits or prints.
 * build() and legal() are pure and may run in several threads; everything that
 * takes a kp_bench belongs to one thread.
 */
#ifndef KERNEL_PLUGIN_H
#define KERNEL_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KP_ABI 2
#define KP_WHY 256

enum { KP_OK = 0, KP_ENOMEM = -1, KP_EINVAL = -2 /* problem or configuration */,
       KP_ECOMPILE = -3, KP_ELAUNCH = -4, KP_EDEVICE = -5 /* no such device here */ };

/* One setting of a problem or a configuration.  label: its text where the
 * value stands for a name ("lstm"), else NULL.  Arrays of settings are in the
 * order of kp_plugin.problem_keys / .parameters and complete. */
typedef struct kp_setting { const char *key; int64_t value; const char *label; } kp_setting;

/* A key of the problem or a parameter of the configuration. */
typedef struct kp_key {
  const char *key;
  const char *const *labels; /* NULL for integers; else value i is labels[i], NULL-terminated */
  int scaling;               /* problem keys: a winner carries over this key (T) */
} kp_key;

/* The device a plug-in would run on: its identity, and the figures (hw.*) that
 * legal() needs. Absent figures are simply not in the array. */
typedef struct kp_device {
  char name[128], architecture[64];
  int64_t units; /* cores, SMs */
  const kp_setting *figures;
  size_t nfigures;
  char driver[128], compiler[128]; /* for the record; "": nothing to say beyond the tuner's own */
} kp_device;

/* What build() makes and load() takes.  The CPU's artifact is a variant's name. */
typedef struct kp_artifact { void *data; size_t size; } kp_artifact; /* data: malloc, the caller frees */

typedef struct kp_bench kp_bench;   /* inputs, outputs and reference of one problem on one device */
typedef struct kp_kernel kp_kernel; /* a loaded candidate */

typedef struct kp_verdict {
  int ok;            /* within tolerance, everything written, no NaN */
  double error;      /* the largest relative L2 error over all outputs */
  double tolerance;  /* of the output with that error */
  char what[KP_WHY]; /* the output, and "unwritten", "NaN" or the error; "" when ok */
} kp_verdict;

/* How the device fared during the runs just made; 0: not known. */
typedef struct kp_conditions { double clock_hz, celsius, watts; } kp_conditions;

/* Work of one launch, for plausibility and for people. */
typedef struct kp_work { double operations, bytes; } kp_work;

typedef struct kp_plugin {
  uint32_t abi;               /* KP_ABI */
  const char *name;           /* "flashrnn" */
  const char *version;        /* identity of results: changes when meaning or saved layouts change */
  const char *source_hash;    /* hex digest of the sources this was built from */
  const char *device_kind;    /* "cpu", "cuda" */
  const char *spec;           /* file name of its spec under specs/kernels/ */
  const kp_key *problem_keys; /* ends with key NULL */
  const kp_key *parameters;   /* likewise */

  /* The device of this machine. figures stay valid until the process ends. */
  int (*identify)(kp_device *out, char *why);
  /* A legal configuration that always works: writes one value per parameter. */
  int (*default_config)(const kp_device *d, const kp_setting *problem, int64_t *values, char *why);
  /* The spec's constraints as plain code: 1 legal, 0 not (why says which). */
  int (*legal)(const kp_device *d, const kp_setting *problem, const kp_setting *config, char *why);
  int (*build)(const kp_device *d, const kp_setting *problem, const kp_setting *config,
               kp_artifact *out, char *why);
  /* Several sets of inputs from a seed, poisoned outputs. */
  int (*open)(const kp_device *d, const kp_setting *problem, uint64_t seed, kp_bench **out, char *why);
  void (*close)(kp_bench *b);
  /* The double-precision reference of every input set that compare() uses; made once. */
  int (*reference)(kp_bench *b, char *why);
  /* Naive loops: what a reader would write first; for the report.  Seconds of one run. */
  int (*naive)(kp_bench *b, double *seconds, char *why);
  int (*load)(kp_bench *b, const kp_setting *config, const kp_artifact *artifact, kp_kernel **out, char *why);
  void (*unload)(kp_kernel *k);
  /* Poison every output, saved tensor and gradient. */
  int (*poison)(kp_bench *b, char *why);
  /* One run on the next input set; *seconds by the device's own clock, of the
   * whole call as a user would wait for it. */
  int (*launch)(kp_kernel *k, double *seconds, char *why);
  /* The outputs of the last launch against the reference of its input set. */
  int (*compare)(kp_bench *b, kp_verdict *out, char *why);
  kp_work (*work)(const kp_setting *problem);
  /* No run can be shorter than this: below it a time is implausible. */
  double (*floor_seconds)(const kp_device *d, const kp_setting *problem);

  /* ---- What a plug-in may leave out ---- */

  /* build() takes long: the tuner builds what it may try next in other processes, without the device. */
  int build_ahead;
  void (*conditions)(kp_bench *b, kp_conditions *out);
} kp_plugin;

typedef const kp_plugin *(*kp_entry)(void);
#define KP_ENTRY "kp_plugin_v1"

#ifdef __cplusplus
}
#endif
#endif
