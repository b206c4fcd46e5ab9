"""Whether a sample costs the same with few series and many, with churn, and as the file grows."""

import report
from throughput import SLICES, load

CHURN = 1.0
SIZES = [(1, 1000, "1s"), (10, 1000, "1s"), (100, 1000, "2s"), (200, 1000, "4s")]


def scenario(kinds, directory, warm_up, seconds):
    rows = []
    for targets, series, interval in SIZES:
        runs = load(kinds, f"{directory}/{targets}", targets, series, interval, warm_up, seconds, CHURN)
        for run in runs:
            run.stop()
            rows.append([
                run.name, f"{targets * series:,}", interval, f"{run.lines() / 1e6:.2f} M", f"{run.cost():.2f}",
                f"{run.cost(0, 1):.2f}", f"{run.cost(SLICES - 1, SLICES):.2f}", report.megabytes(run.resident()),
            ])
    report.table(
        f"Flatness: {CHURN:g} % of the series new each minute, {seconds:.0f} s after {warm_up:.0f} s of warming up",
        ["system", "series", "every", "samples", "CPU s per M samples", "in the first fifth", "in the last",
         "resident MB"],
        rows, ["The constant cost of being awake (see Idle) weighs most where there are few samples."])
