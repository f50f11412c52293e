# The run time and the example programs.
room_test(test_runtime SOURCES test_runtime.c ${CMAKE_SOURCE_DIR}/docs/examples/naive.c LIBS flashrnn_static TIMEOUT 60)
target_include_directories(test_runtime PRIVATE ${CMAKE_SOURCE_DIR}/kernels/flashrnn/src)
room_script(test_examples COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/test_examples.sh ${CMAKE_BINARY_DIR}/examples
  ${CMAKE_BINARY_DIR}/tests/fake_cuda TIMEOUT 120)
