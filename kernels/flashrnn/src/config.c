/* Configurations: their text, their legality, and one that always works. */
#include "cpu.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const cpu_config_keys[CPU_PARAMETERS + 1] = {
    "unit_tile",     "vectors",       "batch_tile", "unroll",   "threads_heads",
    "threads_units", "threads_batch", "packed",     "prefetch", NULL};

_Static_assert(sizeof(cpu_config) == CPU_PARAMETERS * sizeof(int64_t), "a field a key");

/* The fields as an array in the order of the keys. */
static void to_values(const cpu_config *c, int64_t *v) { memcpy(v, c, sizeof *c); }
static void from_values(cpu_config *c, const int64_t *v) { memcpy(c, v, sizeof *c); }

static int key_index(const char *text, size_t length) {
  for (int i = 0; cpu_config_keys[i]; i++)
    if (strlen(cpu_config_keys[i]) == length && !memcmp(cpu_config_keys[i], text, length)) return i;
  return -1;
}

/* One "key=value"; returns where it ends, or NULL. */
static const char *parse_one(const char *text, int64_t *values, int *seen, char *why) {
  const size_t length = strcspn(text, "=,");
  const int i = key_index(text, length);
  char *end;
  if (text[length] != '=' || i < 0 || seen[i]) {
    snprintf(why, CPU_WHY, "configuration: %s parameter at \"%.40s\"",
             text[length] != '=' ? "no value for the" : i < 0 ? "unknown" : "repeated", text);
    return NULL;
  }
  errno = 0;
  values[i] = strtoll(text + length + 1, &end, 10);
  if (errno || end == text + length + 1 || (*end && *end != ',')) {
    snprintf(why, CPU_WHY, "configuration: \"%.40s\" is no integer", text);
    return NULL;
  }
  seen[i] = 1;
  return end;
}

int cpu_config_parse(cpu_config *out, const char *text, char *why) {
  int64_t values[CPU_PARAMETERS] = {0};
  int seen[CPU_PARAMETERS] = {0};
  for (const char *at = text; *at;) {
    at = parse_one(at, values, seen, why);
    if (!at) return FLASHRNN_EINVAL;
    if (*at == ',') at++;
  }
  for (int i = 0; i < CPU_PARAMETERS; i++) {
    if (seen[i]) continue;
    snprintf(why, CPU_WHY, "configuration: %s is missing", cpu_config_keys[i]);
    return FLASHRNN_EINVAL;
  }
  from_values(out, values);
  return 0;
}

void cpu_config_format(const cpu_config *c, char *out, size_t size) {
  int64_t values[CPU_PARAMETERS];
  size_t used = 0;
  to_values(c, values);
  out[0] = 0;
  for (int i = 0; i < CPU_PARAMETERS && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "%s%s=%" PRId64, i ? "," : "", cpu_config_keys[i], values[i]);
}

/* ---- Legality ---- */

static const int64_t unit_tiles[] = {8, 16, 32, 48, 64, 96, 0};
static const int64_t vector_counts[] = {1, 2, 3, 4, 6, 0};
static const int64_t batch_tiles[] = {1, 2, 4, 6, 8, 12, 16, 0};
static const int64_t unrolls[] = {1, 4, 0};
static const int64_t prefetches[] = {8, 32, 0}; /* and 0 */

static int one_of(const int64_t *list, int64_t value) {
  for (; *list; list++)
    if (*list == value) return 1;
  return 0;
}

static int64_t ceildiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

static const char *broken_domain(const cpu_config *c, const cpu_device *d) {
  if (!one_of(unit_tiles, c->unit_tile)) return "unit_tile: not in its domain";
  if (!one_of(vector_counts, c->vectors)) return "vectors: not in its domain";
  if (!one_of(batch_tiles, c->batch_tile)) return "batch_tile: not in its domain";
  if (!one_of(unrolls, c->unroll)) return "unroll: not in its domain";
  if (c->threads_heads < 1 || c->threads_heads > d->cores) return "threads_heads: not in its domain";
  if (c->threads_units < 1 || c->threads_units > d->cores) return "threads_units: not in its domain";
  if (c->threads_batch < 1 || c->threads_batch > d->cores) return "threads_batch: not in its domain";
  if (c->packed != 0 && c->packed != 1) return "packed: not in its domain";
  if (c->prefetch && !one_of(prefetches, c->prefetch)) return "prefetch: not in its domain";
  return NULL;
}

/* The tile against the vectors, registers and caches. */
static const char *broken_tile(const cpu_device *d, const flashrnn_problem *p, const cpu_config *c) {
  const int64_t gates = cpu_shape_of(p->function).gates;
  const int backward = p->pass == FLASHRNN_BACKWARD;
  const int64_t lanes = d->vector_bytes / 4;
  const int64_t columns = (backward ? 1 : gates) * c->unit_tile;
  const int64_t depth = (backward ? gates : 1) * p->D;
  if (c->unit_tile % lanes) return "whole_vectors: unit_tile is no multiple of a vector";
  if (c->unit_tile - lanes >= p->D) return "tile_within_head: unit_tile is wider than the head";
  if ((!c->packed && !backward ? c->unit_tile : columns / lanes) % c->vectors)
    return "whole_panels: vectors does not divide the tile";
  if (c->vectors * (c->batch_tile + 1) + 1 > d->vector_registers)
    return "tile_in_registers: vectors * (batch_tile + 1) + 1 is beyond the registers";
  if (8 * gates * c->unit_tile * c->batch_tile > d->l1d_bytes)
    return "tile_in_l1: the products of a tile take more than half of the first cache";
  if (c->unit_tile > lanes && c->unit_tile > 8 && 4 * columns * depth > d->l2_bytes)
    return "panel_in_l2: a tile's part of R is beyond the second cache";
  return NULL;
}

static const char *broken_grid(const cpu_device *d, const flashrnn_problem *p, const cpu_config *c) {
  if (c->threads_heads * c->threads_units * c->threads_batch > d->cores)
    return "threads_on_cores: more threads than cores";
  if (c->threads_heads > p->N) return "heads_for_threads: more threads than heads";
  if (c->threads_units > ceildiv(p->D, c->unit_tile)) return "units_for_threads: more threads than unit tiles";
  if (c->batch_tile > ceildiv(p->B, c->threads_batch))
    return "rows_for_tile: batch_tile is beyond a thread's batch rows";
  if (c->threads_batch > p->B) return "rows_for_threads: more threads than batch rows";
  return NULL;
}

static const char *broken_place(const flashrnn_problem *p, const cpu_config *c) {
  if (c->packed) return NULL;
  if (p->D % c->unit_tile) return "in_place_whole: R in place wants unit_tile to divide D";
  if (c->unroll != 1) return "in_place_unroll: R in place knows unroll = 1 only";
  if (c->prefetch) return "in_place_prefetch: R in place knows prefetch = 0 only";
  return NULL;
}

static const char *absent_figure(const cpu_device *d) {
  if (d->cores < 1) return "hw.cores is not known";
  if (d->vector_bytes < 4) return "hw.vector_bytes is not known";
  if (d->vector_registers < 1) return "hw.vector_registers is not known";
  if (d->l1d_bytes < 1) return "hw.l1d_bytes is not known";
  if (d->l2_bytes < 1) return "hw.l2_bytes is not known";
  return NULL;
}

int cpu_legal(const cpu_device *d, const flashrnn_problem *p, const cpu_config *c, char *why) {
  if (cpu_problem_check(p, why)) return 0;
  const char *broken = absent_figure(d);
  if (!broken) broken = broken_domain(c, d);
  if (!broken) broken = broken_tile(d, p, c);
  if (!broken) broken = broken_grid(d, p, c);
  if (!broken) broken = broken_place(p, c);
  snprintf(why, CPU_WHY, "%s", broken ? broken : "");
  return !broken;
}

/* ---- Default ---- */

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* Threads: over heads as far as they go, then units of large heads, else batch rows. */
static void default_grid(const cpu_device *d, const flashrnn_problem *p, cpu_config *c) {
  const int64_t lanes = d->vector_bytes / 4;
  c->threads_heads = smaller(p->N, d->cores);
  int64_t rest = d->cores / c->threads_heads;
  const int64_t by_units = p->D >= 128 ? p->D / (4 * lanes) : 1;
  c->threads_units = smaller(rest, by_units > 1 ? by_units : 1);
  rest /= c->threads_units;
  c->threads_batch = smaller(rest, p->B >= 8 ? p->B / 4 : 1);
}

/* Products per load of the register tile (a load of R is from farther away than
 * one of y), less what is computed for nothing. */
static double tile_value(const cpu_device *d, const flashrnn_problem *p, const cpu_config *c) {
  const int64_t rows = ceildiv(p->B, c->threads_batch), lanes = d->vector_bytes / 4;
  const int64_t covered = ceildiv(p->D, lanes) * lanes;
  const int64_t share = ceildiv(ceildiv(covered, c->unit_tile), c->threads_units) * c->threads_units * c->unit_tile;
  const double full = (double)rows / (double)(ceildiv(rows, c->batch_tile) * c->batch_tile);
  const double loads = 2.5 / (double)c->batch_tile + 1 / (double)c->vectors;
  return full * (double)covered / (double)share / loads - (double)c->unit_tile * 1e-3;
}

/* The best legal register tile for the grid in c; 0: none. */
static int default_tile(const cpu_device *d, const flashrnn_problem *p, cpu_config *c) {
  char why[CPU_WHY];
  cpu_config best = *c;
  double value = -1e9;
  for (const int64_t *u = unit_tiles; *u; u++)
    for (const int64_t *v = vector_counts; *v; v++)
      for (const int64_t *b = batch_tiles; *b; b++) {
        c->unit_tile = *u, c->vectors = *v, c->batch_tile = *b;
        if (!cpu_legal(d, p, c, why) || !(tile_value(d, p, c) > value)) continue;
        best = *c;
        value = tile_value(d, p, c);
      }
  *c = best;
  return value > -1e9;
}

int cpu_default(const cpu_device *d, const flashrnn_problem *p, cpu_config *out, char *why) {
  const char *absent = absent_figure(d);
  int error = cpu_problem_check(p, why);
  if (error) return error;
  cpu_config c = {.unroll = 4, .packed = 1, .prefetch = 32};
  if (!absent) {
    default_grid(d, p, &c);
    if (default_tile(d, p, &c)) { *out = c; return 0; }
    c.threads_heads = c.threads_units = c.threads_batch = 1;
    if (default_tile(d, p, &c)) { *out = c; return 0; }
  }
  snprintf(why, CPU_WHY, "no configuration fits this device: %s", absent ? absent : "its caches are too small");
  return FLASHRNN_EDEVICE;
}
