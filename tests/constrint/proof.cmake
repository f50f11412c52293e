# Proofs and their checker.
engine_test(proof_models SOURCES test_proof.c random_model.c TIMEOUT 120)
room_script(proof_commands COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/proof_test.sh TIMEOUT 60)
room_script(proof_flatzinc COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/flatzinc_proof.py 120 TIMEOUT 120)
room_fuzz(constrint_fuzz_proof SOURCES fuzz_proof.c LIBS constrint_static CORPUS ${CMAKE_CURRENT_LIST_DIR}/corpus/proof TIMEOUT 60)
