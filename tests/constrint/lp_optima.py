#!/usr/bin/env python3
"""Integer programs too large to enumerate: the optimum against OR-Tools CP-SAT, fresh seeds.
Usage: lp_optima.py [PROGRAMS] with $CONSTRINT, $PYTHON (has ortools), LP_SEED."""
import json, os, random, subprocess, sys, tempfile, time

ORACLE = r'''
import json, sys
from ortools.sat.python import cp_model
for line in sys.stdin:
    p = json.loads(line)
    m = cp_model.CpModel()
    x = [m.new_int_var(lo, hi, f"x{i}") for i, (lo, hi) in enumerate(p["bounds"])]
    for a, rel, c in p["rows"]:
        s = sum(k * v for k, v in zip(a, x))
        m.add(s <= c if rel == "<=" else s >= c if rel == ">=" else s == c)
    s = sum(k * v for k, v in zip(p["cost"], x))
    m.maximize(s) if p["maximize"] else m.minimize(s)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 20
    status = solver.solve(m)
    print("open" if status in (cp_model.FEASIBLE, cp_model.UNKNOWN) else
          "none" if status == cp_model.INFEASIBLE else round(solver.objective_value), flush=True)
'''


def program(r):
    """A knapsack, a covering or a transport problem, or rows of any signs."""
    kind, n = r.randrange(4), r.randint(8, 22)
    bounds = [(0, 1) if kind < 2 else (r.randint(-3, 0), r.randint(1, 6)) for _ in range(n)]
    size = 10 ** r.randint(1, 6)
    rows = []
    for _ in range(r.randint(1, 6)):
        if kind == 0:
            a = [r.randint(1, size) for _ in range(n)]
            rows.append((a, "<=", sum(a) // 2))
        elif kind == 1:
            a = [int(r.random() < 0.3) for _ in range(n)]
            rows.append((a, ">=", min(1 + r.randrange(2), sum(a))))
        else:
            a = [r.randint(-size, size) if r.random() < 0.6 else 0 for _ in range(n)]
            inside = sum(k * r.randint(lo, hi) for k, (lo, hi) in zip(a, bounds))
            rows.append((a, r.choice(["<=", ">=", "<=", ">=", "=="]) if r.random() < 0.3 else r.choice(["<=", ">="]), inside))
    return {"bounds": bounds, "rows": rows, "cost": [r.randint(-50 if kind > 1 else 1, 50) for _ in range(n)],
            "maximize": r.random() < 0.5 if kind > 1 else kind == 0}


def text(p):
    linear = lambda a: " + ".join(f"({k})*x{i}" for i, k in enumerate(a))
    lines = [f"var x{i} in {lo}..{hi};" for i, (lo, hi) in enumerate(p["bounds"])]
    lines += [f"{linear(a)} {rel} {c};" for a, rel, c in p["rows"]]
    return "\n".join(lines + [("maximize " if p["maximize"] else "minimize ") + linear(p["cost"]) + ";"]) + "\n"


def ours(p, path, options):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text(p))
    done = subprocess.run([os.environ["CONSTRINT"], "optimize", path, "--json", "--time", "30", *options],
                          capture_output=True, text=True, check=False)
    if done.returncode == 1:
        return "none"
    if done.returncode != 0:
        return "open" if done.returncode == 3 else f"exit {done.returncode}: {done.stderr}"
    return str(json.loads(done.stdout)["objectives"][0])


def main():
    python = os.environ.get("PYTHON", "")
    if not python or subprocess.run([python, "-c", "import ortools"], capture_output=True, check=False).returncode:
        print("skipped: $PYTHON has no ortools")
        return 77
    seed = int(os.environ.get("LP_SEED", time.time_ns() % 10**9))
    print(f"LP_SEED={seed}")
    r = random.Random(seed)
    programs = [program(r) for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 40)]
    told = subprocess.run([python, "-c", ORACLE], input="".join(json.dumps(p) + "\n" for p in programs),
                          capture_output=True, text=True, check=True).stdout.split()
    wrong = compared = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "program.cint")
        for i, p in enumerate(programs):
            options = [[], ["--learn", "on"], ["--learn", "off"]][i % 3]
            got = ours(p, path, options)
            compared += "open" not in (got, told[i])
            if got != told[i] and "open" not in (got, told[i]):
                wrong += 1
                print(f"program {i} {options}: {got}, not {told[i]}\n{text(p)}")
    print(f"{compared} of {len(programs)} optima compared, {wrong} differ")
    return int(wrong > 0 or compared < len(programs) * 3 // 4)


sys.exit(main())
