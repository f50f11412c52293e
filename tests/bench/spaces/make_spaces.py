#!/usr/bin/env python3
"""Write the further spaces of data/: larger relatives of published ones.

    make_spaces.py [NAME...]       write them, with the count that stands below
    make_spaces.py --count NAME... count them without ConstrINT: each set of
                                   connected parameters by C loops, multiplied

atf_*: the tiled md_hom kernels of ATF as KTT's AtfSamples states them, with
its sizes. *_wide: the public spaces of the same name, with longer lists, so
that one connected part is large."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import c_loops
import space_file

HERE = pathlib.Path(__file__).resolve().parent
POWERS = [1, 2, 4, 8, 16, 32, 64, 128]


def upto(n):
    return list(range(1, n + 1))


def atf(left, right, dims):
    """Loops over left sizes and right (reduced) sizes; dims: the values of each OCL_DIM."""
    loops = [(f"L_{i + 1}", n) for i, n in enumerate(left)] + [(f"R_{i + 1}", n) for i, n in enumerate(right)]
    params = [("CACHE_L_CB", [0, 1]), ("CACHE_P_CB", [0, 1]), ("G_CB_RES_DEST_LEVEL", [2]),
              ("L_CB_RES_DEST_LEVEL", [2, 1, 0]), ("P_CB_RES_DEST_LEVEL", [2, 1, 0])]
    params += [(f"OCL_DIM_{d}", list(range(dims))) for d, _ in loops]
    conditions = ["L_CB_RES_DEST_LEVEL <= G_CB_RES_DEST_LEVEL", "P_CB_RES_DEST_LEVEL <= L_CB_RES_DEST_LEVEL"]
    conditions += [f"OCL_DIM_{a} != OCL_DIM_{b}" for i, (a, _) in enumerate(loops) for b, _ in loops[i + 1:]]
    for d, n in loops:
        params.append((f"INPUT_SIZE_{d}", [n]))
        params += [(f"{name}_{d}", upto(n)) for name in ("L_CB_SIZE", "P_CB_SIZE", "NUM_WG", "NUM_WI")]
        conditions += [f"INPUT_SIZE_{d} % L_CB_SIZE_{d} == 0", f"L_CB_SIZE_{d} % P_CB_SIZE_{d} == 0",
                       f"(INPUT_SIZE_{d} // L_CB_SIZE_{d}) % NUM_WG_{d} == 0",
                       f"(L_CB_SIZE_{d} // P_CB_SIZE_{d}) % NUM_WI_{d} == 0",
                       f"NUM_WI_{d} <= (INPUT_SIZE_{d} + NUM_WG_{d} - 1) // NUM_WG_{d}"]
    conditions += [f"NUM_WG_{d} == 1 or NUM_WG_{d} % L_CB_SIZE_{d} == 0" for d, _ in loops if d[0] == "R"]
    return params + [("L_REDUCTION", [1]), ("P_WRITE_BACK", [0]), ("L_WRITE_BACK", [dims - 1])], conditions


# CLBlast's own limit, which the public space leaves out, and unrolling that divides
LOCAL_MEMORY = ["(SA * KWG * MWG + SB * KWG * NWG) * (PRECISION // 8) <= 49152", "KWG % KREG == 0",
                "STRM <= SA or STRN >= SB"]


def wide(name, more=(), **lists):
    """A public space with longer lists, and further conditions."""
    space = space_file.read(HERE.parent.parent / "constrint" / "spaces" / f"{name}.json")
    return [(n, lists.get(n, values)) for n, values in space.params], space.conditions + list(more)


SPACES = {
    "atf_conv_4096": (168750000, lambda: atf([4092, 4092], [], 2)),
    "atf_prl_1024": (23111088, lambda: atf([1024], [1024], 2)),
    "atf_ccsd_24": (8805321756000000000, lambda: atf([24, 16, 16, 24, 16, 16], [24], 7)),
    "hotspot_wide": (2178605, lambda: wide(
        "hotspot", block_size_x=[1, 2, 4, 8] + list(range(16, 1025, 16)), block_size_y=POWERS[:6] + [3, 6, 12, 24, 48, 64],
        tile_size_x=upto(16), tile_size_y=upto(16), temporal_tiling_factor=upto(16), loop_unroll_factor_t=upto(16),
        blocks_per_sm=list(range(9)), sh_power=[0, 1, 2, 3, 4])),
    "gemm_wide": (159310140, lambda: wide(
        "gemm", LOCAL_MEMORY, MWG=[8, 16, 32, 48, 64, 96, 128, 192, 256], NWG=[8, 16, 32, 48, 64, 96, 128, 192, 256], KWG=[8, 16, 32, 48, 64],
        MDIMC=[4, 8, 16, 32, 64], NDIMC=[4, 8, 16, 32, 64], MDIMA=[4, 8, 16, 32, 64], NDIMB=[4, 8, 16, 32, 64],
        KWI=[1, 2, 4, 8, 16], KREG=[1, 2, 4, 8], VWM=upto(8), VWN=upto(8))),
    "gemm_wider": (433025728, lambda: wide(
        "gemm", LOCAL_MEMORY, MWG=list(range(16, 257, 16)), NWG=list(range(16, 257, 16)), KWG=[8, 16, 24, 32, 48, 64],
        MDIMC=[4, 8, 16, 24, 32, 64], NDIMC=[4, 8, 16, 24, 32, 64], MDIMA=[4, 8, 16, 24, 32, 64], NDIMB=[4, 8, 16, 24, 32, 64],
        KWI=[1, 2, 4, 8], KREG=[1, 2, 4, 8], VWM=upto(8), VWN=upto(8))),
    "hotspot_huge": (40874526, lambda: wide(
        "hotspot", block_size_x=upto(1024), block_size_y=upto(64), tile_size_x=upto(32), tile_size_y=upto(32),
        temporal_tiling_factor=upto(16), loop_unroll_factor_t=upto(16), blocks_per_sm=list(range(9)), sh_power=[0, 1, 2, 3])),
    "conv3d_wide": (9539761, lambda: wide(
        "ktt_conv3d", TBX=POWERS[:7], TBY=POWERS[:7], TBZ=POWERS[:7], WPTX=POWERS[:5], WPTY=POWERS[:5], WPTZ=POWERS[:5],
        VECTOR=[1, 2, 4, 8], Z_ITERATIONS=POWERS[:7],
        TBX_XL=upto(66), TBY_XL=upto(66), TBZ_XL=upto(66))),
}


def components(space):
    """Spaces of connected parameters; the product of their counts is the space's."""
    group = {name: {name} for name, _ in space.params}
    for tree in space_file.conjuncts(space.conditions):
        names = c_loops.names_in(tree, group)
        merged = set().union(*(group[n] for n in names))
        for n in merged:
            group[n] = merged
    seen = set()
    for name, _ in space.params:
        members = group[name]
        if name in seen:
            continue
        seen |= members
        yield space_file.Space(name, None, [p for p in space.params if p[0] in members],
                               [c for c in space.conditions if members & set(space_file.names_of(c))])


def count(space):
    product = 1
    with tempfile.TemporaryDirectory() as folder:
        for part in components(space):
            if not part.conditions:
                product *= len(part.params[0][1])
                continue
            source = pathlib.Path(folder) / "count.c"
            source.write_text(c_loops.program(c_loops.greedy(part), "count"))
            subprocess.run(["cc", "-O3", "-march=native", "-w", source, "-o", source.with_suffix("")], check=True)
            answer = subprocess.run([source.with_suffix("")], capture_output=True, text=True, check=True).stdout
            product *= int(answer.split('"')[3])
    return product


def main():
    o = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    o.add_argument("--count", action="store_true")
    o.add_argument("name", nargs="*", help=f"of {', '.join(SPACES)}")
    given = o.parse_args()
    for name in given.name or SPACES:
        valid, make = SPACES[name]
        space = space_file.Space(name, valid, *make())
        if given.count:
            print(name, count(space), f"of {space.cartesian():.3g}", flush=True)
        else:
            (HERE / "data" / f"{name}.json").write_text(space.text() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
