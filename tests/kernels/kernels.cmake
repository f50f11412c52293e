# The kernels' own tests: numerics, legality, and the checkers themselves.

# A plug-in that fails on demand, for the tests here and of the tuner.
add_library(faulty MODULE faulty.c)
target_link_libraries(faulty PRIVATE room_flags m)
target_include_directories(faulty PRIVATE ${CMAKE_SOURCE_DIR}/kernels)
set_target_properties(faulty PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/plugins)

# The tests reach behind libflashrnn's interface, and use the plug-in's reference.
set(flashrnn_dir ${CMAKE_SOURCE_DIR}/kernels/flashrnn)
find_package(OpenMP REQUIRED COMPONENTS C)
add_library(flashrnn_cases STATIC flashrnn_cases.c ${flashrnn_dir}/src/reference.c ${flashrnn_dir}/src/naive.c)
target_link_libraries(flashrnn_cases PUBLIC flashrnn_static OpenMP::OpenMP_C m PRIVATE room_flags)
target_include_directories(flashrnn_cases PUBLIC ${CMAKE_CURRENT_SOURCE_DIR} ${flashrnn_dir}/src ${CMAKE_SOURCE_DIR}/kernels)

# clang's OpenMP is not instrumented: what happens inside it is no race of ours.
set(tsan TSAN_OPTIONS=ignore_noninstrumented_modules=1)
room_test(flashrnn_match SOURCES flashrnn_match.c LIBS flashrnn_cases TIMEOUT 300 LABELS threads ENVIRONMENT ${tsan})
room_test(flashrnn_gradients SOURCES flashrnn_gradients.c LIBS flashrnn_cases TIMEOUT 120)
room_test(flashrnn_config SOURCES flashrnn_config.c LIBS flashrnn_cases TIMEOUT 120 LABELS threads ENVIRONMENT ${tsan})

# flashrnn_vmath(NAME flags...): the vector functions of one instruction set.
function(flashrnn_vmath name)
  room_test(flashrnn_vmath_${name} SOURCES flashrnn_vmath.c LIBS m)
  target_include_directories(flashrnn_vmath_${name} PRIVATE ${flashrnn_dir}/src/isa)
  target_compile_options(flashrnn_vmath_${name} PRIVATE -O2 -ffp-contract=fast ${ARGN})
endfunction()
flashrnn_vmath(portable)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  flashrnn_vmath(avx2 -mavx2 -mfma)
  flashrnn_vmath(avx512 -mavx512f -mavx512vl -mavx512bw -mavx512dq -mfma)
endif()

room_test(plugin_checkers SOURCES plugin_checkers.c LIBS flashrnn_cases ${CMAKE_DL_LIBS} TIMEOUT 120)
source_hash(plugin_checkers ${flashrnn_dir}/src/plugin.c)
target_compile_definitions(plugin_checkers PRIVATE PLUGINS="${CMAKE_BINARY_DIR}")
add_dependencies(plugin_checkers flashrnn-cpu transpose faulty)

add_executable(flashrnn_raw flashrnn_raw.c)
target_link_libraries(flashrnn_raw PRIVATE room_flags flashrnn_cases)
set_target_properties(flashrnn_raw PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
room_script(flashrnn_torch TIMEOUT 120
  COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/flashrnn_torch.py $<TARGET_FILE:flashrnn_raw>)
