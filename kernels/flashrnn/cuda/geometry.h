/* The stages of a pass, their geometry, and where things lie in the workspace:
 * read by the kernels (constant expressions) and by the host alike. */
#ifndef FLASHRNN_GEOMETRY_H
#define FLASHRNN_GEOMETRY_H

#include "launch.h"

/* ---- Tiles ---- */

FR_INLINE fr_int fr_vector(fr_int dtype) { return 16 / fr_bytes(dtype); }
/* Chunks of 64 bytes of a row of D elements; a padded row is whole chunks. */
FR_INLINE fr_int fr_chunks(fr_int D, fr_int dtype) { return fr_ceildiv(D * fr_bytes(dtype), 64); }
FR_INLINE fr_int fr_padded(fr_int D, fr_int dtype) { return fr_chunks(D, dtype) * 64 / fr_bytes(dtype); }
/* Planes of the state before a step that backward reads. */
FR_INLINE fr_int fr_before_planes(fr_int function) {
  return function == FR_ELMAN ? 0 : function == FR_SLSTM ? 2 : 1;
}

/* ---- Resident: one block a head and 8 batch rows ---- */

enum { FR_RESIDENT_ROWS = 8 };
/* Warps that compute; more of them copy. */
FR_INLINE fr_int fr_resident_warps(fr_int D, fr_int pass) { return pass == FR_BACKWARD ? fr_ceildiv(D, 16) : D / 8; }
/* Bytes of a row of `elements`, shifted by 16 so that neighbouring rows meet other banks. */
FR_INLINE fr_int fr_row_bytes(fr_int elements, fr_int dtype) { return fr_round(elements * fr_bytes(dtype), 16) + 16; }
/* Rows that come in a step, times 8 batch rows. */
FR_INLINE fr_int fr_rows_in(fr_int function, fr_int pass) {
  return pass == FR_BACKWARD ? fr_saved_rows(function) + fr_before_planes(function) + fr_states(function)
                             : fr_gates(function);
}
FR_INLINE fr_int fr_rows_out(fr_int function, fr_int pass) {
  return pass == FR_BACKWARD ? 0 : fr_states(function) + (pass == FR_TRAINING ? fr_saved_rows(function) : 0);
}
/* The tensor product's operand: y, or the gate gradients in the order of the bias' rows. */
FR_INLINE fr_int fr_operand(fr_int function, fr_int pass, fr_int D, fr_int dtype) {
  return fr_padded(D, dtype) * (pass == FR_BACKWARD ? fr_bias_rows(function) : 1);
}
FR_INLINE fr_int fr_resident_shared(fr_int function, fr_int pass, fr_int D, fr_int dtype, fr_int ring) {
  return 8 * (ring * fr_rows_in(function, pass) * fr_row_bytes(D, dtype)
              + 2 * fr_rows_out(function, pass) * fr_row_bytes(D, dtype)
              + 2 * fr_row_bytes(fr_operand(function, pass, D, dtype), dtype));
}

/* ---- Columns (cluster, grid, streaming, alternating): a block owns units of a head and batch rows ---- */

/* All steps in one launch, R's share kept. */
FR_INLINE int fr_persistent(fr_int family) { return family == FR_CLUSTERED || family == FR_GRID || family == FR_STREAMING; }
/* Blocks of a head and its batch rows; those of a cluster beyond the head's units are idle. */
FR_INLINE fr_int fr_column_blocks(fr_int D, fr_int family, fr_int units, fr_int cluster) {
  return family == FR_CLUSTERED ? cluster : fr_ceildiv(D, units);
}
/* Partial sums of a warp for one batch row, in floats. */
FR_INLINE fr_int fr_column_pitch(fr_int function, fr_int pass, fr_int units) {
  return fr_round((pass == FR_BACKWARD ? 1 : fr_gates(function)) * units, 16) + 4;
}
/* Two sets of sums save a barrier a step. */
FR_INLINE fr_int fr_column_sums(fr_int function, fr_int pass, fr_int units, fr_int batch, fr_int warps, fr_int family) {
  return (family == FR_CLUSTERED || family == FR_GRID ? 2 : 1) * warps * batch * fr_column_pitch(function, pass, units) * 4;
}
/* Tensor tiles of 16 rows; the reduction, and a warp's share of it, in chunks. */
FR_INLINE fr_int fr_column_tiles(fr_int function, fr_int pass, fr_int units) {
  return pass == FR_BACKWARD ? fr_ceildiv(units, 16) : units / 8 * fr_ceildiv(fr_gates(function), 2);
}
FR_INLINE fr_int fr_column_depth(fr_int function, fr_int pass, fr_int D, fr_int dtype) {
  return (pass == FR_BACKWARD ? fr_gates(function) : 1) * fr_chunks(D, dtype);
}
FR_INLINE fr_int fr_column_share(fr_int function, fr_int pass, fr_int D, fr_int dtype, fr_int warps) {
  return fr_ceildiv(fr_column_depth(function, pass, D, dtype), warps);
}
/* Of those, chunks of r_shared or r_stream sixteenths. */
FR_INLINE fr_int fr_column_part(fr_int share, fr_int sixteenths) { return fr_ceildiv(share * sixteenths, 16); }
/* R's part in shared memory: 1 KiB a tile, chunk and warp, as the lanes read it. */
FR_INLINE fr_int fr_column_held(fr_int tiles, fr_int chunks, fr_int warps) { return tiles * chunks * warps * 1024; }
/* The ring of pieces of R on their way: of a chunk, one tile. */
FR_INLINE fr_int fr_column_ring(fr_int family, fr_int ring, fr_int warps) { return family == FR_STREAMING ? ring * warps * 1024 : 0; }
/* What a cluster's blocks send each other, two slots, 64 bytes a chunk and batch row; and two barriers. */
FR_INLINE fr_int fr_column_operand(fr_int family, fr_int depth, fr_int batch) {
  return family == FR_CLUSTERED ? 2 * depth * batch * 64 + 16 : 0;
}
FR_INLINE fr_int fr_column_shared(const fr_problem *p, const fr_config *c) {
  const fr_int depth = fr_column_depth(p->function, p->pass, p->D, p->dtype), share = fr_ceildiv(depth, c->warps);
  const fr_int chunks = fr_persistent(c->family) ? fr_column_part(share, c->r_shared) : 0;
  return fr_column_sums(p->function, p->pass, c->units, c->batch, c->warps, c->family)
         + fr_column_held(fr_column_tiles(p->function, p->pass, c->units), chunks, c->warps)
         + fr_column_ring(c->family, c->ring, c->warps) + fr_column_operand(c->family, depth, c->batch);
}

/* Counters of the barrier of a head and its batch rows, a line apart. */
enum { FR_FLAG_WORDS = 32 };

/* ---- Weights: dR and dbias by one tensor product over the sequence ---- */

enum { FR_WEIGHT_TILE = 64, FR_WEIGHT_DEPTH = 32, FR_WEIGHT_RING = 3, FR_WEIGHT_THREADS = 128 };
FR_INLINE fr_int fr_weight_pitch(fr_int dtype) { return FR_WEIGHT_TILE + 8 + 0 * dtype; }
FR_INLINE fr_int fr_weight_shared(fr_int dtype) {
  return FR_WEIGHT_RING * 2 * FR_WEIGHT_DEPTH * fr_weight_pitch(dtype) * fr_bytes(dtype) + 2 * FR_WEIGHT_TILE * 4;
}
FR_INLINE fr_int fr_weight_tiles(fr_int D) { return fr_ceildiv(D, FR_WEIGHT_TILE); }
/* Blocks a head and chunk: gates' tiles, and rows of the bias that are no gate of R's. */
FR_INLINE fr_int fr_weight_blocks(fr_int function, fr_int D) {
  return fr_gates(function) * fr_weight_tiles(D) * fr_weight_tiles(D)
         + (fr_bias_rows(function) - fr_gates(function)) * fr_weight_tiles(D);
}
FR_INLINE fr_int fr_weight_sums(fr_int function, fr_int N, fr_int D) {
  return (fr_gates(function) * D + fr_bias_rows(function)) * N * D;
}

/* ---- Workspace ---- */

/* scratch: backward begins with R transposed, [N][D out of R's in][G][padded D]. */
FR_INLINE fr_int fr_transposed_bytes(fr_int function, fr_int N, fr_int D, fr_int dtype) {
  return fr_round(N * D * fr_gates(function) * fr_padded(D, dtype) * fr_bytes(dtype), 256);
}
/* alternating: then the state (or its gradient and the initial state's) in fp32, [planes][B][N][D]. */
FR_INLINE fr_int fr_carry_planes(fr_int function, fr_int pass) {
  return (pass == FR_BACKWARD ? 2 : 1) * fr_states(function);
}

#ifndef __CUDACC__

static inline __attribute__((unused)) fr_work fr_work_of(const fr_problem *p, const fr_config *c) {
  const int backward = p->pass == FR_BACKWARD, mailbox = c->exchange == FR_MAILBOX;
  fr_work w = {.fill_states = mailbox};
  if (c->exchange == FR_BARRIER && c->family != FR_CLUSTERED) w.flags = p->N * fr_ceildiv(p->B, c->batch) * FR_FLAG_WORDS * 4;
  if (c->family == FR_ALTERNATING) w.scratch += fr_carry_planes(p->function, p->pass) * p->B * p->N * p->D * 4;
  if (!backward) return w;
  w.scratch += fr_transposed_bytes(p->function, p->N, p->D, p->dtype);
  w.partial = fr_ceildiv(p->T, c->chunk) * fr_weight_sums(p->function, p->N, p->D) * 4;
  if (p->function == FR_GRU) { /* gradients of R's g gate, [B][T][N][D] */
    w.exchange = p->B * p->T * p->N * p->D * fr_bytes(p->dtype);
    w.fill = mailbox;
  }
  return w;
}

static inline fr_stage fr_recurrence(const fr_problem *p, const fr_config *c) {
  const int backward = p->pass == FR_BACKWARD;
  fr_stage s = {.cluster = 1, .repeat = 1};
  if (c->family == FR_RESIDENT) {
    s.entry = backward ? "resident_backward" : "resident_forward";
    s.grid = p->N * fr_ceildiv(p->B, FR_RESIDENT_ROWS);
    s.threads = 32 * c->warps; /* at least fr_resident_warps() */
    s.shared = fr_resident_shared(p->function, p->pass, p->D, p->dtype, c->ring);
    return s;
  }
  s.grid = p->N * fr_column_blocks(p->D, c->family, c->units, c->cluster) * fr_ceildiv(p->B, c->batch);
  s.threads = 32 * c->warps;
  s.shared = fr_column_shared(p, c);
  if (c->family == FR_CLUSTERED) {
    s.entry = backward ? "cluster_backward" : "cluster_forward";
    s.cluster = c->cluster; /* a cluster waits for nobody else: as many at a time as there is room for */
  } else if (c->family != FR_ALTERNATING) {
    s.entry = backward ? "grid_backward" : "grid_forward";
    s.cooperative = 1;
  } else {
    s.entry = backward ? "alternating_backward" : "alternating_forward";
    s.repeat = p->T + backward; /* the last brings the gradient to the initial state */
  }
  return s;
}

/* Fills stages in stream order and returns their number. */
static inline __attribute__((unused)) int fr_stages(const fr_problem *p, const fr_config *c, fr_stage stages[FR_STAGES]) {
  const fr_int D = p->D, G = fr_gates(p->function);
  int n = 0;
  if (p->pass == FR_BACKWARD)
    stages[n++] = (fr_stage){.entry = "transpose", .threads = 256, .cluster = 1, .repeat = 1,
                             .grid = p->N * G * fr_ceildiv(D, 32) * fr_ceildiv(fr_padded(D, p->dtype), 32)};
  stages[n++] = fr_recurrence(p, c);
  if (p->pass != FR_BACKWARD) return n;
  stages[n++] = (fr_stage){.entry = "weights", .threads = FR_WEIGHT_THREADS, .cluster = 1, .repeat = 1,
                           .shared = fr_weight_shared(p->dtype),
                           .grid = fr_ceildiv(p->T, c->chunk) * p->N * fr_weight_blocks(p->function, D)};
  stages[n++] = (fr_stage){.entry = "reduce", .threads = 256, .cluster = 1, .repeat = 1,
                           .grid = fr_ceildiv(fr_weight_sums(p->function, p->N, D), 256)};
  return n;
}

/* A configuration that is legal for every legal problem. */
static inline __attribute__((unused)) fr_config fr_default_of(const fr_problem *p) {
  const fr_int backward = p->pass == FR_BACKWARD, rows = fr_round(p->B, 8);
  fr_int chunk = fr_ceildiv(2048, p->B);
  /* at most 64 chunks, fewer where their sums are large */
  const fr_int most = p->D >= 2048 ? 4 : p->D >= 512 ? 8 : 64;
  if (chunk < fr_ceildiv(p->T, most)) chunk = fr_ceildiv(p->T, most);
  return (fr_config){.family = FR_ALTERNATING, .units = backward ? 16 : 8, .batch = rows < 32 ? rows : 32, .warps = 8,
                     .split = 8, .gates_on_m = 1, .exchange = FR_LOCAL, .cluster = 1,
                     .approx = p->dtype == FR_BF16, .chunk = chunk < p->T ? chunk : p->T};
}

#endif
#endif
