#!/bin/sh
# The example problems of specs/problems have the answers they are known for.
problems="$SOURCE/specs/problems"
failed=0
expect() {
  wanted=$1
  shift
  got=$("$CONSTRINT" "$@" | tr '\n' ' ')
  [ "$got" = "$wanted" ] && return
  failed=$((failed + 1))
  echo "FAILED: $*: $got, not $wanted" >&2
}
expect "s,e,n,d,m,o,r,y 9,5,6,7,1,0,8,2 " enumerate "$problems/send_more_money.cint"
expect "8 " count "$problems/magic_square.cint"
expect "objective = 23 things = 23 " optimize "$problems/remainders.cint"
expect "9524 " count "$problems/remainders.cint"
expect "objective 1 (maximize) = 235 objective 2 (minimize) = 6 rope = 0 lamp = 1 tent = 1 stove = 1 bars = 0 water = 3 " \
  optimize "$problems/knapsack.cint"
expect "objective 1 (maximize) = 65536 objective 2 (maximize) = 128 objective 3 (minimize) = 1 tile_m = 256 tile_n = 256 depth = 128 warps = 1 " \
  optimize "$problems/tiling.cint" --let hw.smem_per_block=232448 --let hw.threads_per_block=1024
echo "$((6 - failed)) passed, $failed failed"
[ $failed = 0 ]
