#ifndef DB_USAGE_H
#define DB_USAGE_H

#include <getopt.h>

/* One line on stderr, "constrint NAME: ...; 'constrint NAME --help' tells more"; EXIT_USAGE. */
int usage_error(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What getopt_long met when it returned '?' or ':'. */
int usage_bad_option(const char *name, int got, char **argv);
/* The library's last failure on stderr, and its exit code. */
int usage_failure(int code);
/* The database named by --db, else the user's default; the caller frees. NULL: said why. */
char *usage_database(const char *named);

#endif
