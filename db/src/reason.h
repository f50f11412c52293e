#ifndef TDB_REASON_H
#define TDB_REASON_H

#include "query.h"
#include "text.h"

/* Each adds "FIELD: A asked, B found" for what differs, joined by "; ". */
void reason_text(text *t, const char *field, const char *asked, const char *is);
void reason_number(text *t, const char *field, int64_t asked, int64_t is);
void reason_settings(text *t, const char *asked, const char *is); /* canonical texts */
void reason_origin(text *t, const query *q, const found *f);
/* Hand over an answer; the found configuration moves into it. */
int reason_answer(tdb_answer *out, tdb_match match, found *f, text *reason);

#endif
