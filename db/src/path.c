/* Where databases live: default paths, who may change a file, and whether its
 * file system can carry a write-ahead log. */
#include "path.h"
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "error.h"
#include "tunedb.h"

/* Shared memory between processes does not work (or not between machines) on these. */
static const struct { long magic; const char *name; } networks[] = {
  {0x6969, "NFS"}, {0xff534d42, "CIFS"}, {0xfe534d42, "SMB2"}, {0x517b, "SMB"}, {0x65735546, "FUSE"},
  {0x01021997, "9p"}, {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"}, {0x00c36400, "Ceph"}, {0x5346414f, "AFS"},
  {0x6b414653, "AFS"}, {0x73757245, "Coda"}, {0x564c, "NCP"}, {0x01161970, "GFS2"}, {0x7461636f, "OCFS2"},
  {0x20030528, "OrangeFS"}, {0x19830326, "BeeGFS"}, {0xaad7aaea, "PanFS"}, {0x013111a8, "IBRIX"},
  {0x786f4256, "VirtualBox shared folder"}, {0xbacbacbc, "VMware shared folder"}, {0x6a656a63, "virtiofs"},
};

const char *path_network(long magic) {
  for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
    if ((magic & 0xffffffffL) == networks[i].magic) return networks[i].name;
  return NULL;
}

const char *path_on_network(const char *path) {
  struct statfs fs;
  return statfs(path, &fs) ? NULL : path_network((long)fs.f_type);
}

static int make_folders(char *folder) {
  struct stat st;
  if (!stat(folder, &st)) return TDB_OK; /* "." and "/" end here */
  for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    int failed = mkdir(folder, 0700) && errno != EEXIST;
    if (failed) return tdb_fail(TDB_EREADONLY, "%s: cannot create this folder: %s", folder, strerror(errno));
    *slash = '/';
  }
  if (mkdir(folder, 0700) && errno != EEXIST)
    return tdb_fail(TDB_EREADONLY, "%s: cannot create this folder: %s", folder, strerror(errno));
  return TDB_OK;
}

int path_resolve_folder(char **out, const char *path, int make_folder) {
  *out = NULL;
  char *for_folder = strdup(path), *for_name = strdup(path), *folder = NULL;
  int rc = for_folder && for_name ? TDB_OK : tdb_fail(TDB_ENOMEM, "out of memory");
  char *named = rc ? NULL : dirname(for_folder);
  if (!rc && make_folder) rc = make_folders(named);
  if (!rc && !(folder = realpath(named, NULL)))
    rc = tdb_fail(TDB_ENOTFOUND, "%s: its folder: %s", path, strerror(errno));
  if (!rc && asprintf(out, "%s/%s", strcmp(folder, "/") ? folder : "", basename(for_name)) < 0)
    rc = tdb_fail(TDB_ENOMEM, "out of memory");
  free(folder);
  free(for_folder);
  free(for_name);
  return rc;
}

int path_resolve(char **out, const char *path, int make_folder) {
  struct stat st;
  *out = NULL;
  if (!path || !*path) return tdb_fail(TDB_EINVAL, "the path of a database is empty");
  if (path[strlen(path) - 1] == '/') return tdb_fail(TDB_EINVAL, "%s: a folder, not a file", path);
  if ((*out = realpath(path, NULL))) return TDB_OK;
  if (errno != ENOENT) return tdb_fail(TDB_EREADONLY, "%s: %s", path, strerror(errno));
  if (!lstat(path, &st) && S_ISLNK(st.st_mode)) return tdb_fail(TDB_ENOTFOUND, "%s: a link to nowhere", path);
  return path_resolve_folder(out, path, make_folder);
}

static int owned_by_us(const struct stat *st) { return st->st_uid == geteuid() || st->st_uid == 0; }

/* In a sticky folder (/tmp) others can add files but not replace ours: that is
 * safe as long as the companions, too, are ours. */
static int check_folder(const char *resolved) {
  struct stat st;
  char copy[PATH_MAX];
  snprintf(copy, sizeof copy, "%s", resolved);
  const char *folder = dirname(copy);
  if (stat(folder, &st)) return tdb_fail(TDB_EIO, "%s: %s", folder, strerror(errno));
  if (!owned_by_us(&st))
    return tdb_fail(TDB_EUNSAFE, "%s: the folder belongs to another user, who could replace %s", folder, resolved);
  if (st.st_mode & 022 && !(st.st_mode & S_ISVTX))
    return tdb_fail(TDB_EUNSAFE, "%s: others can write this folder; 'chmod go-w' it or use another", folder);
  return TDB_OK;
}

static int check_one(const char *path, int *exists) {
  struct stat st;
  *exists = !lstat(path, &st);
  if (!*exists)
    return errno == ENOENT ? TDB_OK : tdb_fail(TDB_EIO, "%s: %s", path, strerror(errno));
  if (S_ISDIR(st.st_mode)) return tdb_fail(TDB_EINVAL, "%s: a folder, not a file", path);
  if (!S_ISREG(st.st_mode)) return tdb_fail(TDB_EINVAL, "%s: not a regular file", path);
  if (!owned_by_us(&st)) return tdb_fail(TDB_EUNSAFE, "%s: belongs to another user, who could change it", path);
  if (st.st_mode & 022)
    return tdb_fail(TDB_EUNSAFE, "%s: others can write this file; 'chmod go-w' it if you trust its contents", path);
  return TDB_OK;
}

int path_check(const char *resolved, int *exists) {
  static const char *const companions[] = {"-wal", "-shm", "-journal"};
  int rc = check_one(resolved, exists), ignored;
  if (!rc) rc = check_folder(resolved);
  for (size_t i = 0; !rc && i < sizeof companions / sizeof *companions; i++) {
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s%s", resolved, companions[i]);
    rc = check_one(path, &ignored);
  }
  return rc;
}

static int copy_path(char **out, const char *format, const char *base) {
  return asprintf(out, format, base) < 0 ? tdb_fail(TDB_ENOMEM, "out of memory") : TDB_OK;
}

int tdb_default_path(char **out) {
  const char *named = getenv("CONSTRINT_DB"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
  *out = NULL;
  if (named && *named) return copy_path(out, "%s", named);
  if (data && *data == '/') return copy_path(out, "%s/constrint/tuned.db", data);
  if (home && *home == '/') return copy_path(out, "%s/.local/share/constrint/tuned.db", home);
  return tdb_fail(TDB_ENOTFOUND, "no path for the database: set $CONSTRINT_DB or $HOME, or name one with --db");
}
