#!/bin/sh
# The example programs run: test_examples.sh FOLDER-OF-THE-PROGRAMS FOLDER-OF-A-FAKE-CUDA-DRIVER
set -eu
examples=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export CONSTRINT_DB="$work/none.db"
fail() { echo "FAILED: $*" >&2; exit 1; }

"$examples/train" >train.out 2>train.err || fail "train: $(cat train.err)"
grep -q '^forward: default' train.out || fail "train does not say which plan it has"
grep -q '^loss ' train.out || fail "train has no loss"
[ ! -s train.err ] || fail "train complains without a reason: $(cat train.err)"

LD_LIBRARY_PATH="$2" CONSTRINT_NVRTC=libcuda.so.1 XDG_CACHE_HOME="$work" "$examples/train_cuda" >train.out 2>train.err || fail "train_cuda: $(cat train.err)"
grep -q '^backward: default' train.out || fail "train_cuda does not say which plan it has"
[ "$(grep -c '^step .*: loss ' train.out)" = 7 ] || fail "train_cuda has no losses"

problem=function=elman,pass=inference,dtype=fp32,B=2,T=4,N=1,D=16
"$examples/compare" missing.db "$problem" >compare.out 2>compare.err || fail "compare: $(cat compare.err)"
grep -q 'there is no such database' compare.err || fail "compare does not say that the database is missing"
grep -q '^elman  inference .* default ' compare.out || fail "compare has no line: $(cat compare.out)"
printf '# two\n%s\n\n%s\n' "$problem" "function=gru,pass=backward,dtype=fp32,B=2,T=4,N=1,D=16" >list
"$examples/compare" '' list >compare.out || fail "compare with a list"
[ "$(grep -c ' default ' compare.out)" -ge 2 ] || fail "compare misses lines: $(cat compare.out)"
"$examples/compare" '' function=nope 2>/dev/null && fail "compare takes a bad problem"
"$examples/compare" 2>/dev/null && fail "compare takes no arguments"
echo "1 passed, 0 failed"
