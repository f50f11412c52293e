/* Every entry of one problem and configuration: see launch.h. */
#include "launch.h"
#include "cell_elman.cuh"
#include "cell_lstm.cuh"
#include "cell_gru.cuh"
#include "cell_slstm.cuh"

/* The preprocessor does not know the enumerators: FR_BACKWARD is 2; FR_RESIDENT 0, FR_CLUSTERED 1, FR_GRID 2, FR_STREAMING 3. */
#if FR_PASS == 2
#include "weights.cuh"
#define ENTRY(name) extern "C" __global__ void name(const __grid_constant__ fr_params p)
ENTRY(transpose) { transpose_run(p); }
#if FR_DTYPE == 0 /* fp32: three products' operands; without the 3, ptxas would rather spill than leave 128 registers */
#define WEIGHTS_BOUNDS __launch_bounds__(FR_WEIGHT_THREADS, 3)
#else
#define WEIGHTS_BOUNDS __launch_bounds__(FR_WEIGHT_THREADS)
#endif
extern "C" __global__ void WEIGHTS_BOUNDS weights(const __grid_constant__ fr_params p) { weights_run(p); }
ENTRY(reduce) { reduce_run(p); }
#undef ENTRY
#endif

#if FR_FAMILY == 0 && FR_PASS == 2
#include "resident_backward.cuh"
extern "C" __global__ void __launch_bounds__(THREADS, 1) resident_backward(const __grid_constant__ fr_params p) { resident_backward_run(p); }
#elif FR_FAMILY == 0
#include "resident_forward.cuh"
extern "C" __global__ void __launch_bounds__(THREADS, 1) resident_forward(const __grid_constant__ fr_params p) { resident_forward_run(p); }
#elif FR_FAMILY == 1 && FR_PASS == 2
#include "columns_backward.cuh"
extern "C" __global__ void __launch_bounds__(THREADS, 1) cluster_backward(const __grid_constant__ fr_params p) { columns_backward(p); }
#elif FR_FAMILY == 1
#include "columns_forward.cuh"
extern "C" __global__ void __launch_bounds__(THREADS, 1) cluster_forward(const __grid_constant__ fr_params p) { columns_forward(p); }
#elif (FR_FAMILY == 2 || FR_FAMILY == 3) && FR_PASS == 2
#include "columns_backward.cuh"
extern "C" __global__ void __launch_bounds__(THREADS, 1) grid_backward(const __grid_constant__ fr_params p) { columns_backward(p); }
#elif FR_FAMILY == 2 || FR_FAMILY == 3
#include "columns_forward.cuh"
extern "C" __global__ void __launch_bounds__(THREADS, 1) grid_forward(const __grid_constant__ fr_params p) { columns_forward(p); }
#elif FR_PASS == 2
#include "columns_backward.cuh"
extern "C" __global__ void __launch_bounds__(THREADS) alternating_backward(const __grid_constant__ fr_params p) { columns_backward(p); }
#else
#include "columns_forward.cuh"
extern "C" __global__ void __launch_bounds__(THREADS) alternating_forward(const __grid_constant__ fr_params p) { columns_forward(p); }
#endif
