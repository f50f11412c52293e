# Tuning for a GPU, tried on a device that is not there.
add_library(pretended MODULE pretend.c)
target_link_libraries(pretended PRIVATE room_flags flashrnn_gpu_bench)
target_include_directories(pretended PRIVATE $<TARGET_PROPERTY:flashrnn-cuda,INCLUDE_DIRECTORIES>)
add_dependencies(pretended flashrnn-cuda) # its source_hash.h
set_target_properties(pretended PROPERTIES PREFIX "" OUTPUT_NAME flashrnn-cuda
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/plugins/pretended)
room_script(gpu_run_pretended COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/run_test.sh TIMEOUT 120 LABELS release-only)
room_script(gpu_resumed_check COMMAND python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/resumed_check_test.py)
