#!/bin/sh
# The CUDA kernels without a GPU: every thread emulated, memory's freedoms taken
# at random (emulator/), results against the double-precision reference.
# usage: emulated.sh KERNELS_TEST DRIVER-FOLDER CASES [mutants]   CASES: beside this script, or a path
#   mutants: sources with one line less must be noticed, too
set -u
here=$(cd "$(dirname "$0")" && pwd)
test=$1
cases=$3
[ -f "$cases" ] || cases=$here/$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LD_LIBRARY_PATH="$2${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" CONSTRINT_NVRTC="$2/libcuda.so.1" EMULATOR_SOURCES="$here/emulator"
export EMULATOR_SEED="${EMULATOR_SEED:-$$}" OMP_NUM_THREADS=2
echo "EMULATOR_SEED=$EMULATOR_SEED"
command -v "${EMULATOR_CXX:=c++}" >/dev/null || { echo "skipped: no C++ compiler"; exit 77; }
export EMULATOR_CXX

run() { # FOLDER CASES
  mkdir "$1" && "$test" compile "$1" "$2" && timeout "${SECONDS_EMULATED:-600}" "$test" run "$1" "$2"
}

run "$work/all" "$cases" || exit 1
[ "${4:-}" = mutants ] || exit 0

# mutant FILE SED-SCRIPT CASE: the case is right with the sources as they are, and must not be now.
# A race that the emulator draws lucky goes unnoticed (0 of 40 runs, 11 of 60, 0 of 40, in the order below): several
# seeds, until one notices.  All of them missing a mutant that 11 of 60 miss: 1 in 10^12.
tries=16
mutant() {
  rm -rf "$work/sources" "$work/mutant"
  cp -R "$here/../../kernels/flashrnn/cuda" "$work/sources"
  sed "$2" "$work/sources/$1" >"$work/changed"
  if cmp -s "$work/changed" "$work/sources/$1"; then echo "no such line in $1: $2"; exit 1; fi
  cp "$work/changed" "$work/sources/$1"
  echo "$3" >"$work/case"
  mkdir "$work/mutant"
  KERNEL_SOURCES="$work/sources" "$test" compile "$work/mutant" "$work/case" >"$work/log" 2>&1
  grep -q '^1 cases, 0 failures' "$work/log" || { echo "the mutant of $1 does not compile"; cat "$work/log"; exit 1; }
  try=1
  while EMULATOR_SEED=$((EMULATOR_SEED + try)) timeout 10 "$test" run "$work/mutant" "$work/case" >"$work/log" 2>&1; do
    try=$((try + 1))
    [ $try -le $tries ] || { echo "not noticed in $1, with $tries seeds: $2"; cat "$work/log"; exit 1; }
  done
  echo "noticed in $1, try $try: $2"
}

cluster='lstm bf16 cluster 64 1 3 6 - warps=2'
mutant exchange_cluster.cuh 's/while (!bytes_came(.*));//' "$cluster"
mutant exchange_cluster.cuh 's/(message & 1) \* OPERAND/0/; s/slot \* OPERAND/0/' "$cluster"
mutant product.cuh 's/copy_wait<RING - 2>/copy_wait<RING - 1>/' 'lstm bf16 streaming 64 1 3 5 - warps=2 ring=4'
