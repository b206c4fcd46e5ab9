"""Remote writes: a Prometheus scrapes the exporters and writes to a Vedette, which scrapes nothing itself."""

import os
import time

import report
import web
from exporters import Exporters
from systems import Prometheus, Vedette


class Receiver(Vedette):
    """A Vedette that takes remote writes."""

    def __init__(self, directory):
        super().__init__(directory)
        with open(self.config, "w") as config:
            config.write("remote_write_receiver: true\nself_monitoring: {host: false, vedette: false}\n")


class Sender(Prometheus):
    """A Prometheus that writes all it scrapes to somebody else, with its own settings of the queue."""

    def __init__(self, directory, addresses, interval, url):
        super().__init__(directory, addresses, interval)
        with open(self.config, "a") as config:
            config.write(f"remote_write:\n  - url: {url}/api/v1/write\n")


def scenario(directory, targets, series, interval, warm_up, seconds):
    exporters = Exporters(targets, series, os.path.join(directory, "exporters.log"))
    receiver = Receiver(os.path.join(directory, "receiver"))
    sender = Sender(os.path.join(directory, "sender"), exporters.addresses, interval, receiver.url)
    try:
        receiver.start()
        sender.start()
        time.sleep(warm_up)
        before = mark(receiver, sender)
        time.sleep(seconds)
        after = mark(receiver, sender)
        memory = receiver.process.memory()
        text = web.get(receiver.url + "/metrics")
        sending = web.get(sender.url + "/metrics")
        live = sum(os.path.getsize(receiver.data + end) for end in ("", "-wal"))
        total = web.metric(text, "vedette_remote_write_samples_total")
        size, _, _ = receiver.disk()
    finally:
        sender.stop()
        receiver.stop()
        exporters.stop()
    samples, requests, ours, theirs = (b - a for a, b in zip(before, after))
    failed = web.metric(sending, "prometheus_remote_storage_samples_failed_total") or 0
    report.table(
        f"Remote writes: {targets} targets × {series} series every {interval}",
        ["what", "figure"],
        [
            ["samples a second", f"{samples / seconds:.0f}"],
            ["samples a request", f"{samples / max(1, requests):.0f}"],
            ["CPU s per million samples, Vedette", f"{ours / samples * 1e6:.2f}"],
            ["CPU s per million samples, Prometheus (scraping and sending)", f"{theirs / samples * 1e6:.2f}"],
            ["resident MB, of it anonymous", " / ".join(report.megabytes(part) for part in memory)],
            ["bytes a sample while it runs, with its log", f"{live / total:.2f}"],
            ["bytes a sample after `vedette compact`", f"{size / total:.2f}"],
            ["left out as duplicates", f"{web.metric(text, 'vedette_store_samples_dropped_total', 'duplicate'):.0f}"],
            ["shards", f"{web.metric(sending, 'prometheus_remote_storage_shards'):.0f}"],
            ["samples that could not be sent", f"{failed:.0f}"],
        ])


def mark(receiver, sender):
    text = web.get(receiver.url + "/metrics")
    return (
        web.metric(text, "vedette_remote_write_samples_total"),
        web.metric(text, "vedette_remote_write_requests_total", "success"),
        receiver.process.cpu_seconds(),
        sender.process.cpu_seconds(),
    )
