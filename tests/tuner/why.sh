#!/bin/sh
# `constrint why`: the fused kernel's tiling has no configuration for D = 3072 on an H200.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }
code() { set +e; "$@" >"$dir/out" 2>"$dir/err"; got=$?; set -e; }
why() { code "$CONSTRINT" why --kernel "$SOURCE/tests/tuner/fused.yaml" --hardware "$hardware" "$@"; }
hardware=$SOURCE/specs/hardware/nvidia-h200.yaml

why --problem D=3072,N=1,B=16
[ "$got" = 0 ] || fail "why ends with $got: $(cat "$dir/err")"
for part in 'fw_blocks_resident: fw_blocks <= hw.sm_count' 'fw_shared_in_block: ' 'problem.D = 3072' 'hw.sm_count = 132 (' \
  'hw.smem_per_block_optin = 232448 bytes (' 'hw.registers_per_block = 65536 ('; do
  grep -qF "$part" "$dir/out" || fail "why does not say '$part': $(cat "$dir/out")"
done
line=$(grep -n 'smem_per_block_optin:' "$hardware" | cut -d: -f1)
grep -qF "nvidia-h200.yaml:$line)" "$dir/out" || fail "why gives another line than $line: $(cat "$dir/out")"
if grep -q '^[^ ]*: bw_' "$dir/out" && grep -q '^[^ ]*: fw_' "$dir/out"; then fail "one direction is enough: $(cat "$dir/out")"; fi

# What it names does contradict: without one of them there is a configuration of that direction.
why --problem D=3072,N=1,B=16 --json
[ "$got" = 0 ] && python3 - "$dir/out" <<'END2' || fail "why --json: $(cat "$dir/out" "$dir/err")"
import json, sys
said = json.load(open(sys.argv[1]))
assert said["answer"] == "none" and said["problem"]["D"] == 3072
assert {f["key"]: f["value"] for f in said["figures"]}["smem_per_block_optin"] == 232448
assert all(f["line"] > 0 and f["file"].endswith("nvidia-h200.yaml") for f in said["figures"])
END2
why --problem D=3072,N=1,B=16 --relax
[ "$got" = 0 ] && [ "$(grep -c '^[^ ]*yaml:[0-9]*: [fb]w_' "$dir/out")" = 2 ] || fail "--relax: $got $(cat "$dir/out" "$dir/err")"
why --problem D=256,N=1,B=16
[ "$got" = 1 ] && [ ! -s "$dir/out" ] && grep -q 'there are configurations' "$dir/err" || fail "D=256: $got $(cat "$dir/out" "$dir/err")"
why --problem D=3072
[ "$got" = 2 ] || fail "a problem without all its keys: $got"
why
[ "$got" = 2 ] && grep -q -- --problem "$dir/err" || fail "no problem: $got"
echo "1 passed, 0 failed"
