/* The faulty plug-in, but building is what takes long and what fails: the tuner
 * is to build ahead of the device, in other processes.
 *
 *   crash     SIGSEGV in build
 *   hang      build never returns
 *   others    as they are; each build takes a tenth of a second
 *
 * AHEAD_BUILDS=FILE in the environment: a line with the process is appended at
 * each build; "device" before it if the process has opened the problem. */
#define kp_plugin_v1 faulty_plugin
#include "../kernels/faulty.c"
#undef kp_plugin_v1

static int opened; /* of this process: a test plug-in may */

static void tell(void) {
  const char *path = getenv("AHEAD_BUILDS");
  FILE *f = path ? fopen(path, "ae") : NULL;
  if (!f) return;
  fprintf(f, "%s%d\n", opened ? "device " : "", (int)getpid());
  fclose(f);
}

static int slow_build(const kp_device *d, const kp_setting *problem, const kp_setting *config, kp_artifact *out, char *why) {
  if (strcmp(d->name, "a faulty device") || d->units != 1 || d->nfigures != 1 || d->figures[0].value != 42)
    return fail(KP_EDEVICE, why, "another device than identify() told of");
  tell();
  if (config[FAULT].value == CRASH) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  }
  while (config[FAULT].value == HANG) pause();
  nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
  return build(d, problem, config, out, why);
}

static int identify_tools(kp_device *out, char *why) {
  static const kp_setting figure = {"answer", 42, NULL};
  const int rc = identify(out, why);
  out->figures = &figure, out->nfigures = 1;
  snprintf(out->driver, sizeof out->driver, "a driver 1.2");
  snprintf(out->compiler, sizeof out->compiler, "a compiler 3.4");
  return rc;
}

static int open_here(const kp_device *d, const kp_setting *problem, uint64_t seed, kp_bench **out, char *why) {
  opened = 1;
  return open_bench(d, problem, seed, out, why);
}

static int load_built(kp_bench *b, const kp_setting *config, const kp_artifact *artifact, kp_kernel **out, char *why) {
  if (artifact->size != 6 || memcmp(artifact->data, "faulty", 6)) return fail(KP_EINVAL, why, "not what was built");
  return load(b, config, artifact, out, why);
}

static void conditions(kp_bench *b, kp_conditions *out) {
  (void)b;
  *out = (kp_conditions){1.5e9, 55, 321.5};
}

__attribute__((visibility("default"))) const kp_plugin *kp_plugin_v1(void);

const kp_plugin *kp_plugin_v1(void) {
  static kp_plugin plugin;
  plugin = *faulty_plugin();
  plugin.identify = identify_tools, plugin.open = open_here, plugin.build = slow_build, plugin.load = load_built;
  plugin.build_ahead = 1, plugin.conditions = conditions;
  return &plugin;
}
