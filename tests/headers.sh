#!/bin/sh
# Every public header compiles alone, in strict C11 and C++17.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for header in constrint/include/constrint.h constrint/include/constrint_space.h hwmodel/include/hwmodel.h db/include/tunedb.h \
  kernels/plugin.h kernels/flashrnn/include/flashrnn.h kernels/flashrnn/include/flashrnn_cuda.h; do
  for compiler in gcc clang; do
    command -v $compiler >/dev/null 2>&1 || continue
    echo "#include \"$SOURCE/$header\"" >"$work/a.c"
    cp "$work/a.c" "$work/a.cpp"
    $compiler -std=c11 -pedantic -Wall -Wextra -Werror -fsyntax-only "$work/a.c"
    $compiler -std=c++17 -pedantic -Wall -Wextra -Werror -fsyntax-only "$work/a.cpp"
  done
done
echo "1 passed, 0 failed"
