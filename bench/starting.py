"""What a newcomer meets: the size of the binary, memory when idle, the time until ready."""

import os
import shutil
import statistics
import subprocess
import time

import report
import web
from exporters import Exporters
from processes import Process, free_port
from systems import VEDETTE, System, Vedette


def size():
    report.table(
        "The binary", ["", "MB"],
        [["vedette, stripped, Swift's runtime inside", report.megabytes(os.path.getsize(VEDETTE))]])


class Idle(Vedette):
    """Vedette as one starts it with no configuration: watching itself and this host."""

    def arguments(self):
        return [VEDETTE, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]


def idle(directory, seconds):
    """Memory and CPU with nothing but the default configuration, after some time."""
    system = Idle(os.path.join(directory, "idle"))
    try:
        system.start()
        time.sleep(seconds / 2)
        cpu, memory = system.process.cpu_seconds(), []
        for _ in range(10):
            time.sleep(seconds / 20)
            memory.append(system.process.memory())
        cpu = system.process.cpu_seconds() - cpu
    finally:
        system.stop()
    report.table(
        f"Idle with the default configuration, from {seconds / 2:.0f} s to {seconds:.0f} s",
        ["resident MB", "of it anonymous", "CPU, ms a minute"],
        [[report.megabytes(statistics.median(total for total, _ in memory)),
          report.megabytes(statistics.median(anonymous for _, anonymous in memory)),
          f"{cpu * 1000 / (seconds / 2) * 60:.0f}"]])


def time_to_ready(system, times):
    taken = []
    for _ in range(times):
        taken.append(system.start())
        system.stop()
    return taken


def ready(kinds, directory, seconds, times):
    """Time until ready on an empty store and on one of 100,000 series."""
    rows = []
    for kind in kinds:
        empty = []
        for number in range(times):
            system = kind(os.path.join(directory, f"{kind.name}-empty-{number}"), ["127.0.0.1:1"])
            try:
                empty += time_to_ready(system, 1)
            finally:
                system.stop()
        exporters = Exporters(100, 1000, os.path.join(directory, "exporters.log"))
        system = kind(os.path.join(directory, f"{kind.name}-full"), exporters.addresses, "5s")
        try:
            system.start()
            time.sleep(seconds)
            system.stop()
            full = time_to_ready(system, times)
        finally:
            system.stop()
            exporters.stop()
        rows.append([kind.name, milliseconds(empty), milliseconds(full)])
        shutil.rmtree(system.directory)
    report.table(
        f"Time to ready, median of {times} starts (least–most), in ms",
        ["system", "empty store", f"100,000 series, {seconds:.0f} s of them"], rows)


def milliseconds(taken):
    taken = [1000 * value for value in taken]
    return f"{statistics.median(taken):.0f} ({min(taken):.0f}–{max(taken):.0f})"
