/* Why an answer is what it is: what was asked and what was found, field by field. */
#include "reason.h"
#include <stdlib.h>
#include <string.h>
#include "settings.h"

static void difference(text *t, const char *field, const char *asked, const char *is) {
  text_add(t, "%s%s: %s asked, %s found", t->size ? "; " : "", field, asked, is);
}

void reason_text(text *t, const char *field, const char *asked, const char *is) {
  if (strcmp(asked, is)) difference(t, field, asked, is);
}

void reason_number(text *t, const char *field, int64_t asked, int64_t is) {
  if (asked != is)
    text_add(t, "%s%s: %lld asked, %lld found", t->size ? "; " : "", field, (long long)asked, (long long)is);
}

/* Both are sorted by key: a merge. */
static void merge(text *t, const settings *asked, const settings *is) {
  for (size_t i = 0, j = 0; i < asked->count || j < is->count;) {
    int order = i == asked->count ? 1 : j == is->count ? -1 : strcmp(asked->item[i].key, is->item[j].key);
    const char *field = order > 0 ? is->item[j].key : asked->item[i].key;
    const char *a = order > 0 ? "nothing" : asked->item[i].value, *b = order < 0 ? "nothing" : is->item[j].value;
    reason_text(t, field, a, b);
    i += order <= 0;
    j += order >= 0;
  }
}

void reason_settings(text *t, const char *asked, const char *is) {
  settings a, b;
  if (settings_parse(&a, asked)) return;
  if (!settings_parse(&b, is)) {
    merge(t, &a, &b);
    settings_release(&b);
  }
  settings_release(&a);
}

void reason_origin(text *t, const query *q, const found *f) {
  char asked[13];
  const struct { const char *field, *asked, *is; } hashes[] = {
    {"spec", q->spec_hash, f->spec_hash}, {"source", q->source_hash, f->source_hash}};
  for (int i = 0; i < 2; i++) {
    if (!*hashes[i].is) continue;
    strncpy(asked, hashes[i].asked, 12);
    asked[12] = '\0';
    difference(t, hashes[i].field, asked, hashes[i].is);
  }
}

int reason_answer(tdb_answer *out, tdb_match match, found *f, text *reason) {
  *out = (tdb_answer){.match = match, .config = f->config, .artifact = f->artifact, .seconds = f->seconds,
                      .reason = text_take(reason)};
  *f = (found){0};
  if (out->reason) return TDB_OK;
  tdb_answer_release(out);
  return tdb_fail(TDB_ENOMEM, "out of memory");
}

void tdb_answer_release(tdb_answer *a) {
  if (!a) return;
  free(a->config);
  free(a->reason);
  free(a->artifact);
  *a = (tdb_answer){.match = TDB_MISS};
}
