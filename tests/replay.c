/* Replays a corpus through a fuzz target where libFuzzer is not there: every
 * regular file of the directories (or the files) named. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replayed;

static void replay_file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) { perror(path); exit(1); }
  fseek(f, 0, SEEK_END);
  long size = ftell(f);
  rewind(f);
  /* exactly sized, so that the sanitizer sees a read past the end */
  uint8_t *data = malloc(size ? (size_t)size : 1);
  if (!data || fread(data, 1, (size_t)size, f) != (size_t)size) { perror(path); exit(1); }
  fclose(f);
  LLVMFuzzerTestOneInput(data, (size_t)size);
  free(data);
  replayed++;
}

static void replay(const char *path) {
  struct stat st;
  if (stat(path, &st)) { perror(path); exit(1); }
  if (!S_ISDIR(st.st_mode)) { replay_file(path); return; }
  DIR *d = opendir(path);
  if (!d) { perror(path); exit(1); }
  for (struct dirent *e; (e = readdir(d));) {
    if (e->d_name[0] == '.') continue;
    char inner[4096];
    snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
    replay(inner);
  }
  closedir(d);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) replay(argv[i]);
  printf("%d passed, 0 failed\n", replayed);
  return replayed == 0;
}
