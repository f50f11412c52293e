#!/usr/bin/env python3
"""The module side by side with Kernel Tuner's own Searchspace on random spaces: sizes, members, order, neighbours.

Runs under $PYTHON (with kernel_tuner); skips without it. Kernel Tuner's brute force, Python itself, is the peer: its
solver reads some strings wrongly (-a <= b, a <= b != c, a // b <= c).
"""
import contextlib
import io
import random
import sys
import warnings

from python_harness import SEED, needs


def values():
    return random.choice([
        lambda: random.sample(range(1, 50), random.randrange(1, 7)),
        lambda: [2**i for i in range(random.randrange(1, 8))],
        lambda: random.sample([0.5, 1.5, 2.0, 4.25], random.randrange(1, 5)),
        lambda: random.sample(["a", "b", "c"], random.randrange(1, 4)),
        lambda: [True, False],
    ])()


def condition(numbers):
    """None on strings: Kernel Tuner's brute force puts their values in without quotes."""
    a, b, c = (random.choice(numbers) for _ in range(3))
    k = random.randrange(1, 40)
    return random.choice([
        f"{a} * {b} <= {4 * k}", f"{a} <= {b} + {k}", f"{a} % 4 != {b}", f"{a} + {b} - {c} < {k}", f"{a} == 1 or {b} > {c}",
        f"-{a} <= {b} - {k // 4}", f"{a} <= {b} != {c}", f"max({a}, {b}) >= {k // 4}", f"{a} // 2 <= {c}", f"not {a} == {b}", f"{a} ** 2 > {b}",
    ])


def random_space():
    params = {name: values() for name in ("block_size_x", "block_size_y", "p", "q", "r")[random.randrange(2):]}
    params["block_size_y"] = [2**i for i in range(random.randrange(1, 8))]
    numbers = [n for n, v in params.items() if not isinstance(v[0], str)]
    if "block_size_x" in params and "block_size_x" not in numbers:
        params["block_size_x"] = [32, 64, 96]
    if [True, False] in params.values():
        params["t"] = ["s", "t"]  # else Kernel Tuner 1.5 mixes up the places: it indexes an array by the truth value
    return params, [condition(numbers) for _ in range(random.randrange(1, 4))]


def same(ours, theirs, params):
    assert ours.size == theirs.size
    assert set(ours.list) == set(theirs.list)
    if not ours.size:
        return
    assert ours.sorted_list() == theirs.sorted_list()
    assert ours.sorted_list(sort_last_param_first=True) == theirs.sorted_list(sort_last_param_first=True)
    assert list(ours.get_true_tunable_params()) == list(theirs.get_true_tunable_params())
    assert list(ours.get_param_indices_lower_bounds()) == list(theirs.get_param_indices_lower_bounds())
    assert list(ours.get_param_indices_upper_bounds()) == list(theirs.get_param_indices_upper_bounds())
    for config in [random.choice(theirs.list), tuple(map(random.choice, params.values()))]:
        assert ours.is_param_config_valid(config) == theirs.is_param_config_valid(config)
        assert ours.get_param_indices(config) == theirs.get_param_indices(config)
        for method in ("Hamming", "adjacent", "strictly-adjacent", "Hamming-adjacent", "closest-param-indices"):
            if method == "closest-param-indices" and theirs.size == 1 and config in theirs.list:
                continue  # Kernel Tuner gives the configuration as its own neighbour
            assert sorted(ours.get_neighbors(config, method)) == sorted(theirs.get_neighbors_no_cache(config, method)), (method, config)
    for config in theirs.get_random_sample(5):
        assert ours.list[ours.get_param_config_index(config)] == config
    for sample in (ours.get_random_sample, ours.get_LHS_sample):
        assert all(theirs.is_param_config_valid(c) for c in sample(min(10, ours.size)))


def compare(count):
    from constrint.kernel_tuner import Searchspace as Ours
    from kernel_tuner.searchspace import Searchspace
    warnings.simplefilter("ignore")

    def theirs_of(params, restrictions):
        with contextlib.redirect_stdout(io.StringIO()):
            return Searchspace(params, restrictions, 256, framework="bruteforce")
    some = 0
    for _ in range(count):
        params, restrictions = random_space()
        ours, theirs = Ours(params, restrictions, 256), theirs_of(params, restrictions)
        try:
            same(ours, theirs, params)
        except Exception:
            print(params, restrictions, file=sys.stderr)
            raise
        some += ours.size > 0
    assert some > count // 2
    try:
        same(Ours({"x": [1, 2]}, ["x > 1"], 256), theirs_of({"x": [1, 2]}, ["x < 2"]), {"x": [1, 2]})
    except AssertionError:
        print(f"{count} passed, 0 failed")
    else:
        sys.exit("two different spaces went for the same")


if __name__ == "__main__":
    needs("kernel_tuner")
    print(f"seed {SEED}")
    compare(60)
