/* Opening the next space ahead of time. */
#include "prefetch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "fail.h"

struct prefetch {
  const struct spec *spec;
  const struct problem *problem;
  const hw_model *hw;
  struct space *space; /* NULL: it failed; whoever opens it again hears why */
  atomic_int stop;
  pthread_t thread;
};

static int stopped(void *prefetch) {
  struct prefetch *f = prefetch;
  return atomic_load(&f->stop);
}

static void *work(void *prefetch) {
  struct prefetch *f = prefetch;
  struct space_limits limits = {.cancel = stopped, .cancel_data = f};
  if (space_open(&f->space, f->spec, f->problem, f->hw, &limits)) f->space = NULL;
  return NULL;
}

struct prefetch *prefetch_begin(const struct spec *s, const struct problem *p, const hw_model *hw) {
  struct prefetch *f = calloc(1, sizeof *f);
  if (!f) return NULL;
  f->spec = s, f->problem = p, f->hw = hw;
  if (!pthread_create(&f->thread, NULL, work, f)) return f;
  free(f);
  return NULL;
}

struct space *prefetch_take(struct prefetch *f, const struct problem *p) {
  if (!f || f->problem != p) {
    prefetch_end(f);
    return NULL;
  }
  pthread_join(f->thread, NULL);
  struct space *space = f->space;
  free(f);
  return space;
}

void prefetch_end(struct prefetch *f) {
  if (!f) return;
  atomic_store(&f->stop, 1);
  pthread_join(f->thread, NULL);
  space_close(f->space);
  free(f);
}
