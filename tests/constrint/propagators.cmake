# The propagators, by the harness of harness.[ch].
add_library(prop_harness STATIC
  ${CMAKE_CURRENT_LIST_DIR}/harness.c ${CMAKE_CURRENT_LIST_DIR}/witness.c ${CMAKE_CURRENT_LIST_DIR}/starvation.c
  ${CMAKE_CURRENT_LIST_DIR}/explained.c)
target_link_libraries(prop_harness PUBLIC room_flags constrint_static)
target_include_directories(prop_harness PUBLIC ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_SOURCE_DIR}/constrint/src)

foreach(name arithmetic terms logic number global harness wide)
  room_test(constrint_prop_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/prop_${name}.c LIBS prop_harness TIMEOUT 120)
endforeach()
