# Every operation of a space on random models; samples; the spaces at hand.
set(space_sources space_trial.c space_check_index.c space_check_stream.c space_check_draw.c space_check_derived.c
  model_generate.c model_print.c model_evaluate.c)
set(space_models 6000)
if(CONSTRINT_SANITIZE)
  set(space_models 2000)
endif()
room_test(constrint_space_random TIMEOUT 60 SOURCES space_random.c ${space_sources} LIBS constrint_static ARGS ${space_models})
if(CONSTRINT_NIGHTLY)
  add_test(NAME constrint_space_random_50000 COMMAND constrint_space_random 50000)
  room_test_properties(constrint_space_random_50000 TIMEOUT 600 LABELS nightly)
endif()
room_test(constrint_space_uniform TIMEOUT 30 SOURCES space_uniform.c LIBS constrint_static)

# Generated spaces of the published kernels' kinds, counted by another program, too.
set(space_generated ${CMAKE_COMMAND} -E env PYTHONDONTWRITEBYTECODE=1 python3 ${CMAKE_CURRENT_SOURCE_DIR}/spaces_generated.py)
room_script(constrint_spaces_generated TIMEOUT 60 COMMAND ${space_generated})
if(CONSTRINT_NIGHTLY)
  room_script(constrint_spaces_generated_fresh COMMAND ${space_generated} --fresh 3 TIMEOUT 900 LABELS nightly)
endif()
