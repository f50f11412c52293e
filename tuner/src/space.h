/* The legal configurations of a kernel for one problem on one device: all of
 * them in ConstrINT's compact form, each with its index, its neighbours and its
 * cost; there may be more than memory could hold.  A space is immutable once
 * open and may be shared by threads.
 */
#ifndef TUNER_SPACE_H
#define TUNER_SPACE_H

#include <stddef.h>
#include <stdint.h>
#include "hwmodel.h"
#include "plugin.h"
#include "problem.h"
#include "spec.h"

struct space;

struct space_limits {
  size_t ranked;             /* up to so many are ranked by cost; 0: SPACE_RANKED */
  uint64_t memory_bytes;     /* of the form; 0: SPACE_MEMORY. More is TUNER_ELIMIT */
  double seconds;            /* to build the form; 0: none */
  int (*cancel)(void *data); /* may be NULL */
  void *cancel_data;
};
#define SPACE_RANKED 5000000
#define SPACE_MEMORY (UINT64_C(1) << 30)

/* limits may be NULL.  The spec must outlive the space; problem and hw need not.
 * A space may be empty (space_size() 0). */
int space_open(struct space **out, const struct spec *s, const struct problem *p, const hw_model *hw,
               const struct space_limits *limits);
void space_close(struct space *s); /* NULL is fine */

/* What people should know (cost terms left out and why), one a line; "" if nothing. */
const char *space_notes(const struct space *s);

size_t space_size(const struct space *s);
size_t space_parameters(const struct space *s);
const char *space_parameter(const struct space *s, size_t i);

/* The values of configuration `index` < size: one a parameter, in the spec's order.
 * Indices are places in the form's order, the same on every run. */
void space_values(const struct space *s, size_t index, int64_t *values);
/* The index of a configuration, or -1: it is not legal. */
int64_t space_find(const struct space *s, const int64_t *values);
/* Configuration `index` as the plug-in takes it: space_parameters() settings; texts belong to the spec. */
void space_settings(const struct space *s, size_t index, kp_setting *settings);
/* "key=value,..." sorted by key, as the database keeps it; NULL: no memory.  The caller frees. */
char *space_config(const struct space *s, size_t index);
/* The same for any values, legal or not. */
char *space_config_text(const struct space *s, const int64_t *values);
/* The index of such a text, in any order of keys; -1: not of this space (malformed, unknown key, not legal). */
int64_t space_find_config(const struct space *s, const char *config);
/* Why values are not of this space: the broken constraints by name, one line
 * in why (size bytes); "" when they are. */
void space_explain(const struct space *s, const int64_t *values, char *why, size_t size);

/* The legal configurations that differ from `index` in one parameter; the caller frees *out. */
int space_neighbours(const struct space *s, size_t index, size_t **out, size_t *n);

/* Has any cost term been kept? */
int space_has_cost(const struct space *s);
/* The sum of the cost terms in picoseconds. INFINITY: it has none, which is
 * found out, and refused, when a space is opened that can be ranked. */
double space_cost(const struct space *s, size_t index);
/* One configuration of each cost, the cheapest first, which one by `salt`: at most
 * `room`, none where they are not ranked.  Says how many. */
size_t space_cheapest(const struct space *s, uint64_t salt, size_t *out, size_t room);
/* A kind: all configurations alike in the parameters that have labels (a family, an
 * exchange).  The cheapest of each, the cheapest kind first; the space's; NULL and 0 where costs are not ranked. */
const size_t *space_cheapest_kinds(const struct space *s, size_t *n);
/* All indices, cheapest first, equal costs by index; NULL: too many to be ranked. */
const size_t *space_by_cost(const struct space *s);

#endif
