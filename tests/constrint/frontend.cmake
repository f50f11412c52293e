# The readers and the commands: owned by the front end.
set(model_count 20000)
set(model_time 120)
if(CONSTRINT_SANITIZE)
  set(model_count 2000)
endif()
room_test(constrint_models TIMEOUT ${model_time}
  SOURCES test_models.c model_generate.c model_print.c model_evaluate.c
  LIBS constrint_static ARGS ${model_count})
