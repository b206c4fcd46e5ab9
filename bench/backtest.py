#!/usr/bin/env python3
"""What `vedette backtest` costs: python3 bench/backtest.py [--days N] [--series N].

Makes up a past, half of it queues that are too long at times and half of it counters, every 15 s; imports it, and tries three rules
(one records what another asks for) and three thresholds out on all of it, with routes. Then one rule that has to be asked time by
time. Prints seconds and the largest resident size of each run. It judges nothing.
"""

import argparse
import math
import os
import random
import shutil
import tempfile

from importing import BINARY, START, run

STEP = 15

CONFIGURATION = """
global: {evaluation_interval: 15s}
rule_files: [rules.yml]
actions: [{name: page, log: {}}, {name: chat, log: {}}]
thresholds:
  - name: queue_too_long
    expr: queue_length
    threshold: "> 90"
    for: 1m
    backoff: 10m
    actions: {enter: [page], repeat: [page], resolve: [chat]}
  - name: load
    expr: sum by (job) (rate(requests_total[5m]))
    soft: {threshold: "> 1.8", for: 5m, actions: [chat]}
    hard: {threshold: "> 1.9", for: 5m, backoff: 1h, actions: [page]}
  - {name: total, expr: sum(queue_length), series: any, threshold: "> 1300", for: 2m, actions: [chat]}
routes:
  - {match: ['severity="page"'], actions: [page], group_by: [alertname]}
  - {actions: [chat], group_by: [alertname, job]}
"""

RULES = """
groups:
- name: web
  rules:
  - {record: 'job:requests:rate5m', expr: 'sum by (job) (rate(requests_total[5m]))'}
  - {alert: Busy, expr: 'job:requests:rate5m > 35', for: 10m, labels: {severity: page}}
  - alert: QueueStuck
    expr: 'min_over_time(queue_length[10m]) > 70'
    for: 5m
    keep_firing_for: 10m
    labels: {severity: ticket}
"""

TIME_BY_TIME = """
groups:
- {name: web, interval: 15s, rules: [{alert: Ahead, expr: 'queue_length offset -1m > 100'}]}
"""


def generate(path, series, days):
    random.seed(7)
    steps = days * 86400 // STEP
    with open(path, "w") as out:
        for index in range(series // 2):
            value = 40.0
            for step in range(steps):
                value += random.gauss(0, 2) - (value - 40) * 0.01
                if random.random() < 0.0003:
                    value += 60
                # Each is missing now and then.
                if (step // 4000 + index) % 9 or step % 4000 >= 200:
                    out.write(f'queue_length{{queue="q{index}",job="api"}} {max(0, value):.0f} {START + step * STEP}\n')
        for index in range(series - series // 2):
            value = 0.0
            for step in range(steps):
                value += max(0, random.gauss(20, 5) * (1 + 0.5 * math.sin(step / 5760 * 2 * math.pi)))
                out.write(f'requests_total{{instance="i{index}",job="web"}} {value:.0f} {START + step * STEP}\n')
        out.write("# EOF\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--series", type=int, default=50)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="backtest-")
    try:
        def place(name):
            return os.path.join(folder, name)

        for name, text in [("vedette.yaml", CONFIGURATION), ("rules.yml", RULES), ("ahead.yml", TIME_BY_TIME)]:
            with open(place(name), "w") as out:
                out.write(text)
        generate(place("past.om"), options.series, options.days)
        run(BINARY, "import", place("past.om"), "--data", place("past.db"))
        for name in ["vedette.yaml", "ahead.yml"]:
            seconds, cpu, resident = run(
                BINARY, "backtest", place(name), "--data", place("past.db"), "--from", f"-{options.days}d")
            print(f"{name}: {seconds:.1f} s, {cpu:.1f} s of CPU, {resident:.0f} MB at the most", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
