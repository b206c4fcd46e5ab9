"""Starting, watching and ending processes: each is known by the id it was started with, and ended by that id alone."""

import os
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port(address="127.0.0.1"):
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Process:
    """One running program; what it says goes into a log file."""

    def __init__(self, arguments, log, cwd=None):
        self.started = time.monotonic()
        with open(log, "ab") as out:
            self.child = subprocess.Popen(arguments, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=cwd)
        self.log = log

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def cpu_seconds(self):
        """User and system time of all its threads so far. The kernel rounds it to a tick (10 ms)."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self):
        """Resident memory in bytes: all of it, and the anonymous part that no file backs."""
        found = {}
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                name, _, rest = line.partition(":")
                if name in ("VmRSS", "RssAnon"):
                    found[name] = int(rest.split()[0]) * 1024
        return found["VmRSS"], found["RssAnon"]

    def stop(self, patience=60):
        """Asks it to stop, waits, and gives the CPU seconds of its whole life."""
        if self.running():
            self.child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + patience
        while True:
            # wait4 tells the exact usage of this one child, stop included.
            if self.child.returncode is not None:
                return None
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.child.returncode = os.waitstatus_to_exitcode(status)
                return usage.ru_utime + usage.ru_stime
            if time.monotonic() > deadline:
                self.child.kill()
                deadline += 10
            time.sleep(0.02)

    def last_words(self, lines=5):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-lines:])


def run(arguments, **options):
    """Runs a program to its end and gives its CPU seconds; its failure is ours."""
    before = os.times()
    done = subprocess.run(arguments, capture_output=True, text=True, **options)
    after = os.times()
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return done.stdout, cpu
