/* Every malformed model of the corpus is refused, with its place. */
#include <dirent.h>
#include <sys/resource.h>

#include "hwmodel.h"
#include "test.h"

static int refused_files;

/* "path:LINE:COLUMN: something" */
static int has_place(const char *message, const char *path) {
  size_t n = strlen(path);
  int line, column, used = 0;
  return !strncmp(message, path, n) && sscanf(message + n, ":%d:%d: %n", &line, &column, &used) == 2 && used &&
         line >= 1 && column >= 1 && message[n + (size_t)used];
}

static void refuse(const char *path) {
  hw_model *m;
  CHECKF(hw_load(&m, path) == HW_ESYNTAX && !m, "%s is accepted", path);
  CHECKF(has_place(hw_error(), path), "%s", hw_error());
  for (const char *c = hw_error(); *c; c++) CHECKF((unsigned char)*c >= ' ', "control character: %s", path);
  refused_files++;
}

static void every_file(void) {
  DIR *d = opendir(CORPUS_DIR);
  CHECK(d);
  for (struct dirent *e; (e = readdir(d));) {
    char path[1024];
    if (e->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", CORPUS_DIR, e->d_name);
    refuse(path);
  }
  closedir(d);
  CHECKF(refused_files >= 200, "%d files", refused_files);
}

static void the_check_can_fail(void) {
  CHECK(has_place("f:1:2: x", "f"));
  CHECK(!has_place("f: x", "f") && !has_place("f:1: x", "f") && !has_place("g:1:2: x", "f") && !has_place("f:1:2: ", "f"));
}

/* incident: one small file that unfolds to gigabytes (alias bomb) */
static void alias_bombs_cost_nothing(void) {
  struct rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  refuse(CORPUS_DIR "/alias-bomb.yaml");
  getrusage(RUSAGE_SELF, &after);
  CHECK(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
}

static const struct test_case cases[] = {{"every file", every_file}, {"the check can fail", the_check_can_fail},
                                         {"alias bombs cost nothing", alias_bombs_cost_nothing}, {NULL, NULL}};
TEST_MAIN(cases)
