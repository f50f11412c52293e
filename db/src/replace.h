#ifndef TDB_REPLACE_H
#define TDB_REPLACE_H

/* Write a file so that its name has the old content or all of the new, never a part:
 * a temporary of a name of its own beside it, fsync, rename. */
typedef struct replacement {
  char *path, *temporary;
  int fd;
} replacement;

int replace_begin(replacement *r, const char *path);
/* With rc TDB_OK: into place, with these rights; else: away with it. Returns rc or what failed. */
int replace_end(replacement *r, int rc, unsigned mode);

#endif
