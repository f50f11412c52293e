"""Every problem of specs/problems has the answer that docs/gallery.md says, and an answer found without the solver.

The commands are the page's own. Each oracle below knows the problem, not the model: closed forms, brute force,
dynamic programming, a greedy rule that is the best. Where glpsol is installed it judges the rank budget too.
"""
import functools
import itertools
import json
import math
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["SOURCE"])
PROBLEMS = SOURCE / "specs/problems"
ROW = re.compile(r"^\| \[(\w+)\]\(\S+\) \| .* \| `constrint (\w+) ([^`]*)` \| ([\d, ]+) \|$", re.M)


def data(name):
    return json.loads((PROBLEMS / f"{name}.json").read_text())


def bin_packing(d=None):
    d = d or data("bin_packing")
    best = {0: (0, d["capacity"])}  # by the set of packed films: the fewest full discs, then the most used of the last
    for films in range(1, 1 << d["films"]):
        states = []
        for f in range(d["films"]):
            if films >> f & 1:
                discs, used = best[films & ~(1 << f)]
                size = d["size"][f]
                states.append((discs, used + size) if used + size <= d["capacity"] else (discs + 1, size))
        best[films] = min(states)
    return [best[(1 << d["films"]) - 1][0]]


def calendar():
    return [next(x for x in range(1, 13 * 20 * 365 + 1) if (x + 7) % 13 == (x + 5) % 20 == (x + 100) % 365 == 0)]


def change():
    fewest = [0]
    for amount in range(1, 77):
        fewest.append(1 + min(fewest[amount - c] for c in (1, 5, 14, 18, 40) if c <= amount))
    return [fewest[76]]


def coins():
    ways = [1] + [0] * 100
    for c in (1, 5, 10, 25, 50):
        for amount in range(c, 101):
            ways[amount] += ways[amount - c]
    return [ways[100]]


def gear_train():
    products = {}
    for a, b in itertools.combinations_with_replacement(range(15, 121), 2):
        products[a * b] = min(products.get(a * b, 999), a + b)
    return [min(teeth + products[p * 190 // 235] for p, teeth in products.items()
                if p * 190 % 235 == 0 and p * 190 // 235 in products)]


def golomb(marks=7):
    def extend(ruler, used, length):
        if len(ruler) == marks:
            return True
        for m in range(ruler[-1] + 1, length + 1):
            new = [m - x for x in ruler]
            if not used.intersection(new) and extend([*ruler, m], used.union(new), length):
                return True
        return False
    return [next(n for n in range(1, 99) if extend([0], set(), n))]


def graph_colouring():
    edges = [*((i, (i + 1) % 5) for i in range(5)), *((i, i + 5) for i in range(5)), *((i + 5, (i + 2) % 5 + 5) for i in range(5))]
    return [sum(all(c[a] != c[b] for a, b in edges) for c in itertools.product(range(3), repeat=10))]


def hundred_fowls():
    return [sum(5 * x + 3 * y + z // 3 == 100 and z % 3 == 0 for x in range(101) for y in range(101 - x) for z in [100 - x - y])]


def job_shop(d=None):
    d = d or data("job_shop")
    best = sum(map(sum, d["time"]))
    orders = set(itertools.permutations([j for j in range(d["jobs"]) for _ in range(d["machines"])]))
    for order in orders:  # every schedule without needless waiting arises from such an order
        at, free, ready = [0] * d["jobs"], {}, [0] * d["jobs"]
        for j in order:
            m, t = d["machine"][j][at[j]], d["time"][j][at[j]]
            ready[j] = free[m] = max(ready[j], free.get(m, 0)) + t
            at[j] += 1
        best = min(best, max(ready))
    return [best]


def knapsack():
    values = [(55, 95, 1), (31, 23, 1), (70, 73, 1), (44, 50, 1), (9, 14, 10), (30, 37, 6)]
    best = (0, 0)
    for n in itertools.product(*(range(k + 1) for _, _, k in values)):
        if sum(c * w for c, (_, w, _) in zip(n, values)) <= 269 and not (n[3] and not n[5]):
            best = max(best, (sum(c * v for c, (v, _, _) in zip(n, values)), -sum(n)))
    return [best[0], -best[1]]


def langford(n=7):
    def place(k, row):
        if not k:
            return 1
        return sum(place(k - 1, row | 1 << i | 1 << (i + k + 1)) for i in range(2 * n - k - 1)
                   if not row >> i & 1 and not row >> (i + k + 1) & 1)
    return [place(n, 0)]


def magic_series(n=10):
    def rows(total, length):  # numbers that sum to n, as every such row's do
        if length == 1:
            yield (total,)
            return
        for x in range(total + 1):
            for rest in rows(total - x, length - 1):
                yield (x, *rest)
    return [sum(all(r.count(k) == r[k] for k in range(n)) for r in rows(n, n))]


def magic_square():
    lines = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (6, 4, 2)]
    return [sum(all(p[a] + p[b] + p[c] == 15 for a, b, c in lines) for p in itertools.permutations(range(1, 10)))]


def pythagoras():
    return [sum(1 for a in range(1, 200) for b in range(a + 1, 200) if (c := math.isqrt(a * a + b * b)) <= 200 and c * c == a * a + b * b)]


def queens():
    return [sum(len({r + i for i, r in enumerate(p)}) == len({r - i for i, r in enumerate(p)}) == 8
                for p in itertools.permutations(range(8)))]


def greedy_ranks(d):
    """Gains do not grow within a layer, so the largest ones within the caps are the best choice."""
    gains = sorted((g for layer, cap in zip(d["gain"], d["cap"]) for g in layer[:cap]), reverse=True)
    return sum(gains[:d["budget"]])


def glpk_ranks(d):
    columns = [(f"x{i}_{r}", g) for i, (layer, cap) in enumerate(zip(d["gain"], d["cap"])) for r, g in enumerate(layer[:cap])]
    with tempfile.TemporaryDirectory() as work:
        path = pathlib.Path(work, "ranks.lp")
        path.write_text("Maximize\n o: " + " + ".join(f"{g} {x}" for x, g in columns) + "\nSubject To\n b: "
                        + " + ".join(x for x, _ in columns) + f" = {d['budget']}\nBinary\n " + " ".join(x for x, _ in columns) + "\nEnd\n")
        out = pathlib.Path(work, "out")
        subprocess.run(["glpsol", "--lp", path, "-o", out], stdout=subprocess.DEVNULL, check=True)
        return int(re.search(r"^Objective:.*= ([\d.e+]+)", out.read_text(), re.M).group(1).split(".")[0])


def rank_budget(d=None):
    d = d or data("rank_budget")
    best = greedy_ranks(d)
    if shutil.which("glpsol") and glpk_ranks(d) != best:
        sys.exit(f"glpsol: {glpk_ranks(d)}, greedy: {best}")
    return [best]


def roster():
    d = data("roster")
    nurses = range(d["nurses"])

    @functools.cache
    def least(day, behind_night, worked):
        if day == 7:
            return 0
        best = math.inf
        for by_day, by_night in itertools.permutations(nurses, 2):
            count = [w + (n in (by_day, by_night)) for n, w in enumerate(worked)]
            if by_day != behind_night and max(count) <= 4:
                cost = d["dislike"][by_day][day] + 2 * d["dislike"][by_night][day]
                best = min(best, cost + least(day + 1, by_night, tuple(count)))
        return best
    return [least(0, None, (0,) * d["nurses"])]


def send_more_money():
    found = 0
    for s, e, n, d, m, o, r, y in letters():
        found += 1000 * s + 100 * e + 10 * n + d + 1000 * m + 100 * o + 10 * r + e == 10000 * m + 1000 * o + 100 * n + 10 * e + y
    return [found]


def letters():
    """The last letter of the sum follows from the others, and the first is 1: two four-digit numbers are below 20000."""
    for s, e, n, d, o, r in itertools.permutations([x for x in range(10) if x != 1], 6):
        y = (d + e) % 10
        if s and y != 1 and y not in (s, e, n, d, o, r):
            yield s, e, n, d, 1, o, r, y


def stamps():
    best = 0
    for kinds in itertools.combinations(range(2, 25), 2):
        sums = {sum(c) for c in itertools.combinations_with_replacement((0, 1, *kinds), 3)}
        best = max(best, next(n for n in itertools.count(1) if n not in sums) - 1)
    return [best]


def sudoku():
    grid = data("sudoku")["given"]

    def solve():
        cells = [(i, j) for i in range(9) for j in range(9) if not grid[i][j]]
        if not cells:
            return 1
        def free(i, j):
            seen = {*grid[i], *(row[j] for row in grid), *(grid[a][b] for a in range(i // 3 * 3, i // 3 * 3 + 3)
                                                           for b in range(j // 3 * 3, j // 3 * 3 + 3))}
            return [x for x in range(1, 10) if x not in seen]
        i, j = min(cells, key=lambda c: len(free(*c)))
        found = 0
        for x in free(i, j):
            grid[i][j] = x
            found += solve()
        grid[i][j] = 0
        return found
    return [solve()]


def tiling():
    best = (0, 0, 0)
    for m, n in itertools.product((16, 32, 64, 128, 256), repeat=2):
        for depth, warps in itertools.product(range(16, 129, 16), (1, 2, 4, 8, 16)):
            if (2 * (m + n) * depth <= 232448 and warps * 32 <= 1024 and m * n // 16 % (16 * warps) == 0
                    and (warps <= 4 or m >= 64)):
                best = max(best, (m * n, depth, -warps))
    return [best[0], best[1], -best[2]]


def travelling_salesman(d=None):
    d = d or data("travelling_salesman")
    return [min(sum(d["distance"][a][b] for a, b in zip((0, *p), (*p, 0))) for p in itertools.permutations(range(1, d["towns"])))]


def warehouse():
    d = data("warehouse")
    best = math.inf
    for choice in itertools.product(range(d["warehouses"]), repeat=d["shops"]):
        if all(choice.count(w) <= r for w, r in enumerate(d["room"])):
            best = min(best, d["rent"] * len(set(choice)) + sum(t[w] for t, w in zip(d["transport"], choice)))
    return [best]


def remainders():
    return [next(x for x in range(1, 10 ** 6) if (x % 3, x % 5, x % 7) == (2, 3, 2))]


def run(command, arguments):
    done = subprocess.run([os.environ["CONSTRINT"], command, *arguments], cwd=PROBLEMS, text=True, capture_output=True, timeout=120)
    if done.returncode:
        sys.exit(f"constrint {command} {' '.join(map(str, arguments))}: {done.returncode}\n{done.stderr}")
    if command == "count":
        return [int(done.stdout)]
    return [int(x) for x in re.findall(r"^objective.* = (-?\d+)$", done.stdout, re.M)]


def complaints(rows):
    """What is wrong with the page: an answer that is not the solver's or not the oracle's."""
    for name, command, arguments, answer in rows:
        said, got, known = [int(x) for x in answer.split(",")], run(command, arguments.split()), globals()[name]()
        if not said == got == known:
            yield f"{name}: the page says {said}, the solver {got}, the oracle {known}"


def fresh_instances(seed):
    """Random data for the models that take some; other answers than the page's."""
    r = random.Random(seed)
    layers, most = r.randint(2, 9), r.randint(2, 12)
    cap = [r.randint(0, most) for _ in range(layers)]
    ranks = {"layers": layers, "most": most, "budget": r.randint(0, sum(cap)), "cap": cap,
             "gain": [sorted((r.randint(0, 10 ** 6) for _ in range(most)), reverse=True) for _ in range(layers)]}
    towns = r.randint(2, 7)
    tour = {"towns": towns, "distance": [[r.randint(0, 99) for _ in range(towns)] for _ in range(towns)]}
    films = r.randint(1, 9)
    discs = {"films": films, "capacity": 30, "size": [r.randint(1, 30) for _ in range(films)]}
    jobs = r.randint(1, 3)
    shop = {"jobs": jobs, "machines": 2, "machine": [r.sample(range(2), 2) for _ in range(jobs)],
            "time": [[r.randint(0, 9) for _ in range(2)] for _ in range(jobs)]}
    return [("rank_budget", ranks, rank_budget), ("travelling_salesman", tour, travelling_salesman),
            ("bin_packing", discs, bin_packing), ("job_shop", shop, job_shop)]


def main():
    rows = ROW.findall((SOURCE / "docs/gallery.md").read_text())
    models = {p.stem for p in PROBLEMS.glob("*.cint")}
    if {r[0] for r in rows} != models or len(models) < 15:
        sys.exit(f"the page and the folder differ: {models ^ {r[0] for r in rows}}")
    for path in PROBLEMS.glob("*.cint"):
        if not path.read_text().startswith("# "):
            sys.exit(f"{path} tells no story")
    wrong = list(complaints(rows))
    if wrong:
        sys.exit("\n".join(wrong))
    if not list(complaints([("coins", "count", "coins.cint", "293")])):
        sys.exit("a wrong answer was not noticed")
    seed, tried = random.randrange(1 << 32), 0
    with tempfile.TemporaryDirectory() as work:
        for k in range(int(sys.argv[1])):
            for name, d, oracle in fresh_instances(seed + k):
                path = pathlib.Path(work, f"{name}.json")
                path.write_text(json.dumps(d))
                got, known = run("optimize", [f"{name}.cint", "--data", path]), oracle(d)
                tried += 1
                if got != known:
                    sys.exit(f"seed {seed + k}: {name}: {got}, not {known}: {json.dumps(d)}")
    print(f"{len(rows)} problems and {tried} fresh instances: passed, 0 failed")


main()
