# The report: its parts, then whole files from made-up databases.
room_test(tuner_report SOURCES test_report.c LIBS tuner TIMEOUT 60)
add_executable(make_report_db make_report_db.c)
target_link_libraries(make_report_db PRIVATE room_flags tunedb_static)
set_target_properties(make_report_db PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
room_script(tuner_report_command COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/report.sh TIMEOUT 180
  ENVIRONMENT MAKE_DB=$<TARGET_FILE:make_report_db>)
