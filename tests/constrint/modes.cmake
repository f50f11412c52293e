# Explanations, relaxations and ways to optimise, against brute force.
engine_test(modes_explain SOURCES test_explain.c random_model.c TIMEOUT 120)
engine_test(modes_pareto SOURCES test_pareto.c random_model.c TIMEOUT 120)
room_script(modes_commands COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/modes_test.sh TIMEOUT 60)
engine_test(modes_portfolio SOURCES test_portfolio.c random_model.c TIMEOUT 120)
set_tests_properties(modes_portfolio PROPERTIES LABELS threads)
target_link_libraries(modes_portfolio PRIVATE Threads::Threads)
