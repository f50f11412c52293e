#!/usr/bin/env python3
"""New large spaces of the published kernels' kinds, at random, and ConstrINT on them.

    generate.py [--family NAME]... [--seeds A..B] --out FOLDER    write them as T1 files
    generate.py ... --check BENCH_SPACES                          and build their forms

Each is drawn from its seed: lists, sizes and conditions.  Half of them have their
parameters in an order drawn too.  The count comes from and_or.py (`?`: not within
its limit).  --check prints a line each, and as MISS what counts otherwise, fails,
takes over a second or over 256 MiB."""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import time

import and_or
import c_loops
import make_spaces
import space_file

MOST_SECONDS, MOST_BYTES = 1.0, 256 << 20


def upto(n):
    return list(range(1, n + 1))


def powers(lo, hi):
    return [v for v in (2**i for i in range(20)) if lo <= v <= hi]


def divisors(n):
    return [d for d in upto(n) if n % d == 0]


def steps(rng, most):
    """A list of sizes as people write them."""
    return rng.choice([powers(1, most), list(range(8, most + 1, 8)), upto(most), [1] + list(range(4, most + 1, 4)),
                       powers(1, 8) + list(range(16, most + 1, 16))])


def gemm(rng):
    """CLBlast's Xgemm over full ranges, with its limit of local memory."""
    tile, work = steps(rng, rng.choice([128, 256])), steps(rng, rng.choice([32, 64]))
    vector = rng.choice([powers(1, 8), upto(8)])
    p = [("GEMMK", [0, 1]), ("MWG", tile), ("NWG", tile), ("KWG", powers(8, 64)), ("MDIMC", work), ("NDIMC", work),
         ("MDIMA", work), ("NDIMB", work), ("KWI", powers(1, 16)), ("VWM", vector), ("VWN", vector), ("STRM", [0, 1]),
         ("STRN", [0, 1]), ("SA", [0, 1]), ("SB", [0, 1]), ("KREG", powers(1, 16))]
    over = rng.choice(["/", "//"])
    c = ["KWG % KWI == 0", "MWG % (MDIMC * VWM) == 0", "NWG % (NDIMC * VWN) == 0", "MWG % (MDIMA * VWM) == 0",
         "NWG % (NDIMB * VWN) == 0", f"KWG % ((MDIMC * NDIMC) {over} MDIMA) == 0" if over == "/" else
         "MDIMC * NDIMC >= MDIMA and KWG % ((MDIMC * NDIMC) // MDIMA) == 0",
         f"KWG % ((MDIMC * NDIMC) {over} NDIMB) == 0" if over == "/" else "MDIMC * NDIMC >= NDIMB and KWG % ((MDIMC * NDIMC) // NDIMB) == 0",
         f"(SA * KWG * MWG + SB * KWG * NWG) * 4 <= {rng.choice([32768, 49152, 65536])}",
         f"MDIMC * NDIMC <= {rng.choice([256, 512, 1024])}"]
    c += rng.sample(["GEMMK == 0 or SA == 0 and SB == 0", "GEMMK == 0 or MDIMC == MDIMA", "GEMMK == 0 or NDIMC == NDIMB",
                     "KWG % KREG == 0", "GEMMK == 1 or KREG == 1", "MDIMC * NDIMC >= 32",
                     "(MWG // MDIMC) * (NWG // NDIMC) + MWG // MDIMC + NWG // NDIMC <= 255"], rng.randint(1, 5))
    return p, c


def direct(rng):
    """CLBlast's XgemmDirect over 1..N."""
    n = rng.choice([32, 48, 64, 96, 128])
    some = rng.choice([upto(n), upto(min(n, 64)), powers(1, n) + [3, 6, 12, 24]])
    p = [("WGD", upto(n))] + [(x, some) for x in ("MDIMCD", "NDIMCD", "MDIMAD", "NDIMBD", "KWID")]
    p += [("VWMD", upto(8)), ("VWND", upto(8)), ("PADA", [0, 1]), ("PADB", [0, 1])]
    c = ["WGD % KWID == 0", "WGD % (MDIMCD * VWMD) == 0", "WGD % (NDIMCD * VWND) == 0", "WGD % (MDIMAD * VWMD) == 0",
         "WGD % (NDIMBD * VWND) == 0", "WGD % (MDIMCD * NDIMCD / MDIMAD) == 0", "WGD % (MDIMCD * NDIMCD / NDIMBD) == 0",
         "MDIMCD * NDIMCD <= 1024", f"(WGD * (WGD + PADA) + WGD * (WGD + PADB)) * 4 <= {rng.choice([32768, 49152])}"]
    return p, c


def chain(rng):
    """ATF's tiled loops over 1..N, joined by the limit of threads."""
    left = [rng.choice([64, 96, 100, 128, 256, 360, 512, 720, 1000]) for _ in range(rng.randint(1, 3))]
    right = [rng.choice([32, 64, 120, 256, 512]) for _ in range(rng.randint(0, 2))]
    p, c = make_spaces.atf(left, right, len(left) + len(right))
    names = [n for n, _ in p if n.startswith("NUM_WI_")]
    if rng.random() < 0.7:
        c.append(" * ".join(names) + f" <= {rng.choice([256, 1024])}")
    if rng.random() < 0.4:
        c.append(" * ".join(n for n, _ in p if n.startswith("P_CB_SIZE_")) + f" <= {rng.choice([64, 255, 1024])}")
    dims = [n.removeprefix("NUM_WI_") for n in names]
    if rng.random() < 0.4:  # the threads of one dimension of the grid, as KTT's sample adds them up
        c.append(" + ".join(f"(OCL_DIM_{d} == 0) * NUM_WG_{d} * NUM_WI_{d}" for d in dims) + f" <= {rng.choice([256, 1024, 4096])}")
    if rng.random() < 0.4:
        c.append("CACHE_L_CB == 0 or " + " * ".join(n for n, _ in p if n.startswith("L_CB_SIZE_")) + f" * 4 <= {rng.choice([32768, 49152])}")
    return p, c


def conv2d(rng):
    """Kernel Tuner's convolution with its halo in shared memory."""
    f = rng.choice([[17], [3, 5, 7, 9, 11, 13, 15, 17], [15]])
    p = [("filter_width", f), ("filter_height", f), ("block_size_x", steps(rng, 256)), ("block_size_y", steps(rng, 64)),
         ("tile_size_x", upto(rng.choice([8, 16]))), ("tile_size_y", upto(rng.choice([8, 16]))), ("use_padding", [0, 1]),
         ("read_only", [0, 1]), ("use_shmem", [0, 1]), ("use_cmem", [0, 1])]
    c = ["filter_width == filter_height", "64 <= block_size_x * block_size_y <= 1024", "tile_size_x * tile_size_y < 30",
         "use_padding == 0 or block_size_x % 32 != 0", "not (use_padding == 1 and use_shmem == 0)",
         "use_shmem == 0 or (block_size_x * tile_size_x + filter_width - 1) * (block_size_y * tile_size_y + filter_height - 1)"
         f" * 4 <= {rng.choice([16384, 49152, 101376])}"]
    if rng.random() < 0.5:
        p.append(("blocks_per_sm", list(range(9))))
        c.append("blocks_per_sm == 0 or (block_size_x * tile_size_x + filter_width - 1) * (block_size_y * tile_size_y +"
                 " filter_height - 1) * 4 * blocks_per_sm <= 101376 and block_size_x * block_size_y * blocks_per_sm <= 2048")
    return p, c


def conv3d(rng):
    """A stencil in three dimensions: tiles, unrolling, halo of a radius."""
    t, w = steps(rng, rng.choice([32, 64, 128])), rng.choice([powers(1, 16), upto(8)])
    p = [(f"block_{d}", t) for d in "xyz"] + [(f"work_{d}", w) for d in "xyz"] + [("radius", upto(4)), ("vector", powers(1, 8)),
         ("local", [0, 1, 2]), ("unroll", [0] + upto(8))]
    tile = [f"(block_{d} * work_{d} + 2 * radius)" for d in "xyz"]
    c = ["block_x * block_y * block_z <= 1024", "block_x * block_y * block_z >= 32", "work_x * work_y * work_z <= 64",
         "(block_x * work_x) % vector == 0", "local == 0 or " + " * ".join(tile) + f" * 4 <= {rng.choice([49152, 101376])}",
         "local < 2 or " + " * ".join(tile[:2]) + " * (2 * radius + 1) * 4 <= 16384", "unroll == 0 or work_z % unroll == 0"]
    return p, c


def dedispersion(rng):
    """Blocks and tiles of a dedispersion kernel over full ranges."""
    channels = rng.choice([1536, 960, 1024])
    p = [("block_size_x", upto(rng.choice([32, 256, 1024]))), ("block_size_y", upto(rng.choice([64, 256]))), ("block_size_z", [1, 2, 4]),
         ("tile_size_x", upto(16)), ("tile_size_y", upto(16)), ("tile_stride_x", [0, 1]), ("tile_stride_y", [0, 1]),
         ("loop_unroll_factor_channel", [0] + divisors(channels)), ("blocks_per_sm", list(range(5)))]
    c = ["32 <= block_size_x * block_size_y * block_size_z <= 1024", "tile_size_x > 1 or tile_stride_x == 0",
         "tile_size_y > 1 or tile_stride_y == 0", "block_size_x * tile_size_x <= 1024", "block_size_y * tile_size_y <= 512",
         "blocks_per_sm == 0 or blocks_per_sm * block_size_x * block_size_y * block_size_z <= 2048",
         "tile_size_x * tile_size_y * max(1, loop_unroll_factor_channel) <= 4096"]
    return p, c[:rng.randint(4, 7)]


def hotspot(rng):
    """The public hotspot with other lists."""
    more = []
    if rng.random() < 0.5:
        more.append("block_size_x * tile_size_x % 4 == 0")
    if rng.random() < 0.3:
        more.append("tile_size_x * tile_size_y <= 32")
    x = rng.choice([[1, 2, 4, 8] + list(range(16, 1025, 16)), upto(256), powers(1, 1024), list(range(32, 1025, 32))])
    return make_spaces.wide("hotspot", more, block_size_x=x, block_size_y=rng.choice([powers(1, 32), upto(32), upto(64)]),
                            tile_size_x=upto(rng.choice([10, 16, 24])), tile_size_y=upto(rng.choice([10, 16, 24])),
                            temporal_tiling_factor=upto(rng.choice([10, 16])), loop_unroll_factor_t=upto(rng.choice([10, 16])),
                            blocks_per_sm=list(range(rng.choice([5, 9]))), sh_power=[0, 1])


def nbody(rng):
    """KTT's n-body: vectors, unrolling, alternatives."""
    n = rng.choice([16384, 131072])
    p = [("WORK_GROUP_SIZE_X", steps(rng, 1024)), ("OUTER_UNROLL_FACTOR", upto(64)), ("INNER_UNROLL_FACTOR1", [0] + upto(32)),
         ("INNER_UNROLL_FACTOR2", [0] + upto(256)), ("USE_SOA", [0, 1]), ("LOCAL_MEM", [0, 1]), ("USE_CONSTANT_MEM", [0, 1]),
         ("VECTOR_TYPE", [1, 2, 4, 8, 16])]
    c = ["(OUTER_UNROLL_FACTOR * INNER_UNROLL_FACTOR1 < 256) and OUTER_UNROLL_FACTOR * INNER_UNROLL_FACTOR2 < 1024",
         "LOCAL_MEM == 0 or INNER_UNROLL_FACTOR1 > 0 and WORK_GROUP_SIZE_X % INNER_UNROLL_FACTOR1 == 0",
         "USE_SOA == 1 or VECTOR_TYPE == 1", "not (LOCAL_MEM == 1 and USE_CONSTANT_MEM == 1)",
         "INNER_UNROLL_FACTOR2 == 0 or WORK_GROUP_SIZE_X % INNER_UNROLL_FACTOR2 == 0 and LOCAL_MEM == 1",
         f"{n} % (WORK_GROUP_SIZE_X * OUTER_UNROLL_FACTOR) == 0", "WORK_GROUP_SIZE_X * VECTOR_TYPE <= 2048 or LOCAL_MEM != 1",
         "INNER_UNROLL_FACTOR1 <= INNER_UNROLL_FACTOR2 or INNER_UNROLL_FACTOR2 == 0"]
    return p, c


def batch(rng):
    """Batched small products: sums of products under limits."""
    most = rng.choice([16, 32, 64])
    p = [("SIZE_A", upto(most)), ("SIZE_B", upto(most)), ("SIZE_C", upto(most)), ("GROUP_SIZE_Y", upto(64)), ("GROUP_SIZE_Z", upto(64)),
         ("CACHING", [0, 1, 2]), ("PADD_A", [0, 1]), ("PADD_B", [0, 1]), ("DIRECT", [0, 1]), ("UNROLL", [0, 1])]
    mem = "(SIZE_A + PADD_A) * SIZE_B + SIZE_C * (SIZE_A + PADD_B)"
    c = ["SIZE_C * GROUP_SIZE_Y * GROUP_SIZE_Z <= 1024", "SIZE_C * GROUP_SIZE_Y * GROUP_SIZE_Z >= 32", "GROUP_SIZE_Y <= SIZE_B",
         f"CACHING != 1 or ({mem} + SIZE_B * SIZE_C) * GROUP_SIZE_Z * 4 <= 49152", f"CACHING != 2 or ({mem}) * GROUP_SIZE_Z * 4 <= 49152",
         "PADD_A == 0 or CACHING > 0", "PADD_B == 0 or CACHING == 1", "DIRECT == 0 or SIZE_B % GROUP_SIZE_Y == 0"]
    return p, c


def split(rng):
    """A tensor compiler's tilings: each loop is the product of its parts, joined by threads and memory."""
    loops = [(n, rng.choice([64, 128, 256, 512, 768, 1000, 1024, 1536, 2048, 4096])) for n in "ijk"[:rng.randint(2, 3)]]
    parts = rng.choice([3, 4])
    p, c = [], []
    for n, size in loops:
        p += [(f"{n}{k}", divisors(size)) for k in range(parts)]
        c.append(" * ".join(f"{n}{k}" for k in range(parts)) + f" == {size}")
    c += [f"i1 * j1 <= {rng.choice([256, 1024])}", "i1 * j1 >= 32"]
    inner = [" * ".join(f"{n}{k}" for k in range(1, parts)) for n, _ in loops]
    if len(loops) == 3:
        c.append(f"({inner[0]} + {inner[1]}) * k{parts - 1} * 4 <= {rng.choice([32768, 49152])}")
    c.append(f"i{parts - 1} * j{parts - 1} <= {rng.choice([64, 128])}")
    p += [("vector", [1, 2, 4, 8]), ("unroll", [0, 16, 64, 512, 1500])]
    c.append(f"j{parts - 1} % vector == 0")
    return p, c


def microhh(rng):
    """The public microhh with other lists and implications."""
    more = rng.sample(["not (LOOP_UNROLL_FACTOR_X > 1 and TILING_FACTOR_X == 1)", "BLOCK_SIZE_X * BLOCK_SIZE_Y * BLOCK_SIZE_Z % 32 == 0",
                       "TILING_FACTOR_X * TILING_FACTOR_Y * TILING_FACTOR_Z <= 48", "BLOCK_SIZE_X >= BLOCK_SIZE_Y or TILING_FACTOR_Y == 1"],
                      rng.randint(1, 3))
    return make_spaces.wide("microhh", more, BLOCK_SIZE_X=steps(rng, 512), BLOCK_SIZE_Y=steps(rng, 64), BLOCK_SIZE_Z=steps(rng, 16),
                            TILING_FACTOR_X=upto(16), TILING_FACTOR_Y=upto(16), TILING_FACTOR_Z=upto(8),
                            LOOP_UNROLL_FACTOR_X=list(range(17)), LOOP_UNROLL_FACTOR_Y=list(range(17)), BLOCKS_PER_MP=list(range(17)))


def resources(rng):
    """One connected part: registers, threads, shared memory and occupancy all depend on each other."""
    p = [("bm", list(range(16, 257, 16))), ("bn", list(range(16, 257, 16))), ("bk", list(range(8, 65, 8))), ("wm", list(range(8, 129, 8))),
         ("wn", list(range(8, 129, 8))), ("stages", upto(rng.choice([5, 8]))), ("split_k", upto(16)), ("swizzle", [1, 2, 4, 8]),
         ("warps", upto(rng.choice([16, 32]))), ("element", [2, 4]), ("blocks", upto(8))]
    c = ["bm % wm == 0", "bn % wn == 0", "(bm / wm) * (bn / wn) == warps", "stages * (bm + bn) * bk * element <= 101376",
         "blocks * stages * (bm + bn) * bk * element <= 233472", "wm * wn // 32 + (wm + wn) * bk // 64 <= 200",
         "blocks * warps <= 64", f"{rng.choice([4096, 4608, 12288])} % (bk * split_k) == 0", "split_k == 1 or swizzle <= 4",
         "(bm * bk * element) % (warps * 32 * 16 // 4) == 0 or stages == 1"]
    return p, c


def fourier(rng):
    """A Fourier transform: radices in order, work items, and a modulus of a quotient."""
    n = rng.choice([4096, 8192, 5040, 6000, 46656])
    k = rng.choice([4, 5])
    p = [(f"radix{i}", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16]) for i in range(k)] + [("threads", upto(1024)), ("batch", upto(32)), ("pad", upto(8)), ("bank", [16, 32])]
    c = [" * ".join(f"radix{i}" for i in range(k)) + f" == {n}"] if k == 5 else ["radix0 * radix1 * radix2 * radix3 <= 46656"]
    c += [f"{n} % (threads * radix0) == 0" if rng.random() < 0.5 else f"{n} % (threads / radix0) == 0", "threads * batch <= 1024",
          "(threads + pad) % bank != 0 or bank == 16", "batch * (threads + pad) * radix1 * 8 <= 65536"]
    c += [f"radix{i} >= radix{i + 1} or radix{i + 1} % 2 == 0" for i in range(k - 1)]
    return p, c


FAMILIES = {f.__name__: f for f in (gemm, direct, chain, conv2d, conv3d, dedispersion, hotspot, nbody, batch, split, microhh, resources, fourier)}


def made(family, seed):
    rng = random.Random(f"{family} {seed}")
    params, conditions = FAMILIES[family](rng)
    if seed % 2:
        rng.shuffle(params)
    return space_file.Space(f"{family}_{seed}", None, params, conditions)


def counted(space, limit):
    try:
        return and_or.count(space, limit)
    except c_loops.Refused as why:
        print(f"{space.name}: not counted: {why}", file=sys.stderr)
        return None


def check(bench, path, space):
    start = time.perf_counter()
    try:
        done = subprocess.run([bench, "form", path, "1"], capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return f"MISS {space.name}: over 60 s (right: {space.valid})"
    if done.returncode:
        return f"MISS {space.name}: exit {done.returncode} after {time.perf_counter() - start:.1f} s: {done.stderr.strip()} (right: {space.valid})"
    got = json.loads(done.stdout)
    wrong = space.valid is not None and got["count"] != str(space.valid)
    miss = wrong or got["first"] > MOST_SECONDS or got["rss"] > MOST_BYTES
    right = "" if not wrong else f" (right: {space.valid})"
    return (f"{'MISS' if miss else 'ok  '} {space.name}: {got['count']}{right} of {space.cartesian():.2g}; form {1e3 * got['first']:.1f} ms, "
            f"{got['rss'] / 2**20:.0f} MiB, {got['parts']} parts, {got['nodes']} nodes{'' if space.valid is not None else '; not counted otherwise'}")


def main():
    o = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    o.add_argument("--family", action="append", choices=FAMILIES, help="default: all")
    o.add_argument("--seeds", default="0..3", help="default 0..3")
    o.add_argument("--out", type=pathlib.Path, required=True)
    o.add_argument("--limit", type=float, default=20, help="seconds of counting a part (default 20)")
    o.add_argument("--check", type=pathlib.Path, metavar="BENCH_SPACES")
    given = o.parse_args()
    first, _, last = given.seeds.partition("..")
    given.out.mkdir(parents=True, exist_ok=True)
    misses = 0
    for seed in range(int(first), int(last or first) + 1):
        for family in given.family or FAMILIES:
            path, space = given.out / f"{family}_{seed}.json", made(family, seed)
            if path.exists() and space_file.read(path).conditions == space.conditions:
                space = space_file.read(path)
            else:
                space.valid = counted(space, given.limit)
                path.write_text(space.text() + "\n")
            line = check(given.check, path, space) if given.check else f"{space.name}: {space.valid} of {space.cartesian():.3g}"
            misses += line.startswith("MISS")
            print(line, flush=True)
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
