#!/bin/sh
# How fast expositions are read: the synthetic body, and what real programs print. Those that are installed (Debian's
# prometheus, victoria-metrics, prometheus-node-exporter, prometheus-blackbox-exporter) are started on loopback, asked for
# their metrics in both forms, and stopped.
set -eu
cd "$(dirname "$0")/../.."
swift build -c release --product ReaderBench > /dev/null
corpus=$PWD/.build/expositions
rm -rf "$corpus"
mkdir -p "$corpus/data"

running=
trap 'for pid in $running; do kill "$pid" 2> /dev/null || true; done; wait' EXIT

# start NAME PORT COMMAND…: starts it, waits until it answers, and keeps what it prints.
start() {
    name=$1
    port=$2
    shift 2
    command -v "$1" > /dev/null || { echo "$name is not installed" >&2; return 0; }
    "$@" > "$corpus/data/$name.log" 2>&1 &
    running="$running $!"
    tries=0
    until curl -fs -o "$corpus/$name.txt" "http://127.9.9.9:$port/metrics"; do
        tries=$((tries + 1))
        [ $tries -lt 50 ] || { echo "$name does not answer" >&2; rm -f "$corpus/$name.txt"; return 0; }
        sleep 0.1
    done
    curl -fs -H 'Accept: application/openmetrics-text;version=1.0.0' -o "$corpus/$name.om" \
        "http://127.9.9.9:$port/metrics"
    grep -q '^# EOF' "$corpus/$name.om" || rm "$corpus/$name.om"
}

printf 'scrape_configs: []\n' > "$corpus/data/prometheus.yml"
printf 'modules:\n  http:\n    prober: http\n' > "$corpus/data/blackbox.yml"
start prometheus 17390 prometheus --config.file="$corpus/data/prometheus.yml" \
    --storage.tsdb.path="$corpus/data/prometheus" --web.listen-address=127.9.9.9:17390
start victoria-metrics 17391 victoria-metrics -storageDataPath="$corpus/data/victoria" -httpListenAddr=127.9.9.9:17391
start node_exporter 17392 prometheus-node-exporter --web.listen-address=127.9.9.9:17392
start blackbox_exporter 17393 prometheus-blackbox-exporter --config.file="$corpus/data/blackbox.yml" \
    --web.listen-address=127.9.9.9:17393

.build/release/ReaderBench $(find "$corpus" -maxdepth 1 -type f | sort)
