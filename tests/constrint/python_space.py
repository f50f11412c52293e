#!/usr/bin/env python3
"""The Python module: Space against brute force on random spaces, and every promise of its documentation."""
import copy
import itertools
import operator
import os
import pickle
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from array import array
from collections import Counter
from fractions import Fraction
from unittest.mock import patch

from python_harness import numpy_or_none, raises, run

import constrint
from constrint import Space
from constrint import _restrictions

numpy = numpy_or_none()
XYZ = {"x": [1, 1.5, 2, 3], "y": [4, 5.5], "z": ["one", "two"]}
# 2^75 configurations, one restriction
HUGE = {f"p{i}": list(range(8)) for i in range(25)}
# of a form that takes the library long and much memory
HARD = {f"h{i}": random.sample(range(1, 10**6), 40) for i in range(12)}
HARD_RESTRICTIONS = ["h0*h6 + h1*h7 + h2*h8 + h3*h9 + h4*h10 + h5*h11 < 1000000000000",
                     "h0*h1 + h2*h3 + h4*h5 + h6*h7 + h8*h9 + h10*h11 > 1000000000000"]


# ---- Random spaces ----

VALUES = [
    lambda: random.sample(range(1, 60), random.randrange(1, 7)),
    lambda: random.sample(range(-9, 10), random.randrange(1, 7)),
    lambda: [2**i for i in range(random.randrange(1, 7))],
    lambda: random.sample([0.5, 1.5, -2.25, 4.0, 0.125, 8.5], random.randrange(1, 5)),
    lambda: random.sample([True, False], 2),
    lambda: random.sample(["a", "b", "c c", "d'd"], random.randrange(1, 5)),
    lambda: [1, 2.5, 4],
    lambda: ["a", 3, "b", 0.5],
]


def random_condition(params):
    numbers = [n for n, values in params.items() if not any(isinstance(v, str) for v in values)]
    texts = [n for n in params if n not in numbers]
    k = random.randrange(1, 40)
    if texts and (random.random() < 0.2 or not numbers):
        t, u = random.choice(texts), random.choice(texts)
        return random.choice([f"{t} == 'a'", f"{t} != {u}", f"{t} in (3, 'b')", f"{t} == 0.5 or {u} != 'c c'", f"{t} in ['a', \"d'd\"]", f"{t} not in ('b',)"])
    a, b, c = (random.choice(numbers) for _ in range(3))
    return random.choice([
        f"{a} * {b} <= {k}", f"{a} + {b} > {c} - {k}", f"{a} <= {b} < {c} + {k}", f"{a} % {b} == 0", f"{b} == 0 or {a} % {b} == 0",
        f"not ({a} == {b} and {c} != {k})", f"abs({a} - {b}) < {k}", f"max({a}, {b}, {c}) >= {k // 2}", f"{a} / {b} > {c}",
        f"{a} in [1, 2, 4, {k}, 1.5] or {b} < {c}", f"{a} // {b} != {c}", f"{a} ** 2 < {b} * {k}", f"-{a} <= {b} != {c}", f"{a} and {b}",
    ])


def random_space():
    while True:
        params = {f"p{i}": random.choice(VALUES)() for i in range(random.randrange(1, 6))}
        restrictions = [random_condition(params) for _ in range(random.randrange(4))]
        wanted = brute_force(params, restrictions)
        if wanted or random.random() < 0.1:
            return params, restrictions, wanted


def exact(value):
    return Fraction(value) if isinstance(value, float) else value


def brute_force(params, restrictions):
    """Halves and eighths are exact as floats, and quotients are made so."""
    texts = [r.replace("/", "*frac*") if " / " in r else r for r in restrictions]
    codes = [compile(t.replace("*frac*", "/"), "r", "eval") for t in texts]

    def holds(config):
        names = {n: exact(v) if not isinstance(v, (int, str)) or isinstance(v, bool) else Fraction(v) if isinstance(v, int) else v
                 for n, v in zip(params, config)}
        try:
            return all(eval(code, {}, names) for code in codes)
        except ZeroDivisionError:
            return False
    return [c for c in itertools.product(*params.values()) if holds(c)]


def agrees(space, params, wanted):
    """Every way of looking at a space says the same."""
    found = list(space)
    assert len(space) == space.size == len(wanted) == len(found) and bool(space) == bool(wanted)
    assert set(found) == set(wanted) and list(map(repr, sorted(found, key=repr))) == sorted(map(repr, wanted))
    for i, config in enumerate(found):
        assert space[i] == config == space[i - len(found)] and space.index(config) == i and config in space
    a, b = sorted(random.randrange(-3, len(found) + 3) for _ in range(2))
    assert space[a:b] == found[a:b] and space[::-1] == found[::-1] and space[b:a:-2] == found[b:a:-2]
    for config in (tuple(map(random.choice, params.values())) for _ in range(10)):
        assert (config in space) == (config in set(wanted)) == bool(space.count(config))
    for v, name in enumerate(params):
        marginals = Counter(c[v] for c in wanted)
        assert space.marginals(name) == marginals
        assert space.values(name) == [value for value in params[name] if value in marginals]
        if wanted and not any(isinstance(v, (str, bool)) for v in params[name]):
            assert space.ranges()[name] == (min(marginals), max(marginals))
    columns = space.columns()
    assert list(zip(*(c.tolist() if hasattr(c, "tolist") else c for c in columns.values()))) == found or not found


def test_random_spaces():
    for _ in range(150):
        params, restrictions, wanted = random_space()
        space = Space(params, restrictions, order=random.choice([None, "declared", list(params)[::-1]]))
        try:
            agrees(space, params, wanted)
            declared = [tuple(params[n].index(v) for n, v in zip(params, c)) for c in space.ordered("declared")]
            assert declared == sorted(declared) and len(declared) == len(wanted)
        except Exception:
            print(params, restrictions, file=sys.stderr)
            raise


def test_agreement_can_fail():
    params, wrong = {"x": [1, 2, 3]}, [(1,), (2,)]
    raises(AssertionError, agrees, Space(params), params, wrong)


def test_restrict_is_building_with_more():
    by_form = 0
    for _ in range(120):
        params, restrictions, wanted = random_space()
        more = [random_condition(params) for _ in range(random.randrange(1, 3))]
        space = Space(params, restrictions)
        by_form += _restrictions.native(space._parameters, space.values, more) is not None
        agrees(space.restrict(more), params, brute_force(params, restrictions + more))
    assert by_form > 20
    agrees(Space(XYZ).restrict("y % x == 1").restrict("z == 'one'"), XYZ, [c for c in itertools.product(*XYZ.values())
                                                                         if c[1] % c[0] == 1 and c[2] == "one"])


# ---- Neighbours and samples ----

def places(params, config):
    return [params[n].index(v) for n, v in zip(params, config)]


def near(params, wanted, config, method, k):
    """The neighbours by going through all configurations."""
    here, rows = places(params, config), [(c, places(params, c)) for c in wanted if c != config]
    changed = {c: [v for v, (a, b) in enumerate(zip(row, here)) if a != b] for c, row in rows}
    if method == "Hamming":
        return [c for c, _ in rows if len(changed[c]) <= k]
    if method == "strictly-adjacent":
        return [c for c, row in rows if all(abs(a - b) <= 1 for a, b in zip(row, here))]
    if method == "adjacent":
        columns = list(zip(*(places(params, c) for c in wanted)))
        low = [max((p for p in column if p < at), default=-1) for column, at in zip(columns, here)]
        high = [min((p for p in column if p > at), default=len(wanted) + 99) for column, at in zip(columns, here)]
        return [c for c, row in rows if all(l <= p <= h for l, p, h in zip(low, row, high))]
    if method == "closest-param-indices":
        sums = {c: sum(abs(a - b) for a, b in zip(row, here)) for c, row in rows}
        return [c for c in sums if sums[c] == min(sums.values())]
    one = [(c, row) for c, row in rows if len(changed[c]) == 1]
    return [c for c, row in one if not any(
        changed[d] == changed[c] and (there[changed[c][0]] - row[changed[c][0]]) * (here[changed[c][0]] - row[changed[c][0]]) > 0
        and (there[changed[c][0]] - here[changed[c][0]]) * (row[changed[c][0]] - here[changed[c][0]]) > 0 for d, there in one)]


def test_neighbours():
    for _ in range(100):
        params, restrictions, wanted = random_space()
        space = Space(params, restrictions)
        inside = [random.choice(wanted)] if wanted else []
        for config in inside + [tuple(map(random.choice, params.values()))]:
            for method, k in [("Hamming", 1), ("Hamming", 2), ("adjacent", 1), ("strictly-adjacent", 1), ("Hamming-adjacent", 1),
                              ("closest-param-indices", 1)]:
                found, right = space.neighbours(config, method, k), near(params, wanted, config, method, k)
                assert len(found) == len(right) and set(found) == set(right), (params, restrictions, config, method, k, found, right)
    assert "closest-param-indices" in raises(ValueError, Space(XYZ).neighbours, (1, 4, "one"), "manhattan")
    assert "k counts" in raises(ValueError, Space(XYZ).neighbours, (1, 4, "one"), "adjacent", 2)
    assert "'four'" in raises(ValueError, Space(XYZ).neighbours, (1, 4, "four"))
    assert "3 values, not 2" in raises(ValueError, Space(XYZ).neighbours, (1, 4))
    assert Space(XYZ).neighbours({"x": 1, "y": 4, "z": "one"}) == Space(XYZ).neighbors((1, 4, "one"))


def test_closest_goes_through_a_sparse_space():
    params = {f"p{i}": list(range(9)) for i in range(8)}
    space = Space(params, [f"p{i} in [0, 8]" for i in range(8)] + ["p0 == p1 == p2 == p3 == p4 == p5 == p6 == p7"])
    assert space.neighbours((0,) * 8, "closest-param-indices") == [(8,) * 8]


def test_samples():
    space = Space({"a": list(range(20)), "b": list(range(20))}, ["a * b % 3 == 1"])
    for method in ("distinct", "independent", "stratified", "spread"):
        drawn = space.sample(30, seed=7, method=method)
        assert len(drawn) == 30 and all(c in space for c in drawn)
        assert drawn == space.sample(30, 7, method) != space.sample(30, 8, method)
        assert space.sample(0, method=method) == []
        assert method == "independent" or len(set(drawn)) == 30
    assert sorted(space.sample(10**6)) == sorted(space) and len(space.sample(10**4, method="independent")) == 10**4
    counts = Counter(space.sample(20000, 1, "independent"))
    expected = 20000 / space.size
    assert sum((counts[c] - expected) ** 2 / expected for c in space) < space.size + 6 * (2 * space.size) ** 0.5
    assert space.sample(5) != space.sample(5)
    assert Space({"a": [1]}, ["a == 2"]).sample(3) == []
    raises(ValueError, space.sample, 3, method="best")
    raises(ValueError, space.sample, -1)


# ---- Values ----

def test_values_keep_their_objects():
    params = {"other": [1, "two", None, (3, 4)], "number": [3, 2.5, True], "big": [2**70, 5], "tiny": [1e-300, 1e300], "flag": [False, True]}
    space = Space(params, ["number >= 2.5", "flag"])
    assert set(space) == set(itertools.product(params["other"], [3, 2.5], params["big"], params["tiny"], [True]))
    assert {type(c[1]) for c in space} == {int, float} and all(c[4] is True for c in space)
    assert space.marginals("other")["two"] == 8
    for text, name in [("other == 1", "other"), ("big > 1", "big"), ("tiny < 1", "tiny")]:
        assert name in raises(ValueError, Space, params, [text])
        assert name in raises(ValueError, space.restrict, text)
    if numpy:
        types = {name: column.dtype.kind for name, column in space.columns().items()}
        assert types == {"other": "O", "number": "f", "big": "O", "tiny": "O", "flag": "b"}
        whole = Space({"n": numpy.arange(1, 5), "f": numpy.array([0.5, 1.5])}, ["n * f > 3"])
        assert [tuple(map(float, c)) for c in whole] == [(3.0, 1.5), (4.0, 1.5)] and (3, 1.5) in whole


def test_columns_without_numpy():
    with patch.dict(sys.modules, {"numpy": None}):
        columns = Space(XYZ, ["y % x == 1"], "declared").columns(1, 4)
    assert columns == {"x": array("d", [1.5, 1.5, 1.5]), "y": array("d", [4, 5.5, 5.5]), "z": ["two", "one", "two"]}
    with patch.dict(sys.modules, {"numpy": None}):
        assert Space({"a": [5, 7]}, None, "declared").columns() == {"a": array("q", [5, 7])}
        assert Space({"a": [5, 7]}, ["a < 0"]).columns() == {"a": array("q")}


def test_repeated_values_are_dropped_with_a_warning():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert list(Space({"x": [2, 1, 2.0, True, 1]}, None, "declared")) == [(2,), (1,)]
    assert len(caught) == 1 and "3 repeated" in str(caught[0].message) and caught[0].filename == __file__


def test_orders():
    params = {"a": [3, 1, 2], "b": [9, 8]}
    assert list(Space(params, None, "declared")) == list(itertools.product([3, 1, 2], [9, 8]))
    assert list(Space(params, None, ["b", "a"])) == [(a, b) for b in (9, 8) for a in (3, 1, 2)]
    assert Space(params, None, "b").order == ["b", "a"]
    space = Space(params, None, "declared")
    assert list(space.ordered("b")) == [(a, b) for b in (9, 8) for a in (3, 1, 2)]
    assert "c" in raises(ValueError, Space, params, None, ["c"])
    assert "c" in raises(ValueError, space.ordered, "c")
    walk = space.ordered("a")
    assert next(walk) == (3, 9) and len(list(walk)) == 5 and list(walk) == []


# ---- Large, empty, limited ----

def test_huge():
    space = Space(HUGE, ["p0 + p1 == p2"])
    assert space.size == 36 * 8**22 and "36" not in repr(XYZ)
    assert str(space.size) in raises(OverflowError, len, space) and space
    for i in (0, 1, 2**64 - 1, 2**64, space.size - 1, -1, -space.size):
        assert space.index(space[i]) == i % space.size
    raises(IndexError, space.__getitem__, space.size)
    assert space[2**65:2**65 + 3] == [space[2**65 + i] for i in range(3)]
    assert list(itertools.islice(space, 3)) == space[:3]
    assert sum(space.marginals("p0").values()) == space.size
    assert all(c in space for c in space.sample(100))
    assert len(space.neighbours(space[12345])) >= 22 * 7
    assert space.parts and sorted(sum(space.parts, [])) == sorted(space.names) and space.info["nodes"] < 1000
    assert space.restrict("p3 < p4").size == 36 * 8**20 * 28
    assert str(space.size) in repr(space)


def test_empty_and_trivial():
    empty = Space({"a": [1, 2], "b": ["u", "v"]}, ["a > 5"])
    assert not empty and len(empty) == 0 and list(empty) == empty[:] == [] and empty.ranges() == {} and (1, "u") not in empty
    assert empty.values("a") == [] and empty.marginals("b") == {} and empty.neighbours((1, "u")) == [] and not empty.restrict("a < 9")
    assert empty.neighbours((1, "u"), "closest-param-indices") == [] and {k: len(c) for k, c in empty.columns().items()} == {"a": 0, "b": 0}
    raises(IndexError, empty.__getitem__, 0)
    single = Space({"a": [7]}, "a == 7")
    assert list(single) == [(7,)] and single.neighbours((7,)) == [] and single.parts == [] and single.restrict([]) is single
    assert single.neighbours((7,), "closest-param-indices") == []


def test_limits():
    started = time.monotonic()
    raises(TimeoutError, Space, HARD, HARD_RESTRICTIONS, time_limit=0.3)
    assert time.monotonic() - started < 20
    raises(MemoryError, Space, HARD, HARD_RESTRICTIONS, memory_limit=2_000_000)
    raises(ValueError, Space, XYZ, time_limit=0)
    raises(ValueError, Space, XYZ, memory_limit=-1)


def test_a_sample_keeps_its_time():
    space = Space(HUGE)
    rows = 300_000
    for method in ("distinct", "stratified", "spread", "independent"):
        started = time.monotonic()
        raises(TimeoutError, space.sample, rows, method=method, time_limit=0.05)
        assert time.monotonic() - started < 5, method
        assert len(space.sample(3, method=method, time_limit=60)) == 3
    raises(ValueError, space.sample, 3, time_limit=0)


def test_count_makes_no_space():
    for _ in range(60):
        params, restrictions, wanted = random_space()
        assert constrint.count(params, restrictions) == len(wanted), (params, restrictions)
    assert constrint.count(HUGE) == 8 ** 25
    raises(TimeoutError, constrint.count, HARD, HARD_RESTRICTIONS, time_limit=0.3)
    raises(ValueError, constrint.count, XYZ, ["x > yy"])


def test_models_with_data():
    text = "param n in 1..5; param w[1..n] in 0..99; param most in 0..200 = 7; var x[1..n] in 0..2; sum(w[i] * x[i] for i in 1..n) <= most;"
    for _ in range(20):
        n = random.randrange(1, 6)
        w, most = [random.randrange(100) for _ in range(n)], random.randrange(200)
        wanted = [c for c in itertools.product(range(3), repeat=n) if sum(map(operator.mul, w, c)) <= most]
        data, let = ({"n": n, "w": w, "most": most}, None) if most % 2 else ({"n": n, "w": w, "most": 3}, {"most": most})
        space = Space.read(text, data=data, let=let, order="declared")
        assert space.names == [f"x[{i}]" for i in range(1, n + 1)] and list(space) == wanted
        assert space.restrict([]).size == len(wanted)
    assert Space.read("var a in {3, 1, 7}; a > 1;").values("a") == [3, 7]
    raises(ValueError, Space.read, text, data={"n": 2, "w": [1]})
    raises(ValueError, Space.read, "var a in 1..3; a +;")
    raises(OverflowError, Space.read, text, data={"n": 1, "w": [1]}, let={"most": 2**63})


def test_control_c_ends_a_build():
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a test may run with it ignored
    timer.start()
    try:
        raises(KeyboardInterrupt, Space, HARD, HARD_RESTRICTIONS, time_limit=30)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_threads_share_a_space():
    space, failed = Space(XYZ, ["y % x == 1"]), []
    wanted = list(space)

    def work():
        try:
            for i in range(100):
                assert list(space) == wanted and space.index(wanted[i % 6]) == i % 6 and len(space.sample(3)) == 3
                assert Space(XYZ, ["y % x == 1"]).size == 6
        except BaseException as why:
            failed.append(why)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failed, failed


# ---- Files, copies ----

def test_save_and_open():
    params = {"x": [1, 2.5, 4], "s": ["1", "2"], "n": [5, 3, 9], "b": [True, False], "o": [None, "x"]}
    space = Space(params, ["x * n > 8", "s == '1' or b"], "declared")
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "saved")
        space.save(path)
        again = Space.open(path)
        assert list(map(repr, again)) == list(map(repr, space)) and again.restrictions == space.restrictions
        agrees(again, params, list(space))
        assert again.restrict("s == '2'").size == sum(c[1] == "2" for c in space)
        assert again.restrict("x / n > 1").size == sum(Fraction(c[0]) > c[2] for c in space)  # built again
        assert sorted(os.listdir(work)) == ["saved", "saved.params"]
        for text in ("{", '{"version": 2}', '{"version": 1, "parameters": [["x", ["1"]]], "restrictions": []}',
                     '{"version": 1, "parameters": [["x", ["exit()"]]], "restrictions": []}'):
            with open(path + ".params", "w") as file:
                file.write(text)
            raises(ValueError, Space.open, path)
        os.unlink(path + ".params")
        bare = Space.open(path)
        assert bare.size == space.size and bare.values("n") == [5, 3, 9] and bare.values("x") == [1, 2.5, 4] and bare.values("b") == [True, False]
        assert bare.restrict("n == 3").size == sum(c[2] == 3 for c in space)
        assert "not known" in raises(ValueError, bare.restrict, "x / n > 1")
        empty = os.path.join(work, "empty")
        Space(params, "x > 4").save(empty)
        assert Space.open(empty).params == space.params
        os.unlink(empty + ".params")
        assert list(Space.open(empty)) == [] and Space.open(empty).names == list(params)
        with open(path, "w") as file:
            file.write("nothing of the kind")
        raises(ValueError, Space.open, path)
        raises(OSError, Space.open, os.path.join(work, "missing"))
        assert "literal" in raises(ValueError, Space({"o": [Space, 1]}).save, path)


def test_copies():
    space = Space(XYZ, ["y % x == 1"])
    assert copy.copy(space) is space is copy.deepcopy([space])[0]
    assert list(pickle.loads(pickle.dumps(space))) == list(space)


# ---- Refusals ----

def test_refused_restrictions_are_all_listed():
    class Constraint:
        pass
    Constraint.__module__ = "constraint.constraints"
    message = raises(TypeError, Space, XYZ, ["x > 1", lambda x: x > 1, len, Constraint(), 7])
    for part in ("restrictions[1] is a lambda", "restrictions[2] is a callable (len)", "restrictions[3] is a python-constraint Constraint",
                 "restrictions[4] is of type int"):
        assert part in message, message
    assert "restrictions[0]" not in message


def test_bad_restrictions_tell_where():
    assert raises(ValueError, Space, XYZ, ["x > 1", "x > yy"]).startswith("restrictions[1], column 5: ")
    assert "restrictions[0], column 3" in raises(ValueError, Space, XYZ, ["x ? 1"])
    assert "restrictions[0]" in raises(ValueError, Space, XYZ, ["foo(x) > 1"])
    assert "restrictions[0]" in raises(ValueError, Space(XYZ).restrict, "x > yy")


def test_bad_parameters():
    raises(TypeError, Space, [1, 2])
    raises(TypeError, Space, {"x": 5})
    raises(TypeError, Space, {"x": "abc"})
    raises(TypeError, Space, {1: [1]})
    raises(TypeError, Space, {"x": [[1]]})
    assert "no values" in raises(ValueError, Space, {"x": []})
    raises(KeyError, Space(XYZ).values, "w")
    raises(ValueError, Space(XYZ).index, (1, 4, "three"))
    raises(ValueError, Space(XYZ, ["x > 1"]).index, (1, 4, "one"))
    assert 5 not in Space(XYZ) and "abc" not in Space(XYZ) and (1, 4) not in Space(XYZ) and ([], 4, "one") not in Space(XYZ)


def test_the_library_is_named_when_it_cannot_be_loaded():
    env = dict(os.environ, PYTHONPATH=os.path.dirname(os.path.dirname(constrint.__file__)))
    for library in ("/nonexistent/library.so", "libm.so.6"):
        done = subprocess.run([sys.executable, "-B", "-c", "import constrint"], env=dict(env, CONSTRINT_LIBRARY=library), text=True,
                              capture_output=True)
        assert done.returncode == 1 and "ImportError" in done.stderr and library in done.stderr


def test_version_is_the_packages():
    with open(os.path.join(os.environ["SOURCE"], "constrint/python/pyproject.toml")) as file:
        assert f'version = "{constrint.__version__}"' in file.read()


if __name__ == "__main__":
    sys.exit(run(globals()))
