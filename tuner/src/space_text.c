/* Configurations of a space as settings and as texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "keyvalue.h"
#include "space_parts.h"

static void fill_settings(const struct space *s, const int64_t *values, kp_setting *settings) {
  for (size_t i = 0; i < s->width; i++) {
    const struct spec_text *t = &s->spec->parameters.at[i];
    int labelled = values[i] >= 0 && (uint64_t)values[i] < t->nlabels;
    settings[i] = (kp_setting){t->name, values[i], labelled ? t->labels[values[i]] : NULL};
  }
}

void space_settings(const struct space *s, size_t index, kp_setting *settings) {
  int64_t values[PROTOCOL_VALUES];
  space_values(s, index, values);
  fill_settings(s, values, settings);
}

char *space_config_text(const struct space *s, const int64_t *values) {
  kp_setting settings[PROTOCOL_VALUES];
  fill_settings(s, values, settings);
  return keyvalue_text(settings, s->width, 1);
}

char *space_config(const struct space *s, size_t index) {
  int64_t values[PROTOCOL_VALUES];
  space_values(s, index, values);
  return space_config_text(s, values);
}

static int read_value(const struct spec_text *t, const char *text, int64_t *out) {
  if (!t->labels) return keyvalue_number(text, out);
  for (size_t i = 0; i < t->nlabels; i++)
    if (!strcmp(t->labels[i], text)) {
      *out = (int64_t)i;
      return TUNER_OK;
    }
  return TUNER_EINPUT;
}

static int read_piece(const struct space *s, const struct keyvalue *piece, int64_t *values, char *given) {
  for (size_t i = 0; piece->value && i < s->width; i++) {
    const struct spec_text *t = &s->spec->parameters.at[i];
    if (strcmp(t->name, piece->key)) continue;
    if (given[i]) return TUNER_EINPUT;
    given[i] = 1;
    return read_value(t, piece->value, &values[i]);
  }
  return TUNER_EINPUT;
}

static int64_t find_pieces(const struct space *s, const struct keyvalue *pieces, size_t n) {
  int64_t values[PROTOCOL_VALUES];
  char given[PROTOCOL_VALUES] = {0};
  int code = n == s->width ? TUNER_OK : TUNER_EINPUT;
  for (size_t i = 0; !code && i < n; i++) code = read_piece(s, &pieces[i], values, given);
  return code ? -1 : space_find(s, values);
}

int64_t space_find_config(const struct space *s, const char *config) {
  char *copy = strdup(config);
  struct keyvalue *pieces = NULL;
  size_t n;
  int64_t index = -1;
  if (copy && !keyvalue_cut(copy, &pieces, &n)) index = find_pieces(s, pieces, n);
  free(pieces);
  free(copy);
  return index;
}

void space_explain(const struct space *s, const int64_t *values, char *why, size_t size) {
  size_t *broken = NULL, n = 0;
  int outside = -1;
  snprintf(why, size, "%s", "");
  if (ci_check(s->model.model, values, &broken, &n, &outside)) {
    snprintf(why, size, "%s", ci_error());
    return;
  }
  if (outside >= 0) snprintf(why, size, "%s is outside its domain", space_parameter(s, (size_t)outside));
  for (size_t i = 0; i < n; i++) {
    size_t used = strlen(why);
    snprintf(why + used, size - used, "%s%s", used ? ", " : "broken: ",
             ci_model_constraint_name(s->model.model, broken[i]));
  }
  free(broken);
}
