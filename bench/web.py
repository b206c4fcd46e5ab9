"""The little HTTP the benches need, against 127.0.0.0/8 only and past any proxy."""

import urllib.error
import urllib.request

_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def get(url, timeout=10):
    with _open(url, timeout=timeout) as answer:
        return answer.read().decode()


def post(url, timeout=60):
    with _open(urllib.request.Request(url, data=b"", method="POST"), timeout=timeout) as answer:
        return answer.read().decode()


def answers(url, timeout=1):
    """Whether the address says 200 right now."""
    try:
        with _open(url, timeout=timeout) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def metric(text, name, wanted=""):
    """The sum of a metric's series, or of those whose labels contain a text; None when there is none."""
    total = None
    for line in text.splitlines():
        if not line.startswith(name) or line[len(name):len(name) + 1] not in ("{", " "):
            continue
        if wanted not in line:
            continue
        total = (total or 0.0) + float(line.rpartition("}")[2].split()[0] if "}" in line else line.split()[1])
    return total
