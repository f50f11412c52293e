#include "space_ask.h"

#include <stdlib.h>
#include <string.h>

#include <space/image.h>

enum { DRAWN = 8, ROWS = 16, WIDEST = 64 };

static const char *ask_rows(const ci_space *s, int64_t *rows, uint64_t seed) {
  size_t given, width = ci_space_vars(s);
  for (int kind = 0; kind < 4; kind++) {
    if (ci_space_sample(s, (ci_sampling)kind, seed, DRAWN, rows, &given) < 0) return "sample";
    for (size_t i = 0; i < given; i++)
      if (!ci_space_has(s, rows + i * width)) return "a sample is not in the space";
  }
  return NULL;
}

static const char *ask_index(const ci_space *s, int64_t *values) {
  for (uint64_t i = 0; i < 4; i++) {
    char text[2] = {(char)('0' + i), 0}, *rank = NULL;
    ci_answer answer = CI_NONE;
    if (ci_space_at(s, i, values) < 0) continue;
    if (ci_space_rank_decimal(s, values, &rank, &answer) < 0 || answer != CI_FOUND) return "rank";
    int differ = strcmp(rank, text);
    free(rank);
    if (differ) return "rank of at";
  }
  return NULL;
}

static const char *ask_columns(const ci_space *s, uint64_t first, int64_t *values) {
  static _Thread_local int64_t cells[WIDEST][ROWS];
  void *columns[WIDEST];
  size_t width = ci_space_vars(s);
  uint64_t given = 0;
  for (size_t v = 0; v < width; v++) columns[v] = cells[v];
  if (ci_space_columns(s, first, ROWS, 8, 0, columns, &given) < 0) return "columns";
  for (uint64_t i = 0; i < given; i++) {
    if (ci_space_at(s, first + i, values) < 0) return "at";
    for (size_t v = 0; v < width; v++)
      if (cells[v][i] != values[v]) return "columns are not at";
  }
  return NULL;
}

static const char *ask_cursor(const ci_space *s, const char *order, int64_t *values) {
  ci_cursor *c;
  ci_answer answer = CI_FOUND;
  const char *wrong = NULL;
  if (ci_cursor_new(&c, s, order) < 0) return NULL; /* a name of the file may be any text */
  for (int i = 0; i < ROWS && answer == CI_FOUND && !wrong; i++) {
    if (ci_cursor_next(c, values, &answer) < 0) wrong = "cursor";
    else if (answer == CI_FOUND && !ci_space_has(s, values)) wrong = "the cursor is not in the space";
  }
  ci_cursor_free(c);
  return wrong;
}

static const char *ask_neighbours(const ci_space *s, const int64_t *values) {
  const char *wrong = NULL;
  for (int kind = 0; kind < 4 && !wrong; kind++) {
    int64_t *rows = NULL;
    size_t n = 0;
    if (ci_space_neighbours(s, values, (ci_neighbourhood)kind, 2, ROWS, &rows, &n) < 0) return "neighbours";
    for (size_t i = 0; i < n && !wrong; i++)
      if (!ci_space_has(s, rows + i * ci_space_vars(s))) wrong = "a neighbour is not in the space";
    free(rows);
  }
  return wrong;
}

static const char *ask_values(const ci_space *s) {
  for (size_t v = 0; v < ci_space_vars(s); v++) {
    const int64_t *values;
    size_t n = ci_space_values(s, v, &values);
    if (!ci_space_var_name(s, v) || ci_space_part(s, v) < -1) return "a variable";
    for (size_t i = 0; i < n; i++) {
      char *count;
      if (s->vars[v].labels && !ci_space_label(s, v, values[i])) return "label";
      if (i > 4) continue;
      if (ci_space_marginal(s, v, i, &count) < 0) return "marginal";
      free(count);
    }
  }
  return NULL;
}

const char *ask_everything(const ci_space *s, uint64_t seed) {
  size_t width = ci_space_vars(s);
  if (width > WIDEST) return NULL;
  int64_t *rows = calloc(DRAWN * (width + 1), sizeof *rows);
  char *size;
  if (!rows) return NULL;
  if (ci_space_size(s, &size) == CI_OK) free(size);
  const char *wrong = ask_values(s);
  if (!wrong) wrong = ask_rows(s, rows, seed);
  if (!wrong) wrong = ask_index(s, rows);
  if (!wrong) wrong = ask_columns(s, 0, rows);
  if (!wrong) wrong = ask_columns(s, seed % 100, rows);
  if (!wrong) wrong = ask_cursor(s, NULL, rows);
  if (!wrong) wrong = ask_cursor(s, "declared", rows);
  if (!wrong) wrong = ask_neighbours(s, rows);
  free(rows);
  return wrong;
}

int ask_block(const void *bytes, size_t n) {
  char *block = malloc(n ? n : 1);
  if (!block) return 1;
  memcpy(block, bytes, n);
  if (n >= sizeof(struct image_header)) {
    struct image_header *h = (void *)block;
    h->checksum = image_checksum(block, n);
  }
  ci_space *s = image_check(block, n, "block") == CI_OK ? image_attach(block, n) : NULL;
  if (!s) {
    free(block);
    return 1;
  }
  const char *wrong = ask_everything(s, n);
  ci_space_free(s);
  return wrong ? -1 : 0;
}
