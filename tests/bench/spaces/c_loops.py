#!/usr/bin/env python3
"""The machine's own limit: a space as nested loops in C.

    c_loops.py SPACE.json > loops.c
    cc -O3 -march=native loops.c -o loops && ./loops [REPEATS]

The loops stand in the order of the parameters, or with --order greedy in one
that completes conditions early; each condition at the earliest level where all
it names is known; every configuration is stored.  The program prints its run
time: the first, on memory never touched, and the least and the median of all.
With --way count it only counts, in 64 bits.

Numbers are exact: `/` is a pair of numerator and denominator.  Only what can
be shown by intervals to divide by a positive number is accepted."""
import argparse
import ast
import sys

import space_file


class Refused(Exception):
    pass


class Number:
    """num / den as C text, with the interval of each."""

    def __init__(self, num, lo, hi, den="1", dlo=1, dhi=1):
        self.num, self.lo, self.hi, self.den, self.dlo, self.dhi = num, lo, hi, den, dlo, dhi


def largest(*intervals):
    return max(abs(b) for pair in intervals for b in pair)


class Writer:
    def __init__(self, space, guarded=False):
        self.least = 0 if guarded else 1  # of a divisor; guarded: `a == 0 or b % a == 0` must shield it
        self.place = {name: i for i, (name, _) in enumerate(space.params)}
        self.range = [(min(map(int, v)), max(map(int, v))) for _, v in space.params]
        self.bound = 0  # of every intermediate

    def made(self, *args):
        n = Number(*args)
        self.bound = max(self.bound, largest((n.lo, n.hi), (n.dlo, n.dhi)))
        return n

    def times(self, a, alo, ahi, b, blo, bhi):
        corners = [x * y for x in (alo, ahi) for y in (blo, bhi)]
        text = b if a == "1" else a if b == "1" else f"({a} * {b})"
        self.bound = max(self.bound, largest((min(corners), max(corners))))
        return text, min(corners), max(corners)

    def number(self, t):
        if isinstance(t, ast.Constant) and isinstance(t.value, int):
            return self.made(str(int(t.value)), int(t.value), int(t.value))
        if isinstance(t, ast.Name):
            return self.made(f"v{self.place[t.id]}", *self.range[self.place[t.id]])
        if isinstance(t, ast.UnaryOp) and isinstance(t.op, ast.USub):
            a = self.number(t.operand)
            return self.made(f"(-{a.num})", -a.hi, -a.lo, a.den, a.dlo, a.dhi)
        if isinstance(t, ast.Call) and t.func.id in ("min", "max") and len(t.args) == 2:
            return self.choice(t.func.id, *map(self.number, t.args))
        if isinstance(t, (ast.Compare, ast.BoolOp)):
            return self.made(self.truth(t), 0, 1)
        if isinstance(t, ast.BinOp):
            return self.binary(type(t.op), self.number(t.left), self.number(t.right))
        raise Refused(ast.unparse(t))

    def choice(self, which, a, b):
        if a.den != "1" or b.den != "1":
            raise Refused(which)
        pick = min if which == "min" else max
        sign = "<" if which == "min" else ">"
        return self.made(f"({a.num} {sign} {b.num} ? {a.num} : {b.num})", pick(a.lo, b.lo), pick(a.hi, b.hi))

    def over(self, a, b):
        """Both numerators over the common denominator."""
        if a.den == b.den == "1":
            return a.num, a.lo, a.hi, b.num, b.lo, b.hi, "1", 1, 1
        left = self.times(a.num, a.lo, a.hi, b.den, b.dlo, b.dhi)
        right = self.times(b.num, b.lo, b.hi, a.den, a.dlo, a.dhi)
        return *left, *right, *self.times(a.den, a.dlo, a.dhi, b.den, b.dlo, b.dhi)

    def binary(self, op, a, b):
        if op is ast.Mult:
            return self.made(*self.times(a.num, a.lo, a.hi, b.num, b.lo, b.hi),
                             *self.times(a.den, a.dlo, a.dhi, b.den, b.dlo, b.dhi))
        x, xlo, xhi, y, ylo, yhi, d, dlo, dhi = self.over(a, b)
        if op is ast.Add:
            return self.made(f"({x} + {y})", xlo + ylo, xhi + yhi, d, dlo, dhi)
        if op is ast.Sub:
            return self.made(f"({x} - {y})", xlo - yhi, xhi - ylo, d, dlo, dhi)
        if ylo < (1 if op is ast.Div else self.least):
            raise Refused(f"{y} may be zero or less")
        if op is ast.Div:
            return self.made(x, xlo, xhi, y, ylo, yhi)
        ylo = max(ylo, 1)
        if op is ast.FloorDiv:
            text = f"({x} / {y})" if xlo >= 0 else f"floor_div({x}, {y})"
            return self.made(text, *self.quotients(xlo, xhi, ylo, yhi))
        if op is ast.Mod:
            text = f"({x} % {y})" if xlo >= 0 else f"floor_mod({x}, {y})"
            return self.made(text, 0, yhi - 1, d, dlo, dhi)
        raise Refused(op.__name__)

    @staticmethod
    def quotients(xlo, xhi, ylo, yhi):
        corners = [x // y for x in (xlo, xhi) for y in (ylo, yhi)]
        return min(corners), max(corners)

    def truth(self, t):
        if isinstance(t, ast.BoolOp):
            sign = " && " if isinstance(t.op, ast.And) else " || "
            return "(" + sign.join(map(self.truth, t.values)) + ")"
        if isinstance(t, ast.UnaryOp) and isinstance(t.op, ast.Not):
            return f"!{self.truth(t.operand)}"
        if isinstance(t, ast.Constant) and isinstance(t.value, bool):
            return str(int(t.value))
        if isinstance(t, ast.Compare):
            terms = [t.left] + t.comparators
            return "(" + " && ".join(self.comparison(o, a, b) for o, a, b in zip(t.ops, terms, terms[1:])) + ")"
        return f"({self.number(t).num} != 0)"

    def comparison(self, op, left, right):
        if isinstance(op, (ast.In, ast.NotIn)):
            any_of = " || ".join(self.comparison(ast.Eq(), left, e) for e in right.elts)
            return f"({any_of})" if isinstance(op, ast.In) else f"!({any_of})"
        signs = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
        x, _, _, y, *_ = self.over(self.number(left), self.number(right))
        return f"({x} {signs[type(op)]} {y})"


def names_in(tree, known):
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in known}


def greedy(space):
    """Next the condition that adds the fewest combinations; what no condition names comes last."""
    size = {name: len(values) for name, values in space.params}
    waiting = [names_in(t, size) for t in space_file.conjuncts(space.conditions)]
    order = []

    def cost(names):
        product = 1
        for name in names - set(order):
            product *= size[name]
        return product

    while waiting:
        names = min(waiting, key=cost)
        waiting.remove(names)
        order += sorted(names - set(order), key=lambda n: size[n])
    order += [name for name, _ in space.params if name not in order]
    values = dict(space.params)
    return space_file.Space(space.name, space.valid, [(name, values[name]) for name in order], space.conditions)


def placed(space, writer):
    """For each level the C conditions that are known there first."""
    at = [[] for _ in space.params]
    for tree in space_file.conjuncts(space.conditions):
        names = names_in(tree, writer.place)
        at[max(map(writer.place.get, names), default=0)].append(writer.truth(tree))
    return at


def loops(space, at, body, number):
    out, pad = [], "  "
    for i, (_, values) in enumerate(space.params):
        if len(values) == 1:
            out.append(f"{pad}const {number} v{i} = {int(values[0])};")
        else:
            out.append(f"{pad}for (int i{i} = 0; i{i} < {len(values)}; i{i}++) {{")
            pad += "  "
            out.append(f"{pad}const {number} v{i} = d{i}[i{i}];")
        for condition in at[i]:
            # a level with one value has no loop of its own to continue
            out.append(f"{pad}if (!{condition}) {'continue' if pad != '  ' else 'return n'};")
    out.append(pad + body)
    depth = (len(pad) - 2) // 2
    return out + ["  " * (depth - k) + "}" for k in range(depth)]


HEAD = """#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#define unused __attribute__((unused))
typedef {number} number;
static unused number floor_div(number a, number b) {{ return a / b - (a % b < 0); }}
static unused number floor_mod(number a, number b) {{ number r = a % b; return r < 0 ? r + b : r; }}
static double now(void) {{
  struct timespec t;
  clock_gettime(getenv("BENCH_CLOCK") && *getenv("BENCH_CLOCK") == 'c' ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}}
static int ascending(const void *a, const void *b) {{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}}
"""

MAIN = """
int main(int argc, char **argv) {{
  int repeats = argc > 1 ? atoi(argv[1]) : 5;
  double seconds[1000];
  long n = 0;
  for (int k = 0; k < repeats && k < 1000; k++) {{
    double start = now();
    int *block = malloc(sizeof(int) * {cells}L);
    n = {way}(block);
    seconds[k] = now() - start;
    if (block[random() % {cells}L] == -12345) puts(""); /* what was stored is looked at */
    free(block);
  }}
  double first = seconds[0];
  qsort(seconds, repeats, sizeof(double), ascending);
  printf("{{\\"count\\": \\"%ld\\", \\"first\\": %.9f, \\"min\\": %.9f, \\"median\\": %.9f}}\\n", n, first, seconds[0],
         seconds[repeats / 2]);
  return 0;
}}
"""

COUNT = """
int main(void) {
  double start = now();
  long n = count();
  printf("{\\"count\\": \\"%ld\\", \\"min\\": %.9f}\\n", n, now() - start);
  return 0;
}
"""


def program(space, way):
    writer = Writer(space)
    at = placed(space, writer)
    number = "int" if writer.bound < 2**31 else "long"
    if writer.bound >= 2**63:
        raise Refused("numbers beyond 64 bits")
    width = len(space.params)
    lines = [HEAD.format(number=number)]
    for i, (_, values) in enumerate(space.params):
        if len(values) > 1:
            lines.append(f"static const int d{i}[] = {{{', '.join(str(int(v)) for v in values)}}};")
    if way == "count":
        body, head = "n++;", "static long count(void) {"
    elif way == "rows":
        body = " ".join(f"row[{i}] = v{i};" for i in range(width)) + f" row += {width}; n++;"
        head = "static long rows(int *row) {"
    else:
        body = " ".join(f"block[{i * space.valid}L + n] = v{i};" for i in range(width)) + " n++;"
        head = "static long columns(int *restrict block) {"
    lines += [head, "  long n = 0;", *loops(space, at, body, number), "  return n;", "}"]
    return "\n".join(lines) + (COUNT if way == "count" else MAIN.format(way=way, cells=max(1, width * space.valid)))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("space")
    options.add_argument("--way", choices=["rows", "columns", "count"], default="rows")
    options.add_argument("--order", choices=["declared", "greedy"], default="declared")
    given = options.parse_args()
    space = space_file.read(given.space)
    try:
        print(program(greedy(space) if given.order == "greedy" else space, given.way))
    except Refused as why:
        sys.exit(f"c_loops: cannot translate: {why}")
