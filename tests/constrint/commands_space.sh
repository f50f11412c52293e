#!/bin/sh
# The commands that ask the compact form: output, exit codes, saved forms, every
# command consistent with the others.
. "$SOURCE/tests/constrint/commands_lib.sh"

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $*" >&2; }
same() { if cmp -s "$1" "$2"; then pass; else fail "$3"; diff "$1" "$2" | head -5 >&2; fi; }
lines() { if [ "$("$CONSTRINT" "$@" 2> errors | wc -l)" = "$count" ]; then pass; else fail "$count lines of $*"; fi; }

cat > m.cint <<'END'
var x, y in 1..9;
small: x + y <= 10;
x != y;
END
printf 'var x in 1..9;\nx * x == 7;\n' > none.cint
cat > t.json <<'END'
{"ConfigurationSpace": {"TuningParameters": [
 {"Name": "mode", "Type": "string", "Values": "['row', 'a,b', 'say \"hi\"']"},
 {"Name": "on", "Type": "bool", "Values": [true, false]},
 {"Name": "scale", "Type": "float", "Values": [0.5, 2.5]}],
 "Conditions": [{"Expression": "on or mode == 'row'"}, {"Expression": "scale > 1 or on"}]}}
END
printf 'a == [3, 2];\nb <= 2;\na + b <= 4;\n# order: > a > b\n' > ordered.csp
# two independent parts, a fixed variable, values that never occur
printf 'var a, b in 1..20; var c in 0..3; var d in {7, 5}; a * b == 12; d > 5;\n' > parts.cint
printf 'var a, b, c, d, e in 1..1000000;\n' > huge.cint
printf 'var x in 1..10000000000;\nvar y in 1..3;\n' > wide.cint

# ---- space ----
"$CONSTRINT" space parts.cint --order declared > got 2> errors || fail "space parts.cint"
sed 's/^time .*/time/; s/^form .*/form/' got > shown
cat > wanted <<'END'
size        24
parts       2
form
time
order       a b c d

variable  part  values        range
a         1     6 of 20       1, 2, 3, 4, 6, 12
b         1     6 of 20       1, 2, 3, 4, 6, 12
c         2     4             0, 1, 2, 3
d         fixed 1 of 2        7
END
same wanted shown "space as a table"
expect 0 sh -c '"$CONSTRINT" space none.cint | head -2' <<'END'
size        0
parts       0
END
"$CONSTRINT" space parts.cint --json --order declared > got 2> errors || fail "space --json"
python3 - <<'END' && pass || fail "space --json holds what it should"
import json
j = json.load(open("got"))
assert j["version"] == 1 and j["size"] == "24" and j["parts"] == 2 and j["order"] == ["a", "b", "c", "d"], j
assert j["variables"][0] == {"name": "a", "values": 6, "lowest": 1, "highest": 12, "part": 1}, j
assert "part" not in j["variables"][3] and j["form"]["bytes"] > 0 and j["form"]["peak_bytes"] > 0, j
END

# ---- index, rank ----
expect 0 "$CONSTRINT" index m.cint 0 39 17 --order declared <<'END'
x,y
1,2
9,1
3,4
END
expect 0 "$CONSTRINT" rank m.cint y=4 x=3 --order declared <<'END'
17
END
expect 0 "$CONSTRINT" rank m.cint y=4 x=3 --order 'y, x' --json <<'END'
{
 "version": 1,
 "answer": "found",
 "index": "23"
}
END
expect 1 "$CONSTRINT" rank m.cint x=3 y=3 <<'END'
END
says "not a configuration"
expect 1 "$CONSTRINT" rank m.cint x=300 y=3 --json <<'END'
{
 "version": 1,
 "answer": "none"
}
END
expect 2 "$CONSTRINT" rank m.cint x=3 <<'END'
END
says "missing: 'y'"
for wrong in 40 99999999999999999999999999 -1 1.5 x; do
  expect 2 "$CONSTRINT" index m.cint 0 -- "$wrong" <<'END'
END
done
expect 2 "$CONSTRINT" index m.cint <<'END'
END
says "an index is missing"
expect 2 "$CONSTRINT" index m.cint 0 --order '> x' <<'END'
END
says "names only"
expect 2 "$CONSTRINT" index m.cint 0 --order 'z' <<'END'
END
says "'z'"
expect 0 "$CONSTRINT" count huge.cint <<'END'
1000000000000000000000000000000
END
expect 0 "$CONSTRINT" index huge.cint 999999999999999999999999999999 <<'END'
a,b,c,d,e
1000000,1000000,1000000,1000000,1000000
END
expect 0 "$CONSTRINT" rank huge.cint a=1000000 b=1 c=1 d=1 e=1 --order declared <<'END'
999999000000000000000000000000
END

# ---- neighbours ----
expect 0 "$CONSTRINT" neighbours parts.cint a=3 b=4 c=1 d=7 <<'END'
a,b,c,d
3,4,0,7
3,4,2,7
3,4,3,7
END
"$CONSTRINT" neighbours parts.cint a=3 b=4 c=1 d=7 --kind adjacent | sort > got
printf '2,6,0,7\n2,6,1,7\n2,6,2,7\n3,4,0,7\n3,4,2,7\n4,3,0,7\n4,3,1,7\n4,3,2,7\na,b,c,d\n' | sort > wanted
same wanted got "neighbours --kind adjacent"
"$CONSTRINT" neighbours parts.cint a=3 b=4 c=1 d=7 --kind strict | sort > got
printf '3,4,0,7\n3,4,2,7\n4,3,0,7\n4,3,1,7\n4,3,2,7\na,b,c,d\n' | sort > wanted
same wanted got "neighbours --kind strict"
count=24 lines neighbours parts.cint a=3 b=4 c=1 d=7 --kind within -k 3
count=6 lines neighbours parts.cint a=3 b=4 c=1 d=7 --kind within --changes 3 --limit 5
expect 0 "$CONSTRINT" neighbours parts.cint a=3 b=5 c=1 d=7 <<'END'
a,b,c,d
3,4,1,7
END

# ---- labels: by their text on the way in and out ----
expect 0 "$CONSTRINT" enumerate t.json --order 'mode on scale' <<'END'
mode,on,scale
row,True,0.5
row,True,2.5
row,False,2.5
"a,b",True,0.5
"a,b",True,2.5
"say ""hi""",True,0.5
"say ""hi""",True,2.5
END
expect 0 "$CONSTRINT" index t.json 5 --order declared --format jsonl <<'END'
{"mode":"say \"hi\"","on":"True","scale":"0.5"}
END
expect 0 "$CONSTRINT" rank t.json mode=a,b on=True scale=2.5 --order declared <<'END'
4
END

# ---- enumerate: orders, ranges, formats ----
expect 0 "$CONSTRINT" enumerate ordered.csp <<'END'
a,b
3,1
2,2
2,1
END
expect 0 "$CONSTRINT" enumerate ordered.csp --order '< a > b' <<'END'
a,b
2,2
2,1
3,1
END
expect 0 "$CONSTRINT" enumerate m.cint --order 'y' --from 8 --limit 2 <<'END'
x,y
1,2
3,2
END
expect 0 "$CONSTRINT" enumerate m.cint --order '> x < y' --from 1 --limit 2 <<'END'
x,y
8,1
8,2
END
expect 0 "$CONSTRINT" enumerate m.cint --from 40 <<'END'
x,y
END
expect 0 "$CONSTRINT" enumerate none.cint <<'END'
x
END
expect 2 "$CONSTRINT" enumerate m.cint --format npy <<'END'
END
says "--output"
"$CONSTRINT" enumerate m.cint --order declared > all.csv
"$CONSTRINT" enumerate m.cint --order declared --format npy -o all.npy || fail "--format npy"
"$CONSTRINT" enumerate m.cint --order declared -o other.csv || fail "--output"
same all.csv other.csv "--output writes what standard output gets"
python3 - <<'END' && pass || fail ".npy holds the rows of the CSV"
import ast, struct
data = open("all.npy", "rb").read()
assert data[:8] == b"\x93NUMPY\x01\x00"
size = struct.unpack("<H", data[8:10])[0]
head = ast.literal_eval(data[10:10 + size].decode())
rows = [tuple(map(int, line.split(","))) for line in open("all.csv").read().split()[1:]]
assert (10 + size) % 64 == 0
assert head == {"descr": [("x", "<i8"), ("y", "<i8")], "fortran_order": False, "shape": (len(rows),)}, head
assert list(struct.iter_unpack("<2q", data[10 + size:])) == rows and len(rows) == 40
END
expect 4 "$CONSTRINT" enumerate m.cint -o no/such/folder <<'END'
END
says "cannot write no/such/folder"
"$CONSTRINT" enumerate huge.cint --time 0.2 -o partial.csv 2> errors
[ $? = 3 ] && [ -z "$(ls partial.csv* 2> /dev/null)" ] && pass || fail "a file that is not complete is not left"

# numbers of all lengths and signs, many rows
printf 'var n in {-9223372036854775808, -100, -99, -1, 0, 9, 10, 99, 100, 101, 12345, 9223372036854775807}; var k in 1..3000;\n' > numbers.cint
"$CONSTRINT" enumerate numbers.cint --order declared > got 2> errors || fail "numbers.cint"
python3 - > wanted <<'END'
print("n,k")
for n in [-9223372036854775808, -100, -99, -1, 0, 9, 10, 99, 100, 101, 12345, 9223372036854775807]:
    for k in range(1, 3001):
        print(f"{n},{k}")
END
same wanted got "numbers are written rightly"

# ---- sample ----
"$CONSTRINT" enumerate m.cint | sort > sorted
for method in independent distinct stratified spread; do
  "$CONSTRINT" sample m.cint -n 20 --seed 7 --method $method > first
  "$CONSTRINT" sample m.cint --number 20 --seed 7 --method $method > second
  "$CONSTRINT" sample m.cint -n 20 --seed 8 --method $method > third
  same first second "sample --method $method: the same for the same seed"
  if cmp -s first third; then fail "sample --method $method: another for another seed"; else pass; fi
  [ "$(wc -l < first)" = 21 ] && pass || fail "sample --method $method: 20 of them"
  [ -z "$(sort -u first | comm -23 - sorted)" ] && pass || fail "sample --method $method: only legal ones"
done
"$CONSTRINT" sample m.cint -n 1000 --method distinct 2> errors | sort > got
same sorted got "as many distinct ones as there are"
says "there are only 40 configurations"
expect 1 "$CONSTRINT" sample none.cint <<'END'
x
END
says "there is no configuration"
expect 2 "$CONSTRINT" sample m.cint --method nonsense <<'END'
END
# chi-squared of 4,000 draws of 40: beyond 91.9 once in a million; the test sees the usual biased draw
"$CONSTRINT" sample m.cint -n 4000 --seed $$ | tail -n +2 | sort | uniq -c > counts
python3 - <<'END' && pass || fail "samples are uniform"
import random
chi = lambda counts: sum((n - 100) ** 2 for n in counts) / 100
drawn = [int(line.split()[0]) for line in open("counts")]
assert len(drawn) == 40 and chi(drawn) < 91.9, chi(drawn)
biased = {}
for _ in range(4000):
    x = random.randint(1, 9)
    y = random.choice([y for y in range(1, 10) if x + y <= 10 and x != y])
    biased[x, y] = biased.get((x, y), 0) + 1
assert chi(biased.values()) > 91.9
END

# ---- such that ----
expect 0 "$CONSTRINT" count m.cint --such-that 'x * y <= 6; y > 1' <<'END'
7
END
expect 0 "$CONSTRINT" enumerate m.cint --such-that 'x * y == 6' --order declared <<'END'
x,y
1,6
2,3
3,2
6,1
END
expect 2 "$CONSTRINT" count m.cint --such-that 'x * z == 6' <<'END'
END
says "'z'"
expect 0 "$CONSTRINT" count m.cint --such-that 'x == y' <<'END'
0
END

# ---- saved forms ----
for model in m.cint t.json none.cint parts.cint; do
  "$CONSTRINT" space $model --order declared --save saved > /dev/null || fail "space --save"
  "$CONSTRINT" enumerate $model --order declared > wanted
  "$CONSTRINT" enumerate saved > got
  same wanted got "$model: the saved form enumerates the same"
  "$CONSTRINT" count $model > wanted
  "$CONSTRINT" count saved > got
  same wanted got "$model: the saved form counts the same"
done
"$CONSTRINT" space m.cint --order declared --save saved > /dev/null
expect 0 "$CONSTRINT" rank saved x=3 y=4 <<'END'
17
END
expect 0 "$CONSTRINT" enumerate saved --order '> y' --limit 1 --such-that 'x > 3' <<'END'
x,y
4,6
END
expect 2 "$CONSTRINT" index saved 1 --order x <<'END'
END
says "its order is fixed"
expect 2 "$CONSTRINT" count saved --let n=1 <<'END'
END
expect 2 "$CONSTRINT" solve saved <<'END'
END
head -c 100 saved > cut
expect 2 "$CONSTRINT" count cut <<'END'
END

# ---- limits: count and enumerate go on by search, the others say so ----
expect 0 "$CONSTRINT" count wide.cint <<'END'
30000000000
END
count=5 lines enumerate wide.cint --limit 4
for command in "sample wide.cint" "index wide.cint 1" "space wide.cint" "count wide.cint --such-that y>1" \
               "rank wide.cint x=1 y=1" "enumerate wide.cint --order y -o no.csv" "sample huge.cint --memory 1MiB"; do
  # shellcheck disable=SC2086 # words
  expect 3 "$CONSTRINT" $command <<'END'
END
  says "memory limit"
done
for command in space sample index rank neighbours count enumerate; do
  "$CONSTRINT" $command --help > got
  grep -q "usage: constrint $command" got && grep -q 'such-that' got && grep -q 'compact form' got && pass || fail "$command --help"
done

# ---- wrong and odd use ----
expect 2 "$CONSTRINT" space m.cint --order 'x x' <<'END'
END
says "'x' twice"
for wrong in 'maximize x' 'var z in 1..2'; do
  expect 2 "$CONSTRINT" count m.cint --such-that "$wrong" <<'END'
END
done
expect 0 sh -c '"$CONSTRINT" count - < t.json' <<'END'
7
END
expect 0 sh -c '"$CONSTRINT" count - < m.cint' <<'END'
40
END
printf 'var x in {5};\n' > one.cint
expect 0 "$CONSTRINT" sample one.cint -n 3 --method distinct <<'END'
x
5
END
says "there is only 1 configuration"
expect 3 sh -c '"$CONSTRINT" sample m.cint -n 1000000000000 --time 0.2 > /dev/null' <<'END'
END
says "time limit"
for method in distinct stratified spread; do
  expect 3 sh -c "\"\$CONSTRINT\" sample huge.cint -n 3000000 --time 0.2 --method $method > /dev/null" <<'END'
END
  says "time limit"
done

# ---- Ctrl-C, a closed pipe, a full disk ----
"$CONSTRINT" enumerate huge.cint > /dev/null 2> errors & pid=$!
sleep 0.3
kill -INT $pid
wait $pid
[ $? = 130 ] && pass || fail "interrupted while it prints"
says "interrupted"
expect 3 sh -c '"$CONSTRINT" enumerate huge.cint --time 0.2 > /dev/null' <<'END'
END
{ "$CONSTRINT" enumerate huge.cint 2> errors; echo $? > code; } | head -1 > /dev/null
[ "$(cat code)" = 4 ] && pass || fail "closed pipe: $(cat code)"
if [ -w /dev/full ]; then
  "$CONSTRINT" enumerate m.cint -o /dev/full 2> errors
  [ $? = 4 ] && pass || fail "full disk by --output"
  says "cannot write /dev/full"
fi
done_testing
