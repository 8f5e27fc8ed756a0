#!/bin/sh
# Makes the bindings anew in a temporary folder and compares them byte for byte with those committed.
# Exits 1 if they differ.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
committed=$here/../native-bindings/src/generated/java
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

"$here/generate.sh" "$work/fresh" >/dev/null
if diff -r "$committed" "$work/fresh" >"$work/diff" 2>&1; then
  printf 'check-drift.sh: the committed bindings are what jextract makes.\n'
else
  head -n 40 "$work/diff" >&2
  printf 'check-drift.sh: the committed bindings differ; run generate.sh and commit its output.\n' >&2
  exit 1
fi
