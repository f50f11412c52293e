/* The readers' corpora: every valid seed is read; every malformed file is
 * refused with a message "name:line:column: what", its line and a caret. */
#include <dirent.h>

#include "constrint.h"
#include "test.h"

static char text[1 << 20];

static size_t load(const char *folder, const char *name) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "rb");
  CHECKF(f, "%s", path);
  size_t len = fread(text, 1, sizeof text, f);
  fclose(f);
  return len;
}

static int lines(size_t len) {
  int n = 1;
  for (size_t i = 0; i < len; i++) n += text[i] == '\n';
  return n;
}

static void check_refusal(const char *name, size_t len) {
  int line = 0, column = 0, used = 0;
  const char *message = ci_error(), *behind = message + strlen(name);
  CHECKF(!strncmp(message, name, strlen(name)), "%s", message);
  CHECKF(sscanf(behind, ":%d:%d: %n", &line, &column, &used) == 2 && used > 0, "%s", message);
  CHECKF(line >= 1 && line <= lines(len) && column >= 1, "%s", message);
  const char *excerpt = strchr(message, '\n'), *caret = excerpt ? strchr(excerpt + 1, '\n') : NULL;
  CHECKF(caret && caret[strlen(caret) - 1] == '^', "%s", message);
}

static void check_file(const char *dialect, const char *folder, const char *name, int valid) {
  ci_model *m;
  size_t len = load(folder, name);
  int rc = ci_read(&m, dialect, text, len, name, NULL, 0);
  CHECKF((rc == CI_OK) == valid, "%s/%s: %d %s", folder, name, rc, rc < 0 ? ci_error() : "was read");
  if (rc == CI_OK) ci_model_free(m);
  else check_refusal(name, len);
}

static int check_folder(const char *dialect, int valid) {
  char folder[4096];
  snprintf(folder, sizeof folder, CORPUS "/%s/%s", dialect, valid ? "good" : "bad");
  DIR *d = opendir(folder);
  CHECKF(d, "%s", folder);
  int files = 0;
  for (struct dirent *e; (e = readdir(d)); files++)
    if (e->d_name[0] != '.') check_file(dialect, folder, e->d_name, valid);
  closedir(d);
  return files - 2;
}

static void check_dialect(const char *dialect) {
  CHECK(check_folder(dialect, 1) >= 2);
  CHECK(check_folder(dialect, 0) >= 200);
}

static void native(void) { check_dialect("native"); }
static void flashrnn(void) { check_dialect("flashrnn"); }
static void t1(void) { check_dialect("t1"); }

static void bat(void) { check_dialect("bat"); }
static void kernel_tuner(void) { check_dialect("kernel-tuner"); }
static void t4(void) { check_dialect("t4"); }

static const struct test_case cases[] = {
  {"native", native}, {"flashrnn", flashrnn}, {"t1", t1}, {"bat", bat}, {"kernel-tuner", kernel_tuner}, {"t4", t4}, {NULL, NULL},
};
TEST_MAIN(cases)
