/* Where a figure comes from: "KIND: what". */
#ifndef HW_SOURCE_H
#define HW_SOURCE_H

#include <stdbool.h>

/* datasheet, whitepaper, guide: a vendor's document; definition: of an
 * instruction set or ABI; driver, probed: the machine told; measured: timed;
 * derived: computed from other sourced figures; assumed: stated, not known. */
#define SOURCE_KINDS "datasheet, whitepaper, guide, definition, driver, probed, measured, derived, assumed"

/* One of the kinds, ": ", and something behind it, in printable characters. */
bool source_ok(const char *source);

#endif
