"""The reader's speed over real expositions: what the peers themselves answer, saved to files and read by ReaderBench."""

import os
import subprocess

import report
import web
from exporters import ROOT
from processes import Process, free_port
from systems import Prometheus, VictoriaMetrics, peer, wait_until


def corpus(directory):
    """Saves the expositions of programs that everybody scrapes; gives the files."""
    os.makedirs(directory, exist_ok=True)
    files = []

    def save(name, url):
        files.append(os.path.join(directory, name + ".txt"))
        with open(files[-1], "w") as out:
            out.write(web.get(url + "/metrics"))

    for kind in (Prometheus, VictoriaMetrics):
        system = kind(os.path.join(directory, kind.name), ["127.0.0.1:1"])
        try:
            system.start()
            save(kind.name.lower(), system.url)
        finally:
            system.stop()
    for program in ("prometheus-node-exporter", "prometheus-blackbox-exporter"):
        address = f"127.0.0.1:{free_port()}"
        arguments = [peer(program), f"--web.listen-address={address}"]
        if program == "prometheus-blackbox-exporter":
            modules = os.path.join(directory, "blackbox.yml")
            with open(modules, "w") as out:
                out.write("modules:\n  http:\n    prober: http\n")
            arguments.append(f"--config.file={modules}")
        process = Process(arguments, os.path.join(directory, "log"))
        try:
            wait_until(process, f"http://{address}/metrics", program)
            save(program.removeprefix("prometheus-"), f"http://{address}")
        finally:
            process.stop()
    return files


def bench(directory):
    done = subprocess.run(["make", "reader-bench"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("cannot build ReaderBench: " + done.stdout[-2000:] + done.stderr[-2000:])
    program = os.path.join(ROOT, ".build", "release", "ReaderBench")
    command = [program, *corpus(os.path.join(directory, "corpus"))]
    out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=300).stdout
    report.say(f"\n### The reader\n\n```\n{out.rstrip().replace(directory + '/corpus/', '')}\n```")
