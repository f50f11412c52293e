#!/bin/sh
# Explanations, relaxations, fronts and progress from the command line.
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
# ---- several objectives ----
cat >front.cint <<'END2'
var a, b in 0..9;
a + b <= 10;
a * b >= 8;
maximize a;
maximize b;
END2
code "$CONSTRINT" optimize front.cint --pareto
[ "$got" = 0 ] && [ "$(grep '^objective' out | cut -d= -f2 | tr -d '\n')" = " 9 1 8 2 7 3 6 4 5 5 4 6 3 7 2 8 1 9" ] ||
  fail "--pareto: $got $(cat out err)"
code "$CONSTRINT" optimize front.cint --pareto --json
[ "$got" = 0 ] && grep -q '"answer": "front"' out && [ "$(grep -c '"objectives"' out)" = 9 ] || fail "--pareto --json: $got $(cat out)"
code "$CONSTRINT" optimize front.cint
[ "$got" = 0 ] && grep -q '^b = 1$' out || fail "the first objective counts first: $got $(cat out)"
code "$CONSTRINT" optimize none.cint --pareto
[ "$got" = 2 ] || fail "--pareto without objectives: $got"

# ---- several searches ----
for threads in 1 2 4; do
  code "$CONSTRINT" optimize front.cint --threads $threads
  [ "$got" = 0 ] && grep -q '^a = 9$' out && grep -q '^b = 1$' out || fail "--threads $threads: $got $(cat out err)"
  code "$CONSTRINT" solve none.cint --threads $threads
  [ "$got" = 1 ] || fail "solve --threads $threads: $got $(cat out err)"
done
code "$CONSTRINT" fzn -p 3 none.fzn
[ "$got" = 0 ] && grep -q '^=====UNSATISFIABLE=====$' out || fail "fzn -p 3: $got $(cat out err)"
sed 's/-8)/-6)/; s/solve satisfy/solve maximize x/' none.fzn >best.fzn
code "$CONSTRINT" fzn -p 3 best.fzn
[ "$got" = 0 ] && [ "$(cat out)" = "x = 5;
y = 1;
----------
==========" ] || fail "fzn -p 3: $got $(cat out err)"
code "$CONSTRINT" fzn -p 3 -s best.fzn
[ "$got" = 0 ] && grep -q '^%%%mzn-stat: searches=3$' out && grep -q '^%%%mzn-stat: winner=[1-3]$' out &&
  grep -q '^%%%mzn-stat: sharedNogoods=[0-9]*$' out || fail "fzn -p 3 -s: $got $(cat out err)"
code "$CONSTRINT" optimize front.cint --threads 2 --progress --json
[ "$got" = 0 ] && grep -q '"event": *"searches".*"shared_nogoods": *"[0-9]*"' out && grep -q '"event": *"incumbent"' out ||
  fail "optimize --threads 2 --progress --json: $got $(cat out err)"
code "$CONSTRINT" solve none.cint --threads 0
[ "$got" = 2 ] || fail "--threads 0: $got"

# ---- on the way ----
python3 - >sack.cint <<'END2'
import random
r = random.Random(7)
n = 60
print("var " + ", ".join(f"x{i}" for i in range(n)) + " in 0..1;")
for k in range(6):
    print(" + ".join(f"{r.randint(1000, 9999)}*x{i}" for i in range(n)) + f" <= {n * 1300};")
print("maximize " + " + ".join(f"{r.randint(1000, 9999)}*x{i}" for i in range(n)) + ";")
END2
code "$CONSTRINT" optimize sack.cint --progress --time 0.3
{ [ "$got" = 3 ] || [ "$got" = 0 ]; } && grep -q 's: better: [0-9]*; bound [0-9]*, gap [0-9]*$' err && grep -q '^objective = ' out ||
  fail "--progress: $got $(head -3 err)"
code "$CONSTRINT" optimize sack.cint --progress --json --time 0.3
{ [ "$got" = 3 ] || [ "$got" = 0 ]; } && python3 - out <<'END2' || fail "--progress --json: $got $(head -3 out)"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert all(line["version"] == 1 for line in lines)
better = [line for line in lines if line.get("event") == "incumbent"]
bounds = [line["bound"] for line in lines if "bound" in line]
best = [line["objectives"][0] for line in better]
assert best == sorted(best) and len(set(best)) == len(best) and bounds == sorted(bounds, reverse=True)
assert all(line["gap"] == max(0, line["bound"] - line["objectives"][0]) for line in better)
assert lines[-1]["answer"] in ("incumbent", "optimal") and lines[-1]["objectives"][0] == best[-1]
END2
# Interrupted: what is known, and soon.
python3 - "$CONSTRINT" <<'END2' || fail "an interrupt"
import json, signal, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], "optimize", "sack.cint", "--progress", "--json", "--learn", "off"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
first = json.loads(p.stdout.readline())
time.sleep(0.2)
began = time.monotonic()
p.send_signal(signal.SIGINT)
rest = p.stdout.read().splitlines()
code = p.wait()
took = time.monotonic() - began
assert first["version"] == 1
assert code in (130, 0), code
assert json.loads(rest[-1])["answer"] == ("incumbent" if code else "optimal")
assert took < 2, took
END2
echo "1 passed, 0 failed"
