#!/usr/bin/env python3
"""Make the malformed files of the readers' corpora from the valid seeds.

usage: generate.py PATH-OF-constrint [DIALECT...]

A file is kept if the reader refuses it (exit code 2): the tests then hold the
readers to that, with a message that has its place. Hand-written breakages must
all be refused. The choice is the same on every run.
"""
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
WANTED = 230
EXTENSION = {"native": ".cint", "flashrnn": ".csp", "t1": ".json"}
TOKEN = re.compile(r"\s+|#[^\n]*|[A-Za-z_][\w.]*|\d+|\"[^\"]*\"|'[^']*'|<->|->|==|!=|<=|>=|<<|>>|\*\*|//|\.\.|.", re.S)

VARS = "var x in 1..9; var y in {1, 2, 4};\n"
ARRAYS = "var a[1..3] in 1..3; var b[1..2, 1..2] in 0..9;\n"
BY_HAND = {
    "native": [VARS + t for t in (
        "x = 2;", "x == ;", "x == 2", "== 2;", "x == 2 y == 1;", "x == (2;", "x == 2);", "x ==== 2;", "x + ;",
        "x & y;", "x && y;", "x || y;", "!x;", "x == 1.5;", "x == 1e3;", "x == 99999999999999999999;", "z == 1;",
        "let a 3;", "let = 3;", "let a = ;", "let x = 3;", "let a = 1; let a = 2;", "let a = a + 1;", "let a = b; let b = a;",
        "var z in {};", "var z in 5;", "var z in 9..1;", "var z in 1..;", "var z in ..3;", "var z 1..3;", "var in 1..3;",
        "var z in 1..9 step 0;", "var z in 1..9 step -1;", "var z in 1..9 step x;", "var z in 1..y;", "var z in {x};",
        "var z in {1, 2;", "var z in 1, 2;", "var x in 1..2;", "var let in 1..2;", "var and in 1..2;", "var z in 1...3;",
        "var z in {1 2};", "var z in {,};", "var z in [1, 2];", "min();", "abs(1, 2) == 1;", "abs x == 1;", "mn(x, y) == 1;",
        "element(x, [1, 2]) == 1;", "element([], x) == 1;", "element([1, 2]) == 1;", "table((x, y), [(1)]);",
        "table((x, y), [(1, 2, 3)]);", "table((x, y), [1, 2]);", "table((x, y));", "table(x, [(1)]);", "table((x), [(y)]);",
        "ceildiv(x) == 1;", "divides(x, y, x);", "ite(x, y) == 1;", "x in {};", "x in 1;", "x in y;", "x in 1..2 == 1;",
        "x not 1..2;", "not;", "x + not y == 1;", "x -> ;", "x <-> ;", "x => y;", "x <> y;", "x === y;",
        "maximize;", "maximize x minimize y;", "maximize x,;", "minimize maximize x;", "name: ;", "name: other: x;", "3: x == 1;",
        "x: ;", "c: var z in 1..2;", "x == 'one';", "x == \"one\";", "x == 'one;", "x @ y;", "x $ y;", "x ? y : 1;", "x[1] == 2;",
        "x == 1 KiB KiB;", "x == KiB;", "x == 9007199254740993 GiB;", "x ~ y;", "x << 1 == 2;", "x == 0x;", "x == 0b2;", "x == 1_;",
        "hw.cores == 1;", "hw. == 1;", "x.y == 1;", ".x == 1;", "x == 1,;", "{x == 1};", "[x] == 1;", "();", "x == ();",
        "x == 1;; }", "var z in 1 // 0 .. 3;", "x == \u00e9;", "x == 1\x00;", "caf\u00e9 == 1;", "x == 1 \x01;",
        "(" * 1200 + "x" + ")" * 1200 + " == 1;", "-" * 1500 + "x == 1;", "not " * 1500 + "x;", "x ^ " * 1500 + "x == 1;",
        "x -> " * 1500 + "x;",
    )] + [ARRAYS + t for t in (
        "a == 1;", "a[0] == 1;", "a[4] == 1;", "a[1, 2] == 1;", "a[1][2] == 1;", "b[1] == 1;", "b[1, 3] == 1;", "b[*, 1] == 1;", "a[1..2] == 1;", "a[] == 1;",
        "a[1 == 1;", "a[1;", "a[1,] == 1;", "a[,1] == 1;", "a + 1 == 2;", "sum(a + 1) == 2;", "sum(a[3..4]) == 1;", "sum(a[i..2]) == 1;", "sum(b[*]) + ;", "min() == 1;",
        "sum(a[i] for i in 1..4) == 1;", "sum(a[i] for i in) == 1;", "sum(a[i] for i) == 1;", "sum(a[i] for in 1..3) == 1;", "sum(for i in 1..3) == 1;", "sum(a[i] for i in 1..3 == 1;",
        "sum(a[i] for i in 1..3] == 1;", "sum(a[i] for i in 1..3 if) == 1;", "sum(a[i] for i in 1..3 if a[i]) == 1;", "sum(a[i] for i in 1..3, ) == 1;", "sum(a[i] for i, in 1..3) == 1;",
        "sum(a[i] for i in 1..3 for j in 1..3) == 1;", "sum(a[i] for a in 1..3) == 1;", "sum(i for i in 1..2, i in 1..2) == 1;", "sum(i for i, i in 1..2) == 1;", "sum(a[i] i for i in 1..3) == 1;",
        "sum(j for i in 1..3) == 1;", "sum(i for i in a) == 1;", "sum(i for i in 1..a[1]) == 1;", "sum(1 for i in 1..99999999) == 1;", "sum(1 for i, j in 1..99999) == 1;",
        "forall i in 1..3;", "forall i in 1..3: ;", "forall i in 1..3 a[i] == 1;", "forall i: a[i] == 1;", "forall in 1..3: a[1] == 1;", "forall i in 1..3: a[i] == 1", "forall i in 1..4: a[i] == 1;",
        "forall i in 1..3: c: a[i] == 1;", "forall i in 1..3: var z in 1..2;", "forall i in 1..3: forall i in 1..2: true;", "forall i in 1..3 if: true;", "forall a in 1..3: true;", "forall i in 1..3: i == 1; i == 1;",
        "var a[1..2] in 1..2;", "var d[1..3 in 1..2;", "var d[] in 1..2;", "var d[3] in 1..2;", "var d[{1, 2}] in 1..2;", "var d[1..3 step 2] in 1..2;", "var d[1..a[1]] in 1..2;", "var d[1..3] 1..2;", "var d[1..3];",
        "var d[i in 1..2, i in 1..2] in 1..2;", "var d[1..99999999] in 1..2;", "var d[1..9999, 1..9999] in 1..2;", "var d[1..2, 1..2, 1..2, 1..2, 1..2, 1..2, 1..2, 1..2, 1..2] in 1..2;", "var d[i in 1..3] in i..2;",
        "var d[1..2], d in 1..2;", "var d[1..2] in a;", "let l = [1, 2;", "let l = [[1], [1, 2]];", "let l[1..3] = [1, 2];", "let l[1..2, 1..2] = [[1, 2, 3], [4]];", "let l[1..2] = 3;", "let l[i in 1..2];", "let l[1..2] = [1, 2], 3;",
        "let l = [1, [2]];", "let a = [1];", "let l = l[1];", "let l[i in 1..2] = l[i];", "let l = [1]; let l = [2];", "let l = [1]; l;", "let l[1..2] = [1, 2]; l[3] == 1;",
        "param p in 1..3;", "param p = 3;", "param p in 1..3 = 4;", "param p in 1..a[1] = 1;", "param p in 1..3 = a[1];", "param p[1..2] in 1..3 = [1];", "param p[1..2] in 1..3 = [1, 4];", "param p[i in 1..2] in 1..3 = [1, 2];",
        "param p[1..2] in 1..3;", "param a in 1..3 = 1;", "param in 1..3 = 1;", "param p in = 1;", "param p in {} = 1;", "param p in 1..3 = 1; let p = 2;", "param p in 1..3 = 1; param p in 1..3 = 1;", "param let in 1..3 = 1;",
        "circuit(1);", "circuit(a[1]);", "circuit(a, a);", "circuit();", "inverse(a);", "inverse(a, );", "lex_less(a, a[1..2]);", "lex_less(a a);", "cardinality(a, [1, 2], [1]);", "cardinality(a, a, a);", "cumulative(a, a, a);",
        "cumulative(a, a, [1], 2);", "disjunctive(a);", "disjunctive(a, [1]);", "circuit([1, 2);", "table(a, [(1, 2)]);", "table(a, b[1]);", "table(a[1..2], b);", "table(a, [(i, i) for i in 1..2]);", "table(a, [(i, 1, 1 for i in 1..2)]);",
        "element(a[1], 1) == 1;", "len(a == 3;", "sum([a) == 3;", "abs(a) == 1;", "forall() + ;", "a[a] == 1;", "a[a[1]..2] == 1;", "[a[1]] == 1;", "a[1] in b[1] in a;", "a in {1};",
        "a[" * 1200 + "1" + "]" * 1200 + " == 1;", "sum(" * 1200 + "a" + ")" * 1200 + " == 1;", "sum(" + "[" * 1200 + "a" + "]" * 1200 + ") == 1;",
        "forall i in 1..1: " * 1 + "sum(" * 1100 + "i for k in 1..1" + ")" * 1100 + " == 1;",
    )],
    "flashrnn": [
        "a = 2;", "a == ;", "== 2;", "a == 2 b == 3;", "a - b == 1;", "a / b == 1;", "a // b == 1;", "-a == 1;", "a == -1;",
        "a % b;", "a % b == 1;", "a % b <= 0;", "a % b == c;", "0 == a % b;", "a % b % c == 0;", "a == b % c;", "a % == 0;", "% a == 0;",
        "a == [1, 2] + 3;", "a + [1, 2] == 3;", "a == [];", "a == [1, ];", "a == [1 2];", "a == [1, b];", "a == [1, 2;", "a == 1, 2];",
        "a == [-1, 2];", "[1, 2] == [1, 2];", "[1] % b == 0;", "a % [2] == 0;", "a ^ b == 4;", "a ^ == 4;", "^ 2 == 4;", "a ^ 2 ^ 3 == 4;",
        "a == b == c;", "a <= b <= c;", "1 <= a < 3;", "a | b;", "a == 1 |;", "| a == 1;", "a == 1 | | b == 1;", "a == 1 & b == 1;",
        "a == 1 and b == 1;", "a == 1 or b == 1;", "not a == 1;", "a => 1;", "a =< 1;", "a <> 1;", "a ! 1;", "a ~ 1;", "(a == 1;", "a == 1);",
        "a == (1;", "((a) == 1;", "a == 1; (", "a == 1.5;", "a == 1e3;", "a == 99999999999999999999;", "a == 'x';", "a == \"x\";", "a == 'x;",
        "a + + b == 1;", "a * * b == 1;", "a b == 1;", "2a == 1;", "a 2 == 1;", "a == 1 2;", "a == ();", "a == {1, 2};", "a: b == 1;",
        "a @ b == 1;", "a $ 1;", "a ? 1;", "a == 1 \\ 2;", "a == \x01;", "a == 1\x00;", "caf\u00e9 == 1;", "a == 0x;", "a == 1_;", "a.. == 1;",
        "1..3 == a;", "a == 1..3;", "a == 1, b == 2;", "a;", "7;", "a +;", "a * ;", "a <= ;", "<= a;", "!= a;", "a != ;", "a ==", "a", "a %", "a % b ==",
        "# order: > a\n", "# order: a\na == 1;", "# order: > \na == 1;", "# order: > b\na == 1;", "# order: >> a\na == 1;", "# order: > a, < b\na == b;",
        "# order: > a > a b\na == 1;", "# order: = a\na == 1;", "# order: > 3\na == 1;", "# order: > [a]\na == 1;", "# order: 'a'\na == 1;",
        "#order: <\na == 1;", "let a = 3;", "var a in 1..3;",
        "maximize a;", "a in 1..3;", "a == 1 -> b == 1;", "min(a, b) == 1 == 2;", "a <-> b;", "a << 1 == 2;", "a == 5 %;",
    ],
    "t1": [],
}

SPACE = '{"ConfigurationSpace": {"TuningParameters": [{"Name": "a", "Type": "int", "Values": "[1, 2, 4]"},\n' \
        ' {"Name": "s", "Type": "string", "Values": "[\'x\', \'y\']"}, {"Name": "f", "Type": "float", "Values": [0.5, 1.5]}],\n' \
        ' "Conditions": [\n  {"Expression": "%s", "Parameters": ["a"]}]}}\n'
PARAMETER = '{"ConfigurationSpace": {"TuningParameters": [\n %s\n], "Conditions": []}}\n'
BY_HAND["t1"] = [SPACE % t for t in (
    "a =", "a == ", "== a", "a = 1", "a == b", "b > 1", "a +", "+", "a a", "a 1", "1 a", "(a == 1", "a == 1)", "a == [1", "a in [1, 2", "a in 1", "a in a",
    "a in", "in a", "a not 1", "not", "a and", "or a", "a or or a", "a & & a", "a && a", "a || a", "!a", "a ? 1 : 2", "a if a", "a if a else", "if a else a",
    "a if else a", "lambda x: x", "[x for x in a]", "a.b == 1", "a[0] == 1", "f(a) == 1", "abs()", "abs(a, a) == 1", "min()", "pow(a) == 1", "foo(a)",
    "a := 1", "a; a", "a == 1;", "", " ", "a == 'x", "a == \\\"x", "a == \\\"x'", "s < 'x'", "s + 1 == 2", "s * 2 == 2", "-s == 1", "s >= s", "s in 'xy'",
    "f ^ 1 == 0", "a ^ f == 0", "~f == 0", "a << 0.5 == 1", "(a / 2) & 1 == 0", "a ** 0.5 == 1", "a ** -a == 1", "a ** s == 1", "a is 1", "a is not None", "None", "a == None",
    "a <> 1", "a === 1", "a => 1", "a =< 1", "a ++ ", "a -- ", "a ** ** 2", "a // // 2", "a %% %% 2", "1.5.2 == a", "1..2 == a", "99999999999999999999 == a", "1e400 == a",
    "0.00000000000000000000001 == a", "0x == a", "a == 1_", "a == $", "a == @", "a == \\u00e9", "a == {1}", "{1: 2}", "a == 1, 2", "(1, 2)", "[1]", "any(a)", "all()", "any(1, 2)",
    "min([])", "max('x')", "a == *1", "a < not a", "a in [1] in [2]", "a == (not)", "((((a)))", "a == ]", "a == )", "not in [1]", "a <", "< a", "a < < 1", "a != ", "x == 1",
    "math.sqrt(a) == 1", "int() == 1", "float('x') == 1", "round(a) == 1", "len([1]) == 1", "a == b''", "a == '''x'''", "a @ a", "a -> a", "a <-> a", "True == ", "await a",
    "(" * 1200 + "a" + ")" * 1200, "-" * 1500 + "a", "not " * 1500 + "a", "a ** " * 1500 + "a", "a + " * 1500 + "a", "a if a else " * 1500 + "a",
)] + [PARAMETER % t for t in (
    "1", "\"a\"", "[]", "{}", '{"Name": "a"}', '{"Name": "a", "Type": "int"}', '{"Type": "int", "Values": "[1]"}', '{"Name": "a", "Values": "[1]"}',
    '{"Name": 1, "Type": "int", "Values": "[1]"}', '{"Name": "", "Type": "int", "Values": "[1]"}', '{"Name": "a", "Type": 3, "Values": "[1]"}',
    '{"Name": "a", "Type": "integer", "Values": "[1]"}', '{"Name": "a", "Type": "int", "Values": "[]"}', '{"Name": "a", "Type": "int", "Values": []}',
    '{"Name": "a", "Type": "int", "Values": 3}', '{"Name": "a", "Type": "int", "Values": null}', '{"Name": "a", "Type": "int", "Values": "1"}',
    '{"Name": "a", "Type": "int", "Values": ""}', '{"Name": "a", "Type": "int", "Values": "[1"}', '{"Name": "a", "Type": "int", "Values": "[1, , 2]"}',
    '{"Name": "a", "Type": "int", "Values": "[1 2]"}', '{"Name": "a", "Type": "int", "Values": "[1] 2"}', '{"Name": "a", "Type": "int", "Values": "[1.5]"}',
    '{"Name": "a", "Type": "int", "Values": "[\'x\']"}', '{"Name": "a", "Type": "int", "Values": "[True]"}', '{"Name": "a", "Type": "uint", "Values": "[-1]"}',
    '{"Name": "a", "Type": "string", "Values": "[1]"}', '{"Name": "a", "Type": "string", "Values": "[x]"}', '{"Name": "a", "Type": "string", "Values": "[\'x]"}',
    '{"Name": "a", "Type": "bool", "Values": "[2]"}', '{"Name": "a", "Type": "bool", "Values": "[\'True\']"}', '{"Name": "a", "Type": "float", "Values": "[\'x\']"}',
    '{"Name": "a", "Type": "float", "Values": "[1e300]"}', '{"Name": "a", "Type": "int", "Values": "[99999999999999999999]"}', '{"Name": "a", "Type": "int", "Values": [99999999999999999999]}',
    '{"Name": "a", "Type": "int", "Values": "[1, 2)"}', '{"Name": "a", "Type": "int", "Values": "range()"}', '{"Name": "a", "Type": "int", "Values": "range(1, 2, 0)"}',
    '{"Name": "a", "Type": "int", "Values": "range(3, 1)"}', '{"Name": "a", "Type": "int", "Values": "range(1, 99999999999)"}', '{"Name": "a", "Type": "int", "Values": "range(0.5)"}',
    '{"Name": "a", "Type": "int", "Values": "list([1])"}', '{"Name": "a", "Type": "int", "Values": "[2**i for i in range(3)]"}', '{"Name": "a", "Type": "int", "Values": [[1]]}',
    '{"Name": "a", "Type": "int", "Values": [null]}', '{"Name": "a", "Type": "int", "Values": [1, {}]}', '{"Name": "a", "Type": "int", "Values": "[--1]"}',
    '{"Name": "a", "Type": "int", "Values": "[1]"}, {"Name": "a", "Type": "int", "Values": "[2]"}', '{"Name": "a", "Name": "b", "Type": "int", "Values": "[2]"}',
    '{"Name": "a", "Type": "int", "Values": "[1]"},', '{"Name": "a", "Type": "int", "Values": "[1]" "x": 1}', '{"Name": "a", "Type": "int", "Values": \'[1]\'}',
)] + [
    "", " ", "{", "}", "[]", "null", "1", '"x"', "{}", '{"ConfigurationSpace": 1}', '{"ConfigurationSpace": {}}', '{"ConfigurationSpace": []}',
    '{"ConfigurationSpace": {"TuningParameters": {}}}', '{"ConfigurationSpace": {"TuningParameters": 1}}', '{"ConfigurationSpace": {"TuningParameters": [1]}}',
    '{"ConfigurationSpace": {"TuningParameters": [], "Conditions": 1}}', '{"ConfigurationSpace": {"TuningParameters": [], "Conditions": {}}}',
    '{"ConfigurationSpace": {"TuningParameters": [], "Conditions": [1]}}', '{"ConfigurationSpace": {"TuningParameters": [], "Conditions": [{}]}}',
    '{"ConfigurationSpace": {"TuningParameters": [], "Conditions": [{"Expression": 1}]}}', '{"TuningParameters": []}', "{'a': 1}", "{\"a\": \x00}", "\ufeff{", "{\"a\": \"\\ud800\"}",
    "[" * 3000, "{\"a\":" * 3000,
]


def broken(rng, text):
    """One breakage of a valid text: its kind and the result."""
    tokens = TOKEN.findall(text)
    solid = [i for i, t in enumerate(tokens) if not t.isspace() and not t.startswith("#")]
    i = rng.choice(solid)
    kind = rng.choice(["cut", "drop", "twice", "swap", "stray", "byte", "name", "number", "operator"])
    if kind == "cut":
        tokens = tokens[:i] + [tokens[i][: max(1, len(tokens[i]) // 2)]]
    elif kind == "drop":
        del tokens[i]
    elif kind == "twice":
        tokens.insert(i, tokens[i])
    elif kind == "swap":
        j = rng.choice(solid)
        tokens[i], tokens[j] = tokens[j], tokens[i]
    elif kind == "stray":
        tokens.insert(i, rng.choice("()[]{};,:.=$@?!\\\"'`"))
    elif kind == "byte":
        tokens.insert(i, rng.choice(["\x00", "\x07", "\x7f", "\u00e9", "\u221e", "\U0001f600"]))
    elif kind == "name":
        tokens[i] = rng.choice(["undeclared", "let", "var", "in", "and", "lambda", "step", "hw.none"])
    elif kind == "number":
        tokens[i] = rng.choice(["1.5.1", "99999999999999999999999", "1e999", "0x", "12ab", "1__2"])
    else:
        tokens[i] = rng.choice(["==", "=", "->", "//", "%", "**", "<>", "&&", "|", "..", "not", "in", ":="])
    return kind, "".join(tokens)


def refused(constrint, path, dialect):
    run = subprocess.run([constrint, "propagate", path, "--dialect", dialect, "--time", "2"], capture_output=True)
    if run.returncode not in (0, 1, 2, 3):
        sys.exit(f"{path}: exit code {run.returncode}: {run.stderr.decode(errors='replace')}")
    return run.returncode == 2


def generate(constrint, dialect):
    good, bad = HERE / dialect / "good", HERE / dialect / "bad"
    bad.mkdir(parents=True, exist_ok=True)
    for old in bad.iterdir():
        old.unlink()
    rng = random.Random("corpus of " + dialect)
    seeds = [p.read_text() for p in sorted(good.iterdir())]
    with tempfile.NamedTemporaryFile(suffix=EXTENSION[dialect]) as scratch:
        def check(text):
            data = text.encode("utf-8", "surrogatepass")
            pathlib.Path(scratch.name).write_bytes(data)
            return refused(constrint, scratch.name, dialect)

        texts, accepted = {}, []
        for n, text in enumerate(BY_HAND[dialect]):
            if not check(text):
                accepted.append(text)
            texts[text] = f"hand-{n:03}"
        if accepted:
            sys.exit(f"{dialect}: accepted, but should not be:\n" + "\n".join(repr(t[-200:]) for t in accepted))
        while len(texts) < max(WANTED, len(BY_HAND[dialect]) + 60):
            kind, text = broken(rng, rng.choice(seeds))
            if text not in texts and check(text):
                texts[text] = f"{kind}-{len(texts):03}"
    for text, name in texts.items():
        (bad / (name + EXTENSION[dialect])).write_bytes(text.encode("utf-8", "surrogatepass"))
    print(f"{dialect}: {len(texts)} malformed files")


if __name__ == "__main__":
    for d in sys.argv[2:] or list(EXTENSION):
        generate(sys.argv[1], d)
