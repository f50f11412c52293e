# Specs, problems, workloads, spaces, strategies and plug-ins.
foreach(name spec problem space strategy)
  room_test(tuner_${name} SOURCES test_${name}.c LIBS tuner TIMEOUT 60)
endforeach()

# One program over both corpora of malformed files, and a fuzz target each.
add_executable(tuner_corpus test_corpus.c)
set_target_properties(tuner_corpus PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(tuner_corpus PRIVATE room_flags tuner)
target_include_directories(tuner_corpus PRIVATE ${CMAKE_SOURCE_DIR}/tests)
foreach(reader spec workload)
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${reader})
  add_test(NAME tuner_corpus_${reader} COMMAND tuner_corpus ${reader} ${corpus})
  room_test_properties(tuner_corpus_${reader} TIMEOUT 60)
  room_fuzz(tuner_fuzz_${reader} SOURCES fuzz_${reader}.c LIBS tuner CORPUS ${corpus} TIMEOUT 60)
endforeach()

# Plug-ins that are sound, or broken in one way each.
set(fixtures ${CMAKE_CURRENT_BINARY_DIR}/fixtures)
foreach(fixture sound abi entry null function)
  add_library(fixture_${fixture} MODULE fixture_plugin.c)
  set_target_properties(fixture_${fixture} PROPERTIES PREFIX "" OUTPUT_NAME fixture-${fixture}
    LIBRARY_OUTPUT_DIRECTORY ${fixtures})
  target_include_directories(fixture_${fixture} PRIVATE ${CMAKE_SOURCE_DIR}/kernels)
endforeach()
target_compile_definitions(fixture_abi PRIVATE FIXTURE_ABI)
target_compile_definitions(fixture_entry PRIVATE FIXTURE_ENTRY=kp_plugin_v0)
target_compile_definitions(fixture_null PRIVATE FIXTURE_NULL)
target_compile_definitions(fixture_function PRIVATE FIXTURE_FUNCTION)
room_test(tuner_plugin SOURCES test_plugin.c LIBS tuner ARGS ${fixtures} TIMEOUT 30)

# A spec's constraints and its plug-in's legal(): the same, over whole spaces.
add_executable(tuner_legal test_legal.c)
set_target_properties(tuner_legal PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(tuner_legal PRIVATE room_flags tuner)
target_include_directories(tuner_legal PRIVATE ${CMAKE_SOURCE_DIR}/tests)
file(GLOB kernel_specs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/specs/kernels/*.yaml)
foreach(spec ${kernel_specs})
  get_filename_component(name ${spec} NAME_WE)
  add_test(NAME tuner_legal_${name} COMMAND tuner_legal ${spec} ${CMAKE_BINARY_DIR}/plugins)
  room_test_properties(tuner_legal_${name} TIMEOUT 120)
endforeach()

# Every shipped workload is read and every problem of it has a space.
add_executable(tuner_workloads test_workloads.c)
set_target_properties(tuner_workloads PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(tuner_workloads PRIVATE room_flags tuner)
file(GLOB workloads CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/specs/workloads/*.yaml)
set(cuda_workloads ${workloads})
list(FILTER cuda_workloads INCLUDE REGEX "-(cuda|h200)\\.yaml$")
list(REMOVE_ITEM workloads ${cuda_workloads})
add_test(NAME tuner_workloads COMMAND tuner_workloads ${CMAKE_SOURCE_DIR}/specs
  ${CMAKE_SOURCE_DIR}/specs/hardware/generic-x86-64-avx2.yaml cpu ${workloads})
add_test(NAME tuner_workloads_cuda COMMAND tuner_workloads ${CMAKE_SOURCE_DIR}/specs
  ${CMAKE_SOURCE_DIR}/specs/hardware/nvidia-h200.yaml cuda ${cuda_workloads})
room_test_properties(tuner_workloads TIMEOUT 60)
room_test_properties(tuner_workloads_cuda TIMEOUT 120)

# Strategies on recorded measurements, and what records them.
room_test(tuner_replay SOURCES test_replay.c LIBS tuner ARGS ${CMAKE_CURRENT_SOURCE_DIR}/recorded TIMEOUT 60)
add_executable(tuner_record EXCLUDE_FROM_ALL record.c)
set_target_properties(tuner_record PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(tuner_record PRIVATE room_flags tuner)

# Why there is no configuration.
room_script(tuner_why COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/why.sh TIMEOUT 60)

# A spec's cost on recorded trials of a device.
add_executable(tuner_costs test_costs.c)
set_target_properties(tuner_costs PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(tuner_costs PRIVATE room_flags tuner m)
target_include_directories(tuner_costs PRIVATE ${CMAKE_SOURCE_DIR}/tests)
add_test(NAME tuner_costs_h200 COMMAND tuner_costs ${CMAKE_SOURCE_DIR}/specs/kernels/flashrnn-cuda.yaml
  ${CMAKE_SOURCE_DIR}/specs/hardware/nvidia-h200.yaml ${CMAKE_CURRENT_SOURCE_DIR}/recorded/nvidia-h200-head-sweep.txt)
room_test_properties(tuner_costs_h200 TIMEOUT 60)
