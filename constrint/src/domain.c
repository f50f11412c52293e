/* Ranges with a stride and explicit sets: arithmetic without any trail. */
#include "domain.h"

#include "integer.h"

static int32_t table_lower(const wide *values, int32_t n, wide v) {
  int32_t from = 0, to = n;
  while (from < to) {
    int32_t middle = from + (to - from) / 2;
    if (values[middle] < v) from = middle + 1;
    else to = middle;
  }
  return from;
}

int32_t set_lower_any(const struct set *e, wide v) {
  if (e->values) return table_lower(e->values, e->n, v);
  if (v <= e->base) return 0;
  uwide ahead = (uwide)v - (uwide)e->base;
  uwide position = (ahead + (uwide)e->stride - 1) / (uwide)e->stride;
  return position >= (uwide)e->n ? e->n : (int32_t)position;
}

int32_t set_up_far(const struct set *e, int32_t from) {
  if (from >= e->n) return -1;
  int32_t words = (e->n + 63) >> 6, w = from >> 6;
  uint64_t bits = e->words[w] & ~(uint64_t)0 << (from & 63);
  while (!bits) {
    if (++w == words) return -1;
    bits = e->words[w];
  }
  return w * 64 + __builtin_ctzll(bits);
}

int32_t set_down_far(const struct set *e, int32_t from) {
  if (from < 0) return -1;
  int32_t w = from >> 6;
  uint64_t bits = e->words[w] & ~(uint64_t)0 >> (63 - (from & 63));
  while (!bits) {
    if (--w < 0) return -1;
    bits = e->words[w];
  }
  return w * 64 + 63 - __builtin_clzll(bits);
}

uint64_t set_count(const struct set *e, int32_t from, int32_t to) {
  if (from >= to) return 0;
  int32_t first = from >> 6, last = (to - 1) >> 6;
  uint64_t count = 0;
  for (int32_t w = first; w <= last; w++) {
    uint64_t bits = e->words[w];
    if (w == first) bits &= ~(uint64_t)0 << (from & 63);
    if (w == last) bits &= ~(uint64_t)0 >> (63 - ((to - 1) & 63));
    count += (uint64_t)__builtin_popcountll(bits);
  }
  return count;
}

wide set_stride(const wide *values, size_t n) {
  uwide g = 0;
  for (size_t i = 1; i < n && g != 1; i++) g = uwide_gcd(g, (uwide)values[i] - (uwide)values[i - 1]);
  return g && g <= (uwide)WIDE_MAX ? (wide)g : 1;
}

uint64_t range_size(wide lo, wide hi, wide step) {
  uwide n = ((uwide)hi - (uwide)lo) / (uwide)step;
  return n >= UINT64_MAX ? UINT64_MAX : (uint64_t)n + 1;
}

wide range_up(wide lo, wide step, wide v) {
  if (step == 1 || v <= lo) return v < lo ? lo : v;
  uwide over = ((uwide)v - (uwide)lo) % (uwide)step;
  return over ? wide_add(v, step - (wide)over) : v;
}

wide range_down(wide lo, wide step, wide v) {
  if (step == 1) return v;
  return v - (wide)(((uwide)v - (uwide)lo) % (uwide)step);
}
