/* Quantities with units, converted exactly. */
#include "unit.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct unit {
  const char *name;
  int64_t factor; /* of the base unit */
} unit;

typedef struct dimension {
  const char *base;
  const char *missing; /* what to say when there is no unit */
  const char *unknown; /* what to say when the unit is not of the list */
  const unit *units;   /* from the smallest to the largest, then a NULL name */
  bool fractions;      /* written as "3.35 TB/s" */
} dimension;

#define KIBI INT64_C(1024)
#define E3 INT64_C(1000)

static const unit counts[] = {{"", 1}, {NULL, 0}};
static const unit bytes[] = {
    {"B", 1}, {"kB", E3}, {"KiB", KIBI}, {"MB", E3 * E3}, {"MiB", KIBI * KIBI}, {"GB", E3 * E3 * E3},
    {"GiB", KIBI * KIBI * KIBI}, {"TB", E3 * E3 * E3 * E3}, {"TiB", KIBI * KIBI * KIBI * KIBI}, {NULL, 0}};
static const unit hertz[] = {{"Hz", 1}, {"kHz", E3}, {"MHz", E3 * E3}, {"GHz", E3 * E3 * E3}, {NULL, 0}};
static const unit bytes_s[] = {
    {"B/s", 1}, {"kB/s", E3}, {"KiB/s", KIBI}, {"MB/s", E3 * E3}, {"MiB/s", KIBI * KIBI}, {"GB/s", E3 * E3 * E3},
    {"GiB/s", KIBI * KIBI * KIBI}, {"TB/s", E3 * E3 * E3 * E3}, {"TiB/s", KIBI * KIBI * KIBI * KIBI}, {NULL, 0}};
static const unit ops_s[] = {
    {"OP/s", 1}, {"FLOP/s", 1}, {"MOP/s", E3 * E3}, {"MFLOP/s", E3 * E3}, {"GOP/s", E3 * E3 * E3},
    {"GFLOP/s", E3 * E3 * E3}, {"TOP/s", E3 * E3 * E3 * E3}, {"TFLOP/s", E3 * E3 * E3 * E3},
    {"POP/s", E3 * E3 * E3 * E3 * E3}, {"PFLOP/s", E3 * E3 * E3 * E3 * E3}, {NULL, 0}};
static const unit times[] = {{"ps", 1}, {"ns", E3}, {"us", E3 * E3}, {"ms", E3 * E3 * E3}, {"s", E3 * E3 * E3 * E3}, {NULL, 0}};

static const dimension dimensions[UNIT_DIMENSIONS] = {
    [UNIT_COUNT] = {"count", "", "this is a count and takes no unit", counts, false},
    [UNIT_BYTES] = {"bytes", "a unit is missing: write B, KiB, MiB, GiB, kB, MB or GB",
                    "unknown unit of bytes; known: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB", bytes, false},
    [UNIT_HZ] = {"Hz", "a unit is missing: write Hz, kHz, MHz or GHz",
                 "unknown unit of frequency; known: Hz, kHz, MHz, GHz", hertz, true},
    [UNIT_BYTES_S] = {"bytes/s", "a unit is missing: write MB/s, GB/s or TB/s",
                      "unknown unit of bandwidth; known: B/s, kB/s, MB/s, GB/s, TB/s, KiB/s, MiB/s, GiB/s, TiB/s", bytes_s, true},
    [UNIT_OPS_S] = {"ops/s", "a unit is missing: write GFLOP/s or TFLOP/s (TOP/s for integers)",
                    "unknown unit of a rate; known: FLOP/s, MFLOP/s, GFLOP/s, TFLOP/s, PFLOP/s, and OP/s likewise", ops_s, true},
    [UNIT_TIME] = {"ps", "a unit is missing: write ps, ns, us, ms or s",
                   "unknown unit of time; known: ps, ns, us, ms, s", times, true},
};

const char *unit_base(unit_dimension d) { return dimensions[d].base; }

/* ---- Parsing ---- */

typedef struct number {
  int64_t digits;  /* without the point */
  int64_t divisor; /* 10 to the digits behind the point */
} number;

static bool digit(char c) { return c >= '0' && c <= '9'; }

static bool append_digit(number *n, char c) {
  return !__builtin_mul_overflow(n->digits, (int64_t)10, &n->digits) &&
         !__builtin_add_overflow(n->digits, (int64_t)(c - '0'), &n->digits);
}

/* Reads "228" or "3.35"; returns what follows, or NULL and the reason. */
static const char *scan_number(const char *s, number *n, const char **why) {
  *n = (number){0, 1};
  *why = "expected a positive number";
  if (!digit(*s)) return NULL;
  *why = "a number does not begin with 0";
  if (*s == '0' && digit(s[1])) return NULL;
  *why = "the number is too large";
  for (; digit(*s); s++)
    if (!append_digit(n, *s)) return NULL;
  if (*s != '.') return s;
  *why = "expected digits behind the point";
  if (!digit(*++s)) return NULL;
  *why = "too many digits";
  for (; digit(*s); s++)
    if (!append_digit(n, *s) || __builtin_mul_overflow(n->divisor, (int64_t)10, &n->divisor)) return NULL;
  return s;
}

static const unit *find_unit(const dimension *d, const char *name) {
  for (const unit *u = d->units; u->name; u++)
    if (!strcmp(u->name, name)) return u;
  return NULL;
}

static int refuse(const char **why, const char *reason) {
  *why = reason;
  return -1;
}

static int scale(int64_t *value, number n, int64_t factor, const char **why) {
  __int128 v = (__int128)n.digits * factor;
  if (v % n.divisor) return refuse(why, "the value is not a whole number of the base unit");
  v /= n.divisor;
  if (v > INT64_MAX) return refuse(why, "the value is too large");
  if (v == 0) return refuse(why, "the value must be greater than 0");
  *value = (int64_t)v;
  return 0;
}

int unit_parse(int64_t *value, const char *text, unit_dimension d, const char **why) {
  const dimension *dim = &dimensions[d];
  number n;
  const char *rest = scan_number(text, &n, why);
  if (!rest) return -1;
  if (*rest == ' ' && rest[1]) rest++;
  if (!*rest && *dim->missing) return refuse(why, dim->missing);
  const unit *u = find_unit(dim, rest);
  if (!u) return refuse(why, dim->unknown);
  return scale(value, n, u->factor, why);
}

/* ---- Formatting ---- */

/* value in unit u with up to three decimals; false if that is not exact. */
static bool format_in(char text[UNIT_TEXT], int64_t value, const unit *u, bool fractions) {
  const char *space = *u->name ? " " : "";
  __int128 thousandths = (__int128)value * E3;
  if (thousandths % u->factor || (!fractions && value % u->factor)) return false;
  int64_t whole = value / u->factor;
  int fraction = (int)(thousandths / u->factor % E3);
  if (!fraction) {
    snprintf(text, UNIT_TEXT, "%" PRId64 "%s%s", whole, space, u->name);
    return true;
  }
  char digits[8];
  snprintf(digits, sizeof digits, "%03d", fraction % 1000);
  for (int i = 2; digits[i] == '0'; i--) digits[i] = 0;
  snprintf(text, UNIT_TEXT, "%" PRId64 ".%s%s%s", whole, digits, space, u->name);
  return true;
}

/* Of two exact texts the shorter; of equally short ones the larger unit. */
void unit_format(char text[UNIT_TEXT], int64_t value, unit_dimension d) {
  const dimension *dim = &dimensions[d];
  format_in(text, value, dim->units, false); /* the base unit is always exact */
  for (const unit *u = dim->units; u->name; u++) {
    char candidate[UNIT_TEXT];
    if (format_in(candidate, value, u, dim->fractions) && value >= u->factor && strlen(candidate) <= strlen(text))
      memcpy(text, candidate, UNIT_TEXT);
  }
}
