#!/usr/bin/env python3
"""First solutions of fused tiling problems, against plain search in the same order.

usage: fused_test.py [PROBLEMS [SEED]]
"""
import os
import subprocess
import sys
import time

import fused

count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
print(f"seed {seed}")
none = failed = 0


def solve(text):
    run = subprocess.run([os.environ["CONSTRINT"], "solve", "-", "--dialect", "flashrnn"], input=text, capture_output=True, text=True)
    if run.returncode == 1:
        return None
    if run.returncode:
        sys.exit(f"exit code {run.returncode}: {run.stderr}\n{text}")
    return {name: int(value) for name, value in (line.split(" = ") for line in run.stdout.splitlines())}


for i in range(count):
    text, names, order = fused.problem(fused.generator(seed + i))
    wanted, got = fused.first(text, names, order), solve(text)
    none += wanted is None
    if wanted != got:
        failed += 1
        print(f"FAILED: seed {seed + i}: {got}, not {wanted}\n{text}", file=sys.stderr)
    # the checker itself: an assignment that breaks a constraint is seen to
    if got and all(fused.holds(line, {**got, "rec": 10 ** 6}) for line in fused.statements(text)):
        failed += 1
        print(f"FAILED: seed {seed + i}: the evaluator accepts anything", file=sys.stderr)
print(f"{count - failed} passed, {failed} failed; {none} without a solution")
sys.exit(failed != 0)
