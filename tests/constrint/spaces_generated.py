#!/usr/bin/env python3
"""Generated spaces of the published kernels' kinds: counts as an independent counter found them.

    spaces_generated.py            the table below
    spaces_generated.py --fresh N  N new ones a family, counted there and then (needs a C compiler)

tests/bench/spaces/generate.py makes them, and_or.py counts them without ConstrINT."""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench" / "spaces"))
import and_or    # noqa: E402
import generate  # noqa: E402

# family, seed, CRC-32 of its text, count
TABLE = [
    ("gemm", 1, 0xed208747, 31508928),
    ("gemm", 4, 0xab54d420, 31226380),
    ("direct", 1, 0x2e80295e, 872872),
    ("direct", 4, 0x2a8a21e9, 3079429),
    ("chain", 1, 0x2713a85b, 41020455744),
    ("chain", 4, 0xb065b221, 2917200),
    ("conv2d", 1, 0xafdf6b28, 23268),
    ("conv2d", 4, 0xa8472740, 1173956),
    ("conv3d", 1, 0x4367283b, 1393434),
    ("conv3d", 4, 0x1a7b6919, 1047756),
    ("dedispersion", 1, 0x0aa99aad, 510672649),
    ("dedispersion", 4, 0x5d97327c, 644561424),
    ("hotspot", 1, 0x1697921b, 17359042),
    ("hotspot", 4, 0x77bc30bd, 2599804),
    ("nbody", 1, 0x9955fd16, 28206),
    ("nbody", 4, 0xa3057ce2, 28206),
    ("batch", 0, 0x5242dd2d, 117699658),
    ("batch", 4, 0x9be7631c, 117699658),
    ("split", 1, 0xa7f627f9, 1163035),
    ("split", 4, 0x78822a46, 343860),
    ("microhh", 1, 0x49f9500d, 78588048),
    ("microhh", 4, 0x91f5d764, 40444300),
    ("resources", 1, 0x1f71e483, 10636744),
    ("resources", 4, 0x1ab0ec31, 12730114),
    ("fourier", 1, 0xbc493a99, 964930),
    ("fourier", 4, 0x209fb2b9, 123932236),
    ("chain", 6, 0xbb19dd2c, 17160),
    ("chain", 9, 0x56f3708b, 80670624),
    ("chain", 11, 0x73d46f82, 8362892208),
    ("gemm", 7, 0x673ec956, 6185458080),
    ("conv3d", 8, 0xc4a8cd52, 3035438),
    ("split", 9, 0xb72913c5, 30805),
    ("fourier", 9, 0x5472ec2f, 964930),
]
FOUND_WRONG = []
MEMORY = "1GiB"  # some batched products take 700 MiB (docs/measurements/2026-11-24-spaces.md); with less, the search answers, in hours
SECONDS = 5  # for one count; what takes longer is left out


def count(space, folder):
    path = pathlib.Path(folder) / "space.json"
    path.write_text(space.text())
    run = subprocess.run([os.environ["CONSTRINT"], "count", str(path), "--memory", MEMORY], capture_output=True, text=True)
    return run.stdout.strip() if run.returncode == 0 else f"exit {run.returncode}: {run.stderr.strip()}"


def compare(name, got, wanted):
    if got != str(wanted):
        FOUND_WRONG.append(f"{name}: {got}, not {wanted}")


def stated(folder):
    for family, seed, mark, wanted in TABLE:
        space = generate.made(family, seed)
        if zlib.crc32(space.text().encode()) != mark:
            wanted = and_or.count(space)  # another Python draws otherwise
        compare(space.name, count(space, folder), wanted)
    return len(TABLE)


def fresh(folder, n):
    base, done = random.SystemRandom().randrange(1 << 40), 0
    print(f"seeds from {base}")
    for family in generate.FAMILIES:
        for seed in range(base, base + n):
            space = generate.made(family, seed)
            wanted = generate.counted(space, SECONDS)
            if wanted is None:
                print(f"{space.name}: not counted otherwise within {SECONDS} s a part", flush=True)
                continue
            compare(space.name, count(space, folder), wanted)
            done += 1
    return done


def a_wrong_count_is_noticed(folder):
    """A space without one of its conditions is not the same."""
    space = generate.made("gemm", 1)
    right = count(space, folder)
    space.conditions.pop(1)
    compare("gemm_1 less a condition", count(space, folder), right)
    noticed = bool(FOUND_WRONG)
    FOUND_WRONG.clear()
    return noticed


def main():
    with tempfile.TemporaryDirectory() as folder:
        if not a_wrong_count_is_noticed(folder):
            sys.exit("FAILED: a wrong count went unnoticed")
        if len(sys.argv) == 3 and sys.argv[1] == "--fresh":
            if not shutil.which("cc"):
                print("no C compiler for the independent count")
                return 77
            done = fresh(folder, int(sys.argv[2]))
        else:
            done = stated(folder)
    for line in FOUND_WRONG:
        print(f"FAILED: {line}", file=sys.stderr)
    print(f"{done - len(FOUND_WRONG)} passed, {len(FOUND_WRONG)} failed")
    return 1 if FOUND_WRONG or not done else 0


if __name__ == "__main__":
    sys.exit(main())
