/* A thread's forward run: for each of its heads every step in turn.  The
 * group's threads hold y of the step before in two buffers, written and read
 * in turn, so one barrier a step is enough. */
#include "kernel.h"

/* y of one tile to where the next step's products read it. */
static void send(const cpu_worker *w, const cpu_rows *rows, int64_t u0, int64_t units, const float *y,
                 int64_t y_row, int64_t block, float *buffer) {
  const cpu_plan *plan = w->plan;
  for (int64_t u = 0; u < units; u += LANES, y += block) {
    const int64_t have = units - u < LANES ? units - u : LANES;
    if (plan->config.packed)
      kernel_transpose(buffer + rows->first * plan->problem.D + (u0 + u) * rows->count, rows->count, y, y_row,
                       rows->count, have);
    else
      for (int64_t r = 0; r < rows->count; r++)
        memcpy(buffer + (rows->first + r) * plan->exchange_row + u0 + u, y + r * y_row,
               sizeof(float) * (size_t)have);
  }
}

static void product_packed(const cpu_worker *w, const cpu_rows *rows, int64_t n, int64_t tile, int64_t units,
                           const float *buffer) {
  const cpu_plan *plan = w->plan;
  const int64_t D = plan->problem.D, width = plan->config.vectors * LANES;
  const int64_t row = plan->shape.gates * plan->config.unit_tile;
  const int64_t columns = cpu_ceildiv(units, LANES) * plan->shape.gates * LANES;
  const float *panel = plan->packed + (n * plan->tiles + tile) * plan->tile_columns * D;
  for (int64_t c = 0; c < columns; c += width, panel += width * D)
    rows->product(panel, width, buffer + rows->first * D, D, w->tile + c, row, 0,
                  plan->config.prefetch * width);
}

static void product_in_place(const cpu_worker *w, const cpu_rows *rows, const float *R, int64_t n, int64_t tile,
                             const float *buffer) {
  const cpu_plan *plan = w->plan;
  const int64_t D = plan->problem.D, gates = plan->shape.gates, outputs = plan->config.vectors;
  float dots[16 * 6];
  for (int64_t g = 0; g < gates; g++)
    for (int64_t u = 0; u < plan->config.unit_tile; u += outputs) {
      rows->dot(R + ((g * plan->problem.N + n) * D + tile * plan->config.unit_tile + u) * D, D,
                buffer + rows->first * plan->exchange_row, plan->exchange_row, D, dots, outputs);
      for (int64_t r = 0; r < rows->count; r++)
        for (int64_t o = 0; o < outputs; o++)
          w->tile[r * gates * plan->config.unit_tile + ((u + o) / LANES * gates + g) * LANES + (u + o) % LANES] =
              dots[r * outputs + o];
    }
}

/* The addresses of one tile's cells. */
static cell_forward cells_of(const cpu_worker *w, const flashrnn_forward *io, const cpu_rows *rows, int64_t n,
                             int64_t t, int64_t u0, int64_t units) {
  const cpu_plan *plan = w->plan;
  const int64_t B = plan->problem.B, T = plan->problem.T, N = plan->problem.N, D = plan->problem.D;
  const int64_t gates = plan->shape.gates, saved = plan->shape.saved_rows;
  const int64_t b = rows->first, unit = n * D + u0, save = plan->problem.pass == FLASHRNN_TRAINING && saved;
  return (cell_forward){
      .rows = rows->count, .units = units, .tile = w->tile, .tile_row = gates * plan->config.unit_tile,
      .gates = gates, .states = plan->shape.states, .saved_rows = saved, .wx = io->Wx + (b * T + t) * gates * N * D + unit, .wx_row = T * gates * N * D,
      .gate = N * D, .bias = io->bias + unit,
      .state = io->states + (b * T + t) * N * D + unit, .state_row = T * N * D, .state_plane = B * T * N * D,
      .carry = w->carry + b * D + u0, .carry_row = D, .carry_plane = B * D,
      .saved = save ? (float *)io->saved + ((n * T + t) * B + b) * saved * D + u0 : NULL,
      .saved_row = saved * D, .saved_gate = D};
}

static void step_tile(const cpu_worker *w, const flashrnn_forward *io, int64_t n, int64_t t, int64_t tile) {
  const cpu_plan *plan = w->plan;
  const int64_t u0 = tile * plan->config.unit_tile, left = plan->problem.D - u0;
  const int64_t units = left < plan->config.unit_tile ? left : plan->config.unit_tile;
  const float *in = w->exchange + ((t + 1) & 1) * w->exchange_size;
  float *out = w->exchange + (t & 1) * w->exchange_size;
  for (int64_t i = w->row0; i < w->row1; i++) {
    const cpu_rows *rows = plan->rows + i;
    const cell_forward c = cells_of(w, io, rows, n, t, u0, units);
    kernel_fetch_forward(&c);
    if (plan->config.packed) product_packed(w, rows, n, tile, units, in);
    else product_in_place(w, rows, io->R, n, tile, in);
    kernel_cell_forward(plan->problem.function, &c);
    send(w, rows, u0, units, w->tile, c.tile_row, plan->shape.gates * LANES, out);
  }
}

/* Odd steps go through the tiles backwards: the panels used last are still in
 * the cache. */
static void step(const cpu_worker *w, const flashrnn_forward *io, int64_t n, int64_t t) {
  const int64_t count = w->tile1 - w->tile0;
  for (int64_t i = 0; i < count; i++) step_tile(w, io, n, t, t & 1 ? w->tile1 - 1 - i : w->tile0 + i);
}

/* The state before the first step: the carry, and y to the group. */
static void begin_row(const cpu_worker *w, const float *initial, int64_t n, int64_t b, int64_t u0, int64_t units) {
  const cpu_plan *plan = w->plan;
  const int64_t B = plan->problem.B, N = plan->problem.N, D = plan->problem.D;
  for (int64_t s = 0; s < plan->shape.states; s++) {
    float *to = w->carry + (s * B + b) * D + u0;
    if (initial) memcpy(to, initial + ((s * B + b) * N + n) * D + u0, sizeof(float) * (size_t)units);
    else memset(to, 0, sizeof(float) * (size_t)units);
  }
}

static void begin(const cpu_worker *w, const flashrnn_forward *io, int64_t n) {
  const cpu_plan *plan = w->plan;
  const int64_t D = plan->problem.D, u0 = w->tile0 * plan->config.unit_tile;
  const int64_t end = w->tile1 * plan->config.unit_tile, units = (end < D ? end : D) - u0;
  for (int64_t i = w->row0; i < w->row1; i++) {
    const cpu_rows *rows = plan->rows + i;
    for (int64_t r = 0; r < rows->count; r++) begin_row(w, io->initial, n, rows->first + r, u0, units);
    send(w, rows, u0, units, w->carry + rows->first * D + u0, D, LANES, w->exchange + w->exchange_size);
  }
}

static void finish(const cpu_worker *w, const flashrnn_forward *io, int64_t n) {
  const cpu_plan *plan = w->plan;
  const int64_t B = plan->problem.B, N = plan->problem.N, D = plan->problem.D;
  const int64_t u0 = w->tile0 * plan->config.unit_tile, end = w->tile1 * plan->config.unit_tile;
  if (!io->last) return;
  for (int64_t i = w->row0; i < w->row1; i++)
    for (int64_t b = plan->rows[i].first; b < plan->rows[i].first + plan->rows[i].count; b++)
      for (int64_t s = 0; s < plan->shape.states; s++)
        memcpy(io->last + ((s * B + b) * N + n) * D + u0, w->carry + (s * B + b) * D + u0,
               sizeof(float) * (size_t)((end < D ? end : D) - u0));
}

/* Threads that differ in their batch part alone share the panels. */
static void pack(const cpu_worker *w, const float *R) {
  const cpu_plan *plan = w->plan;
  for (int64_t n = w->head0; n < w->head1; n++)
    for (int64_t tile = w->tile0; tile < w->tile1; tile++)
      if ((n + tile) % plan->config.threads_batch == w->batch_part) kernel_pack_forward(plan, R, n, tile);
}

void kernel_forward(const cpu_worker *w, const flashrnn_forward *io) {
  if (w->plan->config.packed) {
    pack(w, io->R);
    cpu_barrier_wait(w->plan->all);
  }
  for (int64_t n = w->head0; n < w->head1; n++) {
    begin(w, io, n);
    cpu_barrier_wait(w->group);
    for (int64_t t = 0; t < w->plan->problem.T; t++) {
      step(w, io, n, t);
      cpu_barrier_wait(w->group);
    }
    finish(w, io, n);
  }
}
