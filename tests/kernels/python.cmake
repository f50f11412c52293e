# The Python package flashrnn: on the processor, and its CUDA side on the driver that is none. A sanitized
# library cannot be loaded into a plain Python: the sanitizer builds have the C tests of the same calls.
if(NOT CONSTRINT_SANITIZE)
  set(package PYTHONPATH=${CMAKE_SOURCE_DIR}/kernels/flashrnn/python FLASHRNN_LIBRARY=$<TARGET_FILE:flashrnn> PYTHONDONTWRITEBYTECODE=1)
  room_script(flashrnn_python TIMEOUT 240 LABELS release-only ENVIRONMENT ${package}
    COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/flashrnn_python.py)
  room_script(flashrnn_python_cuda TIMEOUT 120 LABELS release-only
    ENVIRONMENT ${package} FAKE_CUDA=${CMAKE_BINARY_DIR}/tests/fake_cuda/libcuda.so.1
    COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/flashrnn_python.py --device fake against_autograd other_dtypes
      subsets_of_gradients in_two_pieces same_bits_again wrong_arguments several_threads few_plans_are_kept databases)
endif()
