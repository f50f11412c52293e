#!/usr/bin/env python3
"""Other tools' files: T1, BAT, Kernel Tuner's spaces and caches, T4 results.

usage: formats_test.py [SPACES [SEED]]
"""
import csv
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import truth

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 60
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
print(f"seed {SEED}")
rng = random.Random(SEED)
failed = passed = 0
folder = tempfile.TemporaryDirectory()


def check(fact, *words):
    global failed, passed
    passed += bool(fact)
    if not fact:
        failed += 1
        print("FAILED:", *words, file=sys.stderr)


def run(command, text, *more, name="space.json"):
    path = pathlib.Path(folder.name, name)
    path.write_text(text)
    return subprocess.run([os.environ["CONSTRINT"], command, str(path), *more], capture_output=True, text=True)


def rows(text):
    done = run("enumerate", text)
    if done.returncode:
        return done.stderr
    return [tuple(row) for row in csv.reader(io.StringIO(done.stdout))][1:]


# ---- Values as Python lists ----

LISTS = [
    "[1, 2, 4]", "[4,2, 1]", "[]+[3]", "list(range(32, 1024+1, 32))", "list(range(1,16))", "range(5)", "[2**i for i in range(0, 6)]",
    "[i for i in range(1, 10+1)]", "[1, 2, 4, 8, 16] + list(range(32, 1024+1, 32))", "[1] + [2*i for i in range(1,11)]", "[2^x for x in range(4, 11)]",
    "[i for i in range(3,35,2)]", "[16*i for i in range(1,9)]", "(1, 2, 3)", "tuple(range(3))", "list([7, 8])", "[i*j for i in range(1, 4) for j in [10, 100]]",
    "[x for x in range(40) if x % 7 == 3]", "[x for x in range(20) if x % 2 if x % 3]", "[-i for i in range(1, 4)]", "range(10, 0, -3)", "[1] * 3 + [2, 2]",
    "[[i, i+1] for i in range(2)][0:0] + [1]", "[(1 if i < 2 else 100 + i) for i in range(5)]", "[i for i in range(10) if not (i < 3 or i > 7)]",
    "[1 << i for i in range(8)]", "[i & 5 | 8 for i in range(8)]", "[~i for i in range(3)]", "[10 // i for i in range(1, 6)]", "[-7 % i for i in range(2, 6)]",
    "[int(i / 2) for i in range(9)]", "[i for i in [5, 3, 9] if i in [3, 9]]", "list(i + 1 for i in range(3))", "[0x10, 0b11, 1_000]", "[ -1,0 , 1 ]", "[i for i in range(3)for j in range(2)]",
]


def lists_of_values():
    for text in LISTS:
        answer = rows(json.dumps({"ConfigurationSpace": {"TuningParameters": [{"Name": "x", "Type": "int", "Values": text}]}}))
        try:
            wanted = sorted(set(eval(text)))
        except (TypeError, SyntaxError):
            wanted = None
        if isinstance(answer, str):  # what is not understood is refused, with its place
            check(text == "[[i, i+1] for i in range(2)][0:0] + [1]" and "space.json:1:" in answer, text, answer)
        else:
            check(sorted(int(r[0]) for r in answer) == wanted, text, answer, wanted)


def fractions_keep_their_digits():
    values = [0.1, 0.25, 1e-3, 3, 12.50, 1234567.000001]
    for text in (json.dumps(values), json.dumps(repr(values))):
        document = '{"tune_params": {"f": %s, "g": [10, 0.3]}, "restrictions": ["f * g == 1 or f * 1000000 == 1234567000001 or f + 0.2 == g"]}' % text
        answer = rows(document)
        check(sorted(answer) == [("0.1", "0.3"), ("0.1", "10"), ("1234567.000001", "0.3"), ("1234567.000001", "10")], text, answer)
    exact = '{"tune_params": {"f": [0.10000000000000001, 0.1]}, "restrictions": ["f == 0.1"]}'
    check(rows(exact) == [("0.1",)], "two literals of one float are two fractions", rows(exact))


def strings_come_back_as_they_were():
    for ascii_only in (True, False):
        values = ["\"", "\\", "/", "\b\f\n\r\t", "\u007f", "\u0001", "'", "\u20ac", "\U0001f600x"]
        values += ["".join(rng.choice("ab\"\\/\n\t\u00e9\u0416\u4e2d\U0001d11e") for _ in range(rng.randrange(1, 8))) for _ in range(20)]
        values = list(dict.fromkeys(values))
        done = run("enumerate", json.dumps({"tune_params": {"s": values}}, ensure_ascii=ascii_only), "--format", "jsonl")
        found = [json.loads(line)["s"] for line in done.stdout.splitlines()]
        check(sorted(found) == sorted(values), ascii_only, done.stderr, set(values) ^ set(found))


# ---- Random spaces in every frame ----

def random_space():
    pool = [[1, 2, 4, 8], list(range(6)), [0.5, 1.5, 2.0], ["x", "y"], [True, False], [-2, 3, 7], ["auto", 1, 2.5], [10]]
    parameters = {f"p{i}": rng.sample(v, len(v)) for i, v in enumerate(rng.sample(pool, rng.randrange(1, 5)))}
    numbers = [n for n, v in parameters.items() if not any(isinstance(x, str) for x in v)]
    conditions = []
    for _ in range(rng.randrange(0, 3) if numbers else 0):
        a, b = rng.choice(numbers), rng.choice(numbers)
        conditions.append(rng.choice([f"{a} * {b} <= {rng.randrange(1, 30)}", f"{a} % 2 == 0 or {b} > 1", f"not {a} == {b}", f"{a} / 2 < {b} + 1"]))
    return parameters, conditions


def shown(value):
    return str(value)


def t4(names, configurations, more=()):
    result = [{"timestamp": "2024", "configuration": dict(zip(names, c)), "times": {"compilation": 1.5, "runtimes": [1.0, float("nan")]},
               "invalidity": "correct", "correctness": 1, "measurements": [{"name": "time", "value": 2.5, "unit": "ms"}]} for c in configurations]
    result += [{"configuration": dict(zip(names, c)), "times": {}, "invalidity": "runtime", "correctness": 0} for c in more]
    rng.shuffle(result)
    return json.dumps({"metadata": {"timeunit": "ms"}, "schema_version": "1.0.0", "results": result})


def cache(parameters, names, configurations, more=()):
    def entry(c, **result):
        return ",".join(map(str, c)), {**dict(zip(names, c)), **result}
    entries = [entry(c, time=1.0, times=[1.0]) for c in configurations]
    entries += [entry(c, **rng.choice([{"time": "RuntimeFailedConfig"}, {"__error__": "CompilationFailedConfig", "time": 1}])) for c in more]
    return json.dumps({"device_name": "d", "kernel_name": "k", "problem_size": [1], "tune_params_keys": names, "tune_params": parameters, "cache": dict(entries)})


def old_bat(parameters, conditions):
    types = {"int": "int32", "float": "double", "bool": "boolean", "string": "string"}
    listed = [{"name": n, "type": types[truth.kind(v)], "values": v, "default": v[0]} for n, v in parameters.items()]
    return json.dumps({"general": {}, "configuration_space": {"tuning_parameters": listed, "constraints": [{"expression": c} for c in conditions]}})


def every_frame():
    import itertools
    for _ in range(COUNT):
        parameters, conditions = random_space()
        names = list(parameters)
        wanted = truth.bits(parameters, conditions)
        frames = [truth.kernel_tuner(parameters, conditions)]
        if not any(truth.kind(v) == "string" and any(not isinstance(x, str) for x in v) for v in parameters.values()):
            frames += [truth.t1(parameters, conditions), old_bat(parameters, conditions)]
        for frame, answer in zip(frames, truth.judge(frames)):
            check(answer == (wanted, str(wanted.count("1"))), frame, answer, wanted)
        every = list(itertools.product(*parameters.values()))
        valid = [c for c, bit in zip(every, wanted) if bit == "1"]
        invalid = [c for c, bit in zip(every, wanted) if bit == "0"][:5]
        if not valid:
            continue
        expected = sorted(tuple(map(shown, c)) for c in valid)
        for document in (t4(names, valid, invalid), cache(parameters, names, valid, invalid)):
            answer = rows(document)
            check(not isinstance(answer, str) and sorted(answer) == expected, document[:2000], answer, expected)


# ---- Refused, each with its place ----

REFUSED = [
    ("json", '{"tune_params": {"a": [1]}, "restrictions": ["a <"]}', "f:1:50: expected a value"),
    ("json", '{"tune_params": {"a": [1]}, "restrictions": [["a", ">=", 3]]}', "f:1:46: a restriction is a string"),
    ("json", '{"tune_params": {"a": [1]}, "restrictions": {"a": 1}}', "f:1:45: restrictions is a list"),
    ("json", '{"tune_params": {"a": [1]}, "constraints": ["a > 1"]}', "conditions stand in 'restrictions'"),
    ("json", '{"tune_params": {"a": [1]}, "Restriction": "a > 1"}', "conditions stand in 'restrictions'"),
    ("json", '{"tune_params": [1]}', "f:1:17: a Kernel Tuner space has an object tune_params"),
    ("json", '{"tune_params": {"a": []}}', "f:1:23: the parameter 'a' has no values"),
    ("json", '{"tune_params": {"a": [[1, 2]]}}', "f:1:24: a value is a number, a string or a truth value"),
    ("json", '{"tune_params": {"a": [1, null]}}', "f:1:27: a value is"),
    ("json", '{"tune_params": {"a": [1, NaN]}}', "f:1:27: a value is"),
    ("json", '{"tune_params": {"a": [99999999999999999999]}}', "64 bits"),
    ("json", '{"tune_params": {"a": [1], "a": [2]}}', "f:1:28: this is no valid JSON: this key stands twice"),
    ("kernel-tuner", '{"ConfigurationSpace": {}}', "a Kernel Tuner space has an object tune_params"),
    ("json", '{"tune_params": {}, "cache": {"x": {"a": 1}}}', "f:1:17: a cache's tune_params has a parameter"),
    ("json", '{"results": []}', "f:1:13: no valid configuration"),
    ("json", '{"results": [{"invalidity": "correct"}]}', "f:1:14: the result has no configuration"),
    ("json", '{"results": [{"configuration": {"a": 1}}]}', "f:1:14: a result has an invalidity"),
    ("json", '{"results": [{"configuration": {"a": 1}, "invalidity": "fine"}]}', "f:1:56: an invalidity is"),
    ("json", '{"results": [{"configuration": {"a": 1}, "invalidity": "correct"}, {"configuration": {"b": 1}, "invalidity": "correct"}]}', "f:1:86: the configuration has no 'a'"),
    ("json", '{"results": [{"configuration": {"a": 1}, "invalidity": "correct"}, {"configuration": {"a": 1, "b": 1}, "invalidity": "correct"}]}', "f:1:86: the configuration has 2 parameters"),
    ("json", '{"results": [{"configuration": {"a": [1]}, "invalidity": "correct"}]}', "f:1:38: a value is"),
    ("json", '{"results": [{"configuration": {"a": 1}, "invalidity": "runtime"}]}', "no valid configuration"),
    ("t4", '{"tune_params": {"a": [1]}}', "a T4 file has a list of results"),
    ("json", '{"ConfigurationSpace": {"TuningParameters": [], "Rules": ["a > 1"]}}', "f:1:49: ConfigurationSpace holds"),
    ("json", '{"ConfigurationSpace": {"TuningParameters": [{"Name": "a", "Type": "int", "Values": "[1, 2"}]}}', "f:1:91: expected ']'"),
    ("json", '{"ConfigurationSpace": {"TuningParameters": [{"Name": "a", "Type": "int", "Values": "[i for i in range(10**9)]"}]}}', "takes too long"),
    ("json", '{"ConfigurationSpace": {"TuningParameters": [{"Name": "a", "Type": "int", "Values": "[i/0 for i in range(3)]"}]}}', "f:1:88: a division by 0"),
    ("json", '{"ConfigurationSpace": {"TuningParameters": [{"Name": "a", "Type": "int", "Values": "[2**99]"}]}}', "64 bits"),
    ("json", '{"ConfigurationSpace": {"TuningParameters": [{"Name": "a", "Type": "int", "Values": "os.listdir()"}]}}', "f:1:86: this function is not known"),
    ("json", '{"ConfigurationSpace": {"TuningParameters": [{"Name": "a", "Type": "int", "Values": "7"}]}}', "a list of values is needed"),
    ("json", '{"ConfigurationSpace": {"TuningParameters": [{"Name": "a", "Type": "int8", "Values": "[7]"}]}}', 'the type "int8" is not known'),
    ("json", '{"ConfigurationSpace": {"TuningParameters": [{"Name": "a", "Type": "int", "Values": "[0.5]"}]}}', "does not fit the type int"),
    ("json", '[1, 2]', "f:1:1: a T1 file has an object ConfigurationSpace"),
    ("json", '{"a": 01}', "f:1:7: this is no valid JSON"),
    ("json", '{"a": 1} x', "f:1:10: this is no valid JSON: the end"),
    ("json", '{"a": "\\ud800"}', "f:1:8: this is no valid JSON: this escape"),
]


def refusals():
    for dialect, text, part in REFUSED:
        answer = truth.judge([text], dialect)[0]
        check(isinstance(answer, str) and part in answer, text, "->", answer)


def the_dialect_is_told_by_the_frame_unless_given():
    kernel = '{"tune_params": {"a": [1, 2]}}'
    check(run("count", kernel).stdout == "2\n", "told by the frame")
    check(run("count", kernel, "--dialect", "t1").returncode == 2, "--dialect t1 overrides")
    check(run("count", kernel, "--dialect", "kernel-tuner", name="x.txt").stdout == "2\n", "--dialect names the reader")
    check(run("count", kernel, "--dialect", "xml").returncode == 2, "an unknown dialect")
    half = t4(["a"], [(1,), (2,)], [(3,)])
    warned = run("count", half)
    check(warned.stdout == "2\n" and "1 of 3 results are not valid and are left out" in warned.stderr, "invalid results", warned)


lists_of_values()
fractions_keep_their_digits()
strings_come_back_as_they_were()
every_frame()
refusals()
the_dialect_is_told_by_the_frame_unless_given()
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
