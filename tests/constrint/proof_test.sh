#!/bin/sh
# --proof and verify from the command line: the gallery's answers, and a spoilt proof.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }

for name in bin_packing calendar change coins gear_train golomb hundred_fowls job_shop knapsack langford queens remainders \
    stamps sudoku travelling_salesman warehouse; do
  model=$SOURCE/specs/problems/$name.cint data=
  [ ! -f "${model%.cint}.json" ] || data="--data ${model%.cint}.json"
  command=solve wanted=satisfiable
  ! grep -qE '^ *(maximize|minimize)' "$model" || { command=optimize wanted=optimal; }
  "$CONSTRINT" $command "$model" $data --proof "$dir/log" >"$dir/out" 2>&1 || fail "$command $name: $(cat "$dir/out")"
  "$CONSTRINT" verify "$model" "$dir/log" $data >"$dir/out" 2>&1 || fail "verify $name: $(cat "$dir/out")"
  [ "$(cat "$dir/out")" = $wanted ] || fail "verify $name says $(cat "$dir/out")"
done

cat >"$dir/none.fzn" <<'END'
var 1..3: a;
var 1..3: b;
var 1..3: c;
constraint int_ne(a, b);
constraint int_ne(a, c);
constraint int_ne(b, c);
constraint int_lin_eq([1, 1, 1], [a, b, c], 4);
solve satisfy;
END
"$CONSTRINT" solve "$dir/none.fzn" --proof "$dir/log" >/dev/null 2>&1 && fail "there is a solution of none.fzn"
[ "$("$CONSTRINT" verify "$dir/none.fzn" "$dir/log")" = unsatisfiable ] || fail "verify none.fzn"
sed 's/unsatisfiable/satisfiable/' "$dir/log" >"$dir/bad"
if "$CONSTRINT" verify "$dir/none.fzn" "$dir/bad" >/dev/null 2>"$dir/out"; then fail "a wrong conclusion is accepted"; fi
grep -q "bad:[0-9]*: this was not shown" "$dir/out" || fail "verify says $(cat "$dir/out")"

# Several searches at once have no proof.
for command in solve optimize; do
  rm -f "$dir/log"
  code=0
  "$CONSTRINT" $command "$SOURCE/specs/problems/knapsack.cint" --threads 2 --proof "$dir/log" >/dev/null 2>"$dir/out" || code=$?
  [ $code = 2 ] && grep -q -e "--proof tells one search" "$dir/out" || fail "$command --threads 2 --proof ends with $code: $(cat "$dir/out")"
  [ ! -e "$dir/log" ] || fail "$command writes a proof that it refused"
done
echo "1 passed, 0 failed"
