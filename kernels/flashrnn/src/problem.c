/* What a problem is: names, shapes that follow from the function, and whether
 * its tensors can exist. */
#include "cpu.h"

#include <stdio.h>

static const char *const function_names[] = {"elman", "lstm", "gru", "slstm"};
static const char *const pass_names[] = {"inference", "training", "backward"};
static const char *const dtype_names[] = {"fp32"};

static const cpu_shape shapes[] = {
    /* gates, states, bias rows, saved rows */
    [FLASHRNN_ELMAN] = {1, 1, 1, 0},
    [FLASHRNN_LSTM] = {4, 2, 4, 4},
    [FLASHRNN_GRU] = {3, 1, 4, 4},
    [FLASHRNN_SLSTM] = {4, 4, 4, 4},
};

const char *cpu_function_name(flashrnn_function f) { return function_names[f]; }
const char *cpu_pass_name(flashrnn_pass p) { return pass_names[p]; }
const char *cpu_dtype_name(flashrnn_dtype d) { return dtype_names[d]; }
cpu_shape cpu_shape_of(flashrnn_function f) { return shapes[f]; }

static int refuse(char *why, const char *key, int64_t value, const char *want) {
  snprintf(why, CPU_WHY, "%s = %lld: %s", key, (long long)value, want);
  return FLASHRNN_EINVAL;
}

static int check_names(const flashrnn_problem *p, char *why) {
  if ((unsigned)p->function > FLASHRNN_SLSTM) return refuse(why, "function", p->function, "no such function");
  if ((unsigned)p->pass > FLASHRNN_BACKWARD) return refuse(why, "pass", p->pass, "no such pass");
  if (p->dtype != FLASHRNN_FP32) return refuse(why, "dtype", p->dtype, "the CPU knows fp32 only");
  return 0;
}

/* The largest tensor has at most 4 planes of B*T*N*D floats; R has 4*N*D*D. */
static int check_size(const flashrnn_problem *p, char *why) {
  int64_t cells, squares;
  const int64_t most = INT64_C(1) << 42;
  if (__builtin_mul_overflow(p->B * p->T, p->N * p->D, &cells) || cells > most)
    return refuse(why, "T", p->T, "B*T*N*D is beyond 2^42");
  if (__builtin_mul_overflow(p->N * p->D, p->D, &squares) || squares > most)
    return refuse(why, "D", p->D, "N*D*D is beyond 2^42");
  return 0;
}

int cpu_problem_check(const flashrnn_problem *p, char *why) {
  int error = check_names(p, why);
  if (error) return error;
  if (p->B < 1 || p->B > 65536) return refuse(why, "B", p->B, "wants 1..65536");
  if (p->T < 1 || p->T > 1048576) return refuse(why, "T", p->T, "wants 1..1048576");
  if (p->N < 1 || p->N > 4096) return refuse(why, "N", p->N, "wants 1..4096");
  if (p->D < 16 || p->D > 16384 || p->D % 8) return refuse(why, "D", p->D, "wants 16..16384 in steps of 8");
  return check_size(p, why);
}

size_t cpu_saved_bytes(const flashrnn_problem *p) {
  return sizeof(float) * (size_t)(p->B * p->T * p->N * p->D) * (size_t)shapes[p->function].saved_rows;
}
