#!/bin/sh
# Fills DIR with documents to begin with: the official OpenMetrics ones, where they lie beside the project.
set -eu
dir=$1
cases=$(dirname "$0")/../../../shared/openmetrics/cases.json
n=0
put() { n=$((n + 1)); printf "$1" > "$dir/seed-$n"; }
put '\001\000\012\061# HELP a Help.\n# TYPE a counter\na{b="c",d="e\\\\n"} 1 1395066363000\na{b="d"} 2.5e3\n\n# end\n'
put '\000{"my.metric","label.x"="v"} NaN\na +Inf\r\nb{} 0x1p-3\n'
put '\002\000\016\062\000\020\067a{x="y"} 17 1.5 # {t="z"} 0.5 2\nb 2\n# EOF\n'
put '\000# TYPE h histogram\nh_bucket{le="1.0"} 0\nh_bucket{le="+Inf"} 3\nh_sum 2\nh_count 3\n# EOF\n'
if [ -r "$cases" ] && command -v python3 > /dev/null; then
    python3 - "$cases" "$dir" << 'PYTHON'
import json, sys
for case in json.load(open(sys.argv[1])):
    with open(f"{sys.argv[2]}/{case['name']}", "wb") as seed:
        seed.write(b"\x00" + case["text"].encode())
PYTHON
fi
