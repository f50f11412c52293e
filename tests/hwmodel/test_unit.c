/* Quantities: exact conversion, each refusal, and texts that read back equal. */
#include "test.h"
#include "unit.h"

static void reads(const char *text, unit_dimension d, int64_t expected) {
  int64_t v;
  const char *why = "";
  CHECKF(!unit_parse(&v, text, d, &why), "%s: %s", text, why);
  CHECKF(v == expected, "%s: %lld", text, (long long)v);
}

static void refuses(const char *text, unit_dimension d, const char *part) {
  int64_t v;
  const char *why = "";
  CHECKF(unit_parse(&v, text, d, &why), "%s: %lld", text, (long long)v);
  CHECKF(strstr(why, part), "%s: '%s' lacks '%s'", text, why, part);
}

static void exact_values(void) {
  reads("228 KiB", UNIT_BYTES, 233472);
  reads("228KiB", UNIT_BYTES, 233472);
  reads("1.5 KiB", UNIT_BYTES, 1536);
  reads("80 GB", UNIT_BYTES, 80000000000);
  reads("1 TiB", UNIT_BYTES, INT64_C(1) << 40);
  reads("1980 MHz", UNIT_HZ, 1980000000);
  reads("1.98 GHz", UNIT_HZ, 1980000000);
  reads("3.35 TB/s", UNIT_BYTES_S, 3350000000000);
  reads("7672.32 GB/s", UNIT_BYTES_S, 7672320000000);
  reads("989.5 TFLOP/s", UNIT_OPS_S, 989500000000000);
  reads("1979 TOP/s", UNIT_OPS_S, 1979000000000000);
  reads("9 PFLOP/s", UNIT_OPS_S, 9000000000000000);
  reads("1.12 us", UNIT_TIME, 1120000);
  reads("0.001 ns", UNIT_TIME, 1);
  reads("9223372036854775807 B", UNIT_BYTES, INT64_MAX);
  reads("132", UNIT_COUNT, 132);
}

static void refusals(void) {
  refuses("228", UNIT_BYTES, "a unit is missing: write B, KiB");
  refuses("5", UNIT_HZ, "a unit is missing");
  refuses("5", UNIT_BYTES_S, "a unit is missing");
  refuses("5", UNIT_OPS_S, "a unit is missing");
  refuses("5", UNIT_TIME, "a unit is missing");
  refuses("132 B", UNIT_COUNT, "takes no unit");
  refuses("228 KB", UNIT_BYTES, "unknown unit");
  refuses("1 MHz", UNIT_BYTES, "unknown unit");
  refuses("0.1 B", UNIT_BYTES, "not a whole number");
  refuses("1.0001 KiB", UNIT_BYTES, "not a whole number");
  refuses("0 KiB", UNIT_BYTES, "greater than 0");
  refuses("0.0 KiB", UNIT_BYTES, "greater than 0");
  refuses("-1 KiB", UNIT_BYTES, "positive number");
  refuses("", UNIT_BYTES, "positive number");
  refuses("nan", UNIT_COUNT, "positive number");
  refuses("010 B", UNIT_BYTES, "begin with 0");
  refuses("1. B", UNIT_BYTES, "behind the point");
  refuses("9223372036854775808 B", UNIT_BYTES, "too large");
  refuses("9223372036854775807 KiB", UNIT_BYTES, "too large");
  refuses("1.00000000000000000000 B", UNIT_BYTES, "too many digits");
  refuses("32 ", UNIT_COUNT, "takes no unit");
  refuses("1  KiB", UNIT_BYTES, "unknown unit");
}

static void writes(int64_t v, unit_dimension d, const char *expected) {
  char text[UNIT_TEXT];
  unit_format(text, v, d);
  CHECKF(!strcmp(text, expected), "'%s', not '%s'", text, expected);
}

static void short_texts(void) {
  writes(233472, UNIT_BYTES, "228 KiB");
  writes(80000000000, UNIT_BYTES, "80 GB");
  writes(129536 * 1024, UNIT_BYTES, "129536 KiB");
  writes(7, UNIT_BYTES, "7 B");
  writes(1980000000, UNIT_HZ, "1.98 GHz");
  writes(3350000000000, UNIT_BYTES_S, "3.35 TB/s");
  writes(1120000, UNIT_TIME, "1.12 us");
  writes(65536, UNIT_COUNT, "65536");
  writes(INT64_MAX, UNIT_BYTES, "9223372036854775807 B");
}

static uint64_t next(uint64_t *s) {
  *s ^= *s << 13;
  *s ^= *s >> 7;
  return *s ^= *s << 17;
}

/* Random magnitudes, some round: what is written reads back equal. */
static void round_trips(void) {
  uint64_t s = 88172645463325252u;
  for (int i = 0; i < 200000; i++) {
    int64_t v = (int64_t)(next(&s) >> (1 + next(&s) % 62));
    for (uint64_t zeros = next(&s) % 12; zeros && v < INT64_MAX / 10; zeros--) v *= 10;
    unit_dimension d = (unit_dimension)(next(&s) % UNIT_DIMENSIONS);
    char text[UNIT_TEXT];
    if (v) unit_format(text, v, d);
    if (v) reads(text, d, v);
  }
}

static const struct test_case cases[] = {{"exact values", exact_values}, {"refusals", refusals},
                                         {"short texts", short_texts}, {"round trips", round_trips}, {NULL, NULL}};
TEST_MAIN(cases)
