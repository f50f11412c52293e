# Specs, problems, workloads, spaces, strategies and plug-ins.
foreach(name spec problem space)
  room_test(tuner_${name} SOURCES test_${name}.c LIBS tuner TIMEOUT 30)
endforeach()

# One program over both corpora of malformed files, and a fuzz target each.
add_executable(tuner_corpus test_corpus.c)
set_target_properties(tuner_corpus PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(tuner_corpus PRIVATE room_flags tuner)
foreach(reader spec workload)
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${reader})
  add_test(NAME tuner_corpus_${reader} COMMAND tuner_corpus ${reader} ${corpus})
  room_test_properties(tuner_corpus_${reader} TIMEOUT 60)
  room_fuzz(tuner_fuzz_${reader} SOURCES fuzz_${reader}.c LIBS tuner CORPUS ${corpus} TIMEOUT 60)
endforeach()
