/* Bytes as text: base64 for blobs, hexadecimal for names. */
#include "encode.h"
#include <stdlib.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(const void *data, size_t size) {
  const uint8_t *in = data;
  char *out = malloc((size + 2) / 3 * 4 + 1), *to = out;
  if (!out) return NULL;
  for (size_t i = 0; i < size; i += 3) {
    size_t left = size - i;
    uint32_t group = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
    *to++ = left > 2 ? alphabet[group & 63] : '=';
  }
  *to = '\0';
  return out;
}

/* 0..63, or 64 for what is not a digit. */
static uint32_t digit(char c) {
  const char *at = c ? strchr(alphabet, c) : NULL;
  return at ? (uint32_t)(at - alphabet) : 64;
}

/* Four characters to as many bytes as they hold; 0: malformed. */
static size_t decode_group(const char *s, int last, uint8_t *out) {
  size_t pad = last && s[3] == '=' ? 1 + (s[2] == '=') : 0;
  uint32_t group = 0;
  for (size_t i = 0; i < 4; i++) {
    uint32_t d = i < 4 - pad ? digit(s[i]) : 0;
    if (d == 64) return 0;
    group = group << 6 | d;
  }
  for (size_t i = 0; i < 3 - pad; i++) out[i] = (uint8_t)(group >> (16 - 8 * i));
  return 3 - pad;
}

uint8_t *base64_decode(const char *s, size_t *size, int *ok) {
  size_t length = strlen(s);
  uint8_t *out = malloc(length / 4 * 3 + 1);
  *size = 0;
  *ok = length % 4 == 0;
  for (size_t i = 0; out && *ok && i < length; i += 4) {
    size_t n = decode_group(s + i, i + 4 == length, out + *size);
    *size += n;
    *ok = n > 0;
  }
  return out;
}

void hex_encode(char *out, const uint8_t *bytes, size_t n) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < n; i++) {
    *out++ = digits[bytes[i] >> 4];
    *out++ = digits[bytes[i] & 15];
  }
  *out = '\0';
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hex_decode(uint8_t *out, const char *s, size_t n) {
  if (strlen(s) != 2 * n) return 0;
  for (size_t i = 0; i < n; i++) {
    int high = hex_digit(s[2 * i]), low = hex_digit(s[2 * i + 1]);
    if (high < 0 || low < 0) return 0;
    out[i] = (uint8_t)(high << 4 | low);
  }
  return 1;
}
