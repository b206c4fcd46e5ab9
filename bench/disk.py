"""Bytes a sample on disk, all flushed and merged, and the CPU of it all, flushing included."""

import report
from throughput import load

TARGETS, SERIES, INTERVAL = 6, 1000, "1s"


def scenario(kinds, directory, seconds):
    runs = load(kinds, directory, TARGETS, SERIES, INTERVAL, warm_up=0, seconds=seconds)
    rows, costs, sizes, notes = [], {}, {}, []
    try:
        for run in runs:
            scraping = run.system.process.cpu_seconds()
            lines = run.exporters.lines()
            # Nothing may be scraped any more once the lines are counted.
            run.exporters.stop()
            size, flushing, counted = run.system.disk()
            sizes[run.name] = size / lines
            costs[run.name] = (scraping + flushing) / lines * 1e6
            notes.append(f"{run.name}: {counted}.")
            rows.append([run.name, f"{lines / 1e6:.2f} M", report.megabytes(size), f"{sizes[run.name]:.3f}",
                         f"{costs[run.name]:.2f}"])
    finally:
        for run in runs:
            run.stop()
    if "Vedette" in sizes:
        better = lambda values: report.ratio(values["Vedette"], [v for name, v in values.items() if name != "Vedette"])
        rows.append(["Vedette ÷ the better", "", "", better(sizes), better(costs)])
    report.table(
        f"On disk: {TARGETS} targets × {SERIES} lines every {INTERVAL} for {seconds:.0f} s, then flushed",
        ["system", "samples", "MB", "bytes a sample", "CPU s per M samples, start and flush included"],
        rows, ["Counted: " + " ".join(notes)])
