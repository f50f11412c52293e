/* See emulator.h. */
#include "emulator.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { STACK = 64 << 10, WORDS = 6, COPIES = 64, DYNAMIC = 232448 };

typedef struct warp { unsigned buffer[2][32 * WORDS]; int arrived; unsigned round; } warp;
typedef struct cluster { int arrived, size; unsigned phase; } cluster;

typedef struct block {
  char *shared;
  int arrived, live, asleep, rank;
  unsigned phase;
  struct block *first; /* of its cluster */
  cluster *cluster;
} block;

typedef struct copy { void *to; const void *from; int group, done; } copy;

typedef struct fiber {
  emu_thread self;
  ucontext_t context;
  block *block;
  warp *warp;
  int over, ncopies, group;
  unsigned cluster_phase;
  copy copies[COPIES];
} fiber;

/* A word on its way to a peer; barrier 0: none, it is there at the sender's next arrival. */
typedef struct parcel { block *to; unsigned at, barrier, v[4]; fiber *from; } parcel;

/* A barrier of bytes as it lies in shared memory. */
typedef struct bytes { int32_t expected; int16_t pending; uint16_t phase; } bytes;

static fiber *now;
static ucontext_t scheduler;
static parcel *parcels;
static size_t nparcels, room;
static uint64_t dice = 88172645463325252u;
static void (*body)(void *);
static void *body_argument;

static unsigned roll(unsigned below) {
  dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
  return (unsigned)(dice >> 33) % below;
}

static void misuse(const char *what) {
  fprintf(stderr, "the kernel is wrong: %s (block %u, thread %u)\n", what, now ? now->self.block.x : 0, now ? now->self.thread.x : 0);
  abort();
}

static void yield(void) { swapcontext(&now->context, &scheduler); }
static const emu_thread *self(void) { return &now->self; }

/* ---- Warps and blocks ---- */

static const unsigned *gather(const unsigned *mine, int n) {
  warp *w = now->warp;
  const unsigned round = w->round;
  unsigned *buffer = w->buffer[round & 1];
  memcpy(buffer + now->self.thread.x % 32 * (unsigned)n, mine, sizeof *mine * (size_t)n);
  if (++w->arrived == 32) w->arrived = 0, w->round++;
  while (w->round == round) yield();
  return buffer;
}

static void block_barrier(void) {
  block *b = now->block;
  const unsigned phase = b->phase;
  if (++b->arrived == b->live) b->arrived = 0, b->phase++;
  while (b->phase == phase) yield();
}

/* ---- Asynchronous copies: at once, or as late as may be ---- */

static void land(copy *c) {
  if (c->done) return;
  if (c->from) memcpy(c->to, c->from, 16);
  else memset(c->to, 0, 16);
  c->done = 1;
}

static void copy_piece(void *to, const void *from) {
  if (now->ncopies == COPIES) misuse("more copies in flight than the emulator holds");
  copy *c = &now->copies[now->ncopies++];
  *c = (copy){to, from, now->group, 0};
  if ((uintptr_t)to % 16 || (uintptr_t)from % 16) misuse("a copy that is not aligned");
  if (roll(2)) land(c);
}
static void commit(void) { now->group++; }

static void wait_copies(int pending) {
  int kept = 0;
  for (int i = 0; i < now->ncopies; i++) {
    copy *c = &now->copies[i];
    if (c->group < now->group - pending) land(c);
    else now->copies[kept++] = *c;
  }
  now->ncopies = kept;
}

static void look(const void *p) { (void)p; }

/* ---- Clusters ---- */

static unsigned shared_address(const void *p) {
  return (unsigned)now->block->rank << 24 | (unsigned)((const char *)p - now->block->shared);
}

static void send_parcel(unsigned to, const unsigned *v, unsigned barrier) {
  if ((to >> 24) >= (unsigned)now->block->cluster->size || to % 16 || (to & 0xFFFFFF) + 16 > DYNAMIC) misuse("a word to no place of the cluster");
  if (barrier && barrier >> 24 != to >> 24) misuse("a barrier in another block than its words");
  if (nparcels == room) parcels = realloc(parcels, sizeof *parcels * (room = room ? 2 * room : 1024));
  parcels[nparcels] = (parcel){now->block->first + (to >> 24), to & 0xFFFFFF, barrier ? barrier & 0xFFFFFF : 0, {0}, now};
  memcpy(parcels[nparcels++].v, v, 16);
}

static void store_peer(unsigned to, const unsigned *v) { send_parcel(to, v, 0); }
static void push(unsigned to, const unsigned *v, unsigned barrier) { send_parcel(to, v, barrier); }

static void settle(bytes *b) {
  if (!b->pending && !b->expected) b->pending = 1, b->phase++;
}

static void deliver(size_t i) {
  const parcel p = parcels[i];
  parcels[i] = parcels[--nparcels];
  if (!p.to->live) misuse("a word to a block that is over");
  memcpy(p.to->shared + p.at, p.v, 16);
  if (!p.barrier) return;
  bytes *b = (bytes *)(void *)(p.to->shared + p.barrier);
  b->expected -= 16;
  if (b->expected <= -(1 << 20)) misuse("a barrier's count of bytes runs over");
  settle(b);
}

static void deliver_some(void) {
  for (size_t i = nparcels; i-- > 0;)
    if (!roll(6)) deliver(i);
}

static void cluster_arrive(void) {
  cluster *c = now->block->cluster;
  for (size_t i = nparcels; i-- > 0;)
    if (i < nparcels && parcels[i].from == now && !parcels[i].barrier) deliver(i);
  now->cluster_phase = c->phase;
  if (++c->arrived == c->size * (int)now->self.threads.x) c->arrived = 0, c->phase++;
}
static void cluster_wait(void) {
  while (now->block->cluster->phase == now->cluster_phase) yield();
}

static bytes *bytes_at(unsigned barrier) {
  if ((int)(barrier >> 24) != now->block->rank || barrier % 8) misuse("a barrier that is not this block's");
  return (bytes *)(void *)(now->block->shared + (barrier & 0xFFFFFF));
}
static void bytes_init(unsigned barrier) { *bytes_at(barrier) = (bytes){0, 1, 0}; }
static void bytes_expect(unsigned barrier, unsigned count) {
  bytes *b = bytes_at(barrier);
  if (b->pending != 1) misuse("a barrier of bytes expects twice in a phase");
  b->expected += (int32_t)count, b->pending--;
  settle(b);
}
static int bytes_came(unsigned barrier, unsigned parity) {
  yield();
  return (bytes_at(barrier)->phase & 1) != parity;
}

const emu_api emulator = {self, yield, block_barrier, gather, copy_piece, commit, wait_copies, look, shared_address, store_peer, push,
                          cluster_arrive, cluster_wait, bytes_init, bytes_expect, bytes_came};

/* ---- Running ---- */

static void enter(void) {
  body(body_argument);
  now->over = 1;
  now->block->live--;
  yield();
}

/* Until all are over.  A block sleeps now and then, so that blocks run apart. */
static void schedule(fiber *all, int n, block *blocks, int nblocks) {
  for (int left = n; left;) {
    const int start = (int)roll((unsigned)n);
    for (int i = 0; i < n; i++) {
      fiber *f = &all[(start + i) % n];
      if (f->over || f->block->asleep) continue;
      now = f;
      swapcontext(&scheduler, &f->context);
      left -= f->over;
      now = NULL;
    }
    for (int b = 0; b < nblocks; b++)
      if (blocks[b].asleep) blocks[b].asleep--;
      else if (nblocks > 1 && !roll(16)) blocks[b].asleep = (int)roll(40);
    deliver_some();
  }
}

static void begin(fiber *f, const emu_shape *s, block *b, warp *w, int first, char *stack) {
  *f = (fiber){.block = b, .warp = w};
  f->self = (emu_thread){{(unsigned)first}, {0}, {(unsigned)s->threads}, b->shared};
  getcontext(&f->context);
  f->context.uc_stack.ss_sp = stack, f->context.uc_stack.ss_size = STACK, f->context.uc_link = &scheduler;
  makecontext(&f->context, enter, 0);
}

static void run_blocks(const emu_shape *s, int from, int count) {
  const int threads = s->threads, n = count * threads, warps = (threads + 31) / 32;
  fiber *all = calloc((size_t)n, sizeof *all);
  block *blocks = calloc((size_t)count, sizeof *blocks);
  cluster *clusters = calloc((size_t)count, sizeof *clusters);
  warp *w = calloc((size_t)(count * warps), sizeof *w);
  char *stacks = mmap(NULL, (size_t)n * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (!all || !blocks || !clusters || !w || stacks == MAP_FAILED) misuse("no memory to emulate it");
  for (int b = 0; b < count; b++) {
    const int place = b % s->cluster;
    blocks[b] = (block){.shared = aligned_alloc(128, DYNAMIC + 128), .live = threads, .rank = place,
                        .first = &blocks[b - place], .cluster = &clusters[b / s->cluster]};
    memset(blocks[b].shared, 0xFF, DYNAMIC + 128);
    clusters[b / s->cluster].size = s->cluster;
    for (int t = 0; t < threads; t++) {
      fiber *f = &all[b * threads + t];
      begin(f, s, &blocks[b], &w[b * warps + t / 32], t, stacks + (size_t)(b * threads + t) * STACK);
      f->self.block.x = (unsigned)(from + b);
    }
  }
  schedule(all, n, blocks, count);
  if (nparcels) misuse("words are on their way when the launch is over");
  for (int b = 0; b < count; b++) {
    for (int i = s->shared; i < DYNAMIC; i++)
      if ((unsigned char)blocks[b].shared[i] != 0xFF) misuse("shared memory beyond the block's is written");
    free(blocks[b].shared);
  }
  munmap(stacks, (size_t)n * STACK);
  free(all), free(blocks), free(clusters), free(w);
}

void emulate(const emu_shape *s, void (*run)(void *), void *argument) {
  const int at_once = s->together ? s->grid : s->cluster;
  const char *seed = getenv("EMULATOR_SEED");
  if (seed) dice ^= strtoull(seed, NULL, 10) * 0x9E3779B97F4A7C15u;
  body = run, body_argument = argument;
  for (int b = 0; b < s->grid; b += at_once) run_blocks(s, b, at_once);
}
