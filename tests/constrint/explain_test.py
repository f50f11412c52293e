"""What `explain` says of random models, FlatZinc and native, against brute force over all assignments.

A conflict cannot hold, and without any one of its members the rest can; a relaxation drops as few as will do.
Small models, so that every set of constraints is judged by this file alone.
"""
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

CONSTRINT = os.environ["CONSTRINT"]
NAMES = "abcd"
TOP = 4  # values 0..TOP


def linear(r):
    """A sum of some variables against a number: FlatZinc, native, and what it means."""
    kind, sign = r.choice([("le", "<="), ("eq", "=="), ("ne", "!=")])
    which = sorted(r.sample(range(len(NAMES)), r.randint(1, 3)))
    a, c = [r.choice((-2, -1, 1, 1, 3)) for _ in which], r.randint(-4, 8)
    fzn = f"int_lin_{kind}([{','.join(map(str, a))}],[{','.join(NAMES[i] for i in which)}],{c})"
    native = " + ".join(f"({k})*{NAMES[i]}" for k, i in zip(a, which)) + f" {sign} {c}"
    means = {"<=": int.__le__, "==": int.__eq__, "!=": int.__ne__}[sign]
    return fzn, native, lambda v: means(sum(k * v[i] for k, i in zip(a, which)), c)


def product(r):
    x, y, z = (r.randrange(len(NAMES)) for _ in range(3))
    return f"int_times({NAMES[x]},{NAMES[y]},{NAMES[z]})", f"{NAMES[x]} * {NAMES[y]} == {NAMES[z]}", lambda v: v[x] * v[y] == v[z]


def different(r):
    which = r.sample(range(len(NAMES)), 3)
    names = ",".join(NAMES[i] for i in which)
    return f"fzn_all_different_int([{names}])", f"alldifferent({names})", lambda v: len({v[i] for i in which}) == 3


def larger(r):
    x, y, z = (r.randrange(len(NAMES)) for _ in range(3))
    return (f"int_max({NAMES[x]},{NAMES[y]},{NAMES[z]})", f"max({NAMES[x]}, {NAMES[y]}) == {NAMES[z]}",
            lambda v: max(v[x], v[y]) == v[z])


def model(r):
    made = [r.choices((linear, product, different, larger), (6, 2, 1, 2))[0](r) for _ in range(r.randint(4, 9))]
    fzn = "".join(f"var 0..{TOP}: {n} :: output_var;\n" for n in NAMES)
    if any("all_different" in m[0] for m in made):
        fzn = "predicate fzn_all_different_int(array [int] of var int: x);\n" + fzn
    first = fzn.count("\n") + 1
    fzn += "".join(f"constraint {m[0]};\n" for m in made) + "solve satisfy;\n"
    native = f"var {', '.join(NAMES)} in 0..{TOP};\n" + "".join(f"{m[1]};\n" for m in made)
    return {"fzn": (fzn, first), "cint": (native, 2)}, [m[2] for m in made]


def broken_sets(meanings):
    """The sets of constraints that assignments break."""
    return {frozenset(i for i, holds in enumerate(meanings) if not holds(v))
            for v in itertools.product(range(TOP + 1), repeat=len(NAMES))}


def explain(path, first, *options):
    done = subprocess.run([CONSTRINT, "explain", path, "--json", *options], capture_output=True, text=True, timeout=60)
    if done.returncode not in (0, 1):
        sys.exit(f"explain {' '.join(options)}: {done.returncode}\n{done.stderr}")
    answer = json.loads(done.stdout)
    return answer["answer"], [c["line"] - first for c in answer.get("drop" if "--relax" in options else "constraints", [])]


def conflict_faults(answer, said, broken):
    """What is wrong with a conflict."""
    solvable = lambda some: any(not b & some for b in broken)
    if (answer == "found") != (frozenset() in broken):
        yield f"it says {answer}"
    if answer == "none" and solvable(frozenset(said)):
        yield f"{said} can hold together"
    for c in said:
        if not solvable(frozenset(said) - {c}):
            yield f"{c} of {said} is not needed"


def relaxation_faults(answer, said, broken):
    fewest = min(map(len, broken))
    if len(said) != fewest or (answer == "found") != (fewest == 0):
        yield f"{answer}: {said} dropped, but {fewest} will do"
    if not any(b <= frozenset(said) for b in broken):
        yield f"without {said} there is no solution"


def check_one(r, work, tally):
    texts, meanings = model(r)
    broken = broken_sets(meanings)
    for kind, (text, first) in texts.items():
        path = pathlib.Path(work, f"m.{kind}")
        path.write_text(text)
        faults = list(relaxation_faults(*explain(path, first, "--relax"), broken))
        for method in ("quickxplain", "deletion"):
            answer, said = explain(path, first, "--method", method)
            faults += conflict_faults(answer, said, broken)
            tally[len(said)] = tally.get(len(said), 0) + 1
        if faults:
            sys.exit("\n".join([text, *faults]))


def main():
    # the checkers notice a wrong answer: constraints 0 and 1 contradict each other, 2 stands aside
    broken = {frozenset({0}), frozenset({1}), frozenset({0, 2}), frozenset({1, 2})}
    assert not list(conflict_faults("none", [0, 1], broken)) and not list(relaxation_faults("relaxed", [1], broken))
    assert list(conflict_faults("none", [0, 1, 2], broken)) and list(conflict_faults("none", [0, 2], broken))
    assert list(conflict_faults("found", [], broken)) and list(relaxation_faults("relaxed", [0, 1], broken))
    assert list(relaxation_faults("relaxed", [2], broken))
    seed = int(os.environ.get("EXPLAIN_SEED", random.randrange(1 << 32)))
    rounds, tally = int(sys.argv[1]), {}
    with tempfile.TemporaryDirectory() as work:
        for k in range(rounds):
            print(f"EXPLAIN_SEED={seed + k}", file=sys.stderr)
            check_one(random.Random(seed + k), work, tally)
    if rounds >= 40 and not (tally.get(0) and max(tally) >= 3):
        sys.exit(f"the models are too alike: {tally}")
    print(f"{rounds} models in two languages passed, 0 failed; sizes of conflicts: {dict(sorted(tally.items()))}")


main()
