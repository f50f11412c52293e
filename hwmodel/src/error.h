#ifndef HW_ERROR_H
#define HW_ERROR_H

/* Set this thread's message and return code. */
int hw_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
