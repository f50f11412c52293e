# The engine: store, models, compiler, search, counting.
function(engine_test name)
  cmake_parse_arguments(A "" "TIMEOUT" "SOURCES" ${ARGN})
  room_test(${name} SOURCES ${A_SOURCES} LIBS constrint_static TIMEOUT ${A_TIMEOUT})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/constrint/src)
endfunction()

engine_test(engine_store SOURCES test_store.c random_model.c TIMEOUT 60)
engine_test(engine_models SOURCES test_engine.c random_model.c TIMEOUT 120)
engine_test(engine_limits SOURCES test_limits.c TIMEOUT 120)
engine_test(engine_cliques SOURCES test_cliques.c TIMEOUT 60)
engine_test(engine_lattice SOURCES test_lattice.c TIMEOUT 60)
engine_test(engine_recognise SOURCES test_recognise.c TIMEOUT 60)
