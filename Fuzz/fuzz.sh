#!/bin/sh
# Fuzzes one target for some time: Fuzz/fuzz.sh TARGET SECONDS
#
# A target is a folder here, a program that hands libFuzzer its function (see exposition/main.swift); Package.swift lists it with the rooms
# it looks into, and shows it only when VEDETTE_FUZZ is set, so that no ordinary build sees it. Beside the Swift file may
# stand `dictionary` (words for libFuzzer) and `seeds.sh` (called with a folder to fill with inputs to begin with).
# What is found to be interesting is kept in .build/fuzz/corpus from run to run; what fails is left in .build/fuzz/failures.
set -eu
if [ $# -ne 2 ]; then
    echo "usage: Fuzz/fuzz.sh TARGET SECONDS" >&2
    exit 2
fi
target=$1
seconds=$2
cd "$(dirname "$0")/.."
[ -d "Fuzz/$target" ] || { echo "fuzz.sh: cannot find Fuzz/$target" >&2; exit 2; }

# Backtraces by Swift would have the crash to themselves; libFuzzer needs it to save the input.
export SWIFT_BACKTRACE=enable=no VEDETTE_FUZZ=1
scratch=.build/fuzz
swift build --scratch-path "$scratch" -c release --product "fuzz-$target" -Xswiftc -sanitize=fuzzer,address \
    -Xswiftc -use-ld=lld >&2

corpus=$scratch/corpus/$target
failures=$scratch/failures/$target
seeds=$scratch/seeds/$target
mkdir -p "$corpus" "$failures" "$seeds"
if [ -r "Fuzz/$target/seeds.sh" ]; then sh "Fuzz/$target/seeds.sh" "$seeds"; fi
set -- -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$failures/"
if [ -r "Fuzz/$target/dictionary" ]; then set -- "$@" -dict="Fuzz/$target/dictionary"; fi
exec "$scratch/release/fuzz-$target" "$@" "$corpus" "$seeds"
