/* Ctrl-C as a request: the search ends, what is known is printed. */
#ifndef CMD_INTERRUPT_H
#define CMD_INTERRUPT_H

/* From now on: the first SIGINT or SIGTERM asks, the second one kills; a
 * closed pipe is an error of the write. */
void interrupt_catch(void);
/* A ci_limits.cancel. */
int interrupt_asked(void *unused);

#endif
