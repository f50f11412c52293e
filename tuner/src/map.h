/* From numbers below 2^63 to one word each: what is known of a few members of a
 * set too large for an array. */
#ifndef TUNER_MAP_H
#define TUNER_MAP_H

#include <stddef.h>
#include <stdint.h>

union map_value { uint64_t number; double seconds; };
struct map_entry { uint64_t key; union map_value value; }; /* key + 1; 0: free */
struct map { struct map_entry *at; size_t n, room; };     /* begins as {0} */

/* NULL: not there. */
const union map_value *map_find(const struct map *m, uint64_t key);
/* Where the value stands, 0 if the key is new; NULL: no memory. Valid until the next one. */
union map_value *map_put(struct map *m, uint64_t key);
void map_free(struct map *m);

#endif
