/* The worker: loads one plug-in, opens one problem, tries candidates.
 *
 * It runs in a process of its own (the hidden command `constrint worker`),
 * because a candidate may crash, hang or ruin its device.
 */
#ifndef TUNER_WORKER_H
#define TUNER_WORKER_H

/* Answer questions from `fd`, on `fd`, until its other end closes: TUNER_OK.
 * Any other code: the tuner cannot be talked to. */
int worker_serve(int fd);

#endif
