#!/bin/sh
# The contract of the solver's commands: output, exit codes, streams.
. "$SOURCE/tests/constrint/commands_lib.sh"

cat > m.cint <<'END'
var x, y in 1..9;
small: x + y <= 10;
x != y;
maximize x * y, minimize x;
END
cat > none.cint <<'END'
var x in 1..9;
never: x * x == 7;
END
cat > t.json <<'END'
{"ConfigurationSpace": {"TuningParameters": [
 {"Name": "mode", "Type": "string", "Values": "['row', 'a,b', 'say \"hi\"']"},
 {"Name": "on", "Type": "bool", "Values": [true, false]}],
 "Conditions": [{"Expression": "on or mode == 'row'"}]}}
END
printf 'a == [2, 3];\n# order: > a\n' > f.csp

expect 0 "$CONSTRINT" solve m.cint --order '> y < x' <<'END'
x = 1
y = 9
END
"$CONSTRINT" solve - --order '> y' < m.cint > got
if printf 'x = 1\ny = 9\n' | cmp -s - got; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: solve -" >&2; fi
expect 0 "$CONSTRINT" solve f.csp <<'END'
a = 3
END
expect 0 "$CONSTRINT" solve f.csp --order '< a' <<'END'
a = 2
END
expect 1 "$CONSTRINT" solve none.cint <<'END'
END
says "there is no solution (proven)"
expect 1 "$CONSTRINT" solve none.cint --json <<'END'
{
 "version": 1,
 "answer": "none"
}
END
expect 0 "$CONSTRINT" count m.cint <<'END'
40
END
expect 0 "$CONSTRINT" count none.cint <<'END'
0
END
expect 0 "$CONSTRINT" count m.cint --json <<'END'
{
 "version": 1,
 "count": "40"
}
END
expect 0 "$CONSTRINT" enumerate m.cint --limit 2 --order '> x < y' <<'END'
x,y
9,1
8,1
END
expect 0 "$CONSTRINT" enumerate m.cint --limit 0 <<'END'
x,y
END
expect 0 "$CONSTRINT" enumerate t.json --order '< mode < on' <<'END'
mode,on
row,True
row,False
"a,b",True
"say ""hi""",True
END
expect 0 "$CONSTRINT" enumerate t.json --format jsonl --limit 1 --order '> mode' <<'END'
{"mode":"say \"hi\"","on":"True"}
END
expect 0 "$CONSTRINT" optimize m.cint <<'END'
objective 1 (maximize) = 24
objective 2 (minimize) = 4
x = 4
y = 6
END
expect 2 "$CONSTRINT" optimize none.cint <<'END'
END
says "no objective"
expect 0 "$CONSTRINT" check m.cint x=4 y=6 <<'END'
END
expect 1 "$CONSTRINT" check m.cint x=7 y=7 <<'END'
small
x != y
END
expect 1 "$CONSTRINT" check m.cint x=0 y=3 <<'END'
domain of x
END
expect 0 "$CONSTRINT" check t.json mode=row on=False <<'END'
END
expect 1 "$CONSTRINT" check t.json mode=a,b on=False <<'END'
on or mode == 'row'
END
expect 2 "$CONSTRINT" check m.cint x=7 <<'END'
END
says "missing: 'y'"
expect 2 "$CONSTRINT" check m.cint x=7 y=1 x=2 <<'END'
END
says "given twice"
expect 2 "$CONSTRINT" check m.cint x=7 z=1 <<'END'
END
says "no variable 'z'"
expect 0 "$CONSTRINT" propagate m.cint <<'END'
x in 1..9
y in 1..9
END
expect 0 "$CONSTRINT" propagate t.json <<'END'
mode in {row, a,b, say "hi"}
on in {True, False}
END
expect 1 "$CONSTRINT" propagate none.cint <<'END'
END

printf 'var x in 0..n * 2 step k;\nx >= hw.cores;\n' > l.cint
expect 0 "$CONSTRINT" count l.cint --let n=8 --let k=4 --let hw.cores=3 <<'END'
4
END
expect 2 "$CONSTRINT" count l.cint --let n=8 --let k=4 <<'END'
END
says "l.cint:2:6: the name 'hw.cores' is not declared; hw.* figures come from --hardware FILE"
printf 'var x in 1..hw.sm_count;\n' > h.cint
expect 0 "$CONSTRINT" count h.cint --hardware "$SOURCE/specs/hardware/nvidia-a100-80gb-sxm.yaml" <<'END'
108
END
expect 2 "$CONSTRINT" count h.cint --hardware missing.yaml <<'END'
END
says "missing.yaml"
for wrong in --time=0 --time=x --memory=0 --seed=-1 --let=x --let=x=y --dialect=xml --bogus; do
  expect 2 "$CONSTRINT" solve m.cint "$wrong" <<'END'
END
done
expect 2 "$CONSTRINT" solve <<'END'
END
expect 2 "$CONSTRINT" solve m.cint m.cint <<'END'
END
expect 2 "$CONSTRINT" solve missing.cint <<'END'
END
says "missing.cint"
expect 2 "$CONSTRINT" solve wanted <<'END'
END
says "names no dialect"
for command in solve count enumerate optimize check propagate; do
  if "$CONSTRINT" $command --help | grep -q "usage: constrint $command"; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "FAILED: $command --help" >&2
  fi
done

# limits: what is known is printed, exit code 3
cat > hard.cint <<'END'
var a, b, c, d, e, f, g, h in 1..1000000;
maximize a * b - c * d + e * f - g * h;
a * b * c + d * e * f == g * h * 997 + 1; (a + b) % 7919 == (c ^ 2 + d) % 7907; alldifferent(a, b, c, d, e, f, g, h);
END
"$CONSTRINT" optimize hard.cint --time 200ms > got 2> errors
code=$?
case $code in 0 | 3) passed=$((passed + 1)) ;; *) failed=$((failed + 1)); echo "FAILED: optimize under a time limit: $code" >&2 ;; esac

# Ctrl-C is exit code 130, soon
"$CONSTRINT" count hard.cint > got 2> errors & pid=$!
sleep 0.3
kill -INT $pid 2> /dev/null
wait $pid
code=$?
case $code in 0 | 130) passed=$((passed + 1)) ;; *) failed=$((failed + 1)); echo "FAILED: interrupted: $code" >&2; cat errors >&2 ;; esac

# a full disk and a closed pipe are exit code 4, with a message
if [ -w /dev/full ]; then
  "$CONSTRINT" enumerate m.cint > /dev/full 2> errors
  [ $? = 4 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "FAILED: full disk" >&2; }
  says "cannot write the answer"
fi
printf 'var x in 1..1000000;\n' > long.cint
{ "$CONSTRINT" enumerate long.cint 2> errors; echo $? > code; } | head -1 > /dev/null
[ "$(cat code)" = 4 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "FAILED: closed pipe: $(cat code)" >&2; }

done_testing
