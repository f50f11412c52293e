# The tuning loop: measuring, contest, worker, journal; then whole runs of `constrint tune`.
foreach(name stats measure confirm budget protocol journal)
  room_test(tuner_${name} SOURCES test_${name}.c LIBS tuner TIMEOUT 30)
endforeach()
room_test(tuner_worker_client SOURCES test_worker_client.c LIBS tuner TIMEOUT 120)

# The faulty plug-in once more, with noise, under the name that its spec gives.
add_library(noisy MODULE noisy.c)
target_link_libraries(noisy PRIVATE room_flags m)
target_include_directories(noisy PRIVATE ${CMAKE_SOURCE_DIR}/kernels)
set_target_properties(noisy PROPERTIES PREFIX "" OUTPUT_NAME faulty
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/plugins/noisy)

# And with builds that take long, and crash and hang.
add_library(ahead MODULE ahead.c)
target_link_libraries(ahead PRIVATE room_flags m)
target_include_directories(ahead PRIVATE ${CMAKE_SOURCE_DIR}/kernels)
set_target_properties(ahead PROPERTIES PREFIX "" OUTPUT_NAME faulty
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/plugins/ahead)

# The same names as the functions of tune.py.
set(tune_cases faults winner_is_what_look_up_finds equal_configurations_leave_the_default
  resume_times_nothing_again exhaustion_ends_the_run a_hang_is_killed_in_time trials_budget seconds_budget
  a_workload interrupt parent_dies kill_20 two_tuners full_disk read_only not_a_database noise
  two_evaluators_disagree a_changed_spec_starts_anew no_memory terminal wrong_use measured_once
  ahead_builds_beside ahead_faults ahead_every_strategy ahead_killed_and_resumed ahead_interrupted costs_rank)
if(CONSTRINT_SANITIZE)
  set(tune_environment "CONSTRINT_SANITIZED=1")
endif()
foreach(case ${tune_cases})
  room_script(tune_${case} COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/tune.py ${case}
    TIMEOUT 300 ENVIRONMENT ${tune_environment})
endforeach()
if(CONSTRINT_NIGHTLY)
  room_script(tune_kill_200 COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/tune.py kill_200
    TIMEOUT 1800 LABELS nightly ENVIRONMENT ${tune_environment})
endif()
