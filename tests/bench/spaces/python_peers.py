#!/usr/bin/env python3
"""The peers that come as Python packages, one space, one peer, one run:

    python_peers.py PEER SPACE.json [--cap SECONDS]

PEER: kernel_tuner, python_constraint, pyatf or cp_sat.  Prints a line of JSON:
{"peer", "version", "count", "seconds", "what"}; "seconds" is from the file's
parameters and conditions in memory to all configurations in memory (pyatf: to
its tree).  Exit 77: the package is not here."""
import argparse
import ast
import importlib.metadata
import json
import os
import sys
import time

import space_file


now = time.process_time if os.environ.get("BENCH_CLOCK") == "cpu" else time.perf_counter


def kernel_tuner(space, cap):
    from kernel_tuner.searchspace import Searchspace
    params = dict(space.params)
    start = now()
    # block sizes are limited by the space's own conditions alone
    made = Searchspace(params, list(space.conditions), max_threads=1 << 40)
    return made.size, now() - start, "Searchspace: list, dict, size"


def python_constraint(space, cap):
    import constraint
    start = now()
    problem = constraint.Problem(constraint.OptimizedBacktrackingSolver(forwardcheck=False))
    for name, values in space.params:
        problem.addVariable(name, values)
    for condition in space.conditions:
        problem.addConstraint(condition)
    found = problem.getSolutions()
    return len(found), now() - start, "list of dicts"


def pyatf(space, cap):
    from pyatf import TP, Set
    from pyatf.search_space import SearchSpace
    place = {name: i for i, (name, _) in enumerate(space.params)}
    wanted = [[] for _ in space.params]
    for tree in space_file.conjuncts(space.conditions):
        names = space_file.names_of(ast.unparse(tree))
        wanted[max(place[n] for n in names)].append((names, ast.unparse(tree)))
    start = now()
    tps = []
    for (name, values), conditions in zip(space.params, wanted):
        names = sorted({n for c in conditions for n in c[0]} | {name}, key=place.get)
        test = " and ".join(f"({text})" for _, text in conditions)
        tps.append(TP(name, Set(*values), eval(f"lambda {', '.join(names)}: {test}") if conditions else None))
    made = SearchSpace(*tps, enable_1d_access=True, verbosity=0)
    return made.constrained_size, now() - start, "chain of trees"


class Cpsat:
    """Conditions as CP-SAT constraints; `/` as a pair of numerator and denominator."""

    def __init__(self, space):
        from ortools.sat.python import cp_model
        self.cp, self.model = cp_model, cp_model.CpModel()
        self.var = {n: self.model.new_int_var_from_domain(cp_model.Domain.from_values([int(v) for v in values]), n)
                    for n, values in space.params}
        self.range = {n: (min(map(int, v)), max(map(int, v))) for n, v in space.params}
        for tree in space_file.conjuncts(space.conditions):
            self.model.add_bool_or([self.truth(tree)])

    def fresh(self, lo, hi):
        return self.model.new_int_var(lo, hi, "")

    def times(self, a, b):
        (x, xlo, xhi), (y, ylo, yhi) = a, b
        if isinstance(x, int) or isinstance(y, int):
            out = x * y
            corners = [xlo * ylo, xlo * yhi, xhi * ylo, xhi * yhi]
            return out, min(corners), max(corners)
        corners = [xlo * ylo, xlo * yhi, xhi * ylo, xhi * yhi]
        out = self.fresh(min(corners), max(corners))
        self.model.add_multiplication_equality(out, [x, y])
        return out, min(corners), max(corners)

    def number(self, t):
        one = (1, 1, 1)
        if isinstance(t, ast.Constant):
            return (int(t.value),) * 3, one
        if isinstance(t, ast.Name):
            return (self.var[t.id], *self.range[t.id]), one
        if not isinstance(t, ast.BinOp):
            raise NotImplementedError(ast.unparse(t))
        (a, ad), (b, bd) = self.number(t.left), self.number(t.right)
        if isinstance(t.op, ast.Mult):
            return self.times(a, b), self.times(ad, bd)
        x, y, d = self.times(a, bd), self.times(b, ad), self.times(ad, bd)
        if isinstance(t.op, ast.Add):
            return (x[0] + y[0], x[1] + y[1], x[2] + y[2]), d
        if isinstance(t.op, ast.Sub):
            return (x[0] - y[0], x[1] - y[2], x[2] - y[1]), d
        if x[1] < 0 or y[1] <= 0:
            raise NotImplementedError(f"{ast.unparse(t)}: operands of either sign")
        if isinstance(t.op, ast.Div):
            return x, y
        if isinstance(t.op, ast.FloorDiv):
            low, high = x[1] // y[2], x[2] // y[1]
            out = self.fresh(low, high)
            self.model.add_division_equality(out, x[0], y[0])
            return (out, low, high), one
        out = self.fresh(0, y[2] - 1)
        self.model.add_modulo_equality(out, x[0], y[0])
        return (out, 0, y[2] - 1), d

    def truth(self, t):
        if isinstance(t, ast.BoolOp):
            parts, b = [self.truth(v) for v in t.values], self.model.new_bool_var("")
            if isinstance(t.op, ast.Or):
                parts, b = [~p for p in parts], ~b
            self.model.add_bool_and(parts).only_enforce_if(b)
            self.model.add_bool_or([~p for p in parts] + [b])
            return b if isinstance(t.op, ast.And) else ~b
        terms, signs = [t.left] + t.comparators, t.ops
        if len(signs) > 1:
            return self.truth(ast.BoolOp(ast.And(), [ast.Compare(a, [o], [b]) for a, o, b in zip(terms, signs, terms[1:])]))
        (a, ad), (b, bd) = self.number(terms[0]), self.number(terms[1])
        x, y, holds = self.times(a, bd)[0], self.times(b, ad)[0], self.model.new_bool_var("")
        kinds = {ast.Eq: (x == y, x != y), ast.NotEq: (x != y, x == y), ast.Lt: (x < y, x >= y), ast.LtE: (x <= y, x > y),
                 ast.Gt: (x > y, x <= y), ast.GtE: (x >= y, x < y)}
        yes, no = kinds[type(signs[0])]
        if isinstance(yes, bool):
            self.model.add(holds == int(yes))
        else:
            self.model.add(yes).only_enforce_if(holds)
            self.model.add(no).only_enforce_if(~holds)
        return holds


def cp_sat(space, cap):
    start = now()
    built = Cpsat(space)
    names, found = list(built.var.values()), []

    class Collect(built.cp.CpSolverSolutionCallback):
        def on_solution_callback(self):
            found.append(tuple(self.value(v) for v in names))

    solver = built.cp.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = cap
    status = solver.solve(built.model, Collect())
    seconds = now() - start
    if status not in (built.cp.OPTIMAL, built.cp.INFEASIBLE):
        return None, seconds, f"stopped at {len(found)}"
    return len(found), seconds, "list of tuples"


PEERS = {"kernel_tuner": (kernel_tuner, "kernel_tuner"), "python_constraint": (python_constraint, "python-constraint2"),
         "pyatf": (pyatf, "pyatf"), "cp_sat": (cp_sat, "ortools")}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("peer", choices=PEERS)
    options.add_argument("space")
    options.add_argument("--cap", type=float, default=60)
    given = options.parse_args()
    measure, package = PEERS[given.peer]
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return 77
    count, seconds, what = measure(space_file.read(given.space), given.cap)
    print(json.dumps({"peer": given.peer, "version": version, "count": None if count is None else str(count),
                      "seconds": seconds, "what": what}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
