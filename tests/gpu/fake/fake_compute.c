/* See fake_compute.h.  What forward saves for backward is the processor's own, kept
 * here under the address of the device's: the layouts differ. */
#include "fake_compute.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "flashrnn_cuda.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept { const void *at; void *saved; struct kept *next; } *kept;

static void *keep(const void *at, size_t bytes) {
  struct kept *k = kept;
  while (k && k->at != at) k = k->next;
  if (!k) {
    k = calloc(1, sizeof *k);
    if (!k) return NULL;
    k->at = at, k->next = kept, kept = k;
  }
  free(k->saved);
  return k->saved = malloc(bytes + 1);
}

static const void *find(const void *at) {
  const struct kept *k = kept;
  while (k && k->at != at) k = k->next;
  return k ? k->saved : NULL;
}

/* ---- Elements ---- */

static size_t width(fr_int dtype) { return dtype <= FR_TF32 ? 4 : 2; }

static float of_bf16(uint16_t bits) {
  const uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static uint16_t to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (value != value) return 0x7fff;
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float *load(const void *from, int64_t n, fr_int dtype) {
  float *x = from ? malloc((size_t)n * sizeof *x) : NULL;
  if (x && width(dtype) == 4) memcpy(x, from, (size_t)n * sizeof *x);
  else for (int64_t i = 0; x && i < n; i++) x[i] = of_bf16(((const uint16_t *)from)[i]);
  return x;
}

static void store(void *to, float *from, int64_t n, fr_int dtype) {
  if (to && width(dtype) == 4) memcpy(to, from, (size_t)n * sizeof *from);
  else for (int64_t i = 0; to && i < n; i++) ((uint16_t *)to)[i] = to_bf16(from[i]);
  free(from);
}

static float *room(int64_t n) { return calloc((size_t)n, sizeof(float)); }

/* ---- Passes ---- */

typedef struct sizes { int64_t wx, r, bias, edge, states; } sizes;

static sizes sizes_of(const flashrnn_problem *p) {
  static const int gates[] = {1, 4, 3, 4}, states[] = {1, 2, 1, 4}, rows[] = {1, 4, 4, 4};
  const int64_t row = p->N * p->D, f = p->function;
  return (sizes){gates[f] * p->B * p->T * row, gates[f] * row * p->D, rows[f] * row, states[f] * p->B * row, states[f] * p->B * p->T * row};
}

static void forward(flashrnn_plan *plan, const flashrnn_problem *p, const fr_params *q, fr_int dtype) {
  const sizes n = sizes_of(p);
  float *in[] = {load(q->Wx, n.wx, dtype), load(q->R, n.r, dtype), load(q->bias, n.bias, dtype), load(q->initial, n.edge, dtype)};
  float *states = room(n.states), *last = room(n.edge);
  void *saved = p->pass == FLASHRNN_TRAINING ? keep(q->saved, flashrnn_saved_bytes(p)) : NULL;
  flashrnn_run_forward(plan, &(flashrnn_forward){in[0], in[1], in[2], in[3], states, last, saved});
  for (int i = 0; i < 4; i++) free(in[i]);
  store(q->states, states, n.states, dtype);
  store(q->last, last, n.edge, dtype);
  if (saved) memset(q->saved, 0, flashrnn_cuda_saved_bytes(&(flashrnn_problem){p->function, p->pass, (flashrnn_dtype)dtype, p->B, p->T, p->N, p->D}));
}

static void backward(flashrnn_plan *plan, const flashrnn_problem *p, const fr_params *q, fr_int dtype) {
  const sizes n = sizes_of(p);
  float *in[] = {load(q->R, n.r, dtype), load(q->bias, n.bias, dtype), load(q->initial, n.edge, dtype),
                 load(q->states, n.states, dtype), load(q->dstates, n.states, dtype), load(q->dlast, n.edge, dtype)};
  float *dWx = room(n.wx), *dR = room(n.r), *dbias = room(n.bias), *dinitial = room(n.edge);
  flashrnn_run_backward(plan, &(flashrnn_backward){in[0], in[1], in[2], in[3], find(q->saved), in[4], in[5], dWx, dR, dbias, dinitial});
  for (int i = 0; i < 6; i++) free(in[i]);
  store(q->dWx, dWx, n.wx, dtype);
  store(q->dR, dR, n.r, dtype);
  store(q->dbias, dbias, n.bias, dtype);
  store(q->dinitial, dinitial, n.edge, dtype);
}

static int is_last(const char *entry, const fr_params *p) {
  if (!strcmp(entry, "reduce")) return 1;
  return strstr(entry, "_forward") && (strncmp(entry, "alternating", 11) || p->step == p->T - 1);
}

int fake_compute(const fr_problem *problem, const char *entry, const fr_params *p) {
  if (problem->dtype == FR_FP16 || problem->options || !is_last(entry, p)) return 0;
  const flashrnn_problem here = {(flashrnn_function)problem->function, (flashrnn_pass)problem->pass, FLASHRNN_FP32, p->B, p->T, problem->N, problem->D};
  flashrnn *f = NULL;
  flashrnn_plan *plan = NULL;
  pthread_mutex_lock(&lock);
  int rc = flashrnn_open(&f, "");
  if (!rc) rc = flashrnn_plan_new(&plan, f, &here);
  if (!rc) (here.pass == FLASHRNN_BACKWARD ? backward : forward)(plan, &here, p, problem->dtype);
  flashrnn_plan_free(plan);
  flashrnn_close(f);
  pthread_mutex_unlock(&lock);
  return rc;
}
