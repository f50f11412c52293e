# Proofs and their checker.
engine_test(proof_models SOURCES test_proof.c random_model.c TIMEOUT 120)
room_script(proof_commands COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/proof_test.sh TIMEOUT 60)
