# Specs, problems, workloads, spaces, strategies and plug-ins.
foreach(name spec problem)
  room_test(tuner_${name} SOURCES test_${name}.c LIBS tuner TIMEOUT 20)
endforeach()
