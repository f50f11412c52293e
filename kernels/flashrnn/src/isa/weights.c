/* dR[g][o][k] = sum over t and b of da[g][o] * y[t-1][k]: for each head one
 * product over all steps, a chunk of them packed at a time.  Every element is
 * summed in the same order whatever the threads. */
#include "kernel.h"

typedef struct chunk { int64_t n, first, count; } chunk; /* steps first.. of the B*T, batch row by row */

/* y before step p of all (b,t). */
static const float *y_before(const cpu_plan *plan, const flashrnn_backward *io, int64_t n, int64_t p) {
  const int64_t N = plan->problem.N, D = plan->problem.D, t = p % plan->problem.T;
  if (t > 0) return io->states + ((p - 1) * N + n) * D;
  return io->initial ? io->initial + (p / plan->problem.T * N + n) * D : plan->zeros;
}

/* The gradients of R's gate g, from row p on N*D*gates (dWx) or N*D (dnew) apart. */
static const float *gate_rows(const cpu_plan *plan, const flashrnn_backward *io, int64_t g, int64_t n, int64_t *row) {
  const int64_t N = plan->problem.N, D = plan->problem.D;
  const int gru = plan->problem.function == FLASHRNN_GRU;
  *row = gru && g == 0 ? N * D : plan->shape.gates * N * D;
  if (gru && g == 0) return plan->dnew + n * D;
  return io->dWx + ((gru ? g - 1 : g) * N + n) * D;
}

/* Few floats at a time: a call of memcpy would cost more than the copy. */
INLINE void copy_padded(float *to, const float *from, int64_t have, int64_t width) {
  int64_t i = 0;
  for (; i + LANES <= have; i += LANES) v_store(to + i, v_load(from + i));
  for (; i + 4 <= have; i += 4) v4_store(to + i, v4_load(from + i));
  for (; i < have; i++) to[i] = from[i];
  for (; i < width; i++) to[i] = 0;
}

/* Steps that the unrolled product takes beyond the chunk's: zeros. */
static int64_t padded(int64_t count) { return (count + 3) / 4 * 4; }

/* This thread's share of the chunk's y. */
static void pack_inputs(const cpu_worker *w, const flashrnn_backward *io, chunk c) {
  const cpu_plan *plan = w->plan;
  const int64_t D = plan->problem.D, width = plan->weights.vectors * LANES;
  const int64_t end = cpu_part(c.count, plan->threads, w->thread + 1);
  for (int64_t p = cpu_part(c.count, plan->threads, w->thread); p < end; p++) {
    const float *y = y_before(plan, io, c.n, c.first + p);
    for (int64_t k = 0; k < D; k += width)
      copy_padded(plan->inputs + k * plan->weights.chunk + p * width, y + k, D - k < width ? D - k : width, width);
  }
  if (w->thread) return;
  for (int64_t k = 0; k < D; k += width)
    memset(plan->inputs + k * plan->weights.chunk + c.count * width, 0,
           sizeof(float) * (size_t)((padded(c.count) - c.count) * width));
}

static void pack_outputs(const cpu_worker *w, const flashrnn_backward *io, chunk c, int64_t g, int64_t o0,
                         int64_t count, float *to) {
  const cpu_plan *plan = w->plan;
  const int64_t rows = plan->weights.rows;
  int64_t row;
  const float *from = gate_rows(plan, io, g, c.n, &row) + o0 + c.first * row;
  for (int64_t p = 0; p < c.count; p++, from += row)
    for (int64_t o = 0; o < count; o += rows)
      copy_padded(to + o * plan->weights.chunk + p * rows, from + o, count - o < rows ? count - o : rows, rows);
  for (int64_t o = 0; o < count; o += rows)
    memset(to + o * plan->weights.chunk + c.count * rows, 0,
           sizeof(float) * (size_t)((padded(c.count) - c.count) * rows));
}

/* One register tile at (g, o, k), by way of `corner` where it sticks out. */
static void tile(const cpu_worker *w, const flashrnn_backward *io, chunk c, int64_t g, int64_t o, int64_t k,
                 const float *outputs) {
  const cpu_plan *plan = w->plan;
  const cpu_weights *x = &plan->weights;
  const int64_t D = plan->problem.D, width = x->vectors * LANES;
  const int64_t have_o = D - o < x->rows ? D - o : x->rows, have_k = D - k < width ? D - k : width;
  const float *inputs = plan->inputs + k * x->chunk;
  float *to = io->dR + ((g * plan->problem.N + c.n) * D + o) * D + k;
  if (have_o == x->rows && have_k == width) {
    x->product(inputs, width, outputs, padded(c.count), to, D, c.first > 0, 0);
    return;
  }
  float *corner = plan->corner + w->thread * x->rows * width;
  x->product(inputs, width, outputs, padded(c.count), corner, width, 0, 0);
  for (int64_t r = 0; r < have_o; r++)
    for (int64_t v = 0; v < have_k; v++)
      to[r * D + v] = c.first > 0 ? to[r * D + v] + corner[r * width + v] : corner[r * width + v];
}

/* A block of outputs of one gate against all of y. */
static void block(const cpu_worker *w, const flashrnn_backward *io, chunk c, int64_t g, int64_t o0) {
  const cpu_plan *plan = w->plan;
  const cpu_weights *x = &plan->weights;
  const int64_t D = plan->problem.D, size = x->block * x->rows;
  const int64_t count = D - o0 < size ? D - o0 : size;
  float *outputs = plan->outputs + w->thread * x->chunk * size;
  pack_outputs(w, io, c, g, o0, count, outputs);
  for (int64_t k = 0; k < D; k += x->vectors * LANES)
    for (int64_t o = 0; o < count; o += x->rows) tile(w, io, c, g, o0 + o, k, outputs + o * x->chunk);
}

static void run_chunk(const cpu_worker *w, const flashrnn_backward *io, chunk c) {
  const cpu_plan *plan = w->plan;
  const int64_t size = plan->weights.block * plan->weights.rows;
  const int64_t blocks = cpu_ceildiv(plan->problem.D, size), all = blocks * plan->shape.gates;
  pack_inputs(w, io, c);
  cpu_barrier_wait(plan->all);
  for (int64_t i = cpu_part(all, plan->threads, w->thread); i < cpu_part(all, plan->threads, w->thread + 1); i++)
    block(w, io, c, i / blocks, i % blocks * size);
  cpu_barrier_wait(plan->all);
}

void kernel_weights(const cpu_worker *w, const flashrnn_backward *io) {
  const cpu_plan *plan = w->plan;
  const int64_t steps = plan->problem.B * plan->problem.T, most = plan->weights.chunk;
  for (int64_t n = 0; n < plan->problem.N; n++)
    for (int64_t p = 0; p < steps; p += most)
      run_chunk(w, io, (chunk){n, p, steps - p < most ? steps - p : most});
}
