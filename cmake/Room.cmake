# What every room shares: flags, libraries with SONAME and package files,
# commands, tests and fuzz targets.

set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(GMP REQUIRED IMPORTED_TARGET gmp)
if(CONSTRINT_GLPK)
  find_package(GLPK REQUIRED)
endif()
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)

add_library(room_flags INTERFACE)
target_compile_options(room_flags INTERFACE -Wall -Wextra -Wshadow -Wvla
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>)
target_compile_definitions(room_flags INTERFACE _GNU_SOURCE)
target_include_directories(room_flags INTERFACE ${CMAKE_SOURCE_DIR}/tuner) # command.h
if(CONSTRINT_WERROR)
  target_compile_options(room_flags INTERFACE -Werror)
endif()
if(CONSTRINT_SANITIZE)
  add_compile_options(-fsanitize=${CONSTRINT_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CONSTRINT_SANITIZE})
  if(CONSTRINT_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(CONSTRINT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# room_library(NAME HEADERS ... SOURCES ... [DEPENDS ...] [PRIVATE ...] [DESCRIPTION text])
# A shared library NAME (lib<NAME>.so.0) that installs alone: headers,
# pkg-config file, and a component of the CMake package.  Beside it NAME_static,
# whose internal symbols the tests may call.  DEPENDS: other rooms' libraries.
# PRIVATE: system libraries, not in the interface.
function(room_library name)
  cmake_parse_arguments(A "" "DESCRIPTION;PACKAGE" "HEADERS;SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(${name}_objects OBJECT ${A_SOURCES})
  target_link_libraries(${name}_objects PRIVATE room_flags ${A_DEPENDS} ${A_PRIVATE})
  target_include_directories(${name}_objects
    PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  add_library(${name} SHARED $<TARGET_OBJECTS:${name}_objects>)
  add_library(${name}_static STATIC $<TARGET_OBJECTS:${name}_objects>)
  set_target_properties(${name} PROPERTIES SOVERSION 0 VERSION ${PROJECT_VERSION} LINKER_LANGUAGE C
    INSTALL_RPATH "$ORIGIN") # an installed library finds its siblings
  set_target_properties(${name}_static PROPERTIES LINKER_LANGUAGE C)
  foreach(target ${name} ${name}_static)
    target_include_directories(${target} PUBLIC
      $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    if(target STREQUAL name)
      target_link_libraries(${target} PRIVATE ${A_DEPENDS} ${A_PRIVATE})
    else()
      target_link_libraries(${target} PUBLIC ${A_PRIVATE})
      foreach(d ${A_DEPENDS})
        target_link_libraries(${target} PUBLIC ${d}_static)
      endforeach()
    endif()
  endforeach()
  install(TARGETS ${name} EXPORT ConstrINTTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(FILES ${A_HEADERS} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  set(PC_NAME lib${name})
  set(PC_LIB ${name})
  set(PC_DESCRIPTION "${A_DESCRIPTION}")
  configure_file(${CMAKE_SOURCE_DIR}/cmake/lib.pc.in ${CMAKE_BINARY_DIR}/lib${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/lib${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# room_test(NAME SOURCES ... LIBS ... [ARGS ...] [TIMEOUT s] [LABELS ...] [ENVIRONMENT ...])
# A C program that is a test by itself: exit 0 passed, 77 skipped.
function(room_test name)
  cmake_parse_arguments(A "" "TIMEOUT" "SOURCES;LIBS;ARGS;LABELS;ENVIRONMENT" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE room_flags ${A_LIBS} m)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} ${A_ARGS})
  room_test_properties(${name} TIMEOUT "${A_TIMEOUT}" LABELS ${A_LABELS} ENVIRONMENT ${A_ENVIRONMENT})
endfunction()

# room_script(NAME COMMAND ... [TIMEOUT s] [LABELS ...] [ENVIRONMENT ...])
# A test that runs a script; it finds the executable in $CONSTRINT, the sources
# in $SOURCE, the build in $BUILD, and python with the oracles in $PYTHON (may be empty).
function(room_script name)
  cmake_parse_arguments(A "" "TIMEOUT" "COMMAND;LABELS;ENVIRONMENT" ${ARGN})
  add_test(NAME ${name} COMMAND ${A_COMMAND})
  room_test_properties(${name} TIMEOUT "${A_TIMEOUT}" LABELS ${A_LABELS} ENVIRONMENT ${A_ENVIRONMENT}
    "CONSTRINT=${CMAKE_BINARY_DIR}/bin/constrint" "SOURCE=${CMAKE_SOURCE_DIR}" "BUILD=${CMAKE_BINARY_DIR}"
    "PYTHON=${CONSTRINT_TEST_PYTHON}")
endfunction()

function(room_test_properties name)
  cmake_parse_arguments(A "" "TIMEOUT" "LABELS;ENVIRONMENT" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 60)
  endif()
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${A_TIMEOUT}
    LABELS "${A_LABELS}" ENVIRONMENT "${A_ENVIRONMENT}")
endfunction()

# room_fuzz(NAME SOURCES ... LIBS ... CORPUS dir ...)
# One LLVMFuzzerTestOneInput: linked with libFuzzer under CONSTRINT_FUZZ, else
# with tests/replay.c, which feeds it every file of the corpus as a test.
function(room_fuzz name)
  cmake_parse_arguments(A "" "TIMEOUT" "SOURCES;LIBS;CORPUS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE room_flags ${A_LIBS} m)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  if(CONSTRINT_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name} COMMAND ${name} -runs=0 ${A_CORPUS})
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/replay.c)
    add_test(NAME ${name} COMMAND ${name} ${A_CORPUS})
  endif()
  room_test_properties(${name} TIMEOUT "${A_TIMEOUT}" LABELS fuzz)
endfunction()
