#!/usr/bin/env python3
"""Count a space without ConstrINT, also one far too large to walk through.

    and_or.py [--limit SECONDS] SPACE.json...

A C program is written, compiled and run: loops with each condition at the
earliest level, and wherever the parameters that are left fall apart into groups
without a common condition, each group is counted by loops of its own and the
counts are multiplied.  A group that depends on few of the parameters around it
has a table of its counts.  No propagation.  The order of the loops is the cheapest
of many tried, by how often random values satisfy each condition.  Prints NAME
COUNT; COUNT is `?` past the limit."""
import argparse
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import c_loops
import space_file

TRIES = 200    # orders compared
DRAWS = 400    # random values a condition is tried on
TABLE = 1 << 22  # entries a table may have


class Condition:
    def __init__(self, tree, writer, values, rng):
        self.names = c_loops.names_in(tree, writer.place)
        self.text = writer.truth(tree)
        self.share = self.satisfied(tree, values, rng)

    def satisfied(self, tree, values, rng):
        code = compile(c_loops.ast.Expression(tree), "condition", "eval")
        held = 0
        for _ in range(DRAWS):
            try:
                held += bool(eval(code, {n: rng.choice(values[n]) for n in self.names}))
            except ZeroDivisionError:
                pass
        return max(held, 0.5) / DRAWS


class Tree:
    """A parameter, the conditions first known at it, and the groups left below it."""

    def __init__(self, name, conditions, below, known, sizes):
        self.name, self.conditions, self.below = name, conditions, below
        self.share = math.prod(c.share for c in conditions)
        named = set().union(*(c.names for c in conditions), *(b.around for b in below)) - {name}
        self.around = sorted(named & known)  # what its count depends on
        self.entries = math.prod(sizes[n] for n in self.around)
        self.has_table = set(self.around) < known and self.entries <= TABLE

    def cost(self, visits, sizes):
        if self.has_table:
            visits = min(visits, self.entries)
        steps = visits * sizes[self.name]
        return steps + sum(b.cost(steps * self.share, sizes) for b in self.below)


def groups(names, conditions):
    """names, split where no condition joins them; each with its conditions."""
    owner = {n: {n} for n in names}
    for c in conditions:
        joined = set().union(*(owner[n] for n in c.names if n in owner))
        for n in joined:
            owner[n] = joined
    parts = {id(g): g for g in owner.values()}
    return [(sorted(g), [c for c in conditions if c.names & g]) for g in parts.values()]


def grow(names, conditions, known, sizes, rng):
    """One tree for a connected group; the choice is random, but favours what completes conditions cheaply."""
    def worth(n):
        done = math.prod(c.share for c in conditions if c.names <= known | {n})
        touched = sum(n in c.names for c in conditions)
        return math.log(sizes[n] * done + 1) - 0.7 * touched + rng.gauss(0, 1.5)

    name = min(names, key=worth)
    seen = known | {name}
    ready = sorted((c for c in conditions if c.names <= seen), key=lambda c: c.share)
    left = [c for c in conditions if not c.names <= seen]
    below = [grow(g, cs, seen, sizes, rng) for g, cs in groups([n for n in names if n != name], left)]
    return Tree(name, ready, below, known, sizes)


def emit(tree, place, sizes, depth, out):
    """Leaves the count of the tree in n<its place>, which it declares."""
    p, pad = place[tree.name], "  " * depth
    out.append(f"{pad}wide n{p} = 0;")
    if tree.has_table:
        at = "0"
        for n in tree.around:
            at = f"({at} * {sizes[n]} + i{place[n]})"
        out.append(f"{pad}static wide t{p}[{tree.entries}];")  # the count plus one; 0: not yet known
        out.append(f"{pad}wide *const h{p} = t{p} + {at};")
        out.append(f"{pad}if (*h{p}) n{p} = *h{p} - 1;")
        out.append(f"{pad}else {{")
        loop(tree, place, sizes, depth + 1, out)
        out.append(f"{pad}  *h{p} = n{p} + 1;")
        out.append(f"{pad}}}")
    else:
        loop(tree, place, sizes, depth, out)


def loop(tree, place, sizes, depth, out):
    p, pad = place[tree.name], "  " * depth
    out.append(f"{pad}for (int i{p} = 0; i{p} < {sizes[tree.name]}; i{p}++) {{")
    out.append(f"{pad}  const number v{p} = d{p}[i{p}];")
    out.extend(f"{pad}  if (!{c.text}) continue;" for c in tree.conditions)
    for b in sorted(tree.below, key=lambda b: b.cost(1, sizes)):
        emit(b, place, sizes, depth + 1, out)
        out.append(f"{pad}  if (!n{place[b.name]}) continue;")
    out.append(f"{pad}  n{p} += " + (" * ".join(f"n{place[b.name]}" for b in tree.below) or "1") + ";")
    out.append(f"{pad}}}")


HEAD = """#include <stdio.h>
typedef {number} number;
typedef unsigned __int128 wide;
static __attribute__((unused)) number floor_div(number a, number b) {{ return a / b - (a % b < 0); }}
static __attribute__((unused)) number floor_mod(number a, number b) {{ number r = a % b; return r < 0 ? r + b : r; }}
"""
TAIL = "  printf(\"%llu %llu\\n\", (unsigned long long)({n} >> 64), (unsigned long long){n});"


def program(space, tree, writer):
    sizes = {n: len(v) for n, v in space.params}
    out = [HEAD.format(number="int" if writer.bound < 2**31 else "long")]
    wanted = {tree.name}
    todo = [tree]
    while todo:
        t = todo.pop()
        wanted.add(t.name)
        todo += t.below
    for n, values in space.params:
        if n in wanted:
            out.append(f"static const int d{writer.place[n]}[] = {{{', '.join(str(int(v)) for v in values)}}};")
    out.append("int main(void) {")
    emit(tree, writer.place, sizes, 1, out)
    out += [TAIL.format(n=f"n{writer.place[tree.name]}"), "}"]
    return "\n".join(out)


def run_program(text, limit):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "count.c"
        source.write_text(text)
        subprocess.run(["cc", "-O3", "-march=native", "-w", source, "-o", source.with_suffix("")], check=True)
        try:
            high, low = subprocess.run([source.with_suffix("")], capture_output=True, text=True, check=True, timeout=limit).stdout.split()
        except subprocess.TimeoutExpired:
            return None
    return (int(high) << 64) + int(low)


def pieces(space):
    """The conditions, `a and b` as two unless a may be what keeps b from dividing by zero."""
    strict = c_loops.Writer(space)
    for condition in space.conditions:
        parts = space_file.conjuncts([condition])
        try:
            for tree in parts:
                strict.truth(tree)
            yield from parts
        except c_loops.Refused:
            yield c_loops.ast.parse(condition.strip(), mode="eval").body


def count(space, limit=20):
    """The exact count, or None past the limit (seconds a connected part)."""
    writer, rng = c_loops.Writer(space, guarded=True), random.Random(1)
    values = dict(space.params)
    sizes = {n: len(v) for n, v in space.params}
    conditions = [Condition(t, writer, values, rng) for t in pieces(space)]
    if writer.bound >= 2**63:
        raise c_loops.Refused("numbers beyond 64 bits")
    product = 1
    for c in conditions:
        if not c.names and c.share < 1:
            return 0
    for names, mine in groups(sizes, conditions):
        if not mine:
            product *= math.prod(sizes[n] for n in names)
            continue
        best = min((grow(names, mine, set(), sizes, rng) for _ in range(TRIES)),
                   key=lambda t: t.cost(1, sizes))
        found = run_program(program(space, best, writer), limit)
        if found is None:
            return None
        product *= found
    return product


def main():
    o = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    o.add_argument("--limit", type=float, default=20, help="seconds a connected part may take (default 20)")
    o.add_argument("space", nargs="+")
    given = o.parse_args()
    for path in given.space:
        space = space_file.read(path)
        found = count(space, given.limit)
        print(pathlib.Path(path).stem, "?" if found is None else found, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
