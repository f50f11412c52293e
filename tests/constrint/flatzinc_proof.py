#!/usr/bin/env python3
"""Proofs of random FlatZinc files: each is verified; spoilt ones show nothing that is not so.

usage: flatzinc_proof.py [FILES [SEED]]
"""
import os
import random
import subprocess
import sys
import tempfile

import flatzinc_random

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 120
CONSTRINT = os.environ["CONSTRINT"]
rng = random.Random(flatzinc_random.SEED + 1)


def run(*args):
    return subprocess.run([CONSTRINT, *args], capture_output=True, text=True, timeout=60)


def verify(model, lines, place):
    log = os.path.join(place, "log")
    with open(log, "w") as f:
        f.writelines(lines)
    done = run("verify", model, log)
    if done.returncode not in (0, 1, 3):
        raise AssertionError(f"verify ends with {done.returncode}: {done.stderr}")
    return done.stdout.strip() if done.returncode == 0 else "", done.stderr.strip()


# ---- damage: the lines of a proof, and the claims that are still right of them ----

def without_line(lines, claim):
    k = rng.randrange(1, len(lines))
    if lines[k].startswith("solution"):
        return None
    return lines[:k] + lines[k + 1:], {claim}


def other_digit(lines, claim):
    k = rng.randrange(1, len(lines))
    digits = [i for i, c in enumerate(lines[k]) if c.isdigit()]
    if not digits or lines[k].startswith("solution"):
        return None
    i = rng.choice(digits)
    other = lines[k][:i] + str((int(lines[k][i]) + rng.randrange(1, 10)) % 10) + lines[k][i + 1:]
    return lines[:k] + [other] + lines[k + 1:], {claim}


def contrary(lines, claim):
    """Of a solvable model that it is not, and the other way round."""
    if claim == "unsatisfiable":
        return lines[:-1] + ["conclusion satisfiable\n"], set()
    return [x for x in lines[:-1] if not x.startswith("solution")] + ["conclusion unsatisfiable\n"], set()


def without_best(lines, claim):
    """The solution before the last is none of the best."""
    if claim != "optimal":
        return None
    last = max(k for k, x in enumerate(lines) if x.startswith("solution"))
    return lines[:last] + lines[last + 1:], set()


DAMAGES = [without_line, other_digit, contrary, without_best]


def main():
    print(f"{COUNT} files, seed {flatzinc_random.SEED}", file=sys.stderr)
    seen = {"satisfiable": 0, "unsatisfiable": 0, "optimal": 0}
    refused = {d.__name__: 0 for d in DAMAGES}
    failed = skipped = 0
    with tempfile.TemporaryDirectory() as place:
        model, proof = os.path.join(place, "model.fzn"), os.path.join(place, "proof")

        def wrong(k, what):
            with open(model) as f:
                print(f"file {k}: {what}\n{f.read()}", file=sys.stderr)
            return 1

        for k in range(COUNT):
            drawn, objective, direction = flatzinc_random.draw()
            with open(model, "w") as f:
                f.write(drawn.text(objective, direction))
            done = run("optimize" if objective else "solve", model, "--proof", proof)
            if done.returncode not in (0, 1):  # numbers too large: said, not answered
                skipped += 1
                continue
            claim = "unsatisfiable" if done.returncode else "optimal" if objective else "satisfiable"
            with open(proof) as f:
                lines = f.readlines()
            shown, why = verify(model, lines, place)
            if shown != claim:
                failed += wrong(k, f"{claim} is not accepted: {shown} {why}")
                continue
            seen[claim] += 1
            for damage in DAMAGES:
                spoilt = damage(lines, claim)
                if not spoilt:
                    continue
                shown, _ = verify(model, spoilt[0], place)
                refused[damage.__name__] += not shown
                if shown and shown not in spoilt[1]:
                    failed += wrong(k, f"{damage.__name__}: '{shown}' is accepted, but it is {claim}")
    print(f"verified {seen}, refused {refused}, {skipped} not answered", file=sys.stderr)
    if COUNT >= 100 and (min(seen.values()) == 0 or min(refused.values()) == 0):
        failed += 1
        print("some kind of answer, or of damage, never came up", file=sys.stderr)
    print(f"{sum(seen.values())} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
