#ifndef TDB_ENCODE_H
#define TDB_ENCODE_H

#include <stddef.h>
#include <stdint.h>

/* Both: NULL when there is no memory; the caller frees. */
char *base64_encode(const void *data, size_t size);
/* *ok 0: not base64. */
uint8_t *base64_decode(const char *s, size_t *size, int *ok);

void hex_encode(char *out, const uint8_t *bytes, size_t n); /* 2n + 1 characters */
/* Exactly 2n lower-case digits; 0 if not. */
int hex_decode(uint8_t *out, const char *s, size_t n);

#endif
