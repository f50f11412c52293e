# The tuning loop: measuring, contest, worker, journal; then whole runs of `constrint tune`.
foreach(name stats measure confirm budget protocol journal)
  room_test(tuner_${name} SOURCES test_${name}.c LIBS tuner TIMEOUT 30)
endforeach()
room_test(tuner_worker_client SOURCES test_worker_client.c LIBS tuner TIMEOUT 120)
