"""The reader's speed over expositions, measured by a program of its own beside the reader."""

import os
import subprocess

import report
from exporters import ROOT


def bench():
    build = ["swift", "build", "--configuration", "release", "--static-swift-stdlib", "--product", "ReaderBench"]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("cannot build ReaderBench: " + done.stdout[-2000:] + done.stderr[-2000:])
    program = os.path.join(ROOT, ".build", "release", "ReaderBench")
    out = subprocess.run([program], cwd=ROOT, check=True, capture_output=True, text=True, timeout=300).stdout
    report.say(f"\n### The reader\n\n```\n{out.strip()}\n```")
