/* z = f(x, y) value by value, for small x and y. */
#include "pairs.h"

enum { PAIR_LIMIT = 256 };

/* One side's values, and which of them have support. */
struct side {
  size_t n;
  wide value[PAIR_LIMIT];
  bool kept[PAIR_LIMIT];
};

struct products {
  bool beyond;
  size_t n;
  wide value[PAIR_LIMIT];
};

bool pairs_few(const store *s, term x, term y) {
  uint64_t nx = term_size(s, x), ny = term_size(s, y);
  return nx <= PAIR_LIMIT && ny <= PAIR_LIMIT && (x == y || nx * ny <= PAIR_LIMIT);
}

static void list(const store *s, term x, struct side *side) {
  side->n = 0;
  for (wide v = term_lo(s, x);; v = term_next(s, x, v)) {
    side->kept[side->n] = false;
    side->value[side->n++] = v;
    if (v == term_hi(s, x)) return;
  }
}

static bool keep(store *s, term x, struct side *side, reason why) {
  size_t n = 0;
  for (size_t i = 0; i < side->n; i++)
    if (side->kept[i]) side->value[n++] = side->value[i];
  return n == side->n || (n > 0 && term_keep(s, x, side->value, n, why));
}

/* The terms of z = f(x, y). */
struct triple { term z, x, y; };

static bool supports(const store *s, struct triple t, wide z, wide x, wide y) {
  return term_has(s, t.z, z) && (t.z != t.x || z == x) && (t.z != t.y || z == y) && (t.x != t.y || x == y);
}

static void collect(const store *s, struct triple t, pair_function f, struct side *xs, struct side *ys, struct products *zs) {
  zs->n = 0;
  zs->beyond = false;
  for (size_t i = 0; i < xs->n && !zs->beyond; i++) {
    size_t from = t.x == t.y ? i : 0, to = t.x == t.y ? i + 1 : ys->n;
    for (size_t j = from; j < to; j++) {
      wide z = 0;
      enum pair kind = f(xs->value[i], ys->value[j], &z);
      zs->beyond |= kind == PAIR_BEYOND;
      if (kind != PAIR_VALUE || !supports(s, t, z, xs->value[i], ys->value[j])) continue;
      xs->kept[i] = ys->kept[j] = true;
      zs->value[zs->n++] = z;
    }
  }
}

enum outcome pairs_narrow(store *s, term z, term x, term y, pair_function f, reason why) {
  struct side xs, ys;
  struct products zs;
  uint64_t changes = store_changes(s);
  list(s, x, &xs);
  list(s, y, &ys);
  collect(s, (struct triple){z, x, y}, f, &xs, &ys, &zs);
  if (zs.beyond) return FIXPOINT;
  size_t n = wide_sort_unique(zs.value, zs.n);
  if (n == 0 || !term_keep(s, z, zs.value, n, why)) return FAILED;
  if (!keep(s, x, &xs, why) || !keep(s, y, &ys, why)) return FAILED;
  if (term_fixed(s, x) && term_fixed(s, y) && term_fixed(s, z)) return SUBSUMED;
  return settled(s, changes);
}
