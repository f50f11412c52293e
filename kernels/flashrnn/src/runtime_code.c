/* See runtime_code.h.  A file is the hex SHA-256 of the code, then the code: one
 * that was cut short or changed is not used.  It appears whole, by rename. */
#include "runtime_code.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tunedb.h"

enum { HASH = 64, PATH = 4096, MOST_BYTES = 64 << 20 };

static int folder_of(char out[PATH]) {
  const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  const int absolute = xdg && *xdg == '/';
  if (!absolute && !(home && *home == '/')) return 0;
  const int n = absolute ? snprintf(out, PATH, "%s/constrint/flashrnn", xdg) : snprintf(out, PATH, "%s/.cache/constrint/flashrnn", home);
  return n > 0 && n < PATH - 100;
}

static int path_of(const char key[65], char out[PATH]) {
  if (!folder_of(out)) return 0;
  const size_t n = strlen(out);
  return snprintf(out + n, PATH - n, "/%s.cubin", key) < (int)(PATH - n);
}

static int is_ours(const struct stat *s) {
  return (s->st_uid == geteuid() || s->st_uid == 0) && !(s->st_mode & (S_IWGRP | S_IWOTH));
}

/* A folder in which others can write could be filled with anything. */
static int folder_is_ours(void) {
  char folder[PATH];
  struct stat s;
  return folder_of(folder) && !lstat(folder, &s) && S_ISDIR(s.st_mode) && is_ours(&s);
}

static int read_all(int fd, char *at, size_t size) {
  while (size) {
    const ssize_t n = read(fd, at, size);
    if (n <= 0) return 0;
    at += n, size -= (size_t)n;
  }
  return 1;
}

/* The file's bytes, NULL if it is none of ours. */
static char *whole_file(const char *path, size_t *size) {
  struct stat s;
  char *bytes = NULL;
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return NULL;
  if (!fstat(fd, &s) && S_ISREG(s.st_mode) && is_ours(&s) && s.st_size > HASH && s.st_size <= MOST_BYTES) {
    *size = (size_t)s.st_size;
    bytes = malloc(*size);
    if (bytes && !read_all(fd, bytes, *size)) free(bytes), bytes = NULL;
  }
  close(fd);
  return bytes;
}

int runtime_code_get(const char key[65], void **data, size_t *size) {
  char path[PATH], hash[65];
  size_t n = 0;
  char *file = folder_is_ours() && path_of(key, path) ? whole_file(path, &n) : NULL;
  if (!file) return 0;
  tdb_hash(file + HASH, n - HASH, hash);
  if (memcmp(hash, file, HASH)) {
    free(file);
    return 0;
  }
  *size = n - HASH;
  memmove(file, file + HASH, *size);
  *data = file;
  return 1;
}

static void make_folders(const char *path) {
  char part[PATH];
  for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
    mkdir(part, 0700);
  }
}

void runtime_code_put(const char key[65], const void *data, size_t size) {
  char path[PATH], name[PATH + 8], hash[65];
  if (!path_of(key, path) || size + HASH > MOST_BYTES) return;
  make_folders(path);
  if (!folder_is_ours()) return;
  snprintf(name, sizeof name, "%s.XXXXXX", path);
  const int fd = mkstemp(name);
  FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
  if (!to) {
    if (fd >= 0) close(fd), unlink(name);
    return;
  }
  tdb_hash(data, size, hash);
  int bad = fwrite(hash, 1, HASH, to) != HASH || fwrite(data, 1, size, to) != size || fflush(to) || fsync(fd);
  bad |= fclose(to) != 0;
  if (bad || rename(name, path)) unlink(name);
}

void runtime_code_drop(const char key[65]) {
  char path[PATH];
  if (path_of(key, path)) unlink(path);
}
