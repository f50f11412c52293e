/* The CUDA plug-in on a device that is not there: an H200's figures, real
 * builds (PRETEND_BUILDS=no: none, at once), runs that only take time.  For
 * trying tuning runs, workloads and tests/gpu/ scripts on a machine without one. */
#define kp_plugin_v1 real_plugin
#include "../../kernels/flashrnn/gpu/plugin_gpu.c"
#undef kp_plugin_v1

#include <time.h>

struct pretence { fr_problem problem; fr_config config; };

static int pretend_identify(kp_device *out, char *why) {
  static const kp_setting h200[] = {
      {"sm_count", 132, NULL},          {"registers_per_sm", 65536, NULL},   {"max_registers_per_thread", 255, NULL},
      {"register_unit_per_warp", 256, NULL}, {"max_threads_per_block", 1024, NULL}, {"max_warps_per_sm", 64, NULL},
      {"max_blocks_per_sm", 32, NULL},  {"smem_per_sm", 233472, NULL},       {"smem_per_block_optin", 232448, NULL},
      {"smem_reserved_per_block", 1024, NULL}, {"memory_bytes", 150109880320, NULL}, {"max_cluster_size_optin", 16, NULL},
      {"clusters_of_2", 66, NULL}, {"clusters_of_4", 30, NULL}, {"clusters_of_8", 15, NULL}, {"clusters_of_16", 7, NULL}};
  *out = (kp_device){.name = "Pretended H200", .architecture = "sm_90a", .units = 132, .figures = h200,
                     .nfigures = sizeof h200 / sizeof *h200, .driver = "pretended"};
  why[0] = 0;
  return KP_OK;
}

static int pretend_build(const kp_device *d, const kp_setting *problem, const kp_setting *config, kp_artifact *out, char *why) {
  const char *how = getenv("PRETEND_BUILDS");
  if (!how || strcmp(how, "no")) return build(d, problem, config, out, why);
  if (!legal(d, problem, config, why)) return KP_EINVAL;
  out->data = calloc(1, out->size = 64);
  if (out->data) memcpy(out->data, "\177ELF", 4);
  return out->data ? KP_OK : no_memory(why);
}

static int pretend_open(const kp_device *d, const kp_setting *problem, uint64_t seed, kp_bench **out, char *why) {
  struct pretence *p = calloc(1, sizeof *p);
  (void)d, (void)seed;
  *out = (kp_bench *)p;
  if (!p) return no_memory(why);
  p->problem = problem_of(problem);
  return KP_OK;
}

static void pretend_close(kp_bench *b) { free(b); }

static int pretend_load(kp_bench *b, const kp_setting *config, const kp_artifact *artifact, kp_kernel **out, char *why) {
  struct pretence *p = malloc(sizeof *p);
  *out = (kp_kernel *)p;
  if (!p) return no_memory(why);
  if (artifact->size < 64 || memcmp(artifact->data, "\177ELF", 4)) {
    free(p);
    *out = NULL;
    snprintf(why, KP_WHY, "the artifact is no machine code");
    return KP_EINVAL;
  }
  *p = (struct pretence){((struct pretence *)b)->problem, config_of(config)};
  return KP_OK;
}

static void pretend_unload(kp_kernel *k) { free(k); }
static int pretend_reference(kp_bench *b, char *why) { return (void)b, (void)why, KP_OK; }
static int pretend_poison(kp_bench *b, char *why) { return (void)b, (void)why, KP_OK; }

static int pretend_naive(kp_bench *b, double *seconds, char *why) {
  (void)b, (void)why;
  *seconds = 0.5;
  return KP_OK;
}

/* A landscape with a bottom, a tenth of which is chance by configuration. */
static double pretended_seconds(const struct pretence *p) {
  const fr_config *c = &p->config;
  uint64_t h = 1469598103934665603u;
  for (int i = 0; i < FR_PARAMETERS; i++) h = (h ^ (uint64_t)((const fr_int *)c)[i]) * 1099511628211u;
  double step = c->family == FR_ALTERNATING ? 5 : 0.5 + 0.0004 * (double)p->problem.D;
  step *= 1 + 0.03 * fabs((double)c->warps - 8) + 0.02 * fabs((double)c->ring - 4) + 0.02 * fabs((double)c->units - 16) / 8;
  step *= (1 + 0.1 * (double)(h >> 40) / 16777216) * (p->problem.pass == FR_BACKWARD ? 3 : 1);
  return 1e-6 * step * (double)p->problem.T;
}

static int pretend_launch(kp_kernel *k, double *seconds, char *why) {
  const struct pretence *p = (const struct pretence *)k;
  *seconds = pretended_seconds(p);
  nanosleep(&(struct timespec){(time_t)*seconds, (long)(1e9 * fmod(*seconds, 1))}, NULL);
  why[0] = 0;
  return KP_OK;
}

static int pretend_compare(kp_bench *b, kp_verdict *out, char *why) {
  (void)b, (void)why;
  *out = (kp_verdict){.ok = 1, .tolerance = 1};
  return KP_OK;
}

static void pretend_conditions(kp_bench *b, kp_conditions *out) {
  (void)b;
  *out = (kp_conditions){1.98e9, 40, 200};
}

__attribute__((visibility("default"))) const kp_plugin *kp_plugin_v1(void);

const kp_plugin *kp_plugin_v1(void) {
  static kp_plugin plugin;
  plugin = *real_plugin();
  plugin.identify = pretend_identify, plugin.build = pretend_build, plugin.open = pretend_open, plugin.close = pretend_close;
  plugin.reference = pretend_reference, plugin.naive = pretend_naive, plugin.load = pretend_load;
  plugin.unload = pretend_unload, plugin.poison = pretend_poison, plugin.launch = pretend_launch;
  plugin.compare = pretend_compare, plugin.conditions = pretend_conditions;
  return &plugin;
}
