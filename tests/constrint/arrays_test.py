"""Arrays and comprehensions against an expansion that the test makes itself, and their messages.

Each random model is written twice: with arrays, comprehensions, forall and data, and as plain variables and
constraints by this script's own reading of the same tree. Both must have the same number of solutions.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

CONSTRINT = os.environ["CONSTRINT"]


class Model:
    """A random model: parameters, a constant array, arrays of variables, constraints as trees."""

    def __init__(self, seed):
        r = self.r = random.Random(seed)
        self.low = {"x": r.randint(-2, 2), "row": r.randint(-1, 1), "column": r.randint(0, 2), "c": r.randint(-1, 2)}
        self.n, self.rows, self.columns = r.randint(1, 3), r.randint(1, 2), r.randint(1, 2)
        self.length = r.randint(1, 4)
        self.constants = [r.randint(-3, 4) for _ in range(self.length)]
        self.top = r.randint(1, 3)
        self.text, self.plain = [], []
        self.declare()
        for k in range(r.randint(1, 3)):
            self.constraint(k)

    def range(self, name, n):
        return list(range(self.low[name], self.low[name] + n))

    def declare(self):
        lo, n = self.low["x"], self.n
        kind = self.r.choice(["written", "data", "default"])
        values = "[" + ", ".join(map(str, self.constants)) + "]"
        index = f"{self.low['c']}..{self.low['c'] + self.length - 1}"
        self.data = {}
        if kind == "written":
            self.text.append(f"let c[{index}] = {values};")
        elif kind == "default":
            self.text.append(f"param c[{index}] in -3..4 = {values};")
        else:
            self.text.append(f"param c[{index}] in -3..4;")
            self.data["c"] = self.constants
        self.text.append(f"param top in 1..3;")
        self.data["top"] = self.top
        self.text.append(f"var x[i in {lo}..{lo + n - 1}] in 0..top + i % 2;")
        self.plain += [f"var x_{self.name(i)} in 0..{self.top + i % 2};" for i in self.range("x", n)]
        a, b = self.range("row", self.rows), self.range("column", self.columns)
        self.text.append(f"var y[{a[0]}..{a[-1]}, {b[0]}..{b[-1]}] in 0..top;")
        self.plain += [f"var y_{self.name(i)}_{self.name(j)} in 0..{self.top};" for i in a for j in b]
        if self.r.random() < .5:
            self.text.append(f"let z[i in {lo}..{lo + n - 1}] = x[i] * 2 - i;")
            self.has_z = True
        else:
            self.has_z = False

    @staticmethod
    def name(i):
        return str(i) if i >= 0 else f"m{-i}"

    # A term gives its text, and a function from the names' values to its plain text.

    def inner(self, names, depth):
        """A term in the scope of these index names."""
        r = self.r
        kinds = ["number", "x", "y", "c"] + ["index"] * 2 * bool(names) + ["fold"] * (depth > 0) + ["op"] * (2 * (depth > 0)) \
            + ["variable"] * (depth > 0) + ["z"] * self.has_z
        return getattr(self, r.choice(kinds))(names, depth)

    def number(self, names, depth):
        v = self.r.randint(-2, 4)
        return (str(v) if v >= 0 else f"({v})"), lambda env: str(v) if v >= 0 else f"({v})"

    def index(self, names, depth):
        i = self.r.choice(names)
        return i, lambda env: f"({env[i]})"

    def within(self, name, n, names):
        """An index that is always inside: the names folded into the range."""
        lo = self.low[name]
        if names and self.r.random() < .8:
            i = self.r.choice(names)
            return f"{lo} + ({i}) % {n}", lambda env: lo + env[i] % n
        v = self.r.randint(lo, lo + n - 1)
        return str(v), lambda env: v

    def x(self, names, depth):
        text, at = self.within("x", self.n, names)
        return f"x[{text}]", lambda env: f"x_{self.name(at(env))}"

    def z(self, names, depth):
        text, at = self.within("x", self.n, names)
        return f"z[{text}]", lambda env: f"(x_{self.name(at(env))} * 2 - ({at(env)}))"

    def y(self, names, depth):
        a, at = self.within("row", self.rows, names)
        b, bt = self.within("column", self.columns, names)
        both = f"y[{a}, {b}]" if self.r.random() < .7 else f"y[{a}][{b}]"
        return both, lambda env: f"y_{self.name(at(env))}_{self.name(bt(env))}"

    def c(self, names, depth):
        text, at = self.within("c", self.length, names)
        return f"c[{text}]", lambda env: f"({self.constants[at(env) - self.low['c']]})"

    def variable(self, names, depth):
        """An index of variables, which may be outside: element() by hand; for two, in range or undefined."""
        text, of = self.inner(names, depth - 1)
        if self.r.random() < .5:
            items = [f"({v})" for v in self.constants]
            lo = self.low["c"]
            return f"c[{text} + 0 * x[{self.low['x']}]]", lambda env: (
                f"element([{', '.join(items)}], {of(env)} + 0 * x_{self.name(self.low['x'])} - ({lo}))")
        other, to = self.inner(names, 0)
        first = f"x_{self.name(self.low['x'])}"
        a, b = self.low["row"], self.low["column"]
        rows = [[f"y_{self.name(i)}_{self.name(j)}" for j in self.range("column", self.columns)] for i in self.range("row", self.rows)]

        def plain(env):
            j = f"{to(env)} + 0 * {first} - ({b})"
            lists = ", ".join(f"element([{', '.join(row)}], {j})" for row in rows)
            return f"element([{lists}], {of(env)} + 0 * {first} - ({a}))"
        zero = f"0 * x[{self.low['x']}]"
        return f"y[{text} + {zero}, {other} + {zero}]", plain

    def op(self, names, depth):
        a, at = self.inner(names, depth - 1)
        b, bt = self.inner(names, depth - 1)
        sign = self.r.choice(["+", "-", "*"])
        return f"({a} {sign} {b})", lambda env: f"({at(env)} {sign} {bt(env)})"

    def values(self, names):
        """A generator's set, and the values it has."""
        r = self.r
        lo = r.randint(-1, 2)
        kind = r.choice(["range", "empty", "set", "step", "dependent", "array"])
        if kind == "range":
            hi = lo + r.randint(0, 2)
            return f"{lo}..{hi}", lambda env: range(lo, hi + 1)
        if kind == "empty":
            return f"{lo}..{lo - 1}", lambda env: []
        if kind == "set":
            some = [r.randint(-2, 3) for _ in range(r.randint(1, 3))]
            return "{" + ", ".join(map(str, some)) + "}", lambda env: some
        if kind == "step":
            return f"{lo}..{lo + 4} step 2", lambda env: range(lo, lo + 5, 2)
        if kind == "array" or not names:
            return "c", lambda env: self.constants
        i = r.choice(names)
        return f"{i} - 1..{i}", lambda env: range(env[i] - 1, env[i] + 1)

    def generators(self, names):
        """`a in S, b, c in T if ...`: the text, the new names, and the environments they give."""
        r, parts, new, steps = self.r, [], [], []
        for _ in range(r.randint(1, 2)):
            mine = [f"{chr(105 + len(names) + len(new) + k)}" for k in range(r.randint(1, 2))]
            text, values = self.values(names + new)
            new += mine
            rule = ""
            test = lambda env: True
            if r.random() < .4:
                i, k = r.choice(names + new), r.randint(-1, 2)
                sign, test = r.choice([("!=", lambda env, i=i, k=k: env[i] != k), ("<=", lambda env, i=i, k=k: env[i] <= k)])
                rule = f" if {i} {sign} {k}"
            parts.append(f"{', '.join(mine)} in {text}{rule}")
            steps.append((mine, values, test))

        def run(env, k=0, m=0, listed=None):
            if k == len(steps):
                yield env
                return
            mine, values, test = steps[k]
            listed = listed if m else list(values(env))
            if m < len(mine):
                for v in listed:
                    yield from run({**env, mine[m]: v}, k, m + 1, listed)
            elif test(env):
                yield from run(env, k + 1)
        return ", ".join(parts), names + new, run

    def fold(self, names, depth):
        text, inside, run = self.generators(names)
        body, of = self.inner(inside, depth - 1)
        kind = self.r.choice(["sum", "product", "min", "max", "exists", "forall", "alldifferent", "len"])
        if kind in ("exists", "forall"):
            other, to = self.inner(inside, 0)
            body, of = f"{body} <= {other}", (lambda env, of=of: f"({of(env)} <= {to(env)})")
        first = "7, " if kind in ("min", "max") else ""

        def plain(env):
            items = [of(e) for e in run(env)]
            if kind == "len":
                return f"({len(items)})"
            if kind in ("exists", "forall"):
                return "(" + ((" or " if kind == "exists" else " and ").join(items) or ("false" if kind == "exists" else "true")) + ")"
            return f"{kind}({first}{', '.join(items)})"
        name = {"forall": self.r.choice(["forall", "all"]), "exists": self.r.choice(["exists", "any"])}.get(kind, kind)
        return f"{name}({first}{body} for {text})", plain

    def constraint(self, k):
        r = self.r
        sign = r.choice(["<=", "!=", ">=", "=="])
        names, run, head = [], None, ""
        if r.random() < .6:
            text, names, run = self.generators([])
            head = f"forall {text}: "
        a, at = self.inner(names, 2)
        b, bt = self.inner(names, 1)
        self.text.append(f"{r.choice(['', f'c{k}: '])}{head}{a} {sign} {b};")
        for env in run({}) if run else [{}]:
            self.plain.append(f"{at(env)} {sign} {bt(env)};")


def count(work, text, data=None):
    model = pathlib.Path(work, "m.cint")
    model.write_text(text)
    extra = []
    if data is not None:
        pathlib.Path(work, "d.json").write_text(json.dumps(data))
        extra = ["--data", str(pathlib.Path(work, "d.json"))]
    done = subprocess.run([CONSTRINT, "count", str(model), *extra], text=True, capture_output=True, timeout=60)
    return done.stdout.strip() or f"refused: {done.stderr.splitlines()[0].split(': ', 1)[-1] if done.stderr else ''}"


def check_random(work, many):
    seed = random.randrange(1 << 40)
    print(f"seed {seed}")
    solved = different = 0
    for k in range(many):
        m = Model(seed + k)
        text, plain = "\n".join(m.text), "\n".join(m.plain)
        got, wanted = count(work, text, m.data), count(work, plain)
        if got != wanted and not (got.startswith("refused") and wanted.startswith("refused")):
            sys.exit(f"seed {seed + k}: {got}, expanded {wanted}\n{text}\n{json.dumps(m.data)}\n--- expanded\n{plain}")
        solved += got.isdigit() and int(got) > 0
        wrong = count(work, plain + f"\nvar extra in 0..1;")
        different += wrong != got
    if solved * 4 < many or different * 4 < many:
        sys.exit(f"of {many} models only {solved} have solutions, {different} would show a difference")
    return many


MESSAGES = [
    ("var x[1..3] in 1..2;\nx[4] == 1;", None, "m:2:3: the index 4 is outside 1..3 of 'x'"),
    ("var x[1..3] in 1..2;\nx == 1;", None, "m:2:1: one value is needed here, and 'x' has many: give the index of them"),
    ("var x[1..3] in 1..2;\nx[1, 2] == 1;", None, "m:2:6: 'x' has 1 dimension only"),
    ("var x[1..3] in 1..2;\nsum(x + 1) == 1;", None,
     "m:2:7: an array has no single value: sum(...), forall(...) or one index more make one of it"),
    ("var x in 1..2;\nx[1] == 1;", None, "m:2:2: 'x' is no array"),
    ("var x[1..3] in 1..2;\nforall x in 1..2: true;", None, "m:2:8: the name 'x' is taken already"),
    ("var x[1..3] in 1..2;\nsum(x[i] for i in 1..3, i in 1..2) == 1;", None, "m:2:25: the name 'i' is taken already"),
    ("var x[1..3] in 1..2;\nsum(x[i] for i in 1..x[1]) == 1;", None,
     "m:2:19: a set's value must be a constant of 64 bits: numbers, 'let' names and figures only"),
    ("var x[1..3] in 1..2;\nsum(x[i] for i in 1..3 if x[i] == 1) == 1;", None,
     "m:2:27: a condition behind 'if' must be a constant of 64 bits: numbers, 'let' names and figures only"),
    ("var x[1..3] in 1..2;\nforall i in 1..3 x[i] == 1;", None, "m:2:27: expected ':' behind the values of 'forall', found ';'"),
    ("let a[1..3] = [1, 2];", None, "m:1:15: the array has 3 elements, and here are 2"),
    ("let a = [[1, 2], [3]];", None, "m:1:9: the rows of the list differ in length"),
    ("let a[1..2, 1..3] = [[1, 2], [3, 4], [5, 6]];", None, "m:1:21: the rows of the list have other lengths than the array's"),
    ("var x[1..99999999] in 0..1;", None, "m:1:7: an array has at most 4194304 elements"),
    ("let a[i in 1..2, i in 1..3] = i;", None, "m:1:18: the name 'i' is taken already"),
    ("circuit(1);", None, "m:1:9: circuit takes a list here: [a, b, ...] or an array"),
    ("var x[1..3] in 1..3; lex_less(x, x[1..2]);", None, "m:1:34: lex_less() takes lists of one length: 2 here and 3 before"),
    ("sum(1 for i in 1..100000, j in 1..100000) == 1;", None,
     "m:1:5: the arrays and comprehensions up to here are too large: more than 16777216 steps to read them"),
    ("regular([1], [1, 2], [1], 1);", None, "m:1:14: regular() takes the next states as an array of two dimensions"),
    ("param n in 1..3;", None, "m:1:7: the parameter 'n' has no value: --data FILE.json or --let gives it"),
    ("param n in 1..3;\n", "{}", "m:1:7: the parameter 'n' has no value: the data does not name it"),
    ("param n in 1..3 = 4;", None, "m:1:19: 4 is not in the parameter's range"),
    ("param n in 1..3;", '{"n": 4}', "d:1:7: n: 4 is not in the range declared at m:1:12"),
    ("param n in {1, 3};", '{\n "n": 2}', "d:2:7: n: 2 is not in the range declared at m:1:12"),
    ("param n in 1..3;", '{"n": 2.0}', "d:1:7: n: a whole number of 64 bits is needed here"),
    ("param n in 1..3;", '{"n": "2"}', "d:1:7: n: a whole number is needed here"),
    ("param n in 1..3;", '{"n": [2]}', "d:1:7: n: a number is needed here, not a list"),
    ("param n in 1..3;", '{"n": 99999999999999999999}', "d:1:7: n: a whole number of 64 bits is needed here"),
    ("param n in 1..3;", '{"n": 2, "m": 3}', "d:1:10: 'm' is no parameter of the model: 'param NAME in RANGE;' declares one"),
    ("param n in 1..3; let m = 2;", '{"n": 2, "m": 3}', "d:1:10: 'm' is a 'let' of the model: only a 'param' takes data"),
    ("param a[1..2, 0..1] in 0..9;", '{"a": [[1, 2], [3]]}', "d:1:16: a[2]: 2 elements are needed (0..1), here are 1"),
    ("param a[1..2, 0..1] in 0..9;", '{"a": [[1, 2], 3]}', "d:1:16: a[2]: a list of 2 elements is needed here"),
    ("param a[1..2, 0..1] in 0..9;", '{"a": [[1, 2],\n [3, 44]]}', "d:2:6: a[2][1]: 44 is not in the range declared at m:1:24"),
    ("param n in 1..3;", "[1]", 'd:1:1: data is one object, {"NAME": value, ...}'),
    ("param n in 1..3;", '{"n": 2', "d:1:8: this is no valid JSON: ',' or a closing bracket was expected here"),
]


def check_messages(work):
    for text, data, wanted in MESSAGES:
        pathlib.Path(work, "m").write_text(text)
        pathlib.Path(work, "d").write_text(data or "")
        done = subprocess.run([CONSTRINT, "count", "--dialect", "native", "m", *(["--data", "d"] if data else [])], cwd=work,
                              text=True, capture_output=True)
        got = done.stderr.splitlines()[0] if done.stderr else done.stdout
        if done.returncode != 2 or got != wanted or not done.stderr.endswith("^\n"):
            sys.exit(f"{text}\n{data}\ngot    {got}\nwanted {wanted}")
    return len(MESSAGES)


FACTS = [  # x[1..3] is 2, 5, 2; y[0..1, 0..2] is 0..5 row by row
    "sum(x) == 9", "sum(x[1..2]) == 7", "sum(y[1]) == 12", "sum(y[*, 2]) == 7", "sum(y[0..1, 1..2]) == 12", "y[1][0] == 3 and y[1, 0] == 3",
    "x[y[0, 1]] == 2", "y[y[0, 1], y[0, 2]] == 5", "not (x[y[0, 0]] == 2)", "not (y[x[1], 0] == 0)", "max([x, y]) == 5", "len(x, y, 1) == 10",
    "exists(w == 5 for w in c)", "x[2] in c", "x[1] not in c", "count_of(2) == 2", "element(c, y[0, 1]) == 5", "table(x, t)", "table((x[1], x[2]), [(i, i + 3) for i in 1..3])",
    "lex_less(x, [2, 5, 3]) and not lex_less(x, x) and lex_lesseq(x, x)", "cardinality(x, [2, 5], [2, 1])", "circuit([1, 2, 0])", "circuit(s)", "not circuit([1, 0, 2])",
    "inverse(s, g)" , "disjunctive([0, 3], [3, 1]) and not disjunctive([0, 2], [3, 1])", "cumulative([0, 1], [2, 2], [1, 2], 3)",
    "not cumulative([0, 1], [2, 2], [1, 2], 2)", "all_different([x[1..2], 1])", "regular([1, 2, 2], [[2, 0], [2, 3], [0, 3]], [3], 1)", "not regular([1, 2, 1], [[2, 0], [2, 3], [0, 3]], [3], 1)", "forall(x[i] == v[i] for i in 1..3)", "sum(i * j for i, j in 1..2 if i < j, k in {j, 9}) == 4",
    "sum() == 0 and product(i for i in 1..0) == 1 and min([i for i in 3..4]) == 3",
]


def check_facts(work):
    """Each fact holds, and its negation does not: of constants and of variables."""
    for domain in ("{known}", "0..9"):
        declared = (f"var x[i in 1..3] in {domain.format(known='{v[i]}')};\nvar y[i in 0..1, j in 0..2] in {domain.format(known='{3 * i + j}')};\n"
                    "forall i in 1..3: x[i] == v[i];\nforall i in 0..1, j in 0..2: y[i, j] == 3 * i + j;\n"
                    "let v[1..3] = [2, 5, 2];\nlet c = [4, 5, 6];\nlet t = [[2, 5, 2], [1, 1, 1]];\nlet s[1..3] = [2, 3, 1];\nlet g[1..3] = [3, 1, 2];\n")
        for fact in FACTS:
            fact = fact.replace("count_of(2)", "sum(x[i] == 2 for i in 1..3)").replace("{known}", domain)
            for text, wanted in ((fact, "1"), (f"not ({fact})", "0")):
                got = count(work, f"{declared}{text};")
                if got != wanted:
                    sys.exit(f"{text}: {got}, not {wanted}\n{declared}")
    return 2 * len(FACTS)


def main():
    with tempfile.TemporaryDirectory() as work:
        passed = check_messages(work) + check_facts(work) + check_random(work, int(sys.argv[1]))
    print(f"{passed} passed, 0 failed")


main()
