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

room_test(flashrnn_match SOURCES flashrnn_match.c LIBS flashrnn_cases TIMEOUT 300 LABELS threads)
