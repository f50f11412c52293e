#!/usr/bin/env python3
"""ConstrINT and its peers on FlatZinc files, one thread each, and a table of what they need.

usage: measure.py FZN-FOLDER RESULTS.json [--again NAME[,NAME]] [--solvers NAME,..] [--only PATTERN] [--limit SECONDS] [--jobs N] [--table]
The time is user and system CPU time, so that a loaded machine counts little; the limit is one of CPU time, too.
Solvers by environment: CONSTRINT (bin/constrint), GECODE (fzn-gecode), CHUFFED (fzn-chuffed). A result stands in
RESULTS.json and is not asked for again, except of the solvers named by --again. --table only prints.
"""
import argparse
import concurrent.futures
import fnmatch
import json
import math
import os
import re
import resource
import subprocess
import tempfile

from flatten import instances

CONSTRINT = os.environ.get("CONSTRINT", "constrint")
GECODE = os.environ.get("GECODE", "fzn-gecode")
CHUFFED = os.environ.get("CHUFFED", "fzn-chuffed")
SOLVERS = {
    "constrint": [CONSTRINT, "fzn"],
    "constrint-f": [CONSTRINT, "fzn", "-f"],
    "gecode": [GECODE],
    "chuffed": [CHUFFED],
    "chuffed-f": [CHUFFED, "-f"],
}
PEERS = ["gecode", "chuffed", "chuffed-f"]
OURS = ["constrint", "constrint-f"]
LEAST = 0.01  # seconds: below it all are the same


def goal_of(path):
    with open(path) as f:
        found = re.findall(r"\b(?:minimize|maximize) (\w+);", f.read())
    return found[0] if found else None


def answer_of(ask, goal, out):
    """(what it says, solved): the optimum, the number of distinct solutions and of printed ones, sat or unsat."""
    if "=====UNSATISFIABLE=====" in out:
        return "unsat", True
    parts = out.split("----------\n")
    printed, complete = parts[:-1], "==========" in parts[-1]
    texts = {"\n".join(sorted(l for l in p.splitlines() if not l.startswith("%"))) for p in printed}
    if ask == "all":
        return f"{len(texts)}" + (f" ({len(printed)} printed)" if len(texts) < len(printed) else ""), complete
    if ask == "one":
        return "sat" if printed else "", bool(printed)
    values = re.findall(rf"^{goal} = (-?\d+);", printed[-1] if printed else "", flags=re.M)
    return (values[0] if values else "sat" if printed else ""), complete


def limited(seconds):
    def set_limit():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    return set_limit


def ask_solver(solver, path, ask, seconds):
    command = SOLVERS[solver] + (["-a"] if ask == "all" else []) + [path]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, stdout=out, stderr=err, preexec_fn=limited(seconds))
        try:
            _, status, usage = wait(child, 6 * seconds)
        except TimeoutError:
            return {"time": seconds, "solved": False, "says": "wall clock"}
        out.seek(0)
        err.seek(0)
        text, message = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    says, solved = answer_of(ask, goal_of(path), text)
    spent = usage.ru_utime + usage.ru_stime
    if status and not says and message:
        says = "refused: " + message.strip().splitlines()[0][-80:]
    return {"time": round(spent, 3), "solved": bool(solved and spent <= seconds), "says": says,
            "mb": usage.ru_maxrss // 1024}


def wait(child, seconds):
    """wait4 with a limit on the wall clock: a solver that sleeps."""
    import threading
    timer = threading.Timer(seconds, child.kill)
    timer.start()
    try:
        pid, status, usage = os.wait4(child.pid, 0)
    finally:
        timer.cancel()
    child.returncode = status
    return pid, status, usage


# ---- the table ----

def contradictions(name, ask, rows):
    """What two who have finished say differently."""
    said = {s: r["says"].split(" (")[0] for s, r in rows.items() if r["solved"]}
    values = set(said.values())
    return [] if len(values) < 2 else [f"{name}: " + ", ".join(f"{s} {v}" for s, v in said.items())]


def cell(row):
    return f"{row['time']:.2f}" if row["solved"] else ">" + (f" ({row['says']})" if row["says"][:7] == "refused" else "")


def spent(row, limit):
    return max(LEAST, row["time"]) if row["solved"] else float(limit)


def mean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else math.nan


def best_of(rows, names, limit):
    return min(spent(rows[s], limit) for s in names if s in rows)


def summary(table, limit):
    table = {n: r for n, r in table.items() if len(r) == len(SOLVERS)}  # where all were asked
    peers = {n: r for n, r in table.items() if any(r[s]["solved"] for s in PEERS if s in r)}
    print(f"\n{len(table)} instances; {len(peers)} of them solved by a peer within {limit} s of CPU time")
    print("\n| | solved | of the peers' | geometric mean, s | to the best peer of each |\n|---|---|---|---|---|")
    groups = [(s, [s]) for s in SOLVERS] + [("constrint, the better of both", OURS), ("the best peer of each", PEERS)]
    for label, names in groups:
        if not all(s in r for s in names for r in table.values()):
            continue
        solved = sum(any(r[s]["solved"] for s in names) for r in table.values())
        both = sum(any(r[s]["solved"] for s in names) for r in peers.values())
        print(f"| {label} | {solved} | {both} ({100 * both / max(1, len(peers)):.0f} %) "
              f"| {mean(best_of(r, names, limit) for r in table.values()):.3f} "
              f"| {mean(best_of(r, names, limit) / best_of(r, PEERS, limit) for r in peers.values()):.2f} |")
    for label, names in [(s, [s]) for s in OURS] + [("the better of both", OURS)]:
        within = sum(best_of(r, names, limit) <= 2 * best_of(r, PEERS, limit) for r in peers.values())
        print(f"\n{label}: within 2x of the best peer on {within} of {len(peers)}")


def print_table(results, asked, limit):
    table, wrong = {}, []
    for name, ask, _, _ in asked:
        rows = {s: results[f"{s}|{name}"] for s in SOLVERS if f"{s}|{name}" in results}
        if rows:
            table[name] = rows
            wrong += contradictions(name, ask, rows)
    print("| instance | " + " | ".join(SOLVERS) + " | answer |\n" + "|---" * (len(SOLVERS) + 2) + "|")
    for name, rows in table.items():
        says = next((r["says"] for r in rows.values() if r["solved"]), "")
        print(f"| {name} | " + " | ".join(cell(rows[s]) if s in rows else "" for s in SOLVERS) + f" | {says} |")
    summary(table, limit)
    print("\ncontradictions: " + ("none" if not wrong else "".join("\n  " + w for w in wrong)))
    return wrong


def load(path):
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        return json.load(f)


def save(path, results):
    with open(path + ".part", "w") as f:
        json.dump(results, f, indent=0, sort_keys=True)
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder")
    parser.add_argument("results")
    parser.add_argument("--again", default="")
    parser.add_argument("--solvers", default=",".join(SOLVERS))
    parser.add_argument("--only", default="*")
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", action="store_true")
    o = parser.parse_args()
    results, asked = load(o.results), list(instances())
    todo = [] if o.table else [
        (s, name, ask, os.path.join(o.folder, name + ".fzn")) for name, ask, _, _ in asked if fnmatch.fnmatch(name, o.only)
        for s in o.solvers.split(",") if os.path.exists(os.path.join(o.folder, name + ".fzn"))
        and (s in o.again.split(",") or f"{s}|{name}" not in results)]
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        futures = {pool.submit(ask_solver, s, path, ask, o.limit): f"{s}|{name}" for s, name, ask, path in todo}
        for f in concurrent.futures.as_completed(futures):
            results[futures[f]] = f.result()
            save(o.results, results)
    raise SystemExit(1 if print_table(results, asked, o.limit) else 0)


if __name__ == "__main__":
    main()
