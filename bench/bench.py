"""Vedette beside Prometheus and VictoriaMetrics, scraping the same targets in the same run.

    python3 bench/bench.py all                    every bench, about an hour; what `make bench` does
    python3 bench/bench.py all --quick            the same in some minutes: to see that it works, not to quote
    python3 bench/bench.py dense --seconds 300    one of them
    python3 bench/bench.py dense --only prometheus,victoriametrics

Everything listens on 127.0.0.0/8, keeps its files under .build/bench and is ended by the process id it was started
with. The tables go to the terminal and to .build/bench/results.md.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import disk
import flatness
import queries
import reader
import report
import rules
import starting
import systems
import throughput
import writing
from exporters import ROOT
from processes import free_port

# Seconds to measure, and of warming up before; the quick form cuts both.
LENGTHS = {"sparse": (600, 30), "dense": (600, 30), "disk": (960, 0), "idle": (120, 0), "ready": (60, 0), "flat": (180, 30),
    "writing": (60, 20), "rules": (300, 60)}
QUICK = {"sparse": (25, 10), "dense": (15, 6), "disk": (30, 0), "idle": (10, 0), "ready": (12, 0), "flat": (10, 4),
    "writing": (10, 8), "rules": (45, 30)}


def main():
    benches = ["sparse", "dense", "disk", "size", "idle", "ready", "flat", "reader", "queries", "writing", "rules"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", choices=["all", *benches], nargs="+")
    parser.add_argument("--quick", action="store_true", help="short runs, for trying")
    parser.add_argument("--seconds", type=float, help="how long to measure, instead of each bench's own length")
    parser.add_argument("--only", help=f"which systems, by comma: {','.join(systems.ALL)}")
    options = parser.parse_args()
    chosen = benches if "all" in options.bench else options.bench
    names = options.only.split(",") if options.only else list(systems.ALL)
    unknown = [name for name in names if name not in systems.ALL]
    if unknown:
        parser.error(f"no system {unknown[0]}; there are {', '.join(systems.ALL)}")
    kinds = [systems.ALL[name] for name in names]

    def length(bench):
        seconds, warm_up = (QUICK if options.quick else LENGTHS)[bench]
        return options.seconds or seconds, warm_up

    # SIGTERM unwinds like an interrupt, so that every `finally` ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    report.begin("bench/bench.py " + " ".join(sys.argv[1:]))
    place = os.path.join(ROOT, ".build", "bench")
    failed = False
    for bench in chosen:
        directory = tempfile.mkdtemp(prefix=bench + "-", dir=place)
        try:
            run(bench, kinds, directory, length, times=3 if options.quick else 9)
        except (RuntimeError, OSError, subprocess.SubprocessError) as reason:
            # The others are worth their time all the same.
            report.say(f"\n### {bench}\n\nNot measured: {reason}")
            failed = True
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    sys.exit(1 if failed else 0)


def run(bench, kinds, directory, length, times):
    if bench == "sparse":
        seconds, warm_up = length(bench)
        throughput.scenario(kinds, directory, "Sparse", 10, 1000, "5s", warm_up, seconds)
    elif bench == "dense":
        seconds, warm_up = length(bench)
        throughput.scenario(kinds, directory, "Dense", 100, 1000, "2s", warm_up, seconds)
    elif bench == "disk":
        disk.scenario(kinds, directory, length(bench)[0])
    elif bench == "ready":
        starting.ready(kinds, directory, length(bench)[0], times)
    elif bench == "flat":
        # The peers would only load the machine here: the question is about ourselves.
        ours = [kind for kind in kinds if kind is systems.Vedette] or kinds
        flatness.scenario(ours, directory, *reversed(length(bench)))
    elif systems.Vedette not in kinds:
        pass
    elif bench == "size":
        starting.size()
    elif bench == "idle":
        starting.idle(directory, length(bench)[0])
    elif bench == "writing":
        seconds, warm_up = length(bench)
        writing.scenario(directory, 10, 1000, "2s", warm_up, seconds)
    elif bench == "rules":
        seconds, warm_up = length(bench)
        rules.scenario(directory, warm_up, seconds)
    elif bench == "reader":
        reader.bench(directory)
    elif bench == "queries":
        queries.scenario(systems.VEDETTE, directory, [free_port() for _ in range(3)], times)


if __name__ == "__main__":
    main()
