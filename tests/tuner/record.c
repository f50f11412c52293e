/* Records a landscape for test_replay.c: the median of five runs on this machine
 * of every legal configuration of a problem, by ascending values, one a line; -1
 * where it failed.  The first line is the problem.
 * Not a test; built by `ninja tuner_record`, run by whoever wants a new recording:
 *     tuner_record SPEC PLUGIN-FOLDER HARDWARE PROBLEM > FILE */
#include <stdio.h>
#include <stdlib.h>
#include "fail.h"
#include "lexicographic.h"
#include "plugin_load.h"
#include "space.h"

enum { RUNS = 5 };

static int compare_seconds(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median of RUNS launches behind one to warm up; < 0: it failed. */
static double median(const kp_plugin *t, kp_kernel *k, char *why) {
  double seconds[RUNS];
  if (t->launch(k, seconds, why)) return -1;
  for (int i = 0; i < RUNS; i++)
    if (t->launch(k, &seconds[i], why)) return -1;
  qsort(seconds, RUNS, sizeof *seconds, compare_seconds);
  return seconds[RUNS / 2];
}

static double time_config(const kp_plugin *t, const kp_device *d, const kp_setting *problem, kp_bench *b,
                          const kp_setting *config) {
  char why[KP_WHY];
  kp_artifact artifact;
  kp_kernel *k = NULL;
  if (t->build(d, problem, config, &artifact, why)) return -1;
  double seconds = t->load(b, config, &artifact, &k, why) ? -1 : median(t, k, why);
  t->unload(k);
  free(artifact.data);
  return seconds;
}

static int record(const struct plugin *plugin, const struct problem *p, struct space *s) {
  const kp_plugin *t = plugin->table;
  char why[KP_WHY] = "";
  kp_device d;
  kp_bench *b = NULL;
  kp_setting config[64];
  size_t *index = lexicographic(s);
  if (!index) return 1;
  if (t->identify(&d, why) || t->open(&d, p->settings, 1, &b, why)) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  puts(p->text);
  for (size_t i = 0; i < space_size(s); i++) {
    space_settings(s, index[i], config);
    printf("%.3e\n", time_config(t, &d, p->settings, b, config));
  }
  t->close(b);
  free(index);
  return 0;
}

int main(int argc, char **argv) {
  struct spec *spec = NULL;
  struct problem *p = NULL;
  struct plugin *plugin = NULL;
  struct space *s = NULL;
  struct search_path path = {NULL, 0};
  hw_model *hw = NULL;
  if (argc != 5) {
    fputs("usage: tuner_record SPEC PLUGIN-FOLDER HARDWARE PROBLEM\n", stderr);
    return 2;
  }
  const char *folder = argv[2];
  if (hw_load(&hw, argv[3])) {
    fprintf(stderr, "%s\n", hw_error());
    return 1;
  }
  int code = spec_load(&spec, argv[1]);
  if (!code) code = search_plugins(&path, &folder, 1);
  if (!code) code = plugin_load(&plugin, spec, &path);
  if (!code) code = problem_parse(&p, spec, argv[4]);
  if (!code) code = space_open(&s, spec, p, hw, NULL);
  if (code) fprintf(stderr, "%s\n", tuner_error());
  else code = record(plugin, p, s);
  space_close(s);
  problem_free(p);
  plugin_unload(plugin);
  search_release(&path);
  spec_free(spec);
  hw_free(hw);
  return code != 0;
}
