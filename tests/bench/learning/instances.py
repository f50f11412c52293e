#!/usr/bin/env python3
"""Problems on which learning from failures shows, as models of the native language.

usage: instances.py FOLDER
"""
import os
import random
import sys

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def write(name, lines):
    with open(os.path.join(folder, name + ".cint"), "w") as out:
        out.write("\n".join(lines) + "\n")


def total(parts):
    return " + ".join(parts)


# Fisher and Thompson's 6x6 job shop, as (machine, time)
MT06 = [
    [(2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6)], [(1, 8), (2, 5), (4, 10), (5, 10), (0, 10), (3, 4)],
    [(2, 5), (3, 4), (5, 8), (0, 9), (1, 1), (4, 7)], [(1, 5), (0, 5), (2, 5), (3, 3), (4, 8), (5, 9)],
    [(2, 9), (1, 3), (4, 5), (5, 4), (0, 3), (3, 1)], [(1, 3), (3, 3), (5, 9), (0, 10), (4, 4), (2, 1)]]


def job_shop(name, jobs, horizon):
    lines = [f"var span in 0..{horizon};"]
    for j, job in enumerate(jobs):
        lines.append("var " + ", ".join(f"s{j}_{k}" for k in range(len(job))) + f" in 0..{horizon};")
        ends = [f"s{j}_{k + 1}" for k in range(len(job) - 1)] + ["span"]
        lines += [f"s{j}_{k} + {job[k][1]} <= {end};" for k, end in enumerate(ends)]
    tasks = [(machine, f"s{j}_{k}", time) for j, job in enumerate(jobs) for k, (machine, time) in enumerate(job)]
    for i, (machine, s, time) in enumerate(tasks):
        lines += [f"{s} + {time} <= {s2} or {s2} + {time2} <= {s};"
                  for machine2, s2, time2 in tasks[i + 1:] if machine2 == machine]
    write(name, lines + ["minimize span;"])


def pigeons(holes):
    p = [[f"p{i}_{h}" for h in range(holes)] for i in range(holes + 1)]
    lines = ["var " + ", ".join(row) + " in 0..1;" for row in p]
    lines += [total(row) + " >= 1;" for row in p]
    lines += [total(row[h] for row in p) + " <= 1;" for h in range(holes)]
    write(f"pigeons_{holes}", lines)


def knapsack(n, m, seed):
    rng = random.Random(seed)
    weight = [[rng.randint(5, 60) for _ in range(n)] for _ in range(m)]
    worth = [sum(row[j] for row in weight) // m + rng.randint(0, 30) for j in range(n)]
    lines = ["var " + ", ".join(f"x{j}" for j in range(n)) + " in 0..1;"]
    lines += [total(f"{a}*x{j}" for j, a in enumerate(row)) + f" <= {sum(row) // 2};" for row in weight]
    write(f"knapsack_{n}_{m}", lines + ["maximize " + total(f"{c}*x{j}" for j, c in enumerate(worth)) + ";"])


def quasigroup(n, holes, seed):
    rng = random.Random(seed)
    rows, columns, symbols = (rng.sample(range(n), n) for _ in range(3))
    cells = [(i, j) for i in range(n) for j in range(n)]
    hidden = set(rng.sample(cells, holes))
    lines = [f"var c{i}_{j} in 0..{n - 1};" if (i, j) in hidden else f"let c{i}_{j} = {symbols[(rows[i] + columns[j]) % n]};"
             for i, j in cells]
    for i in range(n):
        lines.append("alldifferent(" + ", ".join(f"c{i}_{j}" for j in range(n)) + ");")
        lines.append("alldifferent(" + ", ".join(f"c{j}_{i}" for j in range(n)) + ");")
    write(f"quasigroup_{n}", lines)


def still_life(n):
    alive = [(i, j) for i in range(1, n + 1) for j in range(1, n + 1)]
    lines = ["var " + ", ".join(f"a{i}_{j}" for i, j in alive) + " in 0..1;"]
    for i in range(n + 2):
        for j in range(n + 2):
            near = total(f"a{x}_{y}" for x, y in alive if max(abs(x - i), abs(y - j)) == 1)
            if (i, j) in alive:
                lines += [f"a{i}_{j} == 1 -> 2 <= {near} <= 3;", f"a{i}_{j} == 0 -> {near} != 3;"]
            elif near.count("+") >= 2:
                lines.append(f"{near} != 3;")
    write(f"still_life_{n}", lines + ["maximize " + total(f"a{i}_{j}" for i, j in alive) + ";"])


def open_stacks(products, customers, seed):
    rng = random.Random(seed)
    orders = [rng.sample(range(products), rng.randint(2, products // 2)) for _ in range(customers)]
    names = [f"t{p}" for p in range(products)]
    lines = [f"var {', '.join(names)} in 0..{products - 1};", f"alldifferent({', '.join(names)});", f"var stacks in 0..{customers};"]
    for c, order in enumerate(orders):
        times = ", ".join(names[p] for p in order)
        lines += [f"let first{c} = min({times});", f"let last{c} = max({times});"]
    for t in range(products):
        lines.append(total(f"(first{c} <= {t} and last{c} >= {t})" for c in range(customers)) + " <= stacks;")
    write(f"open_stacks_{products}_{customers}", lines + ["minimize stacks;"])


def golomb(marks, longest):
    names = [f"m{i}" for i in range(marks)]
    lines = ["let m0 = 0;", f"var {', '.join(names[1:])} in 1..{longest};"]
    lines += [f"{a} < {b};" for a, b in zip(names, names[1:])]
    gaps = ", ".join(f"{names[j]} - {names[i]}" for i in range(marks) for j in range(i + 1, marks))
    write(f"golomb_{marks}", lines + [f"alldifferent({gaps});", f"minimize {names[-1]};"])


job_shop("job_shop_mt06", MT06, 100)
pigeons(7)
pigeons(8)
knapsack(24, 5, 3)
quasigroup(15, 100, 1)
quasigroup(25, 260, 3)
still_life(6)
still_life(7)
open_stacks(10, 10, 1)
open_stacks(12, 12, 2)
golomb(8, 50)
