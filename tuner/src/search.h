/* Where specs and plug-ins are looked for. */
#ifndef TUNER_SEARCH_H
#define TUNER_SEARCH_H

#include <stddef.h>

struct search_path { char **dirs; size_t n; };

/* The folders given (--plugin-path, --spec-path; each may hold several,
 * separated by colons), then the environment's, then those beside the
 * executable, then the compiled-in one. */
int search_plugins(struct search_path *out, const char *const *given, size_t ngiven);
int search_specs(struct search_path *out, const char *const *given, size_t ngiven);
void search_release(struct search_path *p);

/* The first readable DIR/sub/name.ext or DIR/name.ext; the caller frees *path.
 * A name that holds a '/' is a path of its own.  sub may be NULL.
 * what: "spec", "plug-in", for the message, which lists the folders. */
int search_file(char **path, const struct search_path *in, const char *sub, const char *name, const char *ext,
                const char *what);

#endif
