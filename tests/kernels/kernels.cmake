# The kernels' own tests: numerics, legality, and the checkers themselves.

# A plug-in that fails on demand, for the tests here and of the tuner.
add_library(faulty MODULE faulty.c)
target_link_libraries(faulty PRIVATE room_flags m)
target_include_directories(faulty PRIVATE ${CMAKE_SOURCE_DIR}/kernels)
set_target_properties(faulty PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/plugins)
