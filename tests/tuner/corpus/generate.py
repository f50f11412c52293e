#!/usr/bin/env python3
"""Writes the corpora of malformed specs and workloads beside itself.

Each file is a sound document with one thing wrong, and its name says which.
tests/tuner/test_corpus.c demands that each is refused with its place; files
named good-* must be accepted, and serve the fuzzers as seeds.
"""
import pathlib
import shutil

HERE = pathlib.Path(__file__).resolve().parent

SPEC = """\
schema: 1
kernel: toy
version: "1"
plugin: toy-cpu
device: cpu
problem:
  kind: {labels: [square, wide]}
  T: {range: 1..4, scaling: true}
  N: {range: 8..64, step: 8}
define:
  area: tile * depth
parameters:
  tile: "{1, 2, 4}"
  depth: 1..hw.cores
  packing: {labels: [none, rows]}
constraints:
  fits: area <= 2 * problem.N
  even: depth % 2 == 0 or packing == 1
cost:
  work: 1000 * area
"""

WORKLOAD = """\
schema: 1
name: some problems
kernel: toy
problems:
  - {kind: [square, wide], T: 1, N: [8, 16]}
  - kind: square
    T: 3
    N: 64
"""


class Corpus:
    def __init__(self, name, base):
        self.folder = HERE / name
        self.base = base
        self.seen = set()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def write(self, name, data):
        if isinstance(data, str):
            data = data.encode()
        assert name not in self.seen, name
        self.seen.add(name)
        (self.folder / (name + ".yaml")).write_bytes(data)

    def replace(self, name, old, new):
        """The base with one piece of it changed."""
        assert self.base.count(old) == 1, (name, old)
        self.write(name, self.base.replace(old, new))

    def each(self, name, old, news):
        for i, new in enumerate(news):
            self.replace(f"{name}-{i:02}", old, new)

    def without_lines(self, *starts):
        lines = self.base.splitlines(True)
        for start in starts:
            kept = [line for line in lines if not line.startswith(start)]
            assert len(kept) == len(lines) - 1, start
            self.write("without-" + start.strip(" -:{").split(":")[0], "".join(kept))


NOT_YAML = {
    "empty": b"",
    "blank": b"\n\n   \n",
    "comment-only": b"# nothing\n",
    "tab": b"schema:\t1\n\tkernel: toy\n",
    "nul": b"schema: 1\0\n",
    "nul-escaped": b'schema: 1\nname: "a\\0b"\nkernel: "a\\0b"\n',
    "latin1": b"schema: 1\nname: caf\xe9\nkernel: caf\xe9\n",
    "overlong-utf8": b"schema: \xc0\xb1\n",
    "surrogate-utf8": b"schema: \xed\xa0\x80\n",
    "utf16": "schema: 1\n".encode("utf-16"),
    "utf32": "schema: 1\n".encode("utf-32"),
    "control-characters": b"schema: 1\x07\x1b[31m\n",
    "unclosed-quote": b'schema: "1\n',
    "unclosed-single-quote": b"schema: '1\n",
    "unclosed-map": b"{schema: 1, kernel: toy\n",
    "unclosed-sequence": b"[schema, 1\n",
    "unopened": b"schema: 1]\n",
    "wrong-bracket": b"{schema: 1]\n",
    "bad-escape": b'schema: "\\q"\n',
    "bad-indent": b"schema: 1\n  kernel: toy\n",
    "bad-dedent": b"  schema: 1\nkernel: toy\n",
    "scalar": b"42\n",
    "sequence": b"- schema: 1\n- kernel: toy\n",
    "null": b"~\n",
    "key-only": b"schema\n",
    "two-colons": b"schema: kernel: toy\n",
    "anchor": b"schema: &a 1\n",
    "alias": b"schema: *a\n",
    "alias-bomb": b"a: &a [1,1]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\n",
    "self-alias": b"&a [*a]\n",
    "merge-key": b"schema: 1\n<<: {kernel: toy}\n",
    "tag": b"schema: !!int 1\n",
    "tag-object": b"!!python/object/apply:os.system [true]\n",
    "local-tag": b"schema: !mine 1\n",
    "yaml-directive": b"%YAML 9.9\n---\nschema: 1\n",
    "unknown-directive": b"%WHAT is this\n---\nschema: 1\n",
    "tag-directive": b"%TAG ! tag:example.com,2000:\n---\nschema: 1\n",
    "complex-key": b"? [a, b]\n: 1\n",
    "empty-key": b'"": 1\n',
    "deep-sequences": b"schema: " + b"[" * 5000 + b"]" * 5000 + b"\n",
    "deep-maps": b"schema: " + b"{a: " * 500 + b"1" + b"}" * 500 + b"\n",
    "deep-blocks": b"".join(b" " * i + b"a:\n" for i in range(300)),
    "long-key": b"k" * 5000 + b": 1\n",
    "long-line": b"schema: " + b"9" * 20000 + b"\n",
    "many-keys": b"".join(b"k%d: 1\n" % i for i in range(5000)),
    "reserved-at": b"schema: @1\n",
    "reserved-backtick": b"schema: `1`\n",
    "binary": bytes(range(1, 256)),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(32),
    "json-trailing": b'{"schema": 1,, "kernel": "toy"}\n',
}

NOT_INTEGERS = ["", "0", "2", "-1", "1.0", "1e0", "0x1", "01", "+1", "one", '"1"', "[1]", "{a: 1}", "true", "~", "1 2",
                "99999999999999999999"]
NOT_NAMES = ["", "''", "a b", "a/b", "../a", ".a", "-a", "a=b", "'a,b'", "a;b", "[a]", "{a: b}", "'a\tb'", "é", "a:b",
             "'\"'", "$HOME", "'%s%n'"]
NOT_CINT = ["tile +", "* tile", "(tile", "tile)", "tile $ 2", "tile..", "unknown", "problem.X", "problem", "hw", "hw.",
            "min()", "nothing(1)", "element(1)", "table((tile), [(1, 2)])", "tile in", "in {1}", "tile -> ", "not",
            "'text'", "var x in 1..2", "let x = 1", "tile == == 2", "tile tile", "1 2", "99999999999999999999999999999999999999999999",
            "tile & 1", "sum(", "{1, 2}", "@", "\\\\", "tile ? 1 : 2"]


def common(c):
    for name, data in NOT_YAML.items():
        c.write("yaml-" + name, data)
    c.each("schema", "schema: 1", ["schema: " + v for v in NOT_INTEGERS])
    c.each("kernel", "kernel: toy", ["kernel: " + v for v in NOT_NAMES])
    c.write("second-document", c.base + "---\n" + c.base)
    c.write("twice", c.base + c.base)
    c.write("unknown-key", c.base + "extra: 1\n")
    c.write("good-base", c.base)
    c.write("good-crlf", c.base.replace("\n", "\r\n"))
    for i, line in enumerate(c.base.splitlines(True)):
        lines = c.base.splitlines(True)
        key = line.split(":")[0]
        if ":" in line and not line.startswith("  -"):
            if line.rstrip().endswith(":"):
                lines.insert(i, key + ": {a: b}\n")
            else:
                lines.insert(i, line)
            c.write(f"duplicate-line-{i + 1:02}", "".join(lines))


def spec():
    c = Corpus("spec", SPEC)
    common(c)
    c.without_lines("schema:", "kernel:", "version:", "plugin:", "device:")
    c.replace("without-problem", "problem:\n  kind: {labels: [square, wide]}\n  T: {range: 1..4, scaling: true}\n"
              "  N: {range: 8..64, step: 8}\n", "")
    c.replace("without-parameters", "parameters:\n  tile: \"{1, 2, 4}\"\n  depth: 1..hw.cores\n"
              "  packing: {labels: [none, rows]}\n", "")
    for key in ("version: \"1\"", "plugin: toy-cpu", "device: cpu"):
        name = key.split(":")[0]
        c.each(name, key, [f"{name}: {v}" for v in ("", "[1]", "{a: 1}", "a/b", "'a b'", "'..'")])
    c.each("range", "range: 1..4", ["range: " + v for v in (
        "", "1", "1..", "..4", "1.4", "1...4", "1..4..9", "4..1", "a..b", "1..4x", "0x1..4", "1 .. 4", "1..4.5", "+1..4",
        "1..99999999999999999999", "-99999999999999999999..1", "[1, 4]", "{lo: 1, hi: 4}", "1..2, 3..4", "--1..4", "1-4")])
    c.each("labels", "labels: [square, wide]", ["labels: " + v for v in (
        "", "[]", "square", "{square: 1}", "[square, square]", "[[square]]", "[a b]", "['']", "['a=b']", "['a,b']", "[~, ' ']",
        "[square, {wide: 1}]", "[/etc]", "[" + ", ".join(f"l{i}" for i in range(300)) + "]")])
    c.each("step", "step: 8", ["step: " + v for v in ("", "0", "-8", "8.0", "eight", "[8]", '"8"', "08", "9223372036854775808")])
    c.each("scaling", "scaling: true", ["scaling: " + v for v in ("", "yes", "True", "1", '"true"', "[true]")])
    c.each("key", "  T: {range", ["  %s: {range" % v for v in ("1T", "a-b", "a.b", "'a b'", "'a=b'", "é", "'#'")])
    c.replace("key-unknown-inner", "scaling: true", "scales: true")
    c.replace("key-scalar", "{range: 1..4, scaling: true}", "4")
    c.replace("key-sequence", "{range: 1..4, scaling: true}", "[1, 2, 3, 4]")
    c.replace("key-both", "range: 8..64, step: 8", "range: 8..64, labels: [a]")
    c.replace("key-neither", "range: 8..64, step: 8", "scaling: true")
    c.replace("key-step-with-labels", "labels: [square, wide]", "labels: [square, wide], step: 1")
    c.replace("problem-sequence", "problem:\n  kind: {labels", "problem:\n  - kind: {labels")
    for section, old in (("define", "area: tile * depth"), ("parameters", "depth: 1..hw.cores"),
                         ("constraints", "fits: area <= 2 * problem.N"), ("cost", "work: 1000 * area")):
        name, text = old.split(": ")
        c.each(section + "-name", "  " + old, [f"  {v}: {text}" for v in ("1a", "a-b", "a.b", "'a b'", "é", "'#'", "tile")
                                               if not (v == "tile" and section in ("constraints", "cost"))])
        c.each(section + "-value", old, [f"{name}: {v}" for v in ("", "''", "[1]", "{a: b}", f"'{text}; 1'", "';'")])
        c.each(section + "-cint", old, [f'{name}: "{v}"' for v in NOT_CINT if not (section == "parameters" and v == "{1, 2}")])
    c.each("domain", "1..hw.cores", ['"%s"' % v for v in ("{}", "{1,,2}", "{1 2}", "1..", "..2", "1..2 step 0", "1..2 step -1",
                                                          "1..2 step", "1..tile", "1", "{tile}", "2..1..3", "(1..2", "{1, 2")])
    c.replace("define-cycle", "area: tile * depth", "area: area + 1")
    c.replace("define-forward", "area: tile * depth", "area: later\n  later: tile")
    c.replace("figure-absent-in-domain", "hw.cores", "hw.sm_count")
    c.replace("figure-absent-in-constraint", "2 * problem.N", "hw.smem_per_block")
    c.replace("figure-absent-through-define", "area: tile * depth", "area: tile * hw.registers_per_sm")
    c.replace("label-as-name", "packing == 1", "packing == rows")
    c.replace("cost-overflow", "1000 * area", "(1000 * area) ** 40")
    c.replace("cost-undefined", "1000 * area", "1000 // (tile - 1)")
    c.replace("good-figure-absent-in-cost", "1000 * area", "area * hw.smem_per_block")
    c.replace("good-block-text", "area <= 2 * problem.N", "|\n    area\n      <= 2 * problem.N")
    c.replace("good-empty-space", "area <= 2 * problem.N", "area < 0")
    return len(c.seen)


def workload():
    c = Corpus("workload", WORKLOAD)
    common(c)
    c.without_lines("schema:", "name:", "kernel:")
    c.write("without-problems", WORKLOAD.split("problems:")[0])
    c.each("name", "name: some problems", ["name: " + v for v in ("", "''", "[a]", "{a: b}")])
    c.each("problems", "problems:\n  - {", ["problems:\n  - %s\n  - {" % v for v in (
        "1", "[]", "{}", "[{kind: square}]", "text", "~", "''", "- 1")])
    c.replace("problems-map", "  - {kind: [square, wide], T: 1, N: [8, 16]}\n  - kind: square\n    T: 3\n    N: 64\n",
              "  kind: square\n")
    c.replace("problems-empty", "  - {kind: [square, wide], T: 1, N: [8, 16]}\n  - kind: square\n    T: 3\n    N: 64\n",
              "  []\n")
    c.each("kind", "kind: [square, wide]", ["kind: " + v for v in (
        "", "''", "[]", "0", "round", "Square", "[square, round]", "[[square]]", "{square: wide}", "'square '", "squar",
        "[square, 1]", "'square,wide'", "[~]", "'*'")])
    c.each("T", "T: 1", ["T: " + v for v in (
        "", "0", "5", "-1", "1.0", "1e0", "0x1", "+1", "one", "[]", "[1, 5]", "[1, [2]]", "{a: 1}", "1..4", "99999999999999999999",
        "1x", "' 1'", "true", "[1, ]]", "NaN", "inf", "1,2", "-0x1", "9223372036854775808", "-9223372036854775809")])
    c.each("N", "N: [8, 16]", ["N: " + v for v in (
        "9", "0", "72", "[8, 9]", "[8, 0]", "[]", "{from: 8, to: 64}", "[8, ''] ", "8.5", "eight", "[16, 8", "16, 8")])
    c.each("key", "kind: [square, wide], T: 1", [v + ", T: 1" for v in (
        "Kind: square", "kinds: square", "'kind ': square", "T: 1", "[kind]: square", "kind", "? kind", "'': square",
        "'kind=': square", "kind:square")])
    c.each("missing", "{kind: [square, wide], T: 1, N: [8, 16]}", (
        "{kind: square, T: 1}", "{kind: square, N: 8}", "{T: 1, N: 8}", "{N: 8}"))
    c.each("extra", "N: [8, 16]}", ["N: [8, 16], %s}" % v for v in ("M: 1", "t: 1", "problem.N: 1", "N2: [1, 2]", "é: 1")])
    many = ", ".join(f"k{i}: [1, 2, 3, 4, 5, 6, 7, 8]" for i in range(40))
    flow = WORKLOAD.index("{")
    for cut in range(flow + 1, WORKLOAD.index("}"), 2):
        c.write(f"cut-{cut}", WORKLOAD[:cut])
    c.replace("product-bomb", "kind: [square, wide], T: 1", many)
    c.replace("long-list", "N: [8, 16]", "N: [" + ", ".join(["8"] * 30000) + "]")
    c.replace("too-many-keys", "kind: [square, wide], T: 1", ", ".join(f"k{i}: 1" for i in range(100)))
    c.replace("good-block", "{kind: [square, wide], T: 1, N: [8, 16]}", "kind: [square]\n    T: [1, 2, 3]\n    N: \"8\"")
    c.replace("good-doubles", "N: [8, 16]", "N: [8, 8]")
    return len(c.seen)


if __name__ == "__main__":
    print("spec:", spec(), "files; workload:", workload(), "files")
