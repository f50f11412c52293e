/* The little that a program needs of a CUDA device beside libflashrnn: memory,
 * copies, a stream.  Found at run time, so that the examples build without
 * NVIDIA's toolkit; with it, <cuda_runtime.h> has the same. */
#ifndef EXAMPLE_DEVICE_H
#define EXAMPLE_DEVICE_H

#include <stddef.h>

/* The first device becomes current in this thread; 0, or 1 with a line on stderr.  All of these do so. */
int device_open(void);
int device_stream(void **out);
int device_new(void **out, size_t bytes);
int device_upload(void *to, const void *from, size_t bytes, void *stream);   /* returns when `from` is free again */
int device_download(void *to, const void *from, size_t bytes, void *stream); /* returns when it is there */
int device_zero(void *at, size_t bytes, void *stream);
void device_free(void *p);

#endif
