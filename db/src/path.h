#ifndef TDB_PATH_H
#define TDB_PATH_H

/* The absolute path behind the links, of a file that need not exist; its folder must.
 * make_folder: create missing folders (0700). */
int path_resolve(char **out, const char *path, int make_folder);
/* Only the links of its folder: the name itself may be a link, to be replaced. */
int path_resolve_folder(char **out, const char *path, int make_folder);
/* Can nobody but us and root change this file, its companions and its folder?
 * *exists: there is a file. Regular files only. */
int path_check(const char *resolved, int *exists);
/* The kind of file system by its magic number: the name of a network's, or NULL for a local one. */
const char *path_network(long magic);
/* The same of the file system that holds `path`. */
const char *path_on_network(const char *path);

#endif
