#!/bin/sh
# Runs every fuzz target for so many seconds each; stops at the first that finds something.
#
#   scripts/fuzz.sh SECONDS
set -eu

cd "$(dirname "$0")/.."
[ -x Fuzz/fuzz.sh ] || exit 0
for target in $(Fuzz/fuzz.sh list); do
    Fuzz/fuzz.sh "$target" "$1"
done
