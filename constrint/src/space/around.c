/* Nearness of values: by their places in the declared list, or among those that occur. */
#include "around.h"

/* ---- declared places ---- */

static bool listed(const struct space_var *v) { return v->listed.n > 0; }

/* The place of a value in the declared list; UINT64_MAX: not declared. */
static uint64_t listed_place(const struct space_var *v, int64_t value) {
  const struct space_listed *l = &v->listed;
  if (!l->values) {
    uint64_t away = (uint64_t)value - (uint64_t)l->lo;
    bool in = value >= l->lo && away % (uint64_t)l->step == 0 && away / (uint64_t)l->step < l->n;
    return in ? away / (uint64_t)l->step : UINT64_MAX;
  }
  for (uint64_t i = 0; i < l->n; i++)
    if (l->values[i] == value) return i;
  return UINT64_MAX;
}

/* How many of the values that occur stand before a place of the declared list. */
static uint32_t occurring_before(const struct space_var *v, uint64_t place) {
  const struct space_listed *l = &v->listed;
  uint32_t n = 0, hi = v->n;
  if (place >= l->n) return v->n;
  if (l->values) {
    for (uint64_t i = 0; i < place && n < v->n; i++) n += l->values[i] == v->values[n];
    return n;
  }
  int64_t bound = (int64_t)((uint64_t)l->lo + place * (uint64_t)l->step);
  while (n < hi) {
    uint32_t mid = n + (hi - n) / 2;
    if (v->values[mid] < bound) n = mid + 1;
    else hi = mid;
  }
  return n;
}

/* ---- kinds ---- */

static struct around between(const struct space_var *v, uint32_t lo, uint32_t end, uint32_t centre) {
  if (end > v->n) end = v->n;
  if (lo >= end) return (struct around){centre, 1, 0, false};
  return (struct around){centre, lo, end - 1, false};
}

/* A value that was not declared: the nearest by size, one below and one above. */
static struct around nearest(const struct space_var *v, int64_t value) {
  uint32_t n = 0;
  while (n < v->n && v->values[v->sorted ? v->sorted[n] : n] < value) n++;
  if (v->n == 0) return between(v, 0, 0, UINT32_MAX);
  uint32_t below = n > 0 ? n - 1 : 0, above = n < v->n ? n : v->n - 1;
  if (v->sorted) {
    below = v->sorted[below];
    above = v->sorted[above];
  }
  return (struct around){UINT32_MAX, below < above ? below : above, below < above ? above : below, true};
}

struct around around_any(const struct space_var *v, int64_t value) { return between(v, 0, v->n, space_position(v, value)); }

struct around around_adjacent(const struct space_var *v, int64_t value) {
  uint32_t at = space_position(v, value);
  if (at != UINT32_MAX) return between(v, at > 0 ? at - 1 : 0, at + 2, at);
  uint64_t place = listed(v) ? listed_place(v, value) : UINT64_MAX;
  if (place == UINT64_MAX) return nearest(v, value);
  uint32_t before = occurring_before(v, place);
  return between(v, before > 0 ? before - 1 : 0, before + 1, at);
}

struct around around_strict(const struct space_var *v, int64_t value) {
  if (!listed(v)) return around_adjacent(v, value);
  uint64_t place = listed_place(v, value);
  if (place == UINT64_MAX) return nearest(v, value);
  return between(v, occurring_before(v, place > 0 ? place - 1 : 0), occurring_before(v, place + 2), space_position(v, value));
}
