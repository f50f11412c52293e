/* Configurations of the CUDA kernels: their text, and the default. */
#include "gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fr_config_keys[FR_PARAMETERS + 1] = {
    "family", "units", "batch", "warps", "split", "gates_on_m", "r_shared", "r_stream", "ring", "staging",
    "exchange", "cluster", "ahead", "repoll", "approx", "chunk", NULL};
const char *const fr_family_names[] = {"resident", "cluster", "grid", "streaming", "alternating", NULL};
const char *const fr_exchange_names[] = {"local", "mailbox", "barrier", "push", NULL};

enum { FAMILY = 0, EXCHANGE = offsetof(fr_config, exchange) / sizeof(fr_int) };

const char *const *fr_config_labels(int parameter) {
  return parameter == FAMILY ? fr_family_names : parameter == EXCHANGE ? fr_exchange_names : NULL;
}

static fr_int *field(fr_config *c, int i) { return (fr_int *)(void *)c + i; }

static int find_key(const char *text, size_t length) {
  for (int i = 0; i < FR_PARAMETERS; i++)
    if (strlen(fr_config_keys[i]) == length && !strncmp(fr_config_keys[i], text, length)) return i;
  return -1;
}

/* A label of the parameter, or a number; 0 if neither. */
static int read_value(const char *text, size_t length, const char *const *labels, fr_int *out) {
  char word[24], *end;
  for (int i = 0; labels && labels[i]; i++)
    if (strlen(labels[i]) == length && !strncmp(labels[i], text, length)) return *out = i, 1;
  if (labels || !length || length >= sizeof word) return 0;
  memcpy(word, text, length);
  word[length] = 0;
  *out = strtoll(word, &end, 10);
  return !*end && (word[0] == '-' || (word[0] >= '0' && word[0] <= '9'));
}

static int bad_text(char *why, const char *at) {
  snprintf(why, GPU_WHY, "the configuration is not understood at '%.60s'", at);
  return GPU_EINVAL;
}

int fr_config_parse(fr_config *out, const char *text, char *why) {
  fr_config c = {0};
  unsigned seen = 0;
  for (const char *at = text; *at;) {
    const size_t key = strcspn(at, "=,"), all = strcspn(at, ",");
    const int i = find_key(at, key);
    if (i < 0 || at[key] != '=' || seen >> i & 1) return bad_text(why, at);
    if (!read_value(at + key + 1, all - key - 1, fr_config_labels(i), field(&c, i))) return bad_text(why, at);
    seen |= 1u << i;
    at += all;
    if (*at == ',' && !*++at) return bad_text(why, ",");
  }
  if (seen != (1u << FR_PARAMETERS) - 1) return bad_text(why, *text ? text : "its end");
  *out = c;
  return GPU_OK;
}

void fr_config_format(const fr_config *c, char *out, size_t size) {
  size_t n = 0;
  out[0] = 0;
  for (int i = 0; i < FR_PARAMETERS && n < size; i++) {
    const fr_int v = ((const fr_int *)c)[i];
    const char *const *labels = fr_config_labels(i);
    int count = 0;
    while (labels && labels[count]) count++;
    if (v >= 0 && v < count) n += (size_t)snprintf(out + n, size - n, "%s%s=%s", i ? "," : "", fr_config_keys[i], labels[v]);
    else n += (size_t)snprintf(out + n, size - n, "%s%s=%lld", i ? "," : "", fr_config_keys[i], v);
  }
}
