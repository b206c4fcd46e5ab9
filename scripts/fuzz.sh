#!/bin/sh
# Runs every fuzz target for so many seconds each; stops at the first that finds something.
#
#   scripts/fuzz.sh SECONDS
set -eu

cd "$(dirname "$0")/.."
for program in Fuzz/*/main.swift; do
    target=$(basename "$(dirname "$program")")
    echo "fuzz: $target for $1 s"
    Fuzz/fuzz.sh "$target" "$1"
done
