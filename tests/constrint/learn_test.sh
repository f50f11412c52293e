#!/bin/sh
# Learning and explanation from the command line.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

fail() { echo "FAILED: $*" >&2; exit 1; }
code() { set +e; "$@" >out 2>err; got=$?; set -e; }

cat >none.cint <<'END'
var a, b, c in 1..9;
small: a + b <= 6;
other: c != 4;
large: a * b >= 10;
same: a == b + c;
END
code "$CONSTRINT" explain none.cint
[ "$got" = 0 ] || fail "explain ends with $got: $(cat err)"
[ "$(cat out)" = "none.cint:2: small
none.cint:4: large" ] || fail "explain says: $(cat out)"
code "$CONSTRINT" explain none.cint --json
grep -q '"answer": "none"' out && grep -q '"line": 4' out || fail "explain --json says: $(cat out)"

for way in on off auto; do
  code "$CONSTRINT" solve none.cint --learn "$way"
  [ "$got" = 1 ] || fail "solve --learn $way ends with $got"
done

cat >best.cint <<'END'
var a, b, c in 1..9;
a * b + c == 41;
alldifferent(a, b, c);
maximize c - a;
END
code "$CONSTRINT" explain best.cint
[ "$got" = 1 ] && [ ! -s out ] && grep -q 'has a solution' err || fail "explain of a model with solutions: $got $(cat out err)"
for way in "--learn on" "--learn off" "--learn on --free" ""; do
  code "$CONSTRINT" optimize best.cint $way
  [ "$got" = 0 ] && grep -q '^objective = 5$' out || fail "optimize $way: $got $(cat out err)"
done
code "$CONSTRINT" solve best.cint --learn perhaps
[ "$got" = 2 ] && grep -q 'auto, on or off' err || fail "--learn perhaps: $got $(cat err)"
echo "1 passed, 0 failed"
