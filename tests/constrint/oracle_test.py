#!/usr/bin/env python3
"""A second oracle: random spaces counted by python-constraint2 and OR-tools.

Runs $PYTHON (with tests/requirements.txt) on itself; skips without it. The
conditions use operators for which python-constraint2 is right when they are
given as functions; its own parser gets `-a <= b` and others wrong.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def condition(rng, names):
    a, b, c = (rng.choice(names) for _ in range(3))
    k = rng.randrange(1, 30)
    return rng.choice([
        f"{a} * {b} <= {k * 8}", f"-{a} <= {b} - {k}", f"{a} <= {b} != {c}", f"{a} // {b} <= {c}", f"{a} % {b} == 0",
        f"{a} % {b} == 0 or {c} > {k}", f"{a} / {b} * {c} == {k}", f"{a} ** 2 < {b} * {k}", f"({a} + {b}) % {c} != 1",
        f"{a} < {b} < {c}", f"not {a} == {b} and {c} in [1, 2, {k}]", f"({a} & {b}) == 0", f"{a} ^ {b} > {c}",
    ])


def space(rng):
    names = [f"p{i}" for i in range(rng.randrange(2, 5))]
    values = {n: rng.sample(range(1, 40), rng.randrange(2, 9)) for n in names}
    return values, [condition(rng, names) for _ in range(rng.randrange(1, 4))]


def exact(text, names):
    """The condition as a function, with / exact."""
    from fractions import Fraction
    code = compile(text.replace("/", "%%").replace("%%%%", "//").replace("%%", "* ONE /"), text, "eval")
    return lambda *args: bool(eval(code, {"ONE": Fraction(1), "__builtins__": {}}, dict(zip(names, args))))


def count_constraint(values, conditions):
    import constraint
    problem = constraint.Problem()
    for name, listed in values.items():
        problem.addVariable(name, listed)
    for text in conditions:
        problem.addConstraint(exact(text, list(values)), list(values))
    return len(problem.getSolutions())


def count_cp_sat(values, conditions):
    """The same through OR-tools: each condition as the table of its solutions."""
    import itertools
    from ortools.sat.python import cp_model
    model = cp_model.CpModel()
    variables = [model.new_int_var_from_domain(cp_model.Domain.from_values(v), n) for n, v in values.items()]
    for text in conditions:
        holds = exact(text, list(values))
        rows = [row for row in itertools.product(*values.values()) if holds(*row)]
        if not rows:
            return 0
        model.add_allowed_assignments(variables, rows)

    class Counter(cp_model.CpSolverSolutionCallback):
        found = 0

        def on_solution_callback(self):
            self.found += 1

    solver, counter = cp_model.CpSolver(), Counter()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    solver.solve(model, counter)
    return counter.found


def count_ours(values, conditions, path):
    document = {"ConfigurationSpace": {
        "TuningParameters": [{"Name": n, "Type": "int", "Values": str(v)} for n, v in values.items()],
        "Conditions": [{"Expression": c} for c in conditions]}}
    with open(path, "w") as f:
        json.dump(document, f)
    return int(subprocess.run([os.environ["CONSTRINT"], "count", path], capture_output=True, text=True, check=True).stdout)


def compare():
    try:
        import constraint  # noqa: F401
        import ortools  # noqa: F401
    except ImportError as e:
        skip(str(e))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    rng = random.Random(seed)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for i in range(200):
            values, conditions = space(rng)
            ours = count_ours(values, conditions, os.path.join(folder, "space.json"))
            other = count_constraint(values, conditions) if i % 4 else count_cp_sat(values, conditions)
            if ours != other:
                failed += 1
                print(f"FAILED: seed {seed}, space {i}: {ours}, not {other}: {values} {conditions}", file=sys.stderr)
    print(f"{200 - failed} passed, {failed} failed")
    sys.exit(failed != 0)


if len(sys.argv) > 1 and sys.argv[1] == "compare":
    compare()
elif not os.environ.get("PYTHON"):
    skip("$PYTHON is not set")
else:
    sys.exit(subprocess.run([os.environ["PYTHON"], __file__, "compare"] + sys.argv[1:]).returncode)
