#!/bin/sh
# Fills DIR with configurations to begin with.
set -eu
dir=$1
cp "$(dirname "$0")/../../examples/vedette.yaml" "$dir/example"
n=0
put() { n=$((n + 1)); printf "$1" > "$dir/seed-$n"; }
put 'global: {scrape_interval: 5s}\nscrape_configs:\n- &a {job_name: a, static_configs: [{targets: [x]}]}\n- {<<: *a, job_name: b}\n'
put '{"scrape_configs":[{"job_name":"\\u00e9\\ud83d\\ude00","static_configs":[{"targets":["a:1"],"labels":{"x":"\\/"}}]}]}'
put 'storage: {path: d.db, retention: 30d, retention_size: 2GB}\nauth: {users: [{name: a, password: "${HOME}"}]}\n'
put 'scrape_configs:\n- job_name: a\n  relabel_configs:\n  - {source_labels: [a], regex: "(?P<x>.*)", target_label: "${x}", replacement: "$1"}\n'
