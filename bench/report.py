"""Tables: to the terminal as they come, and all together into .build/bench/results.md."""

import os
import platform
import time

from exporters import ROOT

RESULTS = os.path.join(ROOT, ".build", "bench", "results.md")


def say(text=""):
    print(text, flush=True)
    with open(RESULTS, "a") as results:
        results.write(text + "\n")


def begin(command):
    os.makedirs(os.path.dirname(RESULTS), exist_ok=True)
    open(RESULTS, "w").close()
    say(f"`{command}` on {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores of {processor()}, "
        f"Linux {platform.release().split('-')[0]}.")


def processor():
    with open("/proc/cpuinfo") as info:
        names = [line.partition(":")[2].strip() for line in info if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(title, columns, rows, notes=()):
    """One table in Markdown, aligned so that it reads as plain text too."""
    cells = [columns] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    line = lambda row: "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths)) + " |"
    say(f"\n### {title}\n")
    say(line(cells[0]))
    say("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for row in cells[1:]:
        say(line(row))
    for note in notes:
        say(f"\n{note}")


def megabytes(size):
    return f"{size / 1e6:.1f}"


def ratio(ours, theirs):
    """Ours by the better (smaller) of theirs."""
    theirs = [value for value in theirs if value]
    return f"{ours / min(theirs):.2f}" if ours is not None and theirs else "–"
