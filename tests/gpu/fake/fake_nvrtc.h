/* The fake compiler's machine code: an ELF's first bytes, then the macros. */
#ifndef FAKE_NVRTC_H
#define FAKE_NVRTC_H

#include "launch.h"

/* What it was compiled for, but B and T; 0: no such code. */
int fake_problem_of(const void *image, fr_problem *out);
/* Counts a call; the code with which it is to fail, else 0. */
int fake_enter(const char *symbol);

#endif
