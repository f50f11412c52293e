#!/usr/bin/env python3
"""Every strategy of Kernel Tuner tunes on our Searchspace in place of its own, with measurements that are looked up.

Runs under $PYTHON (with kernel_tuner); skips without it.
"""
import contextlib
import io
import json
import os
import sys
import tempfile
import warnings

from python_harness import SEED, needs

PARAMS = {"block_size_x": [16, 32, 64, 128, 256], "block_size_y": [1, 2, 4, 8], "tile": [1, 2, 3, 4, 6], "unroll": [0, 1],
          "vector": ["float", "float2"]}
RESTRICTIONS = ["block_size_x * block_size_y <= 512", "block_size_x % tile == 0"]
EVALUATIONS = 40


def measured(config):
    x, y, tile, unroll, vector = config
    return dict(zip(PARAMS, config), time=abs(x * y - 128) / 10 + tile + unroll + len(vector), times=[1.0], compile_time=1.0,
                verification_time=0.0, benchmark_time=1.0, strategy_time=0.0, framework_time=0.0,
                timestamp="2026-01-01 00:00:00+00:00")


def write_cache(path, space):
    """What a tuning run would have left."""
    cache = {",".join(map(str, config)): measured(config) for config in space.list}
    with open(path, "w") as file:
        json.dump({"device_name": "none", "kernel_name": "k", "problem_size": 100, "tune_params_keys": list(PARAMS),
                   "tune_params": PARAMS, "objective": "time", "cache": cache}, file)


def tune(kernel_tuner, strategy, cache):
    options = {} if strategy == "brute_force" else {"max_fevals": EVALUATIONS}
    with contextlib.redirect_stdout(io.StringIO()):
        results, _ = kernel_tuner.tune_kernel("k", "__global__ void k() {}", 100, [], PARAMS, restrictions=RESTRICTIONS, lang="CUDA",
                                              strategy=strategy, strategy_options=options, simulation_mode=True, cache=cache, quiet=True)
    return results


def main():
    import kernel_tuner
    import kernel_tuner.interface as interface
    from constrint.kernel_tuner import Searchspace
    warnings.simplefilter("ignore")
    space, made = Searchspace(PARAMS, RESTRICTIONS, 1024), []

    class Counted(Searchspace):
        def __init__(self, *arguments, **named):
            made.append(self)
            super().__init__(*arguments, **named)
    interface.Searchspace = Counted
    passed = 0
    with tempfile.TemporaryDirectory() as work:
        cache = os.path.join(work, "cache.json")
        write_cache(cache, space)
        for strategy in interface.strategy_map:
            used = len(made)
            try:
                results = tune(kernel_tuner, strategy, cache)
            except ImportError as missing:
                print(f"{strategy} is left out: {missing}", file=sys.stderr)
                continue
            configs = {tuple(result[name] for name in PARAMS) for result in results}
            assert configs <= set(space.list) and len(made) == used + 1, strategy
            assert configs and (strategy != "brute_force" or configs == set(space.list)), (strategy, len(configs))
            passed += 1
    assert passed >= 10
    print(f"{passed} passed, 0 failed")


if __name__ == "__main__":
    needs("kernel_tuner")
    print(f"seed {SEED}")
    main()
