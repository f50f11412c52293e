#!/bin/sh
# What every command promises: --help on stdout with exit 0, wrong use one line
# on stderr with exit 2 and nothing on stdout.
set -eu
passed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "not so: $*" >&2; exit 1; }

helps() {
  "$CONSTRINT" "$@" --help >"$work/out" 2>"$work/err" || fail "$* --help exits 0"
  grep -q '^usage: constrint' "$work/out" || fail "$* --help begins with its usage"
  [ ! -s "$work/err" ] || fail "$* --help is silent on stderr"
  passed=$((passed + 1))
}

refuses() {
  status=0
  "$CONSTRINT" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  [ $status = 2 ] || fail "'$*' exits 2, not $status"
  [ ! -s "$work/out" ] || fail "'$*' writes nothing to stdout"
  [ -s "$work/err" ] || fail "'$*' says why"
  passed=$((passed + 1))
}

helps
for command in solve count enumerate optimize check propagate space sample index rank neighbours hw tune report query db; do
  helps "$command"
  refuses "$command" --no-such-option
done
for command in show check probe; do helps hw "$command"; done
for command in check merge export import prune ship missed; do helps db "$command"; done
refuses
refuses nonsense
refuses hw nonsense
refuses db nonsense
refuses solve
refuses solve /nonexistent/file.cint
refuses count /nonexistent/file.cint
refuses tune --kernel nonsense --problem a=1 --db "$work/a.db"
[ "$("$CONSTRINT" --version)" = "constrint 0.1.0" ] || fail "--version"
echo "$passed passed, 0 failed"
