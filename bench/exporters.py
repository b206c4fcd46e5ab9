"""The load: synthetic exporters on loopback, a process of them for each system, so that all see the same values."""

import os
import subprocess

import web
from processes import Process, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PROGRAM = os.path.join(ROOT, ".build", "bench", "exporters")


def build():
    """Compiles the load generator when its source is newer."""
    source = os.path.join(HERE, "exporters.c")
    if os.path.exists(PROGRAM) and os.path.getmtime(PROGRAM) >= os.path.getmtime(source):
        return
    os.makedirs(os.path.dirname(PROGRAM), exist_ok=True)
    subprocess.run(["clang", "-O2", "-o", PROGRAM, source], check=True)


class Exporters:
    """`targets` exporters of `series` lines each."""

    def __init__(self, targets, series, log, churn=0.0):
        build()
        self.series = series
        port = free_port("127.10.0.1")
        arguments = [PROGRAM, "--targets", str(targets), "--series", str(series), "--port", str(port)]
        self.addresses = subprocess.run(arguments + ["--list"], check=True, capture_output=True, text=True).stdout.split()
        self.process = Process(arguments + ["--churn", str(churn)], log)

    def lines(self):
        """How many sample lines they have sent, as they count them themselves: the same measure for every system."""
        return int(web.get(f"http://{self.addresses[0]}/count")) * self.series

    def stop(self):
        self.process.stop()
