#!/bin/sh
# tests/gpu/run on a device that is not there: steps are skipped, tuning goes
# into a database that comes back, is shipped, and is gone on with.
# usage: run_test.sh   Environment: CONSTRINT, SOURCE, BUILD
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work/build" "$work/build/bin" "$work/build/plugins" "$work/build/tests" "$work/one" "$work/two"
cp "$CONSTRINT" "$work/build/bin/constrint"
cp "$BUILD/tests/plugins/pretended/flashrnn-cuda.so" "$work/build/plugins/"
chmod -R go-w "$work/build"
cat >"$work/few.yaml" <<'YAML'
schema: 1
name: few
kernel: flashrnn
problems:
  - {function: [lstm, gru], pass: training, dtype: bf16, options: plain, B: 16, T: 64, N: 12, D: 64}
YAML
export PRETEND_BUILDS=no WORKLOAD="$work/few.yaml" SECONDS_TUNE=3
STEPS="tune" SECONDS=60 "$SOURCE/tests/gpu/run" "$work/build" "$work/one" >"$work/log" 2>&1 || { cat "$work/log" "$work/one/tune.txt"; exit 1; }
grep -q 'all passed' "$work/log"
"$CONSTRINT" query --kernel flashrnn --db "$work/one/shipped.db" --problem function=lstm,pass=training,dtype=bf16,options=plain,B=16,T=64,N=12,D=64 >/dev/null
DB="$work/one/db/tuned.db" STEPS="tune" SECONDS=60 "$SOURCE/tests/gpu/run" "$work/build" "$work/two" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grep -q 'nothing left to do' "$work/log" || { echo "not gone on with:"; cat "$work/log"; exit 1; }
# searched, then everything tried; interrupted and gone on with; no GPU to compare on
tiny=function=lstm,pass=training,dtype=bf16,options=plain,B=1,T=16,N=1,D=16
STEPS="exhaust" EXHAUST=$tiny SECONDS=60 "$SOURCE/tests/gpu/run" "$work/build" "$work/three" >"$work/log" 2>&1 ||
  { cat "$work/log" "$work/three/exhaust-1.txt"; exit 1; }
STEPS="resume cudnn" SECONDS_RESUME=8 SECONDS=60 "$SOURCE/tests/gpu/run" "$work/build" "$work/four" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grep -q 'cudnn .*skipped' "$work/log" || { echo "cudnn ran:"; cat "$work/log"; exit 1; }
# a step without time, and one that fails, are told and do not stop the others
if STEPS="nonsense tune" SECONDS=0 "$SOURCE/tests/gpu/run" "$work/build" "$work/two" >"$work/log" 2>&1; then echo "no failure"; exit 1; fi
grep -q 'no time left' "$work/log"
grep -q 'failed: nonsense tune' "$work/log" || { cat "$work/log"; exit 1; }
echo passed
