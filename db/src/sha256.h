#ifndef TDB_SHA256_H
#define TDB_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32 };

/* FIPS 180-4. */
void sha256(const void *data, size_t size, uint8_t digest[SHA256_BYTES]);

#endif
