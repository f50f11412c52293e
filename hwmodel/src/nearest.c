/* "did you mean": the known word nearest to a misspelt one. */
#include <stddef.h>
#include <string.h>

#include "yamltree.h"

enum { LONGEST = 64 };

static size_t least(size_t a, size_t b, size_t c) {
  size_t m = a < b ? a : b;
  return m < c ? m : c;
}

/* Levenshtein's distance, one row at a time. */
static size_t distance(const char *a, const char *b) {
  size_t na = strlen(a), nb = strlen(b), row[LONGEST + 1];
  if (na > LONGEST || nb > LONGEST) return LONGEST;
  for (size_t j = 0; j <= nb; j++) row[j] = j;
  for (size_t i = 1; i <= na; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= nb; j++) {
      size_t above = row[j];
      row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
      diagonal = above;
    }
  }
  return row[nb];
}

const char *yt_nearest(const char *word, const char *const *words) {
  const char *best = NULL;
  size_t limit = strlen(word) / 3 + 1; /* a third of the letters may be wrong */
  for (; *words; words++) {
    size_t d = distance(word, *words);
    if (d > limit || d >= strlen(*words)) continue;
    best = *words;
    limit = d;
    if (!d) break;
    limit--; /* strictly nearer ones only: the first in the list wins a draw */
  }
  return best;
}
