/* The part of the CUDA driver's binary interface that is used here, stated
 * anew: neither building nor running needs NVIDIA's toolkit.  Names without
 * their prefix; numbers as the driver has them. */
#ifndef GPU_API_H
#define GPU_API_H

#include <stddef.h>
#include <stdint.h>

typedef int cu_result; /* 0: no error */
typedef int cu_device;
typedef struct CUctx_st *cu_context;
typedef struct CUmod_st *cu_module;
typedef struct CUfunc_st *cu_function;
typedef struct CUstream_st *cu_stream; /* NULL: the default stream */
typedef struct CUevent_st *cu_event;
typedef struct CUgraph_st *cu_graph;
typedef struct CUgraphExec_st *cu_graph_exec;
typedef unsigned long long cu_pointer;

enum { /* device attributes */
  CU_THREADS_PER_BLOCK = 1, CU_SHARED_PER_BLOCK = 8, CU_CONSTANT = 9, CU_WARP = 10, CU_REGISTERS_PER_BLOCK = 12,
  CU_CLOCK_KHZ = 13, CU_SMS = 16, CU_PCI_BUS = 33, CU_PCI_DEVICE = 34, CU_MEMORY_KHZ = 36, CU_BUS_BITS = 37, CU_L2 = 38,
  CU_THREADS_PER_SM = 39, CU_PCI_DOMAIN = 50, CU_MAJOR = 75, CU_MINOR = 76, CU_SHARED_PER_SM = 81,
  CU_REGISTERS_PER_SM = 82, CU_COOPERATIVE = 95, CU_SHARED_OPTIN = 97, CU_BLOCKS_PER_SM = 106,
  CU_SHARED_RESERVED = 111, CU_CLUSTERS = 120
};
enum { /* function attributes */
  CU_FUNC_STATIC_SHARED = 1, CU_FUNC_LOCAL = 3, CU_FUNC_REGISTERS = 4, CU_FUNC_DYNAMIC_SHARED = 8, CU_FUNC_CARVEOUT = 9,
  CU_FUNC_LARGE_CLUSTERS = 14
};
enum { CU_NOT_READY = 600 };
enum { CU_LAUNCH_COOPERATIVE = 2, CU_LAUNCH_CLUSTER = 4 };
enum { CU_STREAM_NON_BLOCKING = 1, CU_CAPTURE_THREAD = 1, CU_CAPTURE_NONE = 0 };

typedef struct cu_launch_attribute {
  int id;
  char pad[4];
  union { char whole[64]; int cooperative; struct { unsigned x, y, z; } cluster; } value;
} cu_launch_attribute;

typedef struct cu_launch {
  unsigned grid_x, grid_y, grid_z, block_x, block_y, block_z, shared;
  cu_stream stream;
  cu_launch_attribute *attributes;
  unsigned nattributes;
} cu_launch;

/* CU_FUNCTION(field, symbol, arguments) */
#define CU_FUNCTIONS(CU_FUNCTION)                                                                                      \
  CU_FUNCTION(init, "cuInit", (unsigned))                                                                              \
  CU_FUNCTION(error_name, "cuGetErrorName", (cu_result, const char **))                                                \
  CU_FUNCTION(error_text, "cuGetErrorString", (cu_result, const char **))                                              \
  CU_FUNCTION(driver_version, "cuDriverGetVersion", (int *))                                                           \
  CU_FUNCTION(device_count, "cuDeviceGetCount", (int *))                                                               \
  CU_FUNCTION(device_get, "cuDeviceGet", (cu_device *, int))                                                           \
  CU_FUNCTION(device_name, "cuDeviceGetName", (char *, int, cu_device))                                                \
  CU_FUNCTION(device_memory, "cuDeviceTotalMem_v2", (size_t *, cu_device))                                             \
  CU_FUNCTION(device_attribute, "cuDeviceGetAttribute", (int *, int, cu_device))                                       \
  CU_FUNCTION(context_retain, "cuDevicePrimaryCtxRetain", (cu_context *, cu_device))                                   \
  CU_FUNCTION(context_release, "cuDevicePrimaryCtxRelease_v2", (cu_device))                                            \
  CU_FUNCTION(context_set, "cuCtxSetCurrent", (cu_context))                                                            \
  CU_FUNCTION(context_get, "cuCtxGetCurrent", (cu_context *))                                                          \
  CU_FUNCTION(context_device, "cuCtxGetDevice", (cu_device *))                                                         \
  CU_FUNCTION(synchronize, "cuCtxSynchronize", (void))                                                                 \
  CU_FUNCTION(module_load, "cuModuleLoadData", (cu_module *, const void *))                                            \
  CU_FUNCTION(module_unload, "cuModuleUnload", (cu_module))                                                            \
  CU_FUNCTION(module_function, "cuModuleGetFunction", (cu_function *, cu_module, const char *))                        \
  CU_FUNCTION(function_get, "cuFuncGetAttribute", (int *, int, cu_function))                                           \
  CU_FUNCTION(function_set, "cuFuncSetAttribute", (cu_function, int, int))                                             \
  CU_FUNCTION(launch, "cuLaunchKernelEx", (const cu_launch *, cu_function, void **, void **))                          \
  CU_FUNCTION(occupancy, "cuOccupancyMaxActiveBlocksPerMultiprocessor", (int *, cu_function, int, size_t))             \
  CU_FUNCTION(occupancy_clusters, "cuOccupancyMaxActiveClusters", (int *, cu_function, const cu_launch *))             \
  CU_FUNCTION(memory_new, "cuMemAlloc_v2", (cu_pointer *, size_t))                                                     \
  CU_FUNCTION(memory_free, "cuMemFree_v2", (cu_pointer))                                                               \
  CU_FUNCTION(memory_info, "cuMemGetInfo_v2", (size_t *, size_t *))                                                    \
  CU_FUNCTION(copy_in, "cuMemcpyHtoDAsync_v2", (cu_pointer, const void *, size_t, cu_stream))                          \
  CU_FUNCTION(copy_out, "cuMemcpyDtoHAsync_v2", (void *, cu_pointer, size_t, cu_stream))                               \
  CU_FUNCTION(copy, "cuMemcpyDtoDAsync_v2", (cu_pointer, cu_pointer, size_t, cu_stream))                               \
  CU_FUNCTION(fill_words, "cuMemsetD32Async", (cu_pointer, unsigned, size_t, cu_stream))                               \
  CU_FUNCTION(fill_bytes, "cuMemsetD8Async", (cu_pointer, unsigned char, size_t, cu_stream))                           \
  CU_FUNCTION(fill_rows, "cuMemsetD2D32Async", (cu_pointer, size_t, unsigned, size_t, size_t, cu_stream))              \
  CU_FUNCTION(stream_new, "cuStreamCreate", (cu_stream *, unsigned))                                                   \
  CU_FUNCTION(stream_free, "cuStreamDestroy_v2", (cu_stream))                                                          \
  CU_FUNCTION(stream_wait, "cuStreamSynchronize", (cu_stream))                                                         \
  CU_FUNCTION(stream_query, "cuStreamQuery", (cu_stream))                                                              \
  CU_FUNCTION(stream_capturing, "cuStreamIsCapturing", (cu_stream, int *))                                             \
  CU_FUNCTION(event_new, "cuEventCreate", (cu_event *, unsigned))                                                      \
  CU_FUNCTION(event_free, "cuEventDestroy_v2", (cu_event))                                                             \
  CU_FUNCTION(event_record, "cuEventRecord", (cu_event, cu_stream))                                                    \
  CU_FUNCTION(event_wait, "cuEventSynchronize", (cu_event))                                                            \
  CU_FUNCTION(event_query, "cuEventQuery", (cu_event))                                                                 \
  CU_FUNCTION(event_elapsed, "cuEventElapsedTime", (float *, cu_event, cu_event))                                      \
  CU_FUNCTION(capture_begin, "cuStreamBeginCapture_v2", (cu_stream, int))                                              \
  CU_FUNCTION(capture_end, "cuStreamEndCapture", (cu_stream, cu_graph *))                                              \
  CU_FUNCTION(graph_instantiate, "cuGraphInstantiateWithFlags", (cu_graph_exec *, cu_graph, unsigned long long))       \
  CU_FUNCTION(graph_launch, "cuGraphLaunch", (cu_graph_exec, cu_stream))                                               \
  CU_FUNCTION(graph_exec_free, "cuGraphExecDestroy", (cu_graph_exec))                                                  \
  CU_FUNCTION(graph_free, "cuGraphDestroy", (cu_graph))

typedef struct cu_api {
#define CU_FUNCTION(field, symbol, arguments) cu_result(*field) arguments;
  CU_FUNCTIONS(CU_FUNCTION)
#undef CU_FUNCTION
} cu_api;

#endif
