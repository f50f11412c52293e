#!/bin/sh
# docs/examples/space.c compiles as its heading says, runs, and tells what brute force finds.
. "$SOURCE/tests/constrint/commands_lib.sh"
# shellcheck disable=SC2086 # a list of flags, maybe empty
"${CC:-cc}" $SANITIZE -std=c11 -Wall -Wextra -Wshadow -Wvla -Werror -pedantic -I "$SOURCE/constrint/include" "$SOURCE/docs/examples/space.c" \
  -o space -L "$BUILD/lib" -lconstrint "-Wl,-rpath,$BUILD/lib" || exit 1
./space > got || exit 1
python3 - <<'END_OF_SCRIPT' && passed=1 || failed=1
import re
all = [(x, y, a, b, p) for x in (16, 32, 64, 128, 256, 512) for y in (1, 2, 4, 8, 16) for a in (1, 2, 3, 4, 8)
       for b in (1, 2, 3, 4, 8) for p in (0, 1)
       if 32 <= x * y <= 1024 and (x * a + 2) * (y * b + 2) * 4 <= 48 * 1024 and (p == 0 or x % 32)]
lines = open("got").read().split("\n")
shown = [tuple(map(int, re.findall(r"=(\d+)", line))) for line in lines if line.startswith("  ")]
assert lines[0] == f"{len(all)} configurations; block_size_x is 16 to 512", lines[0]
assert len(set(shown[:3])) == 3 and all.__contains__(shown[0]) and set(shown) <= set(all), shown
centre = (64, 4, 2, 2, 0)
near = [c for c in all if sum(i != j for i, j in zip(c, centre)) == 1]
assert f"number {all.index(centre)} has {len(near)} neighbours, among them:" in lines and set(shown[3:]) <= set(near)
mean = sum(x * y for x, y, *_ in all) / len(all)
assert f"all {len(all)} in columns: {mean:.1f} threads a block on average" in lines, lines
assert f"with 256 threads: {sum(x * y == 256 for x, y, *_ in all)} configurations; block_size_x is 16 to 256" in lines, lines
END_OF_SCRIPT
done_testing
