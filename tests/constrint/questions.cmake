# What is asked of compact forms.
function(questions_test name)
  room_test(${name} SOURCES ${name}.c space_sets.c ${ARGN} LIBS constrint_static TIMEOUT 60)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/constrint/src)
endfunction()

questions_test(space_questions)
questions_test(space_huge)
questions_test(space_saved space_ask.c)
questions_test(space_starved)
target_link_options(space_starved PRIVATE LINKER:--wrap=malloc,--wrap=calloc,--wrap=realloc)
questions_test(space_threads space_ask.c)
set_tests_properties(space_threads PROPERTIES LABELS threads)
target_link_libraries(space_threads PRIVATE Threads::Threads)

room_fuzz(constrint_fuzz_space SOURCES fuzz_space.c space_ask.c LIBS constrint_static
  CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/corpus/space TIMEOUT 60)
target_include_directories(constrint_fuzz_space PRIVATE ${CMAKE_SOURCE_DIR}/constrint/src)
