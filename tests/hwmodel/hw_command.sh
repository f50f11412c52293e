#!/bin/sh
# The command "hw" from outside: outputs, exit codes, the shipped files.
set -u
dir=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
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
says() { grep -q -- "$2" "$dir/$1" || { echo "$1 lacks '$2':" >&2; cat "$dir/$1" >&2; return 1; }; }
one_line() { [ "$(wc -l <"$dir/err")" -eq 1 ] || { echo "not one line:" >&2; cat "$dir/err" >&2; return 1; }; }

hw() { "$CONSTRINT" hw "$@"; }
shipped=$SOURCE/specs/hardware

check "help" exits 0 hw --help
check "help is on standard output" says out "usage: constrint hw"
for part in show check probe; do
  check "$part --help" exits 0 hw $part --help
  check "$part --help is on standard output" says out "usage: constrint hw $part"
done
check "no part" exits 2 hw
check "no part: one line" one_line
check "unknown part" exits 2 hw shov
check "unknown option" exits 2 hw show --jsn x
check "show without a file" exits 2 hw show
check "check without a file" exits 2 hw check
check "probe with an argument" exits 2 hw probe x

check "every shipped model is right" exits 0 hw check "$shipped"/*.yaml
check "seven are shipped" [ "$(grep -c ' figures$' "$dir/err")" -eq 7 ]
check "a right and a wrong file" exits 2 hw check "$shipped/nvidia-h200.yaml" "$SOURCE/tests/hwmodel/corpus/twice-kind.yaml"
check "place of the error" says err "twice-kind.yaml:[0-9]*:1: duplicate key 'kind'"
check "missing file" exits 2 hw check "$dir/none.yaml"
check "missing file is named" says err "none.yaml: No such file"

check "show" exits 0 hw show "$shipped/nvidia-h200.yaml"
check "show: name" says out "^NVIDIA H200$"
check "show: a figure, its unit and source" says out "smem_per_block_optin  *227 KiB  *probed: "
check "show: a rate" says out "memory_bandwidth  *4.8 TB/s  *datasheet: "
check "show: derived" says out "units  *132  *derived: sm_count"
check "show auto" exits 0 hw show auto
check "show auto: cores" says out "^  cores "
check "show --keys" exits 0 hw show --keys
check "the manual's table is the schema's" sh -c 'while IFS= read -r l; do grep -qxF -- "$l" "$1" || { echo "docs/hardware.md lacks: $l" >&2; exit 1; }; done <"$2"' - "$SOURCE/docs/hardware.md" "$dir/out"
check "show --json" exits 0 hw show --json "$shipped/nvidia-h200.yaml"
check "JSON holds what the file says" python3 - "$dir/out" <<'PY'
import json, sys
m = json.load(open(sys.argv[1]))
f = {x["key"]: x for x in m["figures"]}
assert m["version"] == 1 and m["name"] == "NVIDIA H200" and m["kind"] == "gpu" and m["architecture"] == "sm_90a"
assert f["smem_per_block_optin"]["value"] == "232448" and f["smem_per_block_optin"]["unit"] == "bytes"
assert f["barrier_ps"]["value"] == "940100" and f["clock_hz"]["value"] == "1980000000"
assert all(x["source"] and ": " in x["source"] for x in m["figures"])
PY

check "probe --quick" exits 0 hw probe --quick
check "what is probed reads back" sh -c '"$1" hw probe --quick >"$2/p.yaml" && "$1" hw check "$2/p.yaml" 2>/dev/null' - "$CONSTRINT" "$dir"
check "probe -o" exits 0 hw probe --quick -o "$dir/o.yaml"
check "probe -o: nothing on standard output" [ ! -s "$dir/out" ]
check "probe -o: a right file" exits 0 hw check "$dir/o.yaml"
check "probe -o: nothing left beside it" [ "$(ls "$dir" | grep -c '^o.yaml')" -eq 1 ]
check "progress only on a terminal" [ "$(hw probe 2>&1 >/dev/null | wc -c)" -eq 0 ]

# incident trusty-tools#4077: a fixed temporary name is a race of its own
for i in 1 2 3 4 5 6; do hw probe --quick -o "$dir/race.yaml" & done
wait
check "incident trusty-tools#4077: six writers, one whole file" exits 0 hw check "$dir/race.yaml"
check "six writers leave nothing beside it" [ "$(ls "$dir" | grep -c '^race')" -eq 1 ]

# incident triton#8923: a writer that fails must leave what was there
echo old >"$dir/full.yaml"
check "writing beneath a file" exits 4 hw probe --quick -o "$dir/full.yaml/x.yaml"
check "one line" one_line
check "incident triton#8923: the old file is still there" grep -q old "$dir/full.yaml"
check "no such folder" exits 4 hw probe --quick -o "$dir/none/x.yaml"
if [ -w /dev/full ]; then
  check "full disk on standard output" [ "$(hw probe --quick 2>&1 >/dev/full | grep -c 'cannot write')" -eq 1 ]
fi

# incident flashrnn#6: failures at first use on a machine without the vendor's tools
if [ ! -e /dev/nvidiactl ]; then
  check "incident flashrnn#6: no GPU" exits 4 hw probe --device cuda
  check "no GPU: one clear line" one_line
  check "no GPU: what to do" says err "use --device cpu"
fi
check "unknown device" exits 2 hw probe --device abacus

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
