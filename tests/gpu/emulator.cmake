# The kernels on the processor: a driver and a compiler that emulate a launch,
# thread by thread.  swapcontext() and AddressSanitizer do not go together.
find_package(OpenMP REQUIRED COMPONENTS C)
add_executable(gpu_kernels kernels_test.c sequence_reference.c)
set_target_properties(gpu_kernels PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(gpu_kernels PRIVATE room_flags flashrnn_gpu OpenMP::OpenMP_C m)
target_compile_definitions(gpu_kernels PRIVATE KERNEL_SOURCES="${CMAKE_SOURCE_DIR}/kernels/flashrnn/cuda")

add_library(emulated_cuda SHARED emulator/emulator.c emulator/driver.c emulator/compiler.c)
set_target_properties(emulated_cuda PROPERTIES OUTPUT_NAME cuda SOVERSION 1 LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/emulated)
target_include_directories(emulated_cuda PRIVATE emulator)
target_link_libraries(emulated_cuda PRIVATE room_flags flashrnn_gpu)

set(emulated ${CMAKE_CURRENT_SOURCE_DIR}/emulated.sh ${CMAKE_BINARY_DIR}/tests/gpu_kernels ${CMAKE_BINARY_DIR}/tests/emulated)
room_script(gpu_emulated TIMEOUT 180 LABELS release-only COMMAND ${emulated} emulated_cases.txt mutants ENVIRONMENT EMULATOR_CXX=${CMAKE_CXX_COMPILER})
if(CONSTRINT_NIGHTLY)
  room_script(gpu_emulated_all TIMEOUT 1800 LABELS nightly release-only COMMAND ${emulated} emulated_nightly.txt
    ENVIRONMENT EMULATOR_CXX=${CMAKE_CXX_COMPILER})
endif()
