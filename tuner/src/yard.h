/* The yard: worker processes that build candidates while another one is timed.
 *
 * What is wanted is built in the order of wanting, as many at once as there are
 * processes; a build that fails, crashes or hangs is a result like any other.
 * Artifacts lie in a folder of the yard's own, which goes when the yard closes.
 * A yard is used from one thread; it has threads of its own inside.
 */
#ifndef TUNER_YARD_H
#define TUNER_YARD_H

#include "problem.h"
#include "protocol.h"
#include "space.h"

struct yard;

struct yard_options {
  int jobs;                /* processes, at most YARD_JOBS */
  const char *plugin;      /* path of the shared object; it and device must outlive the yard */
  const kp_device *device;
  double time_limit;       /* seconds for one build */
  int show_stderr;
  int64_t memory_bytes;    /* limit on the address space of each process; 0: none */
};
enum { YARD_JOBS = 64 };

enum yard_state { YARD_UNKNOWN, YARD_WAITING, YARD_BUILDING, YARD_BUILT, YARD_FAILED };

/* Processes start when there is something to build. */
int yard_open(struct yard **out, const struct yard_options *options);
void yard_close(struct yard *y); /* kills what is being built; NULL is fine */
int yard_jobs(const struct yard *y);

/* Forget everything and build for this problem; both must live until the next
 * call or the end.  space NULL: for none. */
void yard_problem(struct yard *y, const struct problem *p, const struct space *space);
/* Build these configurations of the space, in this order, instead of what still waits. */
int yard_want(struct yard *y, const size_t *indices, size_t n);
enum yard_state yard_state(struct yard *y, size_t index);
/* Of a built one: its file (NULL: none could be made, build it), valid until it is dropped or the next yard_problem(); else NULL. */
const char *yard_file(struct yard *y, size_t index);
/* Of a failed one: status and message. */
void yard_failure(struct yard *y, size_t index, struct answer *out);
/* Nobody needs its artifact any more. */
void yard_drop(struct yard *y, size_t index);
/* Wait until a build has ended since the last time, at most so many seconds. */
void yard_wait(struct yard *y, double seconds);

#endif
