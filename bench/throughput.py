"""CPU and memory while scraping: all systems at once, each with exporters of its own that send the same values."""

import os
import statistics
import time

import report
from exporters import Exporters
from systems import System

SLICES = 5


class Run:
    """One system under load, watched from mark to mark."""

    def __init__(self, kind, directory, targets, series, interval, churn=0.0):
        directory = os.path.join(directory, kind.name)
        os.makedirs(directory)
        self.exporters = Exporters(targets, series, os.path.join(directory, "exporters.log"), churn)
        self.system: System = kind(os.path.join(directory, "system"), self.exporters.addresses, interval)
        self.marks = []
        self.memory = []

    @property
    def name(self):
        return self.system.name

    def mark(self):
        self.marks.append((self.system.process.cpu_seconds(), self.exporters.lines(), self.system.own_count()))

    def sample_memory(self):
        self.memory.append(self.system.process.memory())

    def lines(self):
        return self.marks[-1][1] - self.marks[0][1]

    def cost(self, first=0, last=-1):
        """CPU seconds per million samples between two marks."""
        lines = self.marks[last][1] - self.marks[first][1]
        return (self.marks[last][0] - self.marks[first][0]) / lines * 1e6 if lines else float("nan")

    def own_share(self):
        """Samples it says it stored, by lines it was sent; above 1 for `up` and the other figures of each scrape."""
        first, last = self.marks[0][2], self.marks[-1][2]
        return "?" if first is None or last is None else f"{(last - first) / self.lines():.3f}"

    def resident(self):
        return statistics.median(total for total, _ in self.memory)

    def anonymous(self):
        return statistics.median(anonymous for _, anonymous in self.memory)

    def stop(self):
        self.system.stop()
        self.exporters.stop()


def load(kinds, directory, targets, series, interval, warm_up, seconds, churn=0.0):
    """Runs all kinds side by side under the same load; the caller stops them."""
    runs = []
    try:
        for kind in kinds:
            runs.append(Run(kind, directory, targets, series, interval, churn))
        for run in runs:
            run.system.start()
        time.sleep(warm_up)
        for run in runs:
            run.mark()
        begun = time.monotonic()
        for number in range(1, SLICES + 1):
            while (left := begun + seconds * number / SLICES - time.monotonic()) > 0:
                time.sleep(min(left, 2))
                for run in runs:
                    run.sample_memory()
            for run in runs:
                run.mark()
    except BaseException:
        for run in runs:
            run.stop()
        raise
    return runs


def scenario(kinds, directory, title, targets, series, interval, warm_up, seconds):
    runs = load(kinds, directory, targets, series, interval, warm_up, seconds)
    for run in runs:
        run.stop()
    rows = []
    for run in runs:
        slices = [run.cost(i, i + 1) for i in range(SLICES)]
        rows.append([
            run.name, f"{run.lines() / 1e6:.2f} M", run.own_share(), f"{run.cost():.2f}",
            f"{min(slices):.2f}–{max(slices):.2f}", report.megabytes(run.resident()), report.megabytes(run.anonymous()),
        ])
    ours = [run for run in runs if run.name == "Vedette"]
    theirs = [run for run in runs if run.name != "Vedette"]
    if ours:
        rows.append([
            "Vedette ÷ the better", "", "", report.ratio(ours[0].cost(), [run.cost() for run in theirs]), "",
            report.ratio(ours[0].resident(), [run.resident() for run in theirs]),
            report.ratio(ours[0].anonymous(), [run.anonymous() for run in theirs]),
        ])
    report.table(
        f"{title}: {targets} targets × {series} lines every {interval}, {seconds:.0f} s after {warm_up:.0f} s of warming up",
        ["system", "samples", "own count ÷ lines", "CPU s per M samples", f"least–most of {SLICES} slices",
         "resident MB (median)", "of it anonymous"],
        rows)
