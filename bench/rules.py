"""10,000 thresholds over 10,000 series beside Prometheus with the same conditions as alerting rules; both scrape what they judge."""

import os
import statistics
import time

import report
import web
from exporters import Exporters
from systems import Prometheus, Vedette

TARGETS, SERIES, INTERVAL = 10, 1000, 15


class Run:
    def __init__(self, kind, directory, name, write_rules):
        directory = os.path.join(directory, name.replace(" ", "-"))
        os.makedirs(directory)
        self.name = name
        self.exporters = Exporters(TARGETS, SERIES, os.path.join(directory, "exporters.log"))
        self.system = kind(os.path.join(directory, "system"), self.exporters.addresses, f"{INTERVAL}s")
        selectors = [selector for address in self.exporters.addresses for selector in selectors_of(address)]
        write_rules(self.system, selectors)
        self.rules = len(selectors)
        self.memory = []

    def stop(self):
        self.system.stop()
        self.exporters.stop()


def selectors_of(address):
    """A selector for each line that an exporter sends, once it does."""
    deadline = time.monotonic() + 20
    while not web.answers(f"http://{address}/metrics") and time.monotonic() < deadline:
        time.sleep(0.05)
    for line in web.get(f"http://{address}/metrics").splitlines():
        if line and not line.startswith("#"):
            series = line.rsplit(" ", 1)[0]
            inner = series.split("{", 1)[1][:-1] + "," if series.endswith("}") else ""
            yield f'{series.split("{", 1)[0]}{{{inner}instance="{address}"}}'


def thresholds(system, selectors):
    with open(system.config, "a") as config:
        config.write("actions:\n- {name: note, log: {}}\nthresholds:\n")
        for number, selector in enumerate(selectors):
            config.write(
                f"- {{name: t{number}, expr: '{selector}', threshold: '> 1e300', for: 1m, interval: {INTERVAL}s,"
                " actions: [note]}\n")


def alerting_rules(system, selectors):
    path = os.path.join(system.directory, "rules.yml")
    with open(system.config, "a") as config:
        config.write(f"rule_files: ['{path}']\n")
    with open(path, "w") as rules:
        rules.write(f"groups:\n- name: g\n  interval: {INTERVAL}s\n  rules:\n")
        for number, selector in enumerate(selectors):
            rules.write(f"  - {{alert: t{number}, expr: '{selector} > 1e300', for: 1m}}\n")


def scenario(directory, warm_up, seconds):
    kinds = [
        (Vedette, "Vedette, thresholds", thresholds), (Vedette, "Vedette, alerting rules", alerting_rules),
        (Prometheus, "Prometheus, alerting rules", alerting_rules),
    ]
    runs = []
    try:
        for kind, name, write_rules in kinds:
            runs.append(Run(kind, directory, name, write_rules))
        for run in runs:
            run.system.start(patience=120)
        time.sleep(warm_up)
        before = [run.system.process.cpu_seconds() for run in runs]
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            time.sleep(2)
            for run in runs:
                run.memory.append(run.system.process.memory()[0])
        passed = time.monotonic() - begun
        spent = [run.system.process.cpu_seconds() - first for run, first in zip(runs, before)]
    finally:
        for run in runs:
            run.stop()
    theirs = spent[-1]
    rows = []
    for run, cpu in zip(runs, spent):
        rounds = passed / INTERVAL
        rows.append([
            run.name, f"{run.rules:,}", f"{cpu:.2f} s", f"{cpu / rounds / run.rules * 1e6:.1f} µs", f"{cpu / theirs:.2f}",
            report.megabytes(statistics.median(run.memory)),
        ])
    report.table(
        f"Rules: {TARGETS} × {SERIES:,} series scraped and judged every {INTERVAL} s, for {passed:.0f} s",
        ["", "rules", "CPU in all", "a rule and round", "÷ Prometheus", "resident"], rows)
