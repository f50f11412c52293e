#!/bin/sh
# `constrint report` on made-up databases. $MAKE_DB writes them.
set -u
dir=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
here=$SOURCE/tests/tuner
passed=0 failed=0

check() { # check NAME COMMAND...: COMMAND succeeds
  name=$1
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name" >&2; fi
}
exits() { # exits CODE COMMAND...; outputs to $dir/out and $dir/err
  want=$1
  shift
  "$@" >"$dir/out" 2>"$dir/err"
  got=$?
  [ "$got" -eq "$want" ] || { echo "exit $got, not $want: $*" >&2; cat "$dir/err" >&2; return 1; }
}
one_line() { [ "$(wc -l <"$dir/err")" -eq 1 ] || { echo "not one line:" >&2; cat "$dir/err" >&2; return 1; }; }
fails() { ! "$@" 2>/dev/null; }
report() { "$CONSTRINT" report "$@"; }

check "help" exits 0 report --help
check "no database named" exits 2 report --out x
check "one line" one_line
check "no output named" exits 2 report --db x
check "unknown option" exits 2 report --bd x
check "missing database" exits 2 report --db "$dir/none.db" --out "$dir/none.html"
check "missing database: one line" one_line
check "missing database: no report" [ ! -e "$dir/none.html" ]

for kind in empty typical hostile failures large; do
  check "$kind database" "$MAKE_DB" "$dir/$kind.db" $kind
  before=$(cksum <"$dir/$kind.db")
  check "$kind: written" exits 0 report --db "$dir/$kind.db" --out "$dir/$kind.html"
  check "$kind: right" python3 "$here/check_report.py" "$dir/$kind.html" $kind
  check "$kind: the database is as it was" [ "$before" = "$(cksum <"$dir/$kind.db")" ]
done
check "nothing is left beside the reports" [ "$(ls "$dir" | grep -c 'html\.')" -eq 0 ]
check "empty: said on standard error" sh -c '"$1" report --db "$2/empty.db" --out "$2/e.html" 2>&1 | grep -q "no trials"' - "$CONSTRINT" "$dir"
check "standard output" sh -c '"$1" report --db "$2/typical.db" --out - >"$2/o.html" && python3 "$3" "$2/o.html" typical' - "$CONSTRINT" "$dir" "$here/check_report.py"
check "a kernel that is not there" exits 0 report --db "$dir/typical.db" --out "$dir/k.html" --kernel other
check "a kernel that is not there: an empty report" python3 "$here/check_report.py" "$dir/k.html" empty
check "large: under 8 MB" [ "$(wc -c <"$dir/large.html")" -lt 8000000 ]

# the checker can fail
sed 's/<main>/<main><script>1<\/script>/' "$dir/typical.html" >"$dir/bad.html"
check "a script is found" fails python3 "$here/check_report.py" "$dir/bad.html" typical
sed 's/12\.00 ms/12.01 ms/g' "$dir/typical.html" >"$dir/bad.html"
check "a wrong number is found" fails python3 "$here/check_report.py" "$dir/bad.html" typical
sed 's/<\/section>//' "$dir/typical.html" >"$dir/bad.html"
check "an open element is found" fails python3 "$here/check_report.py" "$dir/bad.html" typical

# incident triton#8923: a writer that fails must leave what was there
echo old >"$dir/old.html"
check "unwritable folder" exits 4 report --db "$dir/typical.db" --out "$dir/old.html/x.html"
check "unwritable folder: one line" one_line
check "incident triton#8923: the old file is still there" grep -q old "$dir/old.html"
echo rubbish >"$dir/rubbish.db"
check "damaged database" exits 2 report --db "$dir/rubbish.db" --out "$dir/old.html"
check "damaged database: one line" one_line
check "damaged database: the old report is still there" grep -q old "$dir/old.html"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
