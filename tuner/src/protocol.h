/* What the tuner and its worker say to each other: one JSON object a line.
 *
 * The tuner asks, the worker answers, one answer a question, in order.  Both
 * sides decode strictly: an answer that is malformed, too long or of impossible
 * content is no answer (the tuner then treats the worker as crashed).
 * docs/tuning.md lists the fields.
 */
#ifndef TUNER_PROTOCOL_H
#define TUNER_PROTOCOL_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "measure.h"
#include "plugin.h"
#include "tunedb.h"

enum {
  PROTOCOL_LINE = 1 << 18, /* bytes of a line, at most */
  PROTOCOL_SLOTS = 8,      /* candidates loaded at once */
  PROTOCOL_VALUES = 256,   /* keys of a problem or a configuration, at most */
  PROTOCOL_FIGURES = 256   /* of a device, at most */
};

enum ask_kind {
  ASK_OPEN,   /* plug-in, problem, seed: make inputs and reference */
  ASK_NAIVE,  /* time the naive loops once */
  ASK_LOAD,   /* slot, configuration: build, load, poison, launch, compare */
  ASK_TIME,   /* slot, rules: measure; then, with `verify`, once more poison, launch, compare */
  ASK_UNLOAD, /* slot */
  ASK_BUILD,  /* plug-in, device, problem, configuration, file: build and write the artifact; no problem need be open */
  ASK_COUNT
};

struct ask {
  enum ask_kind kind;
  const char *plugin;    /* open, build: path of the shared object */
  uint64_t seed;         /* open */
  const int64_t *values; /* open: the problem's, load, build: the configuration's, in the plug-in's order */
  size_t nvalues;
  const int64_t *problem; /* build */
  size_t nproblem;
  const kp_device *device; /* build: whom for */
  const char *file;      /* build: where the artifact goes; load: where it is, NULL: build it */
  int slot;              /* load, time, unload */
  int verify, conditions; /* time: check the result, and ask how the device fared */
  struct measure_rules rules; /* time */
};

struct answer {
  tdb_status status;
  double seconds;        /* naive, time: of one launch; 0 unless ok */
  double error;          /* load, time: the verdict's; < 0: not measured or no number */
  double floor_seconds;  /* open */
  double operations, bytes; /* open: work of one launch; 0: unknown */
  enum measure_end end;  /* time */
  kp_conditions conditions; /* time */
  int lost;              /* what failed took the device's context along: only a new worker can go on */
  double *samples;       /* time; answer_release() frees */
  size_t nsamples;
  char message[KP_WHY];  /* why not; "" when ok */
};

void answer_release(struct answer *a);

/* The line for a question or an answer, "\n" at its end; the caller frees. NULL: no memory. */
char *ask_encode(const struct ask *a);
char *answer_encode(const struct answer *a);

/* A decoded question owns its texts and values. */
struct ask_owned {
  struct ask ask;
  json_t *json;
  int64_t values[PROTOCOL_VALUES], problem[PROTOCOL_VALUES];
  kp_device device;
  kp_setting figures[PROTOCOL_FIGURES];
};
int ask_decode(struct ask_owned *out, const char *line);
void ask_owned_release(struct ask_owned *a);
/* TUNER_EINPUT says what is wrong with it. */
int answer_decode(struct answer *out, const char *line);

/* Lines from a file descriptor. */
struct line_reader { int fd; char *bytes; size_t used, taken; };
void line_reader_open(struct line_reader *r, int fd);
void line_reader_close(struct line_reader *r); /* not the descriptor */
/* The next complete line without its "\n", valid until the next call of either; NULL: none yet. */
char *line_take(struct line_reader *r);
/* Read once. TUNER_OK; TUNER_ENOTFOUND at the end; TUNER_EINPUT: a line too long; TUNER_EENV, TUNER_ENOMEM. */
int line_fill(struct line_reader *r);

#endif
