#!/usr/bin/env python3
"""A Kernel Tuner user's space, asked without Kernel Tuner: Hotspot's parameters and restrictions.

Run with PYTHONPATH at the installed package: python3 space.py
"""
from constrint import Space

tune_params = {
    "block_size_x": [1, 2, 4, 8, 16] + [32 * i for i in range(1, 33)],
    "block_size_y": [2**i for i in range(6)],
    "tile_size_x": list(range(1, 11)),
    "tile_size_y": list(range(1, 11)),
    "temporal_tiling_factor": list(range(1, 11)),
    "loop_unroll_factor_t": list(range(1, 11)),
    "sh_power": [0, 1],
    "blocks_per_sm": [0, 1, 2, 3, 4],
}
shared_bytes = ("(block_size_x*tile_size_x + temporal_tiling_factor * 2) * (block_size_y*tile_size_y + temporal_tiling_factor * 2)"
                " * (2+sh_power) * 4")
restrictions = [
    "32 <= block_size_x*block_size_y <= 1024",
    "temporal_tiling_factor % loop_unroll_factor_t == 0",
    f"{shared_bytes} <= 49152",
    f"blocks_per_sm == 0 or ({shared_bytes}) * blocks_per_sm <= 102400",
]


def cost(config):
    """In place of a measurement."""
    x, y, tile_x, tile_y, temporal, *_ = config
    return abs(x * y - 256) + abs(tile_x * tile_y - 12) + (temporal - 3) ** 2


def descend(space, config):
    """Local search: to the best neighbour as long as there is a better one."""
    while True:
        best = min(space.neighbours(config, "Hamming"), key=cost, default=config)
        if cost(best) >= cost(config):
            return config
        config = best


space = Space(tune_params, restrictions)
print(f"{space.size} configurations, in {len(space.parts)} independent part(s)")
for name, (low, high) in space.ranges().items():
    print(f"  {name}: {low} to {high}")
starts = space.sample(20, seed=1, method="spread")
best = min((descend(space, config) for config in starts), key=cost)
print(f"the best of {len(starts)} descents costs {cost(best)}")
full = space.restrict(f"block_size_x*block_size_y == 256 and {shared_bytes} >= 40000")
print(f"{full.size} of them use 256 threads and most of the shared memory")
