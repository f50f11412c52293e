#!/usr/bin/env python3
"""Random FlatZinc over every builtin against brute force, and every builtin on all
values of small domains; against Gecode where fzn-gecode is there.

usage: flatzinc_random.py [FILES [SEED]]   (FILES: 2000, or 120s: as many as 120 s of the command's CPU time allow)
"""
import itertools
import math
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from flatzinc_oracle import truth, variants

FILES = sys.argv[1] if len(sys.argv) > 1 else "500"
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
CONSTRINT = os.environ["CONSTRINT"]
GECODE = shutil.which("fzn-gecode")
ALL = list(variants())
MOST = 3000  # assignments that brute force tries
rng = random.Random(SEED)


class Var:
    """boolean, with its values."""

    def __init__(self, name, boolean, values, text):
        self.name, self.boolean, self.values, self.text = name, boolean, values, text


def shown(value, boolean):
    return ("true" if value else "false") if boolean else str(value)


# ---- models ----

BIG = [2 ** 62, -(2 ** 62), 2 ** 53 + 1, 2 ** 32, -(2 ** 31) - 1, 2 ** 63 - 1, -(2 ** 63)]


def integer_domain(big):
    kind = rng.randrange(10)
    if big and kind < 4:
        values = [rng.choice(BIG) + (rng.randrange(3) if kind else 0) for _ in range(rng.randrange(1, 4))]
        values = [max(-(2 ** 63), min(2 ** 63 - 1, v)) for v in values]
        return values, "{%s}" % ",".join(map(str, values))
    if kind < 6:
        lo = rng.randrange(-4, 4)
        hi = lo + rng.randrange(0, 5)
        return list(range(lo, hi + 1)), f"{lo}..{hi}"
    values = [rng.randrange(-4, 7) for _ in range(rng.randrange(1, 5))]
    return values, "{%s}" % ",".join(map(str, values))


class Model:
    def __init__(self):
        self.big = rng.random() < 0.1
        self.lines, self.vars, self.constraints, self.items = [], [], [], []
        self.outputs, self.late, self.arrays = [], [], {}

    def declare(self):
        for i in range(rng.randrange(1, 5)):
            values, text = integer_domain(self.big)
            self.vars.append(Var(f"x{i}", False, sorted(set(values)), f"var {text}"))
        for i in range(rng.randrange(0, 4)):
            self.vars.append(Var(f"b{i}", True, [0, 1], "var bool"))
        while math.prod(len(v.values) for v in self.vars) > MOST:
            self.vars.pop()

    def pick(self, boolean):
        """(text, value of an assignment): a variable, an alias, a constant."""
        known = [v for v in self.vars if v.boolean == boolean]
        if known and rng.random() < 0.85:
            v = rng.choice(known)
            return v.name, lambda s, n=v.name: s[n]
        c = rng.randrange(2) if boolean else self.constant()
        return shown(c, boolean), lambda s, c=c: c

    def constant(self):
        if self.big and rng.random() < 0.5:
            return rng.choice(BIG)
        return rng.randrange(-4, 7)

    def listed(self, boolean, n):
        parts = [self.pick(boolean) for _ in range(n)]
        text = "[%s]" % ",".join(t for t, _ in parts)
        if rng.random() < 0.3:
            name = f"a{len(self.arrays)}"
            self.arrays[name] = f"array [1..{n}] of var {'bool' if boolean else 'int'}: {name} = {text};"
            text = name
        return text, lambda s, p=parts: [f(s) for _, f in p]

    def constants(self, n, boolean=False):
        values = [rng.randrange(2) if boolean else self.constant() if self.big else rng.randrange(-3, 4) for _ in range(n)]
        text = "[%s]" % ",".join(shown(v, boolean) for v in values)
        if rng.random() < 0.3:
            name = f"p{len(self.arrays)}"
            self.arrays[name] = f"array [1..{n}] of {'bool' if boolean else 'int'}: {name} = {text};"
            text = name
        return text, lambda s, v=values: v

    def a_set(self):
        values, text = integer_domain(False)
        if rng.random() < 0.1:
            values, text = [], rng.choice(["{}", "1..0"])
        return text, lambda s, v=values: v

    def a_table(self, boolean, n):
        rows = [[rng.randrange(2) if boolean else rng.randrange(-4, 7) for _ in range(n)] for _ in range(rng.randrange(1, 9))]
        text = "[%s]" % ",".join(shown(v, boolean) for row in rows for v in row)
        return text, lambda s, t=[tuple(r) for r in rows]: t

    def an_automaton(self):
        states, symbols = rng.randrange(1, 4), rng.randrange(1, 4)
        steps = [rng.randrange(0, states + 1) for _ in range(states * symbols)]
        first, accepting = rng.randrange(1, states + 1), [q for q in range(1, states + 1) if rng.random() < 0.6]
        text = f"{states},{symbols},{steps},{first},{accepting}".replace(" ", "")
        return text, lambda s, a=(states, symbols, steps, first, accepting): a

    def arguments(self, name, signature):
        n = rng.randrange(1, 5)
        least = 1 if "element" in name or "imum" in name or "table" in name or "xor" in name or "regular" in name else 0
        for letter in signature:
            size = n if signature[0] in "C" or "table" in name else max(least, rng.randrange(0, 5))
            if letter in "PQ":
                size = n
            if letter in "ib":
                yield self.pick(letter == "b")
            elif letter == "d":
                c = rng.randrange(2)
                yield shown(c, True), lambda s, c=c: c
            elif letter == "C" and "Q" in signature:
                yield self.constants(n)
            elif letter == "c":
                c = self.constant()
                yield str(c), lambda s, c=c: c
            elif letter == "s":
                yield self.a_set()
            elif letter in "CD":
                yield self.constants(size, letter == "D")
            elif letter in "TU":
                yield self.a_table(letter == "U", n)
            elif letter == "A":
                yield self.an_automaton()
            else:
                yield self.listed(letter == "B", size)

    def constrain(self):
        for _ in range(rng.randrange(1, 6)):
            name, signature, meaning = rng.choice(ALL)
            parts = list(self.arguments(name, signature))
            note = rng.choice(["", " :: domain", ' :: mzn_path("a;b|c")', " :: defines_var(x0)"])
            self.constraints.append((f"constraint {name}({','.join(t for t, _ in parts)}){note};", meaning, [f for _, f in parts]))

    def show(self):
        """Aliases and arrays, some of them shown."""
        if rng.random() < 0.2 and self.vars:
            v = rng.choice(self.vars)
            kind = "bool" if v.boolean else "int"
            self.late.append(f"var {kind}: z :: output_var = {v.name};")
            self.outputs.append(("z", lambda s, v=v: shown(s[v.name], v.boolean)))
        if rng.random() < 0.4:
            boolean = rng.random() < 0.4
            rows, columns = rng.randrange(1, 3), rng.randrange(1, 3)
            parts = [self.pick(boolean) for _ in range(rows * columns)]
            flat = rng.random() < 0.5
            shape = f"0..{rows * columns - 1}" if flat else f"1..{rows}, -1..{columns - 2}"
            self.late.append(f"array [1..{rows * columns}] of var {'bool' if boolean else 'int'}: m "
                             f":: output_array([{shape}]) = [{','.join(t for t, _ in parts)}];")
            self.outputs.append(("m", lambda s, p=parts, d=1 if flat else 2, sh=shape, b=boolean:
                                 f"array{d}d({sh}, [{', '.join(shown(f(s), b) for _, f in p)}])"))

    def text(self, objective, direction):
        lines = ["predicate some_predicate(var int: x, array [int] of var bool: y);"]
        shows = []
        for v in self.vars:
            is_shown = rng.random() < 0.7 or v is objective
            lines.append(f"{v.text}: {v.name}{' :: output_var' if is_shown else ' :: var_is_introduced'};")
            if is_shown:
                shows.append((v.name, lambda s, v=v: shown(s[v.name], v.boolean)))
        lines += self.arrays.values()
        self.outputs = shows + self.outputs
        lines += self.late
        lines += [c for c, _, _ in self.constraints]
        names = [v.name for v in self.vars]
        search = ""
        if rng.random() < 0.5:
            search = ":: seq_search([int_search([%s],%s,%s,complete)])" % (
                ",".join(rng.sample(names, rng.randrange(0, len(names) + 1))),
                rng.choice(["input_order", "first_fail", "dom_w_deg", "smallest", "max_regret", "largest", "anti_first_fail",
                            "occurrence", "most_constrained"]),
                rng.choice(["indomain_min", "indomain_max", "indomain_median", "indomain_split", "indomain_random",
                            "indomain_reverse_split"]))
        lines.append(f"solve {search} {direction + ' ' + objective.name if objective else 'satisfy'};")
        return "\n".join(lines) + "\n"

    def solutions(self):
        names = [v.name for v in self.vars]
        for values in itertools.product(*(v.values for v in self.vars)):
            s = dict(zip(names, values))
            if all(truth(meaning, [f(s) for f in parts]) for _, meaning, parts in self.constraints):
                yield s


def draw():
    m = Model()
    m.declare()
    m.constrain()
    m.show()
    integers = [v for v in m.vars if not v.boolean]
    objective = rng.choice(integers) if integers and rng.random() < 0.25 else None
    return m, objective, rng.choice(["minimize", "maximize"])


# ---- answers ----

class Refused(Exception):
    """An intermediate value beyond 128 bits: said, not guessed."""


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode == 2 and "128 bits" in done.stderr:
        raise Refused
    return done.returncode, done.stdout, done.stderr


def expected_texts(model):
    found = set()
    best = []
    for s in model.solutions():
        best.append(s)
        found.add("".join(f"{name} = {f(s)};\n" for name, f in model.outputs))
    return found, best


def fail(path, why):
    with open(path) as f:
        print(f.read())
    sys.exit(f"{why}\nseed {SEED}")


def split(output):
    parts = output.split("----------\n")
    return parts[:-1], parts[-1].strip()


def check_all(path, texts):
    code, out, err = run(CONSTRINT, "fzn", "-a", path)
    found, end = split(out)
    if code or err:
        fail(path, f"exit {code}: {err}")
    if len(found) != len(set(found)):
        fail(path, "a solution stands twice")
    if set(found) != texts:
        fail(path, f"printed {len(set(found))} solutions of {len(texts)}; too many: {sorted(set(found) - texts)[:2]}; "
                   f"missing: {sorted(texts - set(found))[:2]}")
    if end != ("==========" if texts else "=====UNSATISFIABLE====="):
        fail(path, f"it ends with '{end}'")


def how():
    return rng.choice([[], ["-f"], ["--learn", "on"], ["-f", "--learn", "off"]])


def check_one(path, texts):
    code, out, err = run(CONSTRINT, "fzn", *how(), path)
    found, end = split(out)
    fine = not code and (len(found) == 1 and found[0] in texts and not end if texts
                         else not found and end == "=====UNSATISFIABLE=====")
    if not fine:
        fail(path, f"exit {code}, one solution of {len(texts)}: {out}{err}")


def check_count(path, texts):
    code, out, err = run(CONSTRINT, "count", path)
    if code or out.strip() != str(len(texts)):
        fail(path, f"counted {out.strip()} of {len(texts)} solutions {err}")


def check_optimum(path, solutions, objective, direction):
    code, out, err = run(CONSTRINT, "fzn", *(["-a"] if rng.random() < 0.5 else []), *how(), path)
    found, end = split(out)
    if not solutions:
        if code or found or end != "=====UNSATISFIABLE=====":
            fail(path, f"exit {code}, there is no solution: {out}{err}")
        return
    values = [s[objective.name] for s in solutions]
    best = max(values) if direction == "maximize" else min(values)
    if code or not found or f"{objective.name} = {best};\n" not in found[-1] or end != "==========":
        fail(path, f"exit {code}, the best is {best}: {out}{err}")


compared = 0


def gecode_errs(constraint):
    """Gecode 6.2 finds no solution of a bool_clause_imp that need not hold, takes x = -2 for a solution of
    int_mod(-2, x, x) and its like, and both values of b for bool_lin_ne_reif([-3],[b],1,b)."""
    name, arguments = constraint.split("(", 1)
    if "_imp" in name:
        return True
    name, variables = name.split()[-1], re.findall(r"\b[a-z]\w*", arguments.split(")")[0])
    if name.startswith("bool_lin_") and name.endswith("_reif"):
        # an array a0, a1, ... may hold the last argument too
        return variables[-1] in variables[:-1] or any(v.startswith("a") for v in variables)
    return name.startswith(("int_mod", "int_div")) and len(set(variables)) < len(variables)


def check_gecode(path, texts):
    """Its set of solutions, where it takes the file at all."""
    global compared
    code, out, err = run(GECODE, "-a", path)
    if code or err or "rror" in out:
        return
    found, _ = split(out)
    # the items come in another order
    if {frozenset(t.splitlines()) for t in found} != {frozenset(t.splitlines()) for t in texts}:
        fail(path, f"Gecode has {len(set(found))} solutions, not {len(texts)}")
    compared += 1


def one_file(path, k):
    model, objective, direction = draw()
    text = model.text(objective, direction)
    with open(path, "w") as f:
        f.write(text)
    texts, solutions = expected_texts(model)
    if not model.outputs:
        return False
    try:
        compare(path, k, (model, objective, direction), texts, solutions)
    except Refused:
        if not model.big:
            fail(path, "refused as beyond 128 bits")
        return False
    return True


def compare(path, k, drawn, texts, solutions):
    model, objective, direction = drawn
    if objective:
        check_optimum(path, solutions, objective, direction)
        return
    check_all(path, texts)
    if k % 4 == 0:
        check_one(path, texts)
    if k % 4 == 1:
        check_count(path, texts)
    if k % 4 == 2 and GECODE and not model.big and not any(gecode_errs(c) for c, _, _ in model.constraints):
        check_gecode(path, texts)


# ---- every builtin, all values ----

def all_values(path, name, signature, meaning):
    """The builtin over variables of small domains, constants drawn."""
    values, texts, decls, names = [], [], [], []

    def variable(boolean, n):
        lo, hi = (0, 1) if boolean else (-n, n)
        names.append(f"v{len(names)}")
        decls.append(f"var {'bool' if boolean else f'{lo}..{hi}'}: {names[-1]} :: output_var;")
        values.append((range(lo, hi + 1), boolean))
        return names[-1]

    size = 2 if "PPP" in signature else 3 if any(c in signature for c in "BICP") else 0
    single = 3 if len(signature.replace("b", "")) <= 3 and not size else 2
    if "pow" in name or "div" in name or "mod" in name or "times" in name:
        single = 3
    shape = []
    for letter in signature:
        if letter in "ib":
            texts.append(variable(letter == "b", single))
            shape.append((1, None))
        elif letter in "IBPQ":
            texts.append("[%s]" % ",".join(variable(letter == "B", 1) for _ in range(size)))
            shape.append((size, "list"))
        else:
            model = Model()
            model.big = False
            parts = {"d": lambda: (lambda c: (shown(c, True), lambda s: c))(rng.randrange(2)), "c": lambda: (lambda c: (str(c), lambda s: c))(rng.randrange(-3, 4)), "s": model.a_set,
                     "C": lambda: ("[%s]" % ",".join(map(str, cs)), lambda s, cs=cs: cs),
                     "D": lambda: model.constants(size, True),
                     "A": model.an_automaton, "T": lambda: model.a_table(False, size), "U": lambda: model.a_table(True, size)}
            cs = [rng.randrange(-1, 2) if "Q" in signature else rng.randrange(-3, 4) for _ in range(size)]
            text, f = parts[letter]()
            if not text.startswith(("[", "{")) and letter in "D":
                text = "[%s]" % ",".join(shown(v, True) for v in f(None))
            texts.append(text)
            shape.append((0, f(None)))
    with open(path, "w") as f:
        f.write("\n".join(decls) + f"\nconstraint {name}({','.join(texts)});\nsolve satisfy;\n")
    expected = set()
    for combination in itertools.product(*(v for v, _ in values)):
        at, arguments = 0, []
        for n, kind in shape:
            arguments.append(kind if n == 0 else combination[at] if kind is None else list(combination[at:at + n]))
            at += n
        if truth(meaning, arguments):
            expected.add("".join(f"{x} = {shown(v, b)};\n" for x, v, (_, b) in zip(names, combination, values)))
    check_all(path, expected)


def asked():
    """The numbers of the files to come."""
    if not FILES.endswith("s"):
        yield from range(int(FILES))
        return
    for k in itertools.count():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        if used.ru_utime + used.ru_stime >= float(FILES[:-1]):
            return
        yield k


def main():
    print(f"seed {SEED}", flush=True)
    with tempfile.TemporaryDirectory() as room:
        path = os.path.join(room, "m.fzn")
        for name, signature, meaning in ALL:
            all_values(path, name, signature, meaning)
        tried = [one_file(path, k) for k in asked()]
    done = sum(tried)
    print(f"{len(ALL)} builtins on all values; {done} random files; {compared} also by Gecode"
          + ("" if GECODE else " (fzn-gecode is not installed)"))
    if done < len(tried) // 2:
        sys.exit("too few of them could be asked")


if __name__ == "__main__":
    main()
