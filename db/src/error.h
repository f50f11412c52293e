#ifndef TDB_ERROR_H
#define TDB_ERROR_H

/* Set this thread's message and return code. */
int tdb_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
