# FlatZinc and MiniZinc: the reader, the builtins, the mode.
set(flatzinc_files 2000)
set(flatzinc_timeout 240)
set(CONSTRINT_RANDOM_SECONDS 120 CACHE STRING "CPU seconds of random models under the sanitizers")
if(CONSTRINT_SANITIZE)
  set(flatzinc_files ${CONSTRINT_RANDOM_SECONDS}s)
  math(EXPR flatzinc_timeout "240 + 4 * ${CONSTRINT_RANDOM_SECONDS}")
endif()
room_script(constrint_flatzinc TIMEOUT ${flatzinc_timeout}
  COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/flatzinc_random.py ${flatzinc_files})
if(CONSTRINT_NIGHTLY)
  room_script(constrint_flatzinc_nightly TIMEOUT 3000 LABELS nightly
    COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/flatzinc_random.py 100000)
endif()
room_script(constrint_flatzinc_mode TIMEOUT 60 COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/flatzinc_mode.sh)
room_script(constrint_minizinc TIMEOUT 60 COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/minizinc_test.py)
