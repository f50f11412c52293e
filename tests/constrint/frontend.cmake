# The readers and the commands: owned by the front end.
set(model_count 20000)
set(model_time 120)
if(CONSTRINT_SANITIZE)
  set(model_count 6000)
endif()
room_test(constrint_models TIMEOUT ${model_time}
  SOURCES test_models.c model_generate.c model_print.c model_evaluate.c
  LIBS constrint_static ARGS ${model_count})

set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus)
room_test(constrint_corpus TIMEOUT 60 SOURCES test_corpus.c LIBS constrint_static)
target_compile_definitions(constrint_corpus PRIVATE CORPUS="${corpus}")
foreach(dialect native flashrnn t1)
  room_fuzz(constrint_fuzz_${dialect} SOURCES fuzz_reader.c LIBS constrint_static CORPUS ${corpus}/${dialect} TIMEOUT 60)
  target_compile_definitions(constrint_fuzz_${dialect} PRIVATE DIALECT="${dialect}")
endforeach()

room_test(constrint_language TIMEOUT 30 SOURCES test_language.c LIBS constrint_static)
room_script(constrint_commands TIMEOUT 60 COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/commands_test.sh)
room_script(constrint_spaces TIMEOUT 60 COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/spaces_test.py)
set(fused_count 150)
if(CONSTRINT_SANITIZE)
  set(fused_count 40)
endif()
room_script(constrint_fused TIMEOUT 60 COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fused_test.py ${fused_count})
room_script(constrint_problems TIMEOUT 30 COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/problems_test.sh)
room_script(constrint_oracle TIMEOUT 120 COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/oracle_test.py)

# Conditions against Python's own evaluation; files of other tools.
add_executable(constrint_judge judge.c)
set_target_properties(constrint_judge PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(constrint_judge PRIVATE room_flags constrint_static)
set(truth_count 3000)
if(CONSTRINT_SANITIZE)
  set(truth_count 800)
endif()
room_script(constrint_truth TIMEOUT 60 COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/truth_test.py ${truth_count})
