# The Python module. A sanitized library cannot be loaded into a plain Python:
# the sanitizer builds have the C tests of the same calls.
if(NOT CONSTRINT_SANITIZE)
  foreach(name searchspace space docs peer strategies)
    room_script(constrint_python_${name} TIMEOUT 90 LABELS release-only
      COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/python_${name}.py)
  endforeach()
endif()
