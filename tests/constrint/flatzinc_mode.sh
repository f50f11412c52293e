#!/bin/sh
# The FlatZinc mode: separators, options, limits, signals, refusals.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room"
failed=0

# same WHAT EXPECTED GOT
same() {
  [ "$2" = "$3" ] && return 0
  printf 'FAILED: %s\nexpected:\n%s\ngot:\n%s\n' "$1" "$2" "$3" >&2
  failed=1
}

# refused WHAT PATTERN : what.fzn is refused with a message of that pattern and exit code 2
refused() {
  code=0
  "$CONSTRINT" fzn what.fzn >out 2>err || code=$?
  if [ "$code" != 2 ] || ! grep -Eq "$2" err || [ -s out ]; then
    printf 'FAILED: %s: exit %s\n%s\n' "$1" "$code" "$(cat err)" >&2
    failed=1
  fi
}

cat >two.fzn <<'END'
var 1..2: x :: output_var;
var 0..9: h :: var_is_introduced;
solve satisfy;
END
same 'all solutions, none twice' 'x = 1;
----------
x = 2;
----------
==========' "$("$CONSTRINT" fzn -a two.fzn)"
same 'one solution says nothing of others' 'x = 1;
----------' "$("$CONSTRINT" fzn two.fzn)"
same 'two solutions of -n 2, and no more is known' 'x = 1;
----------
x = 2;
----------' "$("$CONSTRINT" fzn -n 2 two.fzn)"
same 'it ends where -n 3 finds two' 'x = 1;
----------
x = 2;
----------
==========' "$("$CONSTRINT" fzn -n 3 two.fzn)"
same 'count: what is shown' 2 "$("$CONSTRINT" count two.fzn)"
same 'solve: what is shown' 'x = 1' "$("$CONSTRINT" solve two.fzn)"
same 'enumerate: what is shown' 'x
1
2' "$("$CONSTRINT" enumerate two.fzn)"

echo 'var 1..3: x :: output_var; constraint int_times(x,x,5); solve satisfy;' >none.fzn
same 'no solution' '=====UNSATISFIABLE=====' "$("$CONSTRINT" fzn none.fzn)"
"$CONSTRINT" fzn none.fzn >/dev/null || { echo 'FAILED: no solution is exit code 0 in this mode' >&2; failed=1; }
"$CONSTRINT" solve none.fzn 2>/dev/null && { echo 'FAILED: no solution is exit code 1 of solve' >&2; failed=1; }

cat >best.fzn <<'END'
array [1..2] of int: w = [2,3];
var 0..4: x; var 0..4: y; var bool: b :: output_var;
var 0..20: z :: output_var;
array [1..2] of var int: q :: output_array([0..1]) = [x,y];
constraint int_lin_le(w,[x,y],11);
constraint int_lin_eq([1,1,-1],[x,y,z],0);
constraint int_le_reif(x,3,b);
solve maximize z;
END
same 'the best one' 'b = false;
z = 5;
q = array1d(0..1, [4, 1]);
----------
==========' "$("$CONSTRINT" fzn best.fzn)"
same 'optimize reads it, too' 'objective = 5' "$("$CONSTRINT" optimize best.fzn | head -1)"
"$CONSTRINT" fzn -s best.fzn | grep -q '^%%%mzn-stat: nodes=' || { echo 'FAILED: -s says nothing' >&2; failed=1; }
"$CONSTRINT" fzn -s best.fzn | tail -1 | grep -q '^%%%mzn-stat-end$' || { echo 'FAILED: statistics have no end' >&2; failed=1; }

# The advice decides one level, the order the next: nothing may stay open (a stale place in the order).
cat >stale.fzn <<'END'
var -3..-1: x0 :: output_var;
var {0,-4}: x1 :: output_var;
var bool: b0 :: var_is_introduced;
constraint int_ge_imp(x1,-2,true);
solve :: seq_search([int_search([b0],smallest,indomain_max,complete)]) maximize x0;
END
same 'a leaf is fixed throughout' 'x0 = -1;
x1 = 0;
----------
==========' "$("$CONSTRINT" fzn --learn on stale.fzn)"

# A hard one: 13 pigeons in 12 holes, by clauses alone, without a proof in time.
python3 - >pigeons.fzn <<'END'
pigeons, holes = range(13), range(12)
for i in pigeons:
    for h in holes:
        print(f"var bool: p{i}_{h} :: output_var;")
for i in pigeons:
    print("constraint bool_clause([%s],[]);" % ",".join(f"p{i}_{h}" for h in holes))
    for k in range(i):
        for h in holes:
            print(f"constraint bool_clause([],[p{i}_{h},p{k}_{h}]);")
print("solve satisfy;")
END
same 'a limit leaves it open' '=====UNKNOWN=====' "$("$CONSTRINT" fzn -t 200 pigeons.fzn)"
for signal in INT TERM; do
  # sh lets background jobs ignore SIGINT: python does not
  got=$(python3 - "$CONSTRINT" "$signal" <<'END'
import signal, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], "fzn", "pigeons.fzn"], stdout=subprocess.PIPE, text=True)
time.sleep(0.7)
p.send_signal(getattr(signal, "SIG" + sys.argv[2]))
print(p.communicate(timeout=20)[0].strip(), p.returncode)
END
)
  same "SIG$signal ends it with what is known" '=====UNKNOWN===== 0' "$got"
done

echo 'var 0.0..1.0: x; solve satisfy;' >what.fzn
refused 'a float variable' '^what.fzn:1:[0-9]+: a float variable'
echo 'var set of 1..3: x; solve satisfy;' >what.fzn
refused 'a set variable' '^what.fzn:1:1: a set variable'
printf 'var int: x;\nconstraint float_le(1.5,2.0); solve satisfy;' >what.fzn
refused 'a constraint over floats' '^what.fzn:2:12: float_le is over floats'
printf 'var int: x;\nconstraint int_le(x,9223372036854775808); solve satisfy;' >what.fzn
refused 'a number beyond 64 bits' '^what.fzn:2:21: the number is beyond 64 bits'
echo 'var 1..2: x; constraint int_lee(x,1); solve satisfy;' >what.fzn
refused 'an unknown constraint' "knows no constraint 'int_lee'"
echo 'var 1..2: x; constraint int_le(y,1); solve satisfy;' >what.fzn
refused 'an undeclared name' "1:32: the name 'y' is not declared"
echo 'var 1..2: x; constraint int_le(x,true); solve satisfy;' >what.fzn
refused 'an argument of another type' 'argument 2 of int_le must be an integer'
echo 'var 1..2: x; var 1..3: x; solve satisfy;' >what.fzn
refused 'a name twice' 'declared twice'
echo 'var 1..2: x;' >what.fzn
refused 'no solve item' 'solve satisfy'
code=0
"$CONSTRINT" fzn -n x two.fzn 2>/dev/null || code=$?
same 'a wrong option' 2 "$code"

# An intermediate value beyond 128 bits is said, never guessed.
cat >huge.fzn <<'END'
var 9223372036854775800..9223372036854775807: x :: output_var;
var 4000000000000000000..4000000000000000002: y :: output_var;
constraint int_lin_eq([9223372036854775807,-1],[x,y],0);
solve satisfy;
END
same 'exact beyond 64 bits' '=====UNSATISFIABLE=====' "$("$CONSTRINT" fzn huge.fzn)"

# Counting a long chain keeps to its time: each step of the form's making looks at the clock (it took minutes).
awk 'BEGIN { n = 20000; for (i = 0; i < n; i++) printf "var 0..9: x%d :: output_var;\n", i
  for (i = 1; i < n; i++) printf "constraint int_lin_le([1,-1],[x%d,x%d],%d);\n", i - 1, i, i % 3
  print "solve satisfy;" }' >chain.fzn
code=0
timeout 30 "$CONSTRINT" count chain.fzn --time 0.3 2>/dev/null || code=$?
same 'a count out of time' 3 "$code"

[ $failed = 0 ] && echo 'the FlatZinc mode is as it should be'
exit $failed
