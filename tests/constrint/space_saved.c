/* Saved forms: there and back, and every kind of damage.
 *
 * usage: space_saved [CASE [SEED]] */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <space/image.h>

#include "space_ask.h"
#include "space_sets.h"
#include "test.h"

static uint64_t seed;
static char folder[] = "/tmp/space_saved.XXXXXX", path[64];

static char *slurp(size_t *n) {
  FILE *f = fopen(path, "rb");
  static char bytes[1 << 22];
  CHECK(f != NULL);
  *n = fread(bytes, 1, sizeof bytes, f);
  fclose(f);
  return bytes;
}

static void spill(const char *bytes, size_t n) {
  FILE *f = fopen(path, "wb");
  CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static void check_same(const ci_space *a, const ci_space *b) {
  size_t nvars = ci_space_vars(a);
  CHECK(nvars == ci_space_vars(b) && a->block_bytes == b->block_bytes);
  CHECK(memcmp(ci_space_order(a), ci_space_order(b), nvars * sizeof(uint32_t)) == 0);
  for (size_t v = 0; v < nvars; v++) {
    const int64_t *x, *y;
    size_t n = ci_space_values(a, v, &x);
    CHECK(strcmp(ci_space_var_name(a, v), ci_space_var_name(b, v)) == 0 && ci_space_part(a, v) == ci_space_part(b, v));
    CHECK(n == ci_space_values(b, v, &y) && (n == 0 || memcmp(x, y, n * sizeof *x) == 0));
  }
}

static void case_there_and_back(void) {
  static struct set set;
  for (int i = 0; i < 60; i++) {
    uint64_t state = seed + (uint64_t)i;
    ci_space *s;
    size_t n;
    set_make(&set, &state, 3);
    CHECKF(ci_space_save(set.s, path) == CI_OK, "%s", ci_error());
    CHECKF(ci_space_open(&s, path) == CI_OK, "%s", ci_error());
    CHECK(ci_space_is_saved(slurp(&n), 16));
    check_same(set.s, s);
    for (size_t k = 0; k < set.n; k += 7) {
      uint64_t index = 0;
      ci_answer answer;
      CHECK(ci_space_rank(s, set.rows + k * set.nvars, &index, &answer) == CI_OK && index == k);
    }
    const char *wrong = ask_everything(s, state);
    CHECKF(!wrong, "%s", wrong);
    CHECK(ci_space_save(s, path) == CI_OK); /* over the file that it is mapped from */
    CHECK(!ask_everything(s, state));
    ci_space_free(s);
    set_free(&set);
  }
}

static void case_labels_and_none(void) {
  int64_t values[] = {5, 2, 9}, row[] = {2, 9};
  const char *const labels[] = {"five", "two", ""};
  struct draft_var var = {.name = "a label", .values = values, .labels = labels, .n = 3, .listed = {.lo = -3, .step = 5, .n = 4}};
  ci_space *s, *t;
  CHECK(space_from_rows(&s, &var, 1, row, 2) == CI_OK && ci_space_save(s, path) == CI_OK && ci_space_open(&t, path) == CI_OK);
  CHECK(strcmp(ci_space_label(t, 0, 2), "two") == 0 && strcmp(ci_space_label(t, 0, 9), "") == 0 && !ci_space_label(t, 0, 5));
  CHECK(t->vars[0].listed.lo == -3 && t->vars[0].listed.step == 5 && t->vars[0].listed.n == 4);
  ci_space_free(s);
  ci_space_free(t);
  CHECK(space_make_empty(&s, &var, 1) == CI_OK && ci_space_save(s, path) == CI_OK && ci_space_open(&t, path) == CI_OK);
  CHECK(ci_space_vars(t) == 1 && ci_space_values(t, 0, NULL) == 0 && !ask_everything(t, 1));
  ci_space_free(s);
  ci_space_free(t);
}

static int reopen(const char *bytes, size_t n) {
  ci_space *s;
  spill(bytes, n);
  int rc = ci_space_open(&s, path);
  if (rc == CI_OK) ci_space_free(s);
  return rc;
}

/* Any byte, any length: the checksum tells. */
static void case_damage(void) {
  static struct set set;
  static char good[1 << 22];
  uint64_t state = seed;
  size_t n;
  set_make(&set, &state, 2);
  CHECK(ci_space_save(set.s, path) == CI_OK);
  memcpy(good, slurp(&n), sizeof good);
  for (int i = 0; i < 300; i++) {
    size_t at = (size_t)set_below(&state, (int)n);
    char old = good[at];
    good[at] = (char)(old ^ (1 << set_below(&state, 8)));
    CHECKF(reopen(good, n) == CI_ESYNTAX, "byte %zu", at);
    good[at] = old;
    CHECK(reopen(good, (size_t)set_below(&state, (int)n)) == CI_ESYNTAX);
  }
  CHECK(reopen(good, n) == CI_OK && reopen("", 0) == CI_ESYNTAX);
  struct image_header h;
  memcpy(&h, good, sizeof h);
  h.order = 0x04030201;
  memcpy(good, &h, sizeof h);
  CHECK(reopen(good, n) == CI_ESYNTAX && strstr(ci_error(), "byte order"));
  h.order = IMAGE_ORDER;
  h.version = 99;
  memcpy(good, &h, sizeof h);
  CHECK(reopen(good, n) == CI_ESYNTAX && strstr(ci_error(), "version 99"));
  set_free(&set);
}

/* Damage with a checksum that is right: refused, or answered consistently. */
static void case_hostile(void) {
  static struct set set;
  static char bytes[1 << 22];
  int refused = 0, tries = 4000;
  for (int i = 0; i < tries; i++) {
    uint64_t state = seed + (uint64_t)(i / 200);
    if (i % 200 == 0) {
      if (i > 0) set_free(&set);
      set_make(&set, &state, 3);
    }
    state += (uint64_t)i << 32;
    memcpy(bytes, set.s->block, set.s->block_bytes);
    for (int k = 0, most = 1 + set_below(&state, 3); k < most; k++) {
      size_t at = (size_t)set_below(&state, (int)set.s->block_bytes / 4) * 4;
      uint32_t word;
      memcpy(&word, bytes + at, sizeof word);
      word = set_below(&state, 2) ? word + (uint32_t)set_below(&state, 5) - 2 : (uint32_t)set_random(&state);
      memcpy(bytes + at, &word, sizeof word);
    }
    int got = ask_block(bytes, set.s->block_bytes);
    CHECKF(got >= 0, "try %d", i);
    refused += got;
  }
  set_free(&set);
  CHECKF(refused > tries / 4 && refused < tries, "%d of %d", refused, tries); /* values and names may be any */
}

/* Many variables that point to one long array make a small file long to check. */
static void case_shared(void) {
  enum { VARS = 8, ROWS = 2000 };
  static int64_t values[ROWS], rows[ROWS * VARS];
  static _Alignas(8) char bytes[1 << 20];
  struct draft_var vars[VARS];
  ci_space *s;
  for (int i = 0; i < ROWS; i++) values[i] = rows[(size_t)i * VARS] = i;
  for (int v = 0; v < VARS; v++) vars[v] = (struct draft_var){.name = "v", .values = values, .n = v ? 1 : ROWS};
  CHECK(space_from_rows(&s, vars, VARS, rows, ROWS) == CI_OK && s->block_bytes <= sizeof bytes);
  memcpy(bytes, s->block, s->block_bytes);
  CHECK(ask_block(bytes, s->block_bytes) == 0);
  const struct image_header *h = (const void *)bytes;
  struct image_var *var = (void *)(bytes + h->vars);
  for (int v = 1; v < VARS; v++) var[v].listed = var[0].values, var[v].nlisted = ROWS;
  CHECK(ask_block(bytes, s->block_bytes) == 1 && strstr(ci_error(), "declared values"));
  ci_space_free(s);
}

static void case_places(void) {
  static struct set set;
  uint64_t state = seed;
  struct stat st;
  ci_space *s;
  char elsewhere[96];
  set_make(&set, &state, 1);
  snprintf(elsewhere, sizeof elsewhere, "%s/none/x", folder);
  CHECK(ci_space_save(set.s, elsewhere) == CI_EIO && ci_space_open(&s, elsewhere) == CI_EIO && ci_space_open(&s, folder) == CI_EIO);
  unlink(path);
  CHECK(ci_space_save(set.s, path) == CI_OK && stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
  CHECK(chmod(path, 0644) == 0 && ci_space_save(set.s, path) == CI_OK && stat(path, &st) == 0 && (st.st_mode & 0777) == 0644);
  set_free(&set);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {{"there and back", case_there_and_back}, {"labels, none", case_labels_and_none},
                                           {"damage", case_damage}, {"hostile", case_hostile},
                                           {"shared arrays", case_shared}, {"places", case_places}, {0}};
  seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL) << 20;
  printf("seed %" PRIu64 "\n", seed);
  if (!mkdtemp(folder)) return 1;
  snprintf(path, sizeof path, "%s/form", folder);
  int failed = test_main(cases, argc, argv);
  unlink(path);
  rmdir(folder);
  return failed;
}
