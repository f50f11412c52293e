/* Files that appear whole or not at all. */
#include "replace.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "error.h"
#include "path.h"
#include "tunedb.h"

static int file_error(const char *path, const char *doing) {
  int full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  int code = full ? TDB_EFULL : errno == EROFS || errno == EACCES || errno == EPERM ? TDB_EREADONLY : TDB_EIO;
  return tdb_fail(code, "%s: %s: %s; nothing was changed", path, doing, full ? "the disk is full" : strerror(errno));
}

static void forget(replacement *r) {
  free(r->path);
  free(r->temporary);
  *r = (replacement){.fd = -1};
}

/* "folder/.name.XXXXXX" */
static int name_temporary(replacement *r) {
  char *for_folder = strdup(r->path), *for_name = strdup(r->path);
  int failed = !for_folder || !for_name ||
               asprintf(&r->temporary, "%s/.%s.XXXXXX", dirname(for_folder), basename(for_name)) < 0;
  free(for_folder);
  free(for_name);
  if (failed) r->temporary = NULL;
  return failed ? tdb_fail(TDB_ENOMEM, "out of memory") : TDB_OK;
}

int replace_begin(replacement *r, const char *path) {
  struct stat st;
  *r = (replacement){.fd = -1};
  if (!path || !*path) return tdb_fail(TDB_EINVAL, "no path to write to");
  if (!stat(path, &st) && !S_ISREG(st.st_mode)) return tdb_fail(TDB_EINVAL, "%s: not a regular file", path);
  int rc = path_resolve_folder(&r->path, path, 0);
  if (!rc) rc = name_temporary(r);
  if (!rc && (r->fd = mkostemp(r->temporary, O_CLOEXEC)) < 0) rc = file_error(path, "cannot create it");
  if (rc) forget(r);
  return rc;
}

static void sync_folder(char *path) {
  int fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd); /* some file systems cannot: the file itself is safe already */
  close(fd);
}

int replace_end(replacement *r, int rc, unsigned mode) {
  if (!rc && (fchmod(r->fd, mode) || fsync(r->fd))) rc = file_error(r->path, "cannot write it");
  if (close(r->fd) && !rc) rc = file_error(r->path, "cannot write it");
  if (!rc && rename(r->temporary, r->path)) rc = file_error(r->path, "cannot put it in place");
  if (rc) unlink(r->temporary);
  else sync_folder(r->path);
  forget(r);
  return rc;
}
