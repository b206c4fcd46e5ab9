"""The same queries on the same data in all systems: how long an answer takes, and what memory the heaviest needs."""

import os
import random
import statistics
import subprocess
import time
import urllib.parse

import report
import web
from processes import Process, run
from systems import peer, wait_until

HOURS = 6
STEP = 15
END = 1_750_000_000
START = END - HOURS * 3600
MANY = 100_000


def series():
    """10,000 series: (name, labels, kind), as an application with 100 instances has them."""
    for instance in range(100):
        base = f'job="shop",instance="10.0.{instance // 10}.{instance % 10}:9100"'
        for number in range(40):
            labels = f'{base},method="{["GET", "POST", "PUT", "DELETE"][number % 4]}",path="/api/v1/resource{number // 4}"'
            yield "http_requests_total", labels, "counter"
        for number in range(30):
            yield "process_memory_bytes", f'{base},pool="pool{number}"', "gauge"
        for number in range(2):
            for bound in ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "5", "+Inf"):
                yield "http_request_duration_seconds_bucket", f'{base},path="/api/v1/resource{number}",le="{bound}"', "bucket"
        for number in range(10):
            yield "build_info", f'{base},component="component{number}",version="1.{number}.{instance % 3}"', "constant"


def columns():
    """The series with their values: families by themselves, as OpenMetrics wants them."""
    numbers = random.Random(1)
    points = HOURS * 3600 // STEP
    for name, labels, kind in sorted(series(), key=lambda entry: entry[0]):
        value = numbers.randrange(1000)
        values = []
        for _ in range(points):
            if kind == "counter":
                value += numbers.randrange(40)
            elif kind == "gauge":
                value = max(0, value + numbers.randrange(-32, 33))
            elif kind == "bucket":
                value += numbers.randrange(6)
            values.append(value * 4096 if kind == "gauge" else value)
        yield name, labels, values


def write(path):
    """Everything as OpenMetrics text; gives the number of samples."""
    samples = 0
    with open(path, "w") as out:
        family = None
        for name, labels, values in columns():
            if name != family:
                out.write(f"# TYPE {name} unknown\n")
                family = name
            out.write("".join(
                f"{name}{{{labels}}} {value} {START + number * STEP}\n" for number, value in enumerate(values)))
            samples += len(values)
        out.write("# TYPE load_sessions unknown\n")
        for number in range(MANY):
            labels = f'user="user-{number}",region="region-{number % 17}"'
            out.write("".join(f"load_sessions{{{labels}}} {number % 97} {END - 300 + step * 60}\n" for step in range(5)))
        samples += 5 * MANY
        out.write("# EOF\n")
    return samples


# What is asked: a title, the query, and how far back a range goes (seconds, step); none for an instant.
QUERIES = [
    ("one series", 'http_requests_total{instance="10.0.3.4:9100",method="GET",path="/api/v1/resource3"}', None),
    ("rate of 1,000 series", 'sum(rate(http_requests_total{method="GET"}[5m]))', None),
    ("the same by instance, 1 h", 'sum by (instance) (rate(http_requests_total{method="GET"}[5m]))', (3600, 15)),
    ("a rate of 4,000 series, 6 h", "sum by (method) (rate(http_requests_total[5m]))", (21600, 60)),
    ("all 10,000 series", 'count by (job) ({job="shop"})', None),
    ("all 10,000 series, 6 h", 'sum by (instance) ({job="shop"})', (21600, 300)),
    ("quantile of 200 histograms, 1 h",
     "histogram_quantile(0.95, sum by (le, path) (rate(http_request_duration_seconds_bucket[5m])))", (3600, 15)),
    ("the ten largest of 3,000, 6 h", "topk(10, process_memory_bytes)", (21600, 60)),
    ("subquery over 1,000 series", 'max_over_time(sum(rate(http_requests_total{method="GET"}[5m]))[1h:1m])', None),
    ("a regular expression over 100,000 series", 'count(load_sessions{user=~"user-.*7.*"})', None),
]
HEAVIEST = "all 10,000 series, 6 h"


class Server:
    """One system with the data, ready to be asked."""

    def __init__(self, name, process, url, parameters=""):
        self.name, self.process, self.url, self.parameters = name, process, url, parameters

    def ask(self, query, reach):
        """Seconds until the whole answer is there."""
        arguments = {"query": query}
        if reach:
            arguments |= {"start": END - reach[0], "end": END, "step": reach[1]}
        else:
            arguments |= {"time": END}
        path = "query_range" if reach else "query"
        begun = time.perf_counter()
        answer = web.get(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(arguments)}{self.parameters}", timeout=300)
        seconds = time.perf_counter() - begun
        if '"result":[]' in answer or '"status":"success"' not in answer:
            raise RuntimeError(f"{self.name}: {query}: {answer[:200]}")
        return seconds

    def peak(self, query, reach):
        """The most memory while it answers, in bytes."""
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as clear:
            clear.write("5")
        self.ask(query, reach)
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def vedette(binary, directory, text, port):
    data = os.path.join(directory, "vedette.db")
    run([binary, "import", text, "--data", data])
    config = os.path.join(directory, "vedette.yaml")
    with open(config, "w") as out:
        out.write("self_monitoring: {host: false, vedette: false}\nstorage: {retention: 100y}\n")
    url = f"http://127.0.0.1:{port}"
    process = Process(
        [binary, "serve", "--config", config, "--data", data, "--listen", f"127.0.0.1:{port}"],
        os.path.join(directory, "vedette.log"))
    wait_until(process, url + "/-/ready", "Vedette")
    return Server("Vedette", process, url)


def prometheus(directory, text, port):
    data = os.path.join(directory, "prometheus")
    run([peer("promtool"), "tsdb", "create-blocks-from", "openmetrics", text, data])
    config = os.path.join(directory, "prometheus.yml")
    with open(config, "w") as out:
        out.write("global: {}\n")
    url = f"http://127.0.0.1:{port}"
    process = Process(
        [peer("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={data}",
         "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"],
        os.path.join(directory, "prometheus.log"))
    wait_until(process, url + "/-/ready", "Prometheus")
    return Server("Prometheus", process, url)


def victoriametrics(directory, text, port):
    url = f"http://127.0.0.1:{port}"
    process = Process(
        [peer("victoria-metrics"), f"-storageDataPath={os.path.join(directory, 'victoriametrics')}",
         f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y", "-loggerLevel=WARN",
         "-search.maxUniqueTimeseries=1000000"],
        os.path.join(directory, "victoriametrics.log"))
    wait_until(process, url + "/health", "VictoriaMetrics")
    # It reads times in milliseconds.
    milliseconds = subprocess.Popen(["sed", "/^#/!s/$/000/", text], stdout=subprocess.PIPE)
    run(["curl", "--silent", "--fail", "--request", "POST", "--upload-file", "-", url + "/api/v1/import/prometheus"],
        stdin=milliseconds.stdout)
    milliseconds.wait()
    web.get(url + "/internal/force_flush", timeout=60)
    # Its cache of answers would be measured otherwise.
    return Server("VictoriaMetrics", process, url, "&nocache=1")


def scenario(binary, directory, ports, times):
    text = os.path.join(directory, "series.txt")
    samples = write(text)
    servers = []
    try:
        servers.append(vedette(binary, directory, text, ports[0]))
        servers.append(prometheus(directory, text, ports[1]))
        servers.append(victoriametrics(directory, text, ports[2]))
        rows, ratios = [], []
        for title, query, reach in QUERIES:
            taken = {server.name: [] for server in servers}
            for server in servers:
                server.ask(query, reach)
            for _ in range(times):
                for server in servers:
                    taken[server.name].append(server.ask(query, reach))
            medians = [statistics.median(taken[server.name]) for server in servers]
            ratios.append(medians[0] / min(medians[1:]))
            rows.append([title] + [f"{median * 1000:.1f}" for median in medians] + [f"{ratios[-1]:.2f}"])
        rows.append(["geometric mean of the ratios"] + [""] * len(servers) + [f"{statistics.geometric_mean(ratios):.2f}"])
        report.table(
            f"Queries: 10,000 series × {HOURS} h at {STEP} s and {MANY:,} short ones ({samples / 1e6:.1f} M samples),"
            f" milliseconds, median of {times}",
            ["query"] + [server.name for server in servers] + ["Vedette ÷ the better"], rows)
        heaviest = next(entry for entry in QUERIES if entry[0] == HEAVIEST)
        peaks = [server.peak(*heaviest[1:]) for server in servers]
        report.table(
            f"Memory at the highest while answering “{HEAVIEST}”, MB", [server.name for server in servers] + ["Vedette ÷ the better"],
            [[report.megabytes(peak) for peak in peaks] + [report.ratio(peaks[0], peaks[1:])]])
    finally:
        for server in servers:
            server.process.stop()
