/* The warnings of this thread's last reading (ci_warnings). */
#ifndef CI_WARNING_H
#define CI_WARNING_H

void warning_clear(void);
/* One more line; beyond the room there is, warnings are counted only. */
void warning_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
