/* Fuzzing the checker of proofs: a model, a line "---", a proof of it or not. */
#include <constrint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 4000 /* bytes of a model */ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char between[] = "\n---\n";
  const char *text = (const char *)data, *middle = memmem(data, size, between, sizeof between - 1);
  ci_limits limits = {.seconds = 2, .memory_bytes = 64 << 20};
  ci_model *m;
  ci_verdict v;
  if (!middle || middle - text > MOST || ci_read(&m, "native", text, (size_t)(middle - text), "fuzz", NULL, 0) < 0) return 0;
  const char *log = middle + sizeof between - 1;
  int error = ci_verify_within(m, log, size - (size_t)(log - text), &limits, &v);
  if (error < 0 ? v.accepted : !v.accepted && !*v.message) abort();
  ci_model_free(m);
  return 0;
}
