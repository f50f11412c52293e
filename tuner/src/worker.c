/* The worker's side of the protocol: every candidate is built, loaded, run on
 * poisoned outputs and compared with the reference before and after it is timed. */
#include "worker.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artifact_file.h"
#include "fail.h"
#include "measure.h"
#include "plugin_load.h"
#include "protocol.h"

struct bench {
  struct plugin *plugin;
  const kp_plugin *kp; /* plugin->table */
  kp_device device;
  int identified; /* the device, by this plug-in */
  kp_bench *open;
  kp_setting problem[PROTOCOL_VALUES];
  double floor_seconds;
  kp_kernel *slots[PROTOCOL_SLOTS];
};

static void say(struct answer *a, tdb_status status, const char *what, const char *why) {
  a->status = status;
  snprintf(a->message, sizeof a->message, "%s%s%s", what, *what && *why ? ": " : "", why);
}

static size_t count_keys(const kp_key *keys) {
  size_t n = 0;
  while (keys[n].key) n++;
  return n;
}

static const char *label(const kp_key *key, int64_t value) {
  for (int64_t i = 0; key->labels && key->labels[i]; i++)
    if (i == value) return key->labels[i];
  return NULL;
}

/* The values as the plug-in takes them; 0 if there are not as many as keys. */
static int settings(const kp_key *keys, const int64_t *values, size_t n, kp_setting *out) {
  if (count_keys(keys) != n) return 0;
  for (size_t i = 0; i < n; i++) out[i] = (kp_setting){keys[i].key, values[i], label(&keys[i], values[i])};
  return 1;
}

static void unload(struct bench *b, int slot) {
  if (b->slots[slot]) b->kp->unload(b->slots[slot]);
  b->slots[slot] = NULL;
}

static void close_bench(struct bench *b) {
  for (int i = 0; i < PROTOCOL_SLOTS; i++) unload(b, i);
  if (b->open) b->kp->close(b->open);
  b->open = NULL;
}

/* The plug-in stays loaded as long as the questions name the same one. */
static int use_plugin(struct bench *b, const char *path) {
  if (b->plugin && !strcmp(b->plugin->path, path)) return TUNER_OK;
  close_bench(b);
  plugin_unload(b->plugin);
  b->plugin = NULL;
  b->identified = 0;
  int code = plugin_open(&b->plugin, path);
  if (!code) b->kp = b->plugin->table;
  return code;
}

static int identify(struct bench *b, char *why) {
  if (!b->identified) b->identified = b->kp->identify(&b->device, why) >= 0;
  return b->identified;
}

static void open_problem(struct bench *b, const struct ask *ask, struct answer *out) {
  char why[KP_WHY] = "";
  close_bench(b);
  if (use_plugin(b, ask->plugin)) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "", tuner_error());
  } else if (!settings(b->kp->problem_keys, ask->values, ask->nvalues, b->problem)) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "the plug-in has other problem keys", "");
  } else if (!identify(b, why)) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "identifying the device", why);
  } else if (b->kp->open(&b->device, b->problem, ask->seed, &b->open, why) < 0) {
    b->open = NULL;
    say(out, TDB_TRIAL_LAUNCH_ERROR, "making inputs", why);
  } else if (b->kp->reference(b->open, why) < 0) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "making the reference", why);
    close_bench(b);
  } else {
    kp_work work = b->kp->work(b->problem);
    b->floor_seconds = fmax(0, b->kp->floor_seconds(&b->device, b->problem));
    *out = (struct answer){.floor_seconds = b->floor_seconds, .operations = work.operations, .bytes = work.bytes};
  }
}

static int plausible(const struct bench *b, double seconds, struct answer *out) {
  char why[KP_WHY];
  if (stats_is_time(seconds) && seconds >= b->floor_seconds) return 1;
  snprintf(why, sizeof why, "a run took %.3g s; none can take less than %.3g s", seconds, b->floor_seconds);
  say(out, TDB_TRIAL_IMPLAUSIBLE, "", why);
  return 0;
}

static void naive(struct bench *b, const struct ask *ask, struct answer *out) {
  char why[KP_WHY] = "";
  double seconds = 0;
  (void)ask;
  if (b->kp->naive(b->open, &seconds, why) < 0) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "naive loops", why);
  } else if (plausible(b, seconds, out)) {
    out->seconds = seconds;
  }
}

/* Poison, launch, compare.  ok only where the verdict is ok and its error is a
 * number within tolerance: NaN fails. */
static int verify(struct bench *b, kp_kernel *k, struct answer *out) {
  char why[KP_WHY] = "";
  double seconds = 0;
  kp_verdict verdict = {.error = NAN};
  if (b->kp->poison(b->open, why) < 0 || b->kp->launch(k, &seconds, why) < 0 ||
      b->kp->compare(b->open, &verdict, why) < 0) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "", why);
    return 0;
  }
  out->error = verdict.error;
  if (!verdict.ok || !(verdict.error <= verdict.tolerance)) {
    say(out, TDB_TRIAL_WRONG_RESULT, "", *verdict.what ? verdict.what : "the error is no number within tolerance");
    return 0;
  }
  return plausible(b, seconds, out);
}

static int build(const kp_plugin *kp, const kp_device *device, const kp_setting *problem, const kp_setting *config,
                 kp_artifact *artifact, struct answer *out) {
  char why[KP_WHY] = "";
  *artifact = (kp_artifact){NULL, 0};
  if (kp->legal(device, problem, config, why) != 1)
    say(out, TDB_TRIAL_COMPILE_ERROR, "the plug-in refuses what its spec allows", why);
  else if (kp->build(device, problem, config, artifact, why) < 0)
    say(out, TDB_TRIAL_COMPILE_ERROR, "", why);
  return out->status == TDB_TRIAL_OK;
}

/* From the file where it was built ahead, else built here. */
static int get_artifact(struct bench *b, const char *file, const kp_setting *config, kp_artifact *artifact, struct answer *out) {
  if (!file) return build(b->kp, &b->device, b->problem, config, artifact, out);
  if (artifact_read(artifact, file)) say(out, TDB_TRIAL_LAUNCH_ERROR, "", tuner_error());
  return out->status == TDB_TRIAL_OK;
}

static kp_kernel *make(struct bench *b, const char *file, const kp_setting *config, struct answer *out) {
  char why[KP_WHY] = "";
  kp_artifact artifact;
  kp_kernel *kernel = NULL;
  if (get_artifact(b, file, config, &artifact, out) && b->kp->load(b->open, config, &artifact, &kernel, why) < 0) {
    kernel = NULL;
    say(out, TDB_TRIAL_LAUNCH_ERROR, "", why);
  }
  free(artifact.data);
  return kernel;
}

static void load(struct bench *b, const struct ask *ask, struct answer *out) {
  kp_setting config[PROTOCOL_VALUES];
  unload(b, ask->slot);
  if (!settings(b->kp->parameters, ask->values, ask->nvalues, config)) {
    say(out, TDB_TRIAL_COMPILE_ERROR, "the plug-in has other parameters", "");
    return;
  }
  kp_kernel *kernel = make(b, ask->file, config, out);
  if (!kernel) return;
  if (verify(b, kernel, out))
    b->slots[ask->slot] = kernel;
  else
    b->kp->unload(kernel);
}

struct running { const kp_plugin *kp; kp_kernel *kernel; };

static int run_once(void *data, double *seconds, char *why) {
  struct running *r = data;
  return r->kp->launch(r->kernel, seconds, why);
}

static void report(struct measurement *m, struct answer *out) {
  out->end = m->end;
  if (m->end == MEASURE_IMPLAUSIBLE) {
    say(out, TDB_TRIAL_IMPLAUSIBLE, "", m->why);
  } else if (m->end == MEASURE_FAILED) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "", m->why);
  } else {
    out->seconds = m->summary.median;
    out->samples = m->samples;
    out->nsamples = m->n;
    m->samples = NULL;
  }
  free(m->samples);
}

static void time_candidate(struct bench *b, const struct ask *ask, struct answer *out) {
  struct running running = {b->kp, b->slots[ask->slot]};
  struct measure_rules rules = ask->rules;
  struct measurement m;
  if (!running.kernel) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "nothing is loaded in that slot", "");
    return;
  }
  rules.floor_seconds = fmax(rules.floor_seconds, b->floor_seconds);
  if (measure(&rules, run_once, &running, &m)) {
    free(m.samples);
    say(out, TDB_TRIAL_LAUNCH_ERROR, "", tuner_error());
    return;
  }
  if (ask->conditions && b->kp->conditions) b->kp->conditions(b->open, &out->conditions);
  report(&m, out);
  if (out->status != TDB_TRIAL_OK || !ask->verify) return;
  if (!verify(b, running.kernel, out)) {
    answer_release(out); /* what was timed is worth nothing */
    out->seconds = 0;
  }
}

static void unload_slot(struct bench *b, const struct ask *ask, struct answer *out) {
  (void)out;
  unload(b, ask->slot);
}

/* Needs no device and no open problem. */
static void build_file(struct bench *b, const struct ask *ask, struct answer *out) {
  kp_setting problem[PROTOCOL_VALUES], config[PROTOCOL_VALUES];
  kp_artifact artifact;
  if (use_plugin(b, ask->plugin)) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "", tuner_error());
  } else if (!settings(b->kp->problem_keys, ask->problem, ask->nproblem, problem) ||
             !settings(b->kp->parameters, ask->values, ask->nvalues, config)) {
    say(out, TDB_TRIAL_COMPILE_ERROR, "the plug-in has other keys", "");
  } else {
    if (build(b->kp, ask->device, problem, config, &artifact, out) && artifact_write(ask->file, &artifact))
      say(out, TDB_TRIAL_LAUNCH_ERROR, "", tuner_error());
    free(artifact.data);
  }
}

static void (*const actions[ASK_COUNT])(struct bench *, const struct ask *, struct answer *) = {
  open_problem, naive, load, time_candidate, unload_slot, build_file};

static int needs_open(const struct ask *ask) { return ask->kind != ASK_OPEN && ask->kind != ASK_BUILD; }

/* After an error of the device its context may be lost for good: then nothing else works in it either. */
static int is_lost(struct bench *b, const struct answer *a) {
  char why[KP_WHY];
  return a->status == TDB_TRIAL_LAUNCH_ERROR && b->open && b->kp->poison(b->open, why) < 0;
}

static void act(struct bench *b, const char *line, struct answer *out) {
  struct ask_owned owned;
  *out = (struct answer){.error = -1};
  if (ask_decode(&owned, line)) {
    say(out, TDB_TRIAL_LAUNCH_ERROR, "the question", tuner_error());
    return;
  }
  if (needs_open(&owned.ask) && !b->open)
    say(out, TDB_TRIAL_LAUNCH_ERROR, "no problem is open", "");
  else
    actions[owned.ask.kind](b, &owned.ask, out);
  out->lost = is_lost(b, out);
  ask_owned_release(&owned);
}

static int send_all(int fd, const char *text) {
  for (size_t left = strlen(text); left > 0;) {
    ssize_t n = write(fd, text, left);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return tuner_fail(TUNER_EENV, "writing an answer: %s", strerror(errno));
    text += n;
    left -= (size_t)n;
  }
  return TUNER_OK;
}

static int reply(int fd, struct bench *b, const char *line) {
  struct answer answer;
  act(b, line, &answer);
  char *text = answer_encode(&answer);
  answer_release(&answer);
  int code = text ? send_all(fd, text) : tuner_nomem();
  free(text);
  return code;
}

int worker_serve(int fd) {
  struct line_reader reader;
  struct bench *b = calloc(1, sizeof *b);
  int code = b ? TUNER_OK : tuner_nomem();
  line_reader_open(&reader, fd);
  while (!code) {
    char *line = line_take(&reader);
    code = line ? reply(fd, b, line) : line_fill(&reader);
  }
  if (b) {
    close_bench(b);
    plugin_unload(b->plugin);
  }
  free(b);
  line_reader_close(&reader);
  return code == TUNER_ENOTFOUND ? TUNER_OK : code;
}
