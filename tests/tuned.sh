#!/bin/sh
# The shipped databases of specs/tuned: whole, small enough to ship, and they
# answer what they were made for; a damaged copy is noticed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "tuned: $*" >&2; exit 1; }

for db in "$SOURCE"/specs/tuned/*.db; do
  [ -f "$db" ] || fail "there is none"
  [ "$(wc -c <"$db")" -le $((16 << 20)) ] || fail "$db is over 16 MiB"
  cp "$db" "$folder/whole.db"
  "$CONSTRINT" db check "$folder/whole.db" || fail "$db is damaged"
  head -c 20000 "$db" >"$folder/half.db"
  ! "$CONSTRINT" db check "$folder/half.db" 2>"$folder/why" || fail "half of $db passes for whole"
done

found=$("$CONSTRINT" query --db "$folder/whole.db" --kernel flashrnn \
  --device 'NVIDIA H200' --architecture sm_90a --units 132 \
  --problem B=16,D=256,N=3,T=1024,dtype=bf16,function=lstm,options=plain,pass=training)
case $found in *"match: exact"*) ;; *) fail "the head sweep's problem is not answered: $found" ;; esac
