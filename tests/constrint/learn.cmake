# The learning search; nightly ten times as many models.
engine_test(learn_models SOURCES test_learn.c random_model.c TIMEOUT 120)
if(CONSTRINT_NIGHTLY)
  add_test(NAME learn_models_nightly COMMAND learn_models)
  room_test_properties(learn_models_nightly TIMEOUT 1800 LABELS nightly ENVIRONMENT LEARN_ROUNDS=50000)
endif()
room_script(learn_commands COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/learn_test.sh TIMEOUT 60)
