#!/bin/sh
# Explanations and relaxations from the command line.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

fail() { echo "FAILED: $*" >&2; exit 1; }
code() { set +e; "$@" >out 2>err; got=$?; set -e; }

cat >none.cint <<'END2'
var a, b in 1..9;
low: a + b <= 6;
high: a * b >= 20;
even: a % 2 == 0;
odd: a % 2 == 1;
END2
for method in quickxplain deletion; do
  code "$CONSTRINT" explain none.cint --method $method
  [ "$got" = 0 ] && [ "$(wc -l <out)" = 2 ] || fail "--method $method: $got $(cat out err)"
done
code "$CONSTRINT" explain none.cint --relax
[ "$got" = 0 ] && [ "$(grep -c '^none.cint:' out)" = 2 ] && grep -q '^a = ' out || fail "--relax: $got $(cat out err)"
code "$CONSTRINT" explain none.cint --relax --keep low --keep even --json
[ "$got" = 0 ] && grep -q '"answer": "relaxed"' out && grep -q '"name": "high"' out && grep -q '"name": "odd"' out ||
  fail "--keep --json: $got $(cat out err)"
code "$CONSTRINT" explain none.cint --relax --keep even --keep odd
[ "$got" = 1 ] && [ ! -s out ] && grep -q 'cannot hold together' err || fail "--keep of a conflict: $got $(cat out err)"
code "$CONSTRINT" explain none.cint --relax --keep nothing
[ "$got" = 2 ] && grep -q 'names no constraint' err || fail "--keep of no constraint: $got $(cat out err)"
code "$CONSTRINT" explain none.cint --keep low
[ "$got" = 2 ] || fail "--keep alone: $got $(cat out err)"
code "$CONSTRINT" explain none.cint --method perhaps
[ "$got" = 2 ] && grep -q 'quickxplain or deletion' err || fail "--method perhaps: $got $(cat out err)"

cat >none.fzn <<'END2'
var 1..9: x :: output_var;
var 1..9: y :: output_var;
constraint int_lin_le([1,1],[x,y],6);
constraint int_lin_le([-1,-1],[x,y],-8);
constraint int_ne(x,y);
solve satisfy;
END2
code "$CONSTRINT" explain none.fzn
[ "$got" = 0 ] && grep -q '^none.fzn:3: ' out && grep -q '^none.fzn:4: ' out && [ "$(wc -l <out)" = 2 ] ||
  fail "explain of FlatZinc: $got $(cat out err)"
code "$CONSTRINT" explain none.fzn --relax
[ "$got" = 0 ] && [ "$(grep -c '^none.fzn:' out)" = 1 ] || fail "--relax of FlatZinc: $got $(cat out err)"
echo "1 passed, 0 failed"
