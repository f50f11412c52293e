/* Legality: specs/kernels/flashrnn-cuda.yaml once more, as plain code; and a
 * configuration that is always legal.  One condition a constraint, by its name. */
#include <stdio.h>

#include "occupancy.h"

enum { NONE = 0 }; /* units: the whole head */

/* What follows from problem and configuration: the spec's definitions. */
typedef struct facts {
  const fr_device *d;
  const fr_problem *p;
  const fr_config *c;
  int backward, resident, persistent, cluster, streaming;
  fr_int gates, chunks, depth, rows, head_warps, warps, tiles, share, in_shared, in_stream, row_tiles, registers, shared, blocks, threads;
} facts;

/* Registers that a thread needs by the shape of its part of R, its operands and sums; the rest is a
 * lower bound of what was seen: the compiler's report decides. */
static fr_int registers_of(const facts *f) {
  if (f->resident) return 8 * (f->backward ? f->depth : (f->gates + 1) / 2 * f->chunks) + 56;
  const fr_int words = 8 * f->tiles * (f->share - f->in_shared - f->in_stream);
  const fr_int kept = f->p->dtype == FR_FP32 ? 2 * words : words; /* split in two */
  const fr_int cells = fr_ceildiv(f->c->units * f->c->batch, f->threads) * (f->backward ? 20 : 15);
  if (f->c->family == FR_GRID) return kept + 6 * f->share + 4 * f->tiles + 40;
  if (f->cluster) return kept + 4 * f->tiles + 4 * fr_smaller(f->share, 8) + cells + (f->backward ? 55 : 30);
  if (f->streaming) return kept + 4 * f->tiles * f->row_tiles + 8 * f->row_tiles + cells + 85;
  return 4 * f->tiles * f->row_tiles + 16 * f->tiles + 8 * f->row_tiles + 40;
}

static facts facts_of(const fr_device *d, const fr_problem *p, const fr_config *c) {
  facts f = {.d = d, .p = p, .c = c, .backward = p->pass == FR_BACKWARD, .resident = c->family == FR_RESIDENT,
             .persistent = fr_persistent(c->family), .cluster = c->family == FR_CLUSTERED, .streaming = c->family == FR_STREAMING};
  f.gates = fr_gates(p->function);
  f.chunks = fr_chunks(p->D, p->dtype);
  f.depth = f.backward ? f.gates * f.chunks : f.chunks;
  f.rows = fr_round(p->B, 8);
  f.head_warps = fr_resident_warps(p->D, p->pass);
  f.warps = c->warps;
  f.threads = 32 * f.warps;
  f.tiles = fr_column_tiles(p->function, p->pass, c->units);
  f.share = fr_ceildiv(f.depth, f.warps);
  f.in_shared = fr_column_part(f.share, c->r_shared);
  f.in_stream = fr_column_part(f.share, c->r_stream);
  f.row_tiles = c->batch / 8;
  f.registers = registers_of(&f);
  f.shared = f.resident ? fr_resident_shared(p->function, p->pass, p->D, p->dtype, c->ring)
                        : fr_column_shared(p, c);
  f.blocks = f.resident || c->units == NONE
                 ? p->N * fr_ceildiv(p->B, FR_RESIDENT_ROWS)
                 : p->N * fr_column_blocks(p->D, c->family, c->units, c->cluster) * fr_ceildiv(p->B, c->batch);
  return f;
}

/* ---- Domains ---- */

static int one_of(fr_int value, const fr_int *from) { /* ends with -1 */
  while (*from >= 0 && *from != value) from++;
  return *from >= 0;
}

static const fr_int units[] = {NONE, 8, 16, 24, 32, 40, 48, 64, -1}, batches[] = {8, 16, 24, 32, -1};
static const fr_int splits[] = {1, 2, 3, 4, 6, 8, 12, 16, -1}, rings[] = {0, 2, 3, 4, 6, 8, 12, -1};
static const fr_int aheads[] = {0, 2, 4, 6, 8, 12, -1}, clusters[] = {1, 2, 4, 8, 16, -1};

static int is_chunk(fr_int v) { return v == 0 || (v >= 16 && v <= 1 << 20 && !(v & (v - 1))); }

static const char *broken_domain(const fr_config *c) {
  if (c->family < FR_RESIDENT || c->family > FR_ALTERNATING) return "family: no such";
  if (!one_of(c->units, units)) return "units: not in its domain";
  if (!one_of(c->batch, batches)) return "batch: not in its domain";
  if (c->warps < 1 || c->warps > 32) return "warps: wants 1..32";
  if (!one_of(c->split, splits)) return "split: not in its domain";
  if (c->gates_on_m != 1) return "gates_on_m: has one value";
  if (!one_of(c->cluster, clusters)) return "cluster: not in its domain";
  if (c->r_shared < 0 || c->r_shared > 16 || c->r_stream < 0 || c->r_stream > 16) return "r_shared, r_stream: want 0..16";
  if (!one_of(c->ring, rings)) return "ring: not in its domain";
  if (c->staging < 0 || c->staging > 1) return "staging: wants 0 or 1";
  if (c->exchange < FR_LOCAL || c->exchange > FR_PUSH) return "exchange: no such";
  if (!one_of(c->ahead, aheads)) return "ahead: not in its domain";
  if (c->repoll < 0 || c->repoll > 1 || c->approx < 0 || c->approx > 1) return "repoll, approx: want 0 or 1";
  return is_chunk(c->chunk) ? NULL : "chunk: not in its domain";
}

/* ---- Constraints ---- */

static const char *broken_family(const facts *f) {
  const fr_config *c = f->c;
  if (f->resident != (c->units == NONE)) return "units_of_head: resident blocks own whole heads, others units";
  if (f->resident && (c->warps < f->head_warps || c->warps > f->head_warps + 8))
    return "warps_of_head: the head's size wants so many, and at most 8 more that copy";
  if (f->resident && c->batch != FR_RESIDENT_ROWS) return "batch_of_resident: 8 rows";
  if (c->split != (f->resident ? 1 : c->warps)) return "split_of_warps: every warp has its part of the reduction";
  if (f->persistent ? c->r_shared != 16 * f->in_shared / f->share : c->r_shared)
    return "r_shared_of_family: whole pieces of R's part of a block that keeps one";
  if (f->streaming ? !c->r_stream || c->r_stream != 16 * f->in_stream / f->share : c->r_stream)
    return "r_stream_of_family: whole pieces of R, one at least, in the streaming family";
  if (f->in_shared + f->in_stream > f->share) return "parts_of_share: more than R's part of a block";
  if (f->resident != c->staging) return "staging_of_family: resident stages its results, others do not";
  if ((f->resident || f->streaming) != (c->ring >= 2)) return "ring_of_family: resident and streaming have a ring, of 2 at least";
  return NULL;
}

static const char *broken_exchange(const facts *f) {
  const fr_config *c = f->c;
  const int memory = c->family == FR_GRID || f->streaming;
  if (f->cluster ? c->exchange != FR_BARRIER && c->exchange != FR_PUSH
                 : memory ? c->exchange != FR_MAILBOX && c->exchange != FR_BARRIER : c->exchange != FR_LOCAL)
    return "exchange_of_family: push or barrier in a cluster, mailbox or barrier in a grid, else local";
  if (c->ahead && !f->cluster && !(c->family == FR_GRID && c->exchange == FR_MAILBOX))
    return "ahead_of_family: a grid's polled lines or a cluster's inputs";
  if (c->repoll && c->exchange != FR_MAILBOX) return "repoll_of_mailbox: nothing else is polled";
  if (f->cluster ? c->cluster < 2 : c->cluster != 1) return "cluster_of_family: of 2 at least in the cluster family, else 1";
  if (f->cluster && (c->cluster * c->units < f->p->D || c->cluster / 2 * c->units >= f->p->D))
    return "head_in_cluster: as many blocks as the head wants, up to the next power of two";
  return NULL;
}

static const char *broken_tile(const facts *f) {
  if (!f->resident && f->c->batch > f->rows) return "rows_for_tile: batch is more than there are rows";
  if (!f->resident && f->c->units > f->p->D) return "units_for_tile: units are more than the head has";
  if (!f->resident && f->warps > f->depth) return "work_for_warps: more warps than pieces of the reduction";
  if (f->c->approx && f->p->dtype < FR_FP16) return "approx_of_half: approximate functions want fp16 or bf16";
  return NULL;
}

static const char *broken_chunk(const facts *f) {
  const fr_int parts = f->c->chunk ? fr_ceildiv(f->p->T, f->c->chunk) : 1;
  if (f->backward != (f->c->chunk > 0)) return "chunk_of_backward: backward has chunks, forward none";
  if (f->c->chunk > 16 && f->c->chunk >= 2 * f->p->T) return "chunk_for_steps: chunk is more than there are steps";
  if (f->backward && parts * fr_weight_sums(f->p->function, f->p->N, f->p->D) * 4 > f->d->memory_bytes / 4)
    return "partial_in_memory: the chunks' sums do not fit";
  return NULL;
}

static const char *broken_launch(const facts *f) {
  const fr_device *d = f->d;
  if (f->threads > d->max_threads_per_block) return "threads_in_block: more threads than a block may have";
  if (f->registers > fr_register_cap(d, f->warps)) return "registers_in_block: its share of R does not fit";
  if (f->shared > d->smem_per_block_optin) return "shared_in_block: more shared memory than a block may have";
  if (f->c->cluster > d->max_cluster_size_optin) return "cluster_on_device: more blocks than a cluster may have";
  if (f->persistent && !f->cluster && f->blocks > d->sm_count * fr_blocks_per_sm(d, f->threads, f->registers, f->shared))
    return "resident_at_once: more blocks than the device holds";
  return NULL;
}

static const char *absent_figure(const fr_device *d) {
#define F(field) if (d->field < 1) return "hw." #field " is not known";
  FR_FIGURES(F)
#undef F
  return NULL;
}

/* Of a configuration within its domains. */
static const char *broken_constraint(const fr_device *d, const fr_problem *p, const fr_config *c) {
  const facts f = facts_of(d, p, c);
  const char *broken = broken_family(&f);
  if (!broken) broken = broken_exchange(&f);
  if (!broken) broken = broken_tile(&f);
  if (!broken) broken = broken_chunk(&f);
  return broken ? broken : broken_launch(&f);
}

int fr_legal(const fr_device *d, const fr_problem *p, const fr_config *c, char *why) {
  if (fr_problem_check(p, why)) return 0;
  const char *broken = absent_figure(d);
  if (!broken) broken = broken_domain(c);
  if (!broken) broken = broken_constraint(d, p, c);
  snprintf(why, GPU_WHY, "%s", broken ? broken : "");
  return !broken;
}

/* ---- Default ---- */

static fr_int power_at_least(fr_int value) {
  fr_int power = 16;
  while (power < value) power *= 2;
  return power;
}

/* From large tiles to small ones, until a block has room. */
static int shrink(const fr_device *d, const fr_problem *p, fr_config *c, char *why) {
  static const fr_int fewer_rows[] = {32, 24, 16, 8}, fewer_warps[] = {8, 4, 2, 1};
  const fr_config wish = *c;
  for (int w = 0; w < 4; w++)
    for (int b = 0; b < 4; b++) {
      c->warps = c->split = fr_smaller(wish.warps, fewer_warps[w]);
      c->batch = fr_smaller(wish.batch, fewer_rows[b]);
      if (fr_legal(d, p, c, why)) return 1;
    }
  return 0;
}

int fr_default(const fr_device *d, const fr_problem *p, fr_config *out, char *why) {
  int error = fr_problem_check(p, why);
  if (error) return error;
  fr_config c = fr_default_of(p);
  const fr_int depth = (p->pass == FR_BACKWARD ? fr_gates(p->function) : 1) * fr_chunks(p->D, p->dtype);
  c.chunk = p->pass == FR_BACKWARD ? power_at_least(c.chunk) : 0;
  while (c.warps > depth) c.warps /= 2;
  c.split = c.warps, c.r_shared = 0;
  c.approx = p->dtype >= FR_FP16 && c.approx;
  while (!shrink(d, p, &c, why)) {
    if (!c.chunk || c.chunk >= p->T) return GPU_EDEVICE;
    c.chunk *= 2; /* fewer sums */
  }
  *out = c;
  return GPU_OK;
}
