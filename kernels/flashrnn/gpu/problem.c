/* What a problem is on a device: whether its tensors can exist, their sizes and strides. */
#include "gpu.h"

#include <stdio.h>

static int refuse(char *why, const char *key, fr_int value, const char *want) {
  snprintf(why, GPU_WHY, "%s = %lld: %s", key, value, want);
  return GPU_EINVAL;
}

static int check_names(const fr_problem *p, char *why) {
  if (p->function < FR_ELMAN || p->function > FR_SLSTM) return refuse(why, "function", p->function, "no such function");
  if (p->pass < FR_INFERENCE || p->pass > FR_BACKWARD) return refuse(why, "pass", p->pass, "no such pass");
  if (p->dtype < FR_FP32 || p->dtype > FR_BF16) return refuse(why, "dtype", p->dtype, "no such dtype");
  if (p->options < 0 || p->options > 1) return refuse(why, "options", p->options, "wants 0 or 1");
  return 0;
}

int fr_problem_check(const fr_problem *p, char *why) {
  const fr_int most = 1LL << 42;
  fr_int cells, squares;
  int error = check_names(p, why);
  if (error) return error;
  if (p->B < 1 || p->B > 65536) return refuse(why, "B", p->B, "wants 1..65536");
  if (p->T < 1 || p->T > 1048576) return refuse(why, "T", p->T, "wants 1..1048576");
  if (p->N < 1 || p->N > 4096) return refuse(why, "N", p->N, "wants 1..4096");
  if (p->D < 16 || p->D > 16384 || p->D % 8) return refuse(why, "D", p->D, "wants 16..16384 in steps of 8");
  if (__builtin_mul_overflow(p->B * p->T, p->N * p->D, &cells) || cells > most) return refuse(why, "T", p->T, "B*T*N*D is beyond 2^42");
  if (__builtin_mul_overflow(p->N * p->D, p->D, &squares) || squares > most) return refuse(why, "D", p->D, "N*D*D is beyond 2^42");
  return 0;
}

fr_strides fr_wx_strides(const fr_problem *p) {
  const fr_int H = p->N * p->D, G = fr_gates(p->function);
  return (fr_strides){.b = p->T * G * H, .t = G * H, .g = H, .n = p->D};
}

fr_strides fr_state_strides(const fr_problem *p) {
  const fr_int H = p->N * p->D;
  return (fr_strides){.b = p->T * H, .t = H, .g = p->B * p->T * H, .n = p->D};
}

fr_strides fr_saved_strides(const fr_problem *p) {
  const fr_int rows = fr_saved_rows(p->function) * p->D;
  return (fr_strides){.b = rows, .t = p->B * rows, .g = p->D, .n = p->T * p->B * rows};
}

fr_sizes fr_sizes_of(const fr_problem *p) {
  const fr_int edge = p->B * p->N * p->D, cells = edge * p->T, f = p->function;
  return (fr_sizes){.wx = fr_gates(f) * cells, .r = fr_gates(f) * p->N * p->D * p->D, .bias = fr_bias_rows(f) * p->N * p->D,
                    .edge = fr_states(f) * edge, .states = fr_states(f) * cells, .saved = fr_saved_rows(f) * cells};
}
