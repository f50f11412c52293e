#!/bin/sh
# Every malformed export is refused with its place and nothing changed, every
# good one is taken; the committed corpus is what its generator writes.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
count=0
fail() { echo "FAILED: $*" >&2; failed=$((failed + 1)); }

python3 "$SOURCE/tests/db/make_corpus.py" "$work/corpus"
diff -r "$work/corpus" "$SOURCE/tests/db/corpus" >/dev/null || fail "corpus/ is not what make_corpus.py writes"
for file in "$work"/corpus/bad-*.jsonl; do
  count=$((count + 1))
  message=$("$CONSTRINT" db import --db "$work/t.db" "$file" 2>&1)
  code=$?
  [ $code -eq 2 ] || fail "$file: exit code $code"
  case $message in
    *"$file":[0-9]*": "*) ;;
    *) fail "$file: no place in: $message" ;;
  esac
done
[ "$count" -ge 200 ] || fail "only $count malformed files"
report=$("$CONSTRINT" db check "$work/t.db")
[ "$report" = "0 trials, 0 artifacts, 0 faults" ] || fail "a malformed file left something: $report"
for file in "$work"/corpus/good-*.jsonl; do
  count=$((count + 1))
  "$CONSTRINT" db import --db "$work/t.db" "$file" >/dev/null || fail "$file: refused"
done
echo "$((count - failed)) passed, $failed failed"
[ $failed -eq 0 ]
