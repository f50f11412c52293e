# The commands that ask the compact form, and the C API's example.
room_script(constrint_commands_space TIMEOUT 60 COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/commands_space.sh)
if(CONSTRINT_SANITIZE) # a sanitized library needs its sanitizers in the program, too
  set(example_flags -fsanitize=${CONSTRINT_SANITIZE})
endif()
room_script(constrint_example_space TIMEOUT 20 COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/commands_example.sh
  ENVIRONMENT "CC=${CMAKE_C_COMPILER}" "SANITIZE=${example_flags}")
