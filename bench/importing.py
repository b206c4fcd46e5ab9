#!/usr/bin/env python3
"""What `vedette import` and `vedette export` cost: python3 bench/importing.py [--series N] [--samples N].

Writes OpenMetrics of 10,000 series on 100 instances, 1,000 samples each 15 s apart, in both orders (series by series, as
promtool's backfill has it, and time by time); imports each into a store of its own, exports one again; prints samples a minute,
the largest resident size and bytes a sample. It judges nothing.
"""

import argparse
import os
import random
import shutil
import subprocess
import tempfile
import time

BINARY = ".build/release/vedette"
START = 1_700_000_000


def columns(series, samples):
    """For each series its text, and how its value goes on."""
    for index in range(series):
        instance, number = index % 100, index // 100
        kind = number % 10
        name = ["info", "requests_total", "cpu_seconds_total", "memory_bytes", "ratio"][kind % 5]
        text = (
            f'app_{number}_{name}{{handler="/api/v1/resource{number % 7}",instance="127.10.0.{instance}:9100",'
            f'job="bench",shard="{number % 4}"}}'
        )
        yield text, kind % 5


def values(kind, samples, seed):
    random.seed(seed)
    value = random.randrange(1_000_000)
    for _ in range(samples):
        if kind in (1, 2):
            value += random.randrange(100)
        elif kind == 3:
            value = max(0, value + random.randrange(65) - 32)
        yield (
            str(value) if kind in (0, 1)
            else f"{value / 100:.2f}" if kind == 2
            else str(value * 4096) if kind == 3
            else repr(random.random())
        )


def generate(path, series, samples, by_series):
    texts = list(columns(series, samples))
    with open(path, "w") as out:
        if by_series:
            for index, (text, kind) in enumerate(texts):
                lines = (
                    f"{text} {value} {START + 15 * step}\n" for step, value in enumerate(values(kind, samples, index)))
                out.write("".join(lines))
        else:
            running = [values(kind, samples, index) for index, (_, kind) in enumerate(texts)]
            # Each generator has the module's state for its own no longer: the values differ from the other order's.
            for step in range(samples):
                stamp = START + 15 * step
                out.write("".join(f"{text} {next(value)} {stamp}\n" for (text, _), value in zip(texts, running)))
        out.write("# EOF\n")


def run(*arguments):
    """Seconds, CPU seconds and the largest resident size in MB."""
    begin = time.monotonic()
    child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)}: ended with {status}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--samples", type=int, default=1_000)
    parser.add_argument("--binary", default=BINARY)
    options = parser.parse_args()
    total = options.series * options.samples
    folder = tempfile.mkdtemp(prefix="vedette-import-")
    try:
        for order in ("series", "time"):
            text, data = f"{folder}/{order}.om", f"{folder}/{order}.db"
            generate(text, options.series, options.samples, order == "series")
            seconds, cpu, resident = run(options.binary, "import", text, "--data", data)
            print(
                f"import, {order} by {order}: {total / seconds * 60 / 1e6:.0f} million samples a minute, "
                f"{cpu / total * 1e9:.0f} ns of CPU a sample, {resident:.0f} MB, "
                f"{os.path.getsize(data) / total:.2f} bytes a sample ({os.path.getsize(text) / 1e6:.0f} MB of text)",
                flush=True)
            seconds, cpu, resident = run(options.binary, "import", text, "--data", data)
            print(f"  the same again: {total / seconds * 60 / 1e6:.0f} million samples a minute, {resident:.0f} MB", flush=True)
        seconds, cpu, resident = run(
            options.binary, "export", "--data", f"{folder}/time.db", "--out", f"{folder}/out.om")
        print(
            f"export: {total / seconds * 60 / 1e6:.0f} million samples a minute, "
            f"{cpu / total * 1e9:.0f} ns of CPU a sample, {resident:.0f} MB")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
