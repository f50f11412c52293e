#!/bin/sh
# Installs the build into an empty prefix and uses it as others would: the CMake
# package in C and C++, each library alone; the pkg-config files; the command
# with its specs and plug-ins found from there.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$BUILD" --prefix "$work/prefix" >"$work/log" || { cat "$work/log"; exit 1; }

cmake -S "$SOURCE/tests/consumer" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_BUILD_RPATH="$work/prefix/lib;$work/prefix/lib64" >"$work/log" 2>&1 &&
  cmake --build "$work/consumer" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
ctest --test-dir "$work/consumer" --output-on-failure --no-tests=error

# a library that drags another in would not link alone
libdir=$(dirname "$(find "$work/prefix" -name libconstrint.so)")
for library in constrint hwmodel tunedb flashrnn; do
  flags=$(PKG_CONFIG_PATH="$libdir/pkgconfig" pkg-config --define-variable=prefix="$work/prefix" --cflags --libs "lib$library")
  # shellcheck disable=SC2086 # a list of flags
  cc "$SOURCE/tests/consumer/$library.c" -o "$work/$library" $flags "-Wl,-rpath,$libdir"
  "$work/$library"
  readelf -d "$libdir/lib$library.so" | grep -q "SONAME.*lib$library.so.0"
done
if readelf -d "$libdir/libconstrint.so" | grep -E 'NEEDED.*(yaml|sqlite|jansson|hwmodel|tunedb)'; then
  echo "libconstrint must stand alone" >&2
  exit 1
fi

# only the documented functions leave a library
for pair in constrint:ci_ hwmodel:hw_ tunedb:tdb_ flashrnn:flashrnn_; do
  if nm -D --defined-only "$libdir/lib${pair%:*}.so" | awk '{print $3}' | grep -v "^${pair#*:}" | grep -v '^kp_plugin'; then
    echo "lib${pair%:*} exports the symbols above" >&2
    exit 1
  fi
done

printf 'var x in 1..6; x %% 4 == 2;\n' >"$work/a.cint"
[ "$("$work/prefix/bin/constrint" count "$work/a.cint")" = 2 ]

# MiniZinc finds the solver and its library
printf 'var 1..2: x :: output_var; solve satisfy;\n' >"$work/a.fzn"
"$work/prefix/bin/fzn-constrint" -a "$work/a.fzn" | grep -q '^==========$'
if command -v minizinc >/dev/null; then
  printf 'include "circuit.mzn"; array[1..4] of var 1..4: x; constraint circuit(x); solve satisfy;\n' >"$work/a.mzn"
  found=$(MZN_SOLVER_PATH="$work/prefix/share/minizinc/solvers" minizinc --solver constrint -a "$work/a.mzn" | grep -c '^----------$')
  [ "$found" = 6 ]
fi

PYTHONPATH="$work/prefix/share/constrint/python" PYTHONDONTWRITEBYTECODE=1 python3 -c '
from constrint import Space
assert list(Space({"x": [1, 2, 3]}, ["x > 2"])) == [(3,)]'
# flashrnn too, where there is a PyTorch; else it says what it wants
PYTHONPATH="$work/prefix/share/constrint/python" PYTHONDONTWRITEBYTECODE=1 ${PYTHON:-python3} -c '
try:
    import torch
except ImportError:
    torch = None
try:
    from flashrnn import flashrnn
    states, last = flashrnn(torch.zeros(1, 2, 1, 1, 16), torch.zeros(1, 1, 16, 16), torch.zeros(1, 1, 16), function="elman", dtype="float32")
    assert states.shape == (1, 1, 2, 1, 16) and not states.any()
except ImportError as failure:
    assert torch is None and "pip install torch" in str(failure), failure'
echo "1 passed, 0 failed"
