#!/bin/sh
# Runs every libFuzzer target for a while: fuzz.sh BUILD-FOLDER SECONDS
# New inputs go to a folder of its own, never into the committed corpora.
set -eu
build=$1 seconds=$2
status=0
for target in "$build"/tests/*fuzz_*; do
  [ -x "$target" ] || continue
  room=$(basename "$target")
  work=$(mktemp -d)
  printf '%s: %s s\n' "$room" "$seconds"
  # the seeds are where the replay test finds them: ask ctest for its command
  seeds=$(ctest --test-dir "$build" -N -V -R "^$room\$" | sed -n 's/.*Test command: .*"-runs=0" //p' | tr -d '"')
  # shellcheck disable=SC2086 # a list of folders
  "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 \
    -artifact_prefix="$work/" "$work" $seeds >"$work/log" 2>&1 || { tail -30 "$work/log"; status=1; }
done
exit $status
