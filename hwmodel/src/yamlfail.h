/* How the parts of the YAML reader word a failure. */
#ifndef YAMLFAIL_H
#define YAMLFAIL_H

#include <stdarg.h>

#include "yamltree.h"

void yt_vfail(yt_error *err, const char *name, int line, int column, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));
/* "path: why", for a file that cannot be read. */
void yt_vfail_file(yt_error *err, const char *path, const char *why);

#endif
