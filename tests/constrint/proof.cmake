# Proofs and their checker.
engine_test(proof_models SOURCES test_proof.c random_model.c TIMEOUT 120)
