/* A thread's backward run: for each of its heads every step from the last to
 * the first; then all threads make dR at once from the finished gradients. */
#include "kernel.h"

static int64_t units_of(const cpu_plan *plan, int64_t tile) {
  const int64_t left = plan->problem.D - tile * plan->config.unit_tile;
  return left < plan->config.unit_tile ? left : plan->config.unit_tile;
}

/* The addresses of one tile's cells; what is absent reads zeros. */
static cell_backward cells_of(const cpu_worker *w, const flashrnn_backward *io, const cpu_rows *rows, int64_t n,
                              int64_t t, int64_t tile) {
  const cpu_plan *plan = w->plan;
  const int64_t B = plan->problem.B, T = plan->problem.T, N = plan->problem.N, D = plan->problem.D;
  const int64_t gates = plan->shape.gates, saved = plan->shape.saved_rows, b = rows->first;
  const int64_t u0 = tile * plan->config.unit_tile, unit = n * D + u0, cell = (b * T + t) * N * D + unit;
  cell_backward c = {
      .rows = rows->count, .units = units_of(plan, tile), .tile = w->tile,
      .tile_row = gates * plan->config.unit_tile, .gates = gates,
      .state = io->states + cell, .state_row = T * N * D, .state_plane = B * T * N * D,
      .before = plan->zeros, .dstate = plan->zeros,
      .saved = saved ? (const float *)io->saved + ((n * T + t) * B + b) * saved * D + u0 : NULL,
      .saved_row = saved * D, .saved_gate = D,
      .carry = w->carry + b * D + u0, .carry_row = D, .carry_plane = B * D,
      .dwx = io->dWx + (b * T + t) * gates * N * D + unit, .wx_row = T * gates * N * D, .gate = N * D,
      .dnew = plan->dnew ? plan->dnew + cell : NULL,
      .dbias = plan->dbias + (int64_t)w->batch_part * plan->shape.bias_rows * N * D + unit};
  if (t > 0) {
    c.before = io->states + cell - N * D, c.before_row = T * N * D, c.before_plane = B * T * N * D;
  } else if (io->initial) {
    c.before = io->initial + b * N * D + unit, c.before_row = N * D, c.before_plane = B * N * D;
  }
  if (io->dstates) c.dstate = io->dstates + cell, c.dstate_row = T * N * D, c.dstate_plane = B * T * N * D;
  return c;
}

/* Gradients of the gates to where the product reads them: [gate*D + unit][row]. */
static void send(const cpu_worker *w, const cpu_rows *rows, int64_t tile, float *buffer) {
  const cpu_plan *plan = w->plan;
  const int64_t gates = plan->shape.gates, u0 = tile * plan->config.unit_tile, units = units_of(plan, tile);
  float *to = buffer + rows->first * plan->depth;
  for (int64_t u = 0; u < units; u += LANES)
    for (int64_t g = 0; g < gates; g++)
      kernel_transpose(to + (g * plan->problem.D + u0 + u) * rows->count, rows->count,
                       w->tile + (u / LANES * gates + g) * LANES, gates * plan->config.unit_tile, rows->count,
                       units - u < LANES ? units - u : LANES);
}

static void cells(const cpu_worker *w, const flashrnn_backward *io, int64_t n, int64_t t, float *buffer) {
  for (int64_t tile = w->tile0; tile < w->tile1; tile++)
    for (int64_t i = w->row0; i < w->row1; i++) {
      const cpu_rows *rows = w->plan->rows + i;
      const cell_backward c = cells_of(w, io, rows, n, t, tile);
      kernel_cell_backward(w->plan->problem.function, &c);
      send(w, rows, tile, buffer);
    }
}

static void product_packed(const cpu_worker *w, const cpu_rows *rows, int64_t n, int64_t tile, const float *x) {
  const cpu_plan *plan = w->plan;
  const int64_t width = plan->config.vectors * LANES;
  const float *panel = plan->packed + (n * plan->tiles + tile) * plan->tile_columns * plan->depth;
  for (int64_t c = 0; c < units_of(plan, tile); c += width, panel += width * plan->depth)
    rows->product(panel, width, x, plan->depth, w->tile + c, plan->config.unit_tile, 0,
                  plan->config.prefetch * width);
}

static void product_in_place(const cpu_worker *w, const cpu_rows *rows, const float *R, int64_t n, int64_t tile,
                             const float *x) {
  const cpu_plan *plan = w->plan;
  const int64_t D = plan->problem.D, N = plan->problem.N, u0 = tile * plan->config.unit_tile;
  for (int64_t c = 0; c < plan->config.unit_tile; c += plan->config.vectors * LANES)
    for (int64_t g = 0; g < plan->shape.gates; g++)
      rows->product(R + (g * N + n) * D * D + u0 + c, D, x + g * D * rows->count, D, w->tile + c,
                    plan->config.unit_tile, g > 0, 0);
}

/* The product joins the carried gradient of y. */
static void add_to_carry(const cpu_worker *w, const cpu_rows *rows, int64_t tile) {
  const cpu_plan *plan = w->plan;
  const int64_t D = plan->problem.D, units = units_of(plan, tile);
  float *to = w->carry + rows->first * D + tile * plan->config.unit_tile;
  const float *from = w->tile;
  for (int64_t r = 0; r < rows->count; r++, to += D, from += plan->config.unit_tile)
    for (int64_t u = 0; u < units; u++) to[u] += from[u];
}

static void products(const cpu_worker *w, const float *R, int64_t n, int64_t t, const float *buffer) {
  const cpu_plan *plan = w->plan;
  for (int64_t k = 0; k < w->tile1 - w->tile0; k++) {
    const int64_t tile = t & 1 ? w->tile1 - 1 - k : w->tile0 + k; /* as in forward.c: back and forth */
    for (int64_t i = w->row0; i < w->row1; i++) {
      const cpu_rows *rows = plan->rows + i;
      const float *x = buffer + rows->first * plan->depth;
      if (plan->config.packed) product_packed(w, rows, n, tile, x);
      else product_in_place(w, rows, R, n, tile, x);
      add_to_carry(w, rows, tile);
    }
  }
}

/* Copies this thread's part of states in [S,B,1,N,D] from or to the carry. */
static void exchange_carry(const cpu_worker *w, const float *from, float *to, int64_t n) {
  const cpu_plan *plan = w->plan;
  const int64_t B = plan->problem.B, N = plan->problem.N, D = plan->problem.D;
  const int64_t u0 = w->tile0 * plan->config.unit_tile, end = w->tile1 * plan->config.unit_tile;
  const size_t bytes = sizeof(float) * (size_t)((end < D ? end : D) - u0);
  for (int64_t i = w->row0; i < w->row1; i++)
    for (int64_t b = plan->rows[i].first; b < plan->rows[i].first + plan->rows[i].count; b++)
      for (int64_t s = 0; s < plan->shape.states; s++) {
        float *carry = w->carry + (s * B + b) * D + u0;
        const int64_t at = ((s * B + b) * N + n) * D + u0;
        if (to) memcpy(to + at, carry, bytes);
        else if (from) memcpy(carry, from + at, bytes);
        else memset(carry, 0, bytes);
      }
}

static void clear_bias(const cpu_worker *w, int64_t n) {
  const cpu_plan *plan = w->plan;
  const int64_t N = plan->problem.N, D = plan->problem.D;
  const int64_t u0 = w->tile0 * plan->config.unit_tile, end = w->tile1 * plan->config.unit_tile;
  for (int64_t g = 0; g < plan->shape.bias_rows; g++)
    memset(plan->dbias + ((w->batch_part * plan->shape.bias_rows + g) * N + n) * D + u0, 0,
           sizeof(float) * (size_t)((end < D ? end : D) - u0));
}

static void head(const cpu_worker *w, const flashrnn_backward *io, int64_t n) {
  clear_bias(w, n);
  exchange_carry(w, io->dlast, NULL, n);
  for (int64_t t = w->plan->problem.T - 1; t >= 0; t--) {
    float *buffer = w->exchange + (t & 1) * w->exchange_size;
    cells(w, io, n, t, buffer);
    cpu_barrier_wait(w->group);
    if (t > 0 || io->dinitial) products(w, io->R, n, t, buffer);
  }
  if (io->dinitial) exchange_carry(w, NULL, io->dinitial, n);
  cpu_barrier_wait(w->group); /* the next head writes the buffers again */
}

static void pack(const cpu_worker *w, const float *R) {
  const cpu_plan *plan = w->plan;
  for (int64_t n = w->head0; n < w->head1; n++)
    for (int64_t tile = w->tile0; tile < w->tile1; tile++)
      if ((n + tile) % plan->config.threads_batch == w->batch_part) kernel_pack_backward(plan, R, n, tile);
}

/* The batch parts' bias gradients in their order. */
static void sum_bias(const cpu_worker *w, float *dbias) {
  const cpu_plan *plan = w->plan;
  const int64_t size = plan->shape.bias_rows * plan->problem.N * plan->problem.D;
  for (int64_t i = cpu_part(size, plan->threads, w->thread); i < cpu_part(size, plan->threads, w->thread + 1); i++) {
    float sum = plan->dbias[i];
    for (int64_t part = 1; part < plan->config.threads_batch; part++) sum += plan->dbias[part * size + i];
    dbias[i] = sum;
  }
}

void kernel_backward(const cpu_worker *w, const flashrnn_backward *io) {
  if (w->plan->config.packed) {
    pack(w, io->R);
    cpu_barrier_wait(w->plan->all);
  }
  for (int64_t n = w->head0; n < w->head1; n++) head(w, io, n);
  cpu_barrier_wait(w->plan->all);
  sum_bias(w, io->dbias);
  kernel_weights(w, io);
}
