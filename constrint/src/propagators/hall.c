/* Bounds consistency of "all different": Hall intervals. */
#include "hall.h"
#include <stdlib.h>

enum { FEW = 64 };

bool hall_init(store *s, struct hall *h, size_t n) {
  size_t bounds = 2 * n + 2;
  h->item = store_alloc(s, n * sizeof *h->item);
  h->by_lo = store_alloc(s, n * sizeof(struct hall_item *));
  h->by_hi = store_alloc(s, n * sizeof(struct hall_item *));
  h->bound = store_alloc(s, bounds * sizeof *h->bound);
  h->spare = store_alloc(s, bounds * sizeof *h->spare);
  h->tree = store_alloc(s, bounds * sizeof *h->tree);
  h->hall = store_alloc(s, bounds * sizeof *h->hall);
  bool ok = h->item && h->by_lo && h->by_hi && h->bound && h->spare && h->tree && h->hall;
  for (size_t i = 0; ok && i < n; i++) h->by_lo[i] = h->by_hi[i] = &h->item[i];
  return ok;
}

static int lower_first(const void *p, const void *q) {
  const struct hall_item *a = *(struct hall_item *const *)p, *b = *(struct hall_item *const *)q;
  return (a->lo > b->lo) - (a->lo < b->lo);
}
int hall_upper_first(const void *p, const void *q) {
  const struct hall_item *a = *(struct hall_item *const *)p, *b = *(struct hall_item *const *)q;
  return (a->hi > b->hi) - (a->hi < b->hi);
}

/* Few items change their places from one run to the next. */
static void sort(struct hall_item **by, size_t n, int (*compare)(const void *, const void *)) {
  if (n > FEW) {
    qsort(by, n, sizeof *by, compare);
    return;
  }
  for (size_t i = 1; i < n; i++) {
    struct hall_item *item = by[i];
    size_t k = i;
    for (; k > 0 && compare(&by[k - 1], &item) > 0; k--) by[k] = by[k - 1];
    by[k] = item;
  }
}

/* Merge the items' lo and hi + 1 into bound[1..]; the number of them. */
static size_t rank(struct hall *h, size_t n) {
  size_t i = 0, j = 0, bounds = 0;
  h->bound[0] = h->by_lo[0]->lo - 2;
  while (j < n) {
    bool low = i < n && h->by_lo[i]->lo <= h->by_hi[j]->hi + 1;
    wide v = low ? h->by_lo[i]->lo : h->by_hi[j]->hi + 1;
    if (v != h->bound[bounds]) h->bound[++bounds] = v;
    if (low) h->by_lo[i++]->lo_rank = bounds;
    else h->by_hi[j++]->hi_rank = bounds;
  }
  h->bound[bounds + 1] = h->bound[bounds] + 2;
  return bounds;
}

static size_t path_end(const size_t *up, size_t k) {
  while (up[k] > k) k = up[k];
  return k;
}

static void path_set(size_t *up, size_t from, size_t to, size_t target) {
  while (from != to) {
    size_t next = up[from];
    up[from] = target;
    from = next;
  }
}

/* Take one value for the item; false: there is none left. */
static bool take(struct hall *h, struct hall_item *item) {
  size_t low = item->lo_rank, high = item->hi_rank;
  size_t room = path_end(h->tree, low + 1), before = h->tree[room];
  if (--h->spare[room] == 0) {
    h->tree[room] = room + 1;
    room = path_end(h->tree, h->tree[room]);
    h->tree[room] = before;
  }
  path_set(h->tree, low + 1, room, room);
  if (h->spare[room] < h->bound[room] - h->bound[high]) return false;
  if (h->hall[low] > low) { /* lo lies in a Hall interval: leave it */
    size_t out = path_end(h->hall, h->hall[low]);
    item->lo = h->bound[out];
    path_set(h->hall, low, out, out);
  }
  if (h->spare[room] == h->bound[room] - h->bound[high]) { /* before..high is full */
    path_set(h->hall, h->hall[high], before - 1, high);
    h->hall[high] = before - 1;
  }
  return true;
}

bool hall_raise(struct hall *h, size_t n) {
  if (n < 2) return true;
  sort(h->by_lo, n, lower_first);
  sort(h->by_hi, n, hall_upper_first);
  size_t bounds = rank(h, n);
  for (size_t k = 1; k <= bounds + 1; k++) {
    h->tree[k] = h->hall[k] = k - 1;
    h->spare[k] = h->bound[k] - h->bound[k - 1];
  }
  for (size_t i = 0; i < n; i++)
    if (!take(h, h->by_hi[i])) return false;
  return true;
}
