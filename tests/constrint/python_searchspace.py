#!/usr/bin/env python3
"""The cases of Kernel Tuner's own Searchspace tests (its test/test_searchspace.py), restated against our module.

Each function bears the name of Kernel Tuner's. Its restrictions that are Python callables or python-constraint objects
are written as strings here, and shown to be refused as they are. Needs no package; what compares arrays is left out,
and said so, where NumPy is missing.
"""
import itertools
import math
import random
import sys
from unittest.mock import patch

from python_harness import numpy_or_none, raises, run

from constrint.kernel_tuner import Searchspace

MAX_THREADS = 1024
numpy = numpy_or_none()

SIMPLE = {"x": [1, 1.5, 2, 3], "y": [4, 5.5], "z": ["string_1", "string_2"]}
SIMPLE_RESTRICTIONS = ["y % x == 1"]
simple = Searchspace(SIMPLE, SIMPLE_RESTRICTIONS, MAX_THREADS)

LAYERS = 42
GPUS = {f"gpu{i}": list(range(LAYERS)) for i in (1, 2, 3, 4)}
GPU_RESTRICTIONS = [f"gpu1 + gpu2 + gpu3 + gpu4 == {LAYERS}", "min([gpu1, gpu2, gpu3, gpu4]) >= 1"]
gpus = Searchspace(GPUS, GPU_RESTRICTIONS, MAX_THREADS)
unrestricted = Searchspace({name: GPUS[name] for name in ("gpu1", "gpu2", "gpu3")}, [], MAX_THREADS)


def brute_force(params, holds):
    return [c for c in itertools.product(*params.values()) if holds(*c)]


def test_size():
    assert simple.size == 6
    assert gpus.size == 10660
    assert Searchspace({**SIMPLE, "s": [True]}, SIMPLE_RESTRICTIONS, MAX_THREADS).size == 6


def test_internal_representation():
    assert gpus.size == len(gpus.list) == len(gpus.get_list_dict())
    assert type(gpus.list[0]) is tuple
    for i, config in enumerate(gpus.get_list_dict().keys()):
        assert config == gpus.list[i]


def test_check_restrictions():
    assert not simple.is_param_config_valid((1, 4, "string_1"))
    assert simple.is_param_config_valid((3, 4, "string_1"))


def test_against_bruteforce():
    # fractions of halves are exact as floats
    assert set(simple.list) == set(brute_force(SIMPLE, lambda x, y, z: y % x == 1))
    assert set(gpus.list) == {(a, b, c, LAYERS - a - b - c) for a, b, c in itertools.product(range(1, LAYERS), repeat=3)
                              if 1 <= LAYERS - a - b - c < LAYERS}


def sorted_in_runs(configs):
    """What Kernel Tuner asks of a sorted list of the unrestricted space."""
    for i, (one, next_one) in enumerate(zip(configs, configs[1:]), 1):
        assert i % LAYERS == 0 or all(a <= b for a, b in zip(one, next_one))


def test_sort():
    wanted = [(x, y, z) for x in (1.5, 3) for y in (4, 5.5) for z in SIMPLE["z"] if (x, y) != (3, 5.5)]
    assert simple.sorted_list() == wanted
    sorted_in_runs(unrestricted.sorted_list())


def test_sort_reversed():
    wanted = [(x, y, z) for z in SIMPLE["z"] for y in (4, 5.5) for x in (1.5, 3) if (x, y) != (3, 5.5)]
    assert simple.sorted_list(sort_last_param_first=True) == wanted
    sorted_in_runs(unrestricted.sorted_list(sort_last_param_first=True))


def test_index_lookup():
    for _ in range(math.ceil(gpus.size / 100)):
        i = random.randrange(gpus.size)
        assert gpus.get_param_config_index(gpus.list[i]) == i
    assert gpus.get_param_config_index((0, 0, 0, 0)) is None


def test_param_index_lookup():
    assert simple.get_param_indices((1, 4, "string_1")) == (0, 0, 0)
    assert simple.get_param_indices((3, 5.5, "string_2")) == (3, 1, 1)


def test_random_sample():
    samples = gpus.get_random_sample(100)
    assert len(set(samples)) == 100 and all(s in gpus.list for s in samples)
    assert set(simple.get_random_sample(simple.size)) == set(simple.list)
    if numpy:
        indices = gpus.get_random_sample_indices(100)
        assert indices.size == 100 == numpy.unique(indices).size
        assert all(type(gpus.list[i]) is tuple for i in indices)
        assert sorted(simple.get_random_sample_indices(simple.size)) == list(range(simple.size))
        message = raises(ValueError, simple.get_random_sample_indices, simple.size + 1)
        assert "number of samples requested" in message and "is greater than the searchspace size" in message


def neighbours_are(config, method, wanted):
    prepared = Searchspace(SIMPLE, SIMPLE_RESTRICTIONS, MAX_THREADS, build_neighbors_index=True, neighbor_method=method)
    for found in (prepared.get_neighbors_no_cache(config), simple.get_neighbors_no_cache(config, method)):
        assert config not in found
        assert sorted(found) == sorted(wanted), (method, found)


def random_neighbours_are_neighbours(config, method):
    neighbours = simple.get_neighbors(config, method)
    for _ in range(10):
        assert simple.get_random_neighbor(config, method) in neighbours


INVALID = (1, 4, "string_1")
VALID = (1.5, 4, "string_1")
CORNER = [(1.5, y, z) for y in (4, 5.5) for z in ("string_1", "string_2")]


def test_neighbors_hamming():
    neighbours_are(INVALID, "Hamming", [(1.5, 4, "string_1"), (3, 4, "string_1")])
    random_neighbours_are_neighbours(INVALID, "Hamming")


def test_neighbors_hammingadjacent():
    neighbours_are(INVALID, "Hamming-adjacent", [(1.5, 4, "string_1")])


def test_neighbors_strictlyadjacent():
    neighbours_are(INVALID, "strictly-adjacent", CORNER)
    random_neighbours_are_neighbours(INVALID, "strictly-adjacent")


def test_neighbors_adjacent():
    neighbours_are(INVALID, "adjacent", CORNER)
    random_neighbours_are_neighbours(INVALID, "adjacent")


def test_neighbors_closest_param_indices():
    neighbours_are(VALID, "closest-param-indices", [(1.5, 5.5, "string_1"), (1.5, 4, "string_2")])
    random_neighbours_are_neighbours(VALID, "closest-param-indices")


def test_neighbors_fictious():
    one = [(1.5, 4, "string_2"), (1.5, 5.5, "string_1"), (3, 4, "string_1")]
    neighbours_are(VALID, "Hamming", one)
    neighbours_are(VALID, "Hamming-adjacent", one)
    strictly = [c for c in CORNER if c != VALID]
    neighbours_are(VALID, "strictly-adjacent", strictly)
    neighbours_are(VALID, "adjacent", strictly + [(3, 4, "string_1"), (3, 4, "string_2")])


def test_neighbors_cached():
    fresh = Searchspace(SIMPLE, SIMPLE_RESTRICTIONS, MAX_THREADS, neighbor_method="Hamming")
    for config in fresh.get_random_sample(5):
        assert not fresh.are_neighbors_indices_cached(config)
        first = fresh.get_neighbors(config)
        assert fresh.are_neighbors_indices_cached(config)
        assert fresh.get_neighbors(config) == first


def test_neighbors_cached_mixed_methods():
    fresh = Searchspace(SIMPLE, SIMPLE_RESTRICTIONS, MAX_THREADS)
    for config in fresh.get_random_sample(5):
        hamming = fresh.get_neighbors(config, "Hamming")
        for method in ("strictly-adjacent", "adjacent"):
            assert not fresh.are_neighbors_indices_cached(config, method)
            found = fresh.get_neighbors(config, method)
            assert found == fresh.get_neighbors_no_cache(config, method)
            assert found != hamming
    message = raises(ValueError, fresh.get_neighbors, config)
    assert "Neither the neighbor_method argument nor self.neighbor_method" in message


def test_param_neighbors():
    for index, wanted in enumerate([[3], [5.5], ["string_2"]]):
        assert simple.get_param_neighbors(VALID, index, "adjacent", randomize=False) == wanted


def test_order_param_configs():
    neighbours = simple.get_neighbors_no_cache(INVALID, "adjacent")
    for order, why in [([1, 2], "must be equal to the number of parameters"),
                       ([1, 2, 0, 2], "must be equal to the number of parameters"),
                       ([1, 3, 0], "order needs to be a list of the parameter indices, but index")]:
        assert why in raises(ValueError, simple.order_param_configs, neighbours, order)
    first = (1.5, 5.5, "string_2")
    with patch("constrint.kernel_tuner.random.choice", lambda configs: first):
        ordered = simple.order_param_configs(neighbours, [1, 2, 0], randomize_in_params=False)
        assert ordered[0] == first and ordered[3] == (1.5, 5.5, "string_1")
        assert {c[1] for c in ordered[1:3]} == {4}
        shuffled = simple.order_param_configs(neighbours, [1, 2, 0], randomize_in_params=True)
    assert sorted(shuffled) == sorted(CORNER)


def test_true_tunable_params():
    params = {"int_param": [1, 2, 3], "float_param": [3.0, 4.0, 5.0]}
    space = Searchspace(params, ["int_param >= 3"], MAX_THREADS)
    assert space.size == 3
    assert space.get_true_tunable_params() == {"float_param": params["float_param"]}


def mixed(floats, threshold):
    params = {"int_param": [1, 2, 3], "float_param": floats, "str_param": ["Alpha", "Bravo", "Charlie"],
              "bool_param": [True, False]}
    return Searchspace(params, [f"int_param + float_param > {threshold}", "bool_param == False"], MAX_THREADS)


def test_mixed_param_types():
    space = mixed([1.0, 2.0, 3.0, -4.4], 3)
    assert space.size == 18 == len(space.list) == len(space.get_list_dict())
    assert space.get_param_indices((1, 1.0, "Alpha", True)) == (0, 0, 0, 0)
    assert space.get_param_indices((2, 2.0, "Bravo", False)) == (1, 1, 1, 1)
    for config in space.list:
        assert space.get_param_config_from_param_indices(space.get_param_indices(config)) == config
        assert [type(v) for v in config] == [int, float, str, bool]
    assert list(space.tune_param_is_numeric_mask) == [True, True, False, False]
    if numpy:
        for numeric, config in zip(space.get_list_numpy_numeric(), space.list):
            assert space.get_param_config_from_numeric(numeric) == config
        assert list(space.get_param_indices_lower_bounds()) == [0, 0, 0, 1]
        assert list(space.get_param_indices_upper_bounds()) == [2, 2, 2, 1]
        assert [tuple(row) for row in space.get_list_param_indices_numpy()] == [space.get_param_indices(c) for c in space.list]
        assert [tuple(row) for row in space.get_list_numpy().tolist()] == list(space.list)


def distinct_indices(space, indices, n):
    assert len(indices) == len(set(indices)) == n
    assert all(0 <= i < space.size for i in indices)


def test_get_distributed_random_sample():
    space = mixed([1.0, 2.0, 3.0], 2)
    assert space.size == 24
    distinct_indices(space, space.get_distributed_random_sample_indices(num_samples=10, sampling_factor=2), 10)


def test_get_LHS_sample_indices():
    space = mixed([1.0, 2.0, 3.0], 2)
    distinct_indices(space, space.get_LHS_sample_indices(num_samples=10), 10)
    # more than that: 24 of 3 strings, each 8 times
    assert sorted(c[2] for c in space.get_LHS_sample(24)) == ["Alpha"] * 8 + ["Bravo"] * 8 + ["Charlie"] * 8


BLOCKS = {"block_size_x": [1, 2, 4, 8, 16] + [32 * i for i in range(1, 33)], "block_size_y": [2**i for i in range(6)],
          "tile_size_x": list(range(1, 11))}


def test_small_searchspace():
    wanted = set(brute_force(BLOCKS, lambda x, y, t: 32 <= x * y <= MAX_THREADS))
    given = ["block_size_x*block_size_y >= 32", f"block_size_x*block_size_y <= {MAX_THREADS}"]
    assert set(Searchspace(BLOCKS, given, MAX_THREADS).list) == wanted
    assert set(Searchspace(BLOCKS, given[:1], MAX_THREADS).list) == wanted  # max_threads alone


def test_full_searchspace():
    params = {**BLOCKS, "tile_size_y": list(range(1, 11)), "temporal_tiling_factor": list(range(1, 11)), "max_tfactor": [10],
              "loop_unroll_factor_t": list(range(1, 11)), "sh_power": [0, 1], "blocks_per_sm": [0, 1, 2, 3, 4]}
    bytes_ = ("(block_size_x*tile_size_x + temporal_tiling_factor * 2) * (block_size_y*tile_size_y + temporal_tiling_factor * 2)"
              " * (2+sh_power) * 4")
    space = Searchspace(params, [
        "block_size_x*block_size_y >= 32", "temporal_tiling_factor % loop_unroll_factor_t == 0",
        "block_size_x*block_size_y <= 1024", f"{bytes_} <= 49152",
        f"blocks_per_sm == 0 or (({bytes_}) * blocks_per_sm <= 102400)"], max_threads=1024)
    assert space.size == len(space.list) == 349853 == sum(1 for _ in space.list)


def test_restriction_backwards_compatibility():
    params = {"N_PER_BLOCK": [2**i for i in range(5, 11)], "M_PER_BLOCK": [2**i for i in range(5, 11)],
              "block_size_y": [2**i for i in range(6)], "block_size_z": [2**i for i in range(6)]}

    def monolithic(p):
        return p["N_PER_BLOCK"] // p["block_size_y"] != 0

    def by_name(N_PER_BLOCK, M_PER_BLOCK, block_size_y, block_size_z):
        return N_PER_BLOCK // block_size_y != 0

    for refused in (monolithic, [by_name], [lambda N_PER_BLOCK: N_PER_BLOCK > 1]):
        message = raises(TypeError, Searchspace, params, refused, MAX_THREADS)
        assert "restrictions[0]" in message and ("lambda" in message or "callable" in message)
    texts = ["N_PER_BLOCK // block_size_y != 0 and M_PER_BLOCK // block_size_z != 0"]
    tupled = [(texts[0], ["N_PER_BLOCK", "M_PER_BLOCK", "block_size_y", "block_size_z"])]
    assert Searchspace(params, texts, MAX_THREADS).size == Searchspace(params, tupled, MAX_THREADS).size == 6**4


if __name__ == "__main__":
    sys.exit(run(globals()))
