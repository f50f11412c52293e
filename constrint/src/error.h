#ifndef CI_ERROR_H
#define CI_ERROR_H

/* Set this thread's message and return code. */
int ci_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
