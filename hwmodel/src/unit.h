/* Quantities with units, converted exactly: "228 KiB", "3.35 TB/s", "1980 MHz". */
#ifndef HW_UNIT_H
#define HW_UNIT_H

#include <stddef.h>
#include <stdint.h>

typedef enum unit_dimension {
  UNIT_COUNT, UNIT_BYTES, UNIT_HZ, UNIT_BYTES_S, UNIT_OPS_S, UNIT_TIME, UNIT_DIMENSIONS
} unit_dimension;

/* The base unit's name: "count", "bytes", "Hz", "bytes/s", "ops/s", "ps". */
const char *unit_base(unit_dimension d);

/* Text to a positive integer in the base unit.  On failure returns -1 and *why
 * has a static reason, such as "a unit is missing: write KiB, MiB, ...". */
int unit_parse(int64_t *value, const char *text, unit_dimension d, const char **why);

enum { UNIT_TEXT = 40 };
/* The shortest exact text that unit_parse() reads back. */
void unit_format(char text[UNIT_TEXT], int64_t value, unit_dimension d);

#endif
