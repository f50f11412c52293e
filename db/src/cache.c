/* Answers already given: a direct-mapped table, so that it never grows. */
#include "cache.h"
#include <stdlib.h>
#include <string.h>
#include "error.h"

enum { SLOTS = 1024 };

typedef struct slot {
  char *key; /* NULL: empty */
  size_t size;
  tdb_answer answer;
} slot;

struct cache {
  char *key; /* of the last cache_get */
  size_t size, room;
  uint64_t hash;
  slot slot[SLOTS];
};

cache *cache_new(void) { return calloc(1, sizeof(cache)); }

void cache_clear(cache *c) {
  if (!c) return;
  for (int i = 0; i < SLOTS; i++) {
    if (!c->slot[i].key) continue;
    free(c->slot[i].key);
    tdb_answer_release(&c->slot[i].answer);
    c->slot[i].key = NULL;
  }
}

void cache_free(cache *c) {
  if (!c) return;
  cache_clear(c);
  free(c->key);
  free(c);
}

static int key_add(cache *c, const void *data, size_t size) {
  if (c->size + size > c->room) {
    char *grown = realloc(c->key, 2 * (c->size + size));
    if (!grown) return 0;
    c->key = grown;
    c->room = 2 * (c->size + size);
  }
  memcpy(c->key + c->size, data, size);
  c->size += size;
  return 1;
}

/* FNV-1a, eight bytes at a time. */
static uint64_t hash_bytes(const char *data, size_t size) {
  uint64_t h = 0xcbf29ce484222325u;
  for (; size >= 8; data += 8, size -= 8) {
    uint64_t word;
    memcpy(&word, data, 8);
    h = (h ^ word) * 0x100000001b3u;
    h ^= h >> 29;
  }
  for (; size; data++, size--) h = (h ^ (unsigned char)*data) * 0x100000001b3u;
  return h ^ h >> 32;
}

static int make_key(cache *c, const tdb_identity *who, const char *spec_hash, const char *source_hash) {
  const char *const parts[] = {who->kernel, who->version, who->problem, who->scaling, who->device, who->architecture,
                               spec_hash ? spec_hash : "?", source_hash ? source_hash : "?"};
  c->size = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!key_add(c, parts[i], strlen(parts[i]) + 1)) return 0;
  if (!key_add(c, &who->units, sizeof who->units)) return 0;
  c->hash = hash_bytes(c->key, c->size);
  return 1;
}

const tdb_answer *cache_get(cache *c, const tdb_identity *who, const char *spec_hash, const char *source_hash) {
  if (!make_key(c, who, spec_hash, source_hash)) {
    c->size = 0;
    return NULL;
  }
  const slot *s = &c->slot[c->hash % SLOTS];
  int hit = s->key && s->size == c->size && !memcmp(s->key, c->key, c->size);
  return hit ? &s->answer : NULL;
}

static char *copy(const char *s) { return s ? strdup(s) : NULL; }

int answer_copy(tdb_answer *out, const tdb_answer *a) {
  *out = (tdb_answer){.match = a->match, .config = copy(a->config), .reason = copy(a->reason), .seconds = a->seconds,
                      .artifact = copy(a->artifact)};
  if (!out->config == !a->config && !out->reason == !a->reason && !out->artifact == !a->artifact) return TDB_OK;
  tdb_answer_release(out);
  return tdb_fail(TDB_ENOMEM, "out of memory");
}

/* No memory: the answer is simply not kept. */
void cache_put(cache *c, const tdb_answer *a) {
  slot *s = &c->slot[c->hash % SLOTS], fresh = {.size = c->size};
  if (!c->size || answer_copy(&fresh.answer, a)) return;
  if ((fresh.key = malloc(c->size))) {
    memcpy(fresh.key, c->key, c->size);
    free(s->key);
    tdb_answer_release(&s->answer);
    *s = fresh;
  } else {
    tdb_answer_release(&fresh.answer);
  }
}
