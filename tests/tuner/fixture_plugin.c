/* Plug-ins for test_plugin.c: a sound one that does nothing, and broken ones,
 * chosen by FIXTURE_* when compiled. */
#include "plugin.h"

static int none(char *why) { why[0] = 0; return KP_EDEVICE; }
static int identify(kp_device *d, char *why) { (void)d; return none(why); }
static int default_config(const kp_device *d, const kp_setting *p, int64_t *v, char *why) { (void)d; (void)p; (void)v; return none(why); }
static int legal(const kp_device *d, const kp_setting *p, const kp_setting *c, char *why) { (void)d; (void)p; (void)c; why[0] = 0; return 0; }
static int build(const kp_device *d, const kp_setting *p, const kp_setting *c, kp_artifact *a, char *why) { (void)d; (void)p; (void)c; (void)a; return none(why); }
static int open_bench(const kp_device *d, const kp_setting *p, uint64_t seed, kp_bench **b, char *why) { (void)d; (void)p; (void)seed; (void)b; return none(why); }
static void close_bench(kp_bench *b) { (void)b; }
static int reference(kp_bench *b, char *why) { (void)b; return none(why); }
static int naive(kp_bench *b, double *s, char *why) { (void)b; (void)s; return none(why); }
static int load(kp_bench *b, const kp_setting *c, const kp_artifact *a, kp_kernel **k, char *why) { (void)b; (void)c; (void)a; (void)k; return none(why); }
static void unload(kp_kernel *k) { (void)k; }
static int poison(kp_bench *b, char *why) { (void)b; return none(why); }
static int launch(kp_kernel *k, double *s, char *why) { (void)k; (void)s; return none(why); }
static int compare(kp_bench *b, kp_verdict *v, char *why) { (void)b; (void)v; return none(why); }
static kp_work work(const kp_setting *p) { (void)p; return (kp_work){1, 1}; }
static double floor_seconds(const kp_device *d, const kp_setting *p) { (void)d; (void)p; return 0; }

static const char *const kinds[] = {"square", "wide", 0}, *const packings[] = {"none", "rows", 0};
static const kp_key problem_keys[] = {{"kind", kinds, 0}, {"T", 0, 1}, {0, 0, 0}};
static const kp_key parameters[] = {{"tile", 0, 0}, {"packing", packings, 0}, {0, 0, 0}};

static const kp_plugin table = {
#ifdef FIXTURE_ABI
  .abi = KP_ABI + 1,
#else
  .abi = KP_ABI,
#endif
  .name = "toy", .version = "1", .source_hash = "0", .device_kind = "cpu", .spec = "toy.yaml",
  .problem_keys = problem_keys, .parameters = parameters,
  .identify = identify, .default_config = default_config, .legal = legal, .build = build, .open = open_bench,
  .close = close_bench, .reference = reference, .naive = naive, .load = load, .unload = unload, .poison = poison,
  .launch = launch, .compare = compare, .work = work,
#ifndef FIXTURE_FUNCTION
  .floor_seconds = floor_seconds,
#endif
};

#ifndef FIXTURE_ENTRY
#define FIXTURE_ENTRY kp_plugin_v1
#endif
__attribute__((visibility("default"))) const kp_plugin *FIXTURE_ENTRY(void);

const kp_plugin *FIXTURE_ENTRY(void) {
#ifdef FIXTURE_FUNCTION
  (void)floor_seconds;
#endif
#ifdef FIXTURE_NULL
  (void)table;
  return 0;
#else
  return &table;
#endif
}
