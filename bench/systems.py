"""The systems compared: how each is started, counts, is flushed to disk and measured there."""

import json
import os
import subprocess
import time

import web
from exporters import ROOT
from processes import Process, free_port, run

VEDETTE = os.environ.get("VEDETTE_BINARY", os.path.join(ROOT, ".build", "release", "vedette"))


def peer(program):
    directory = subprocess.run([os.path.join(ROOT, "scripts", "peers.sh")], check=True, capture_output=True, text=True)
    return os.path.join(directory.stdout.strip(), program)


def tree_size(directory):
    """The bytes of all files below a directory."""
    return sum(
        os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(directory) for name in names)


def wait_until(process, url, name, patience=60):
    """Waits for an address to answer, and gives the seconds since the process was started."""
    while not web.answers(url):
        if not process.running():
            raise RuntimeError(f"{name} ended at once: {process.last_words()}")
        if time.monotonic() - process.started > patience:
            raise RuntimeError(f"{name} is not ready after {patience} s: {process.last_words()}")
        time.sleep(0.002)
    return time.monotonic() - process.started


class System:
    """What is common: one directory, one port, one scrape configuration that all three understand."""

    name = ""
    ready_path = "/-/ready"

    def __init__(self, directory, addresses=(), interval="15s"):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.config = os.path.join(directory, "config.yml")
        self.data = os.path.join(directory, "data")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        targets = ", ".join(f'"{address}"' for address in addresses)
        with open(self.config, "w") as config:
            config.write(f"global:\n  scrape_interval: {interval}\n  scrape_timeout: {interval}\n")
            config.write("scrape_configs:\n  - job_name: bench\n    static_configs:\n")
            config.write(f"      - targets: [{targets}]\n")
        self.process = None

    def arguments(self):
        raise NotImplementedError

    def start(self, patience=60):
        """Starts it and gives the seconds until it said that it is ready."""
        self.process = Process(self.arguments(), os.path.join(self.directory, "log"))
        return wait_until(self.process, self.url + self.ready_path, self.name, patience)

    def stop(self):
        if self.process:
            return self.process.stop()
        return None

    def own_count(self):
        """How many samples it says it has stored."""
        raise NotImplementedError

    def disk(self):
        """Flushes, and gives (bytes on disk, CPU seconds of a flush outside the process, what was counted). Ends it."""
        raise NotImplementedError


class Vedette(System):
    name = "Vedette"

    def __init__(self, directory, addresses=(), interval="15s"):
        super().__init__(directory, addresses, interval)
        with open(self.config, "a") as config:
            # The others watch nothing but the targets: neither does this one here.
            config.write("self_monitoring: {host: false, vedette: false}\n")

    def arguments(self):
        return [VEDETTE, "serve", "--config", self.config, "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]

    def own_count(self):
        return web.metric(web.get(self.url + "/metrics"), "vedette_samples_appended_total")

    def disk(self):
        serving = self.process.cpu_seconds()
        stopping = (self.stop() or serving) - serving
        _, compacting = run([VEDETTE, "compact", "--data", self.data])
        rest = [self.data + end for end in ("", "-wal", "-shm", "-journal") if os.path.exists(self.data + end)]
        return sum(map(os.path.getsize, rest)), stopping + compacting, "the file, after `vedette compact`"


class Prometheus(System):
    name = "Prometheus"

    def arguments(self):
        return [
            peer("prometheus"), f"--config.file={self.config}", f"--storage.tsdb.path={self.data}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-admin-api", "--log.level=warn",
        ]

    def own_count(self):
        return web.metric(web.get(self.url + "/metrics"), "prometheus_tsdb_head_samples_appended_total")

    def disk(self):
        # The head written as one block, chunks and index, without its write-ahead log: its best case.
        before = self.process.cpu_seconds()
        answer = json.loads(web.post(self.url + "/api/v1/admin/tsdb/snapshot?skip_head=false"))
        cpu = self.process.cpu_seconds() - before
        snapshot = os.path.join(self.data, "snapshots", answer["data"]["name"])
        size = tree_size(snapshot)
        self.stop()
        return size, cpu, "a snapshot with the head as a block, no write-ahead log"


class VictoriaMetrics(System):
    name = "VictoriaMetrics"
    ready_path = "/health"

    def arguments(self):
        return [
            peer("victoria-metrics"), f"-promscrape.config={self.config}", f"-storageDataPath={self.data}",
            f"-httpListenAddr=127.0.0.1:{self.port}", "-retentionPeriod=1", "-loggerLevel=WARN",
        ]

    def own_count(self):
        return web.metric(web.get(self.url + "/metrics"), "vm_rows_inserted_total", 'type="promscrape"')

    def disk(self):
        before = self.process.cpu_seconds()
        web.get(self.url + "/internal/force_flush", timeout=60)
        web.get(self.url + "/internal/force_merge", timeout=60)
        deadline = time.monotonic() + 120
        while True:
            # The merge goes on behind the answer.
            time.sleep(1)
            if not web.metric(web.get(self.url + "/metrics"), "vm_active_force_merges"):
                break
            if time.monotonic() > deadline:
                raise RuntimeError("VictoriaMetrics: the forced merge does not end")
        cpu = self.process.cpu_seconds() - before
        self.stop()
        size = tree_size(os.path.join(self.data, "data")) + tree_size(os.path.join(self.data, "indexdb"))
        return size, cpu, "data and indexdb after forced flush and merge, no caches"


ALL = {"vedette": Vedette, "prometheus": Prometheus, "victoriametrics": VictoriaMetrics}
