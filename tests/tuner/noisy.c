/* The faulty plug-in, which also talks: on stdout, what looks like answers of
 * the worker, and more than a pipe holds.  None of it may reach the tuner. */
#define kp_plugin_v1 quiet_plugin
#include "../kernels/faulty.c"
#undef kp_plugin_v1

static int noisy_launch(kp_kernel *k, double *seconds, char *why) {
  for (int i = 0; i < 20; i++)
    printf("{\"status\":0,\"seconds\":1e-9,\"samples\":[1e-9],\"error\":0,\"floor\":0,\"operations\":0,\"bytes\":0,"
           "\"end\":0,\"message\":\"\"}\nnonsense\n");
  fflush(stdout);
  fputs("noise\n", stderr);
  return launch(k, seconds, why);
}

__attribute__((visibility("default"))) const kp_plugin *kp_plugin_v1(void);

const kp_plugin *kp_plugin_v1(void) {
  static kp_plugin plugin;
  plugin = *quiet_plugin();
  plugin.launch = noisy_launch;
  return &plugin;
}
