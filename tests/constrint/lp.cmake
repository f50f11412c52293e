# The linear relaxation.
engine_test(constrint_lp SOURCES test_lp.c random_model.c TIMEOUT 120)
target_link_libraries(constrint_lp PRIVATE Threads::Threads)
if(CONSTRINT_NIGHTLY)
  add_test(NAME constrint_lp_nightly COMMAND constrint_lp)
  room_test_properties(constrint_lp_nightly TIMEOUT 1800 LABELS nightly ENVIRONMENT LP_ROUNDS=20000)
endif()
room_script(constrint_lp_optima TIMEOUT 120
  COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/lp_optima.py)
