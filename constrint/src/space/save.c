/* A form's block to a file, and a file mapped as one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../budget.h"
#include "../error.h"
#include "image.h"

static int cannot(const char *what, const char *path) { return ci_fail(CI_EIO, "cannot %s %s: %s", what, path, strerror(errno)); }

/* Four independent sums of multiplied words, so that a core does several at once. */
uint64_t image_checksum(const void *block, size_t bytes) {
  const size_t skip = offsetof(struct image_header, checksum) / sizeof(uint64_t);
  const uint64_t *word = block;
  uint64_t sum[4] = {1, 2, 3, 4}, all = bytes;
  for (size_t i = 0; i < bytes / sizeof *word; i++) {
    uint64_t x = (sum[i & 3] ^ (i == skip ? 0 : word[i])) * 0x9e3779b97f4a7c15u;
    sum[i & 3] = x ^ x >> 32;
  }
  for (int i = 0; i < 4; i++) all = (all ^ sum[i]) * 0xff51afd7ed558ccdu + 1;
  return all;
}

int ci_space_is_saved(const void *head, size_t len) { return len >= 8 && memcmp(head, IMAGE_MAGIC, 8) == 0; }

/* ---- writing ---- */

static bool write_all(int fd, const char *data, size_t bytes) {
  while (bytes > 0) {
    ssize_t n = write(fd, data, bytes < (1u << 30) ? bytes : 1u << 30);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    bytes -= (size_t)n;
  }
  return true;
}

/* The block may be mapped read-only: the header is written from a copy. */
static bool write_block(int fd, const ci_space *s) {
  struct image_header h = *(const struct image_header *)s->block;
  h.checksum = image_checksum(s->block, s->block_bytes);
  return write_all(fd, (const char *)&h, sizeof h) &&
         write_all(fd, (const char *)s->block + sizeof h, s->block_bytes - sizeof h) && fsync(fd) == 0;
}

/* A file that is replaced hands on its mode; a new one is its owner's alone. */
static bool keep_mode(int fd, const char *path) {
  struct stat st;
  return stat(path, &st) != 0 || fchmod(fd, st.st_mode & 0777) == 0;
}

static void sync_folder(const char *path) {
  const char *slash = strrchr(path, '/');
  char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
  int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd >= 0) {
    fsync(fd); /* a folder that cannot be synced still holds a whole file */
    close(fd);
  }
  free(folder);
}

int ci_space_save(const ci_space *s, const char *path) {
  char *temporary = NULL;
  if (asprintf(&temporary, "%s.XXXXXX", path) < 0) return ci_fail(CI_ENOMEM, "no memory to save %s", path);
  int fd = mkostemp(temporary, O_CLOEXEC), error = CI_OK;
  if (fd < 0) {
    error = cannot("make a file beside", path);
  } else {
    bool written = write_block(fd, s) && keep_mode(fd, path);
    if (!written) error = cannot("write", path);
    if (close(fd) != 0 && written) error = cannot("write", path);
    if (error == CI_OK && rename(temporary, path) != 0) error = cannot("rename to", path);
    if (error < 0) unlink(temporary);
    else sync_folder(path);
  }
  free(temporary);
  return error;
}

/* ---- mapping ---- */

static int map_file(int fd, const char *path, void **block, size_t *bytes) {
  struct stat st;
  if (fstat(fd, &st) != 0) return cannot("look at", path);
  if (!S_ISREG(st.st_mode)) return ci_fail(CI_EIO, "%s: not a file", path);
  if (st.st_size < (off_t)sizeof(struct image_header)) return ci_fail(CI_ESYNTAX, "%s: not a saved space", path);
  *bytes = (size_t)st.st_size;
  *block = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  return *block == MAP_FAILED ? cannot("map", path) : CI_OK;
}

int ci_space_open(ci_space **out, const char *path) {
  double began = budget_now();
  void *block = NULL;
  size_t bytes = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return cannot("open", path);
  int error = map_file(fd, path, &block, &bytes);
  close(fd);
  if (error < 0) return error;
  error = image_check(block, bytes, path);
  ci_space *s = error == CI_OK ? image_attach(block, bytes) : NULL;
  if (!s) {
    munmap(block, bytes);
    return error < 0 ? error : ci_fail(CI_ENOMEM, "no memory to open %s", path);
  }
  s->mapped = true;
  s->info.seconds = budget_now() - began;
  *out = s;
  return CI_OK;
}
