# What the tests of the solver's commands share: a folder of their own, and
# expectations. Sourced.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0

# expect CODE OUTPUT-FILE COMMAND...: exit code, and standard output as given on stdin
expect() {
  wanted=$1
  shift
  cat > wanted
  "$@" > got 2> errors
  code=$?
  if [ "$code" = "$wanted" ] && cmp -s wanted got; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $* (exit code $code, wanted $wanted)" >&2
    diff wanted got >&2
    cat errors >&2
  fi
}

# says TEXT: the last command's standard error holds it
says() {
  if grep -qF -- "$1" errors; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: no '$1' in:" >&2
    cat errors >&2
  fi
}

done_testing() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
