#!/bin/sh
# Fills DIR with queries to begin with.
set -eu
dir=$1
n=0
while IFS= read -r query; do
    n=$((n + 1))
    printf '%s' "$query" > "$dir/seed-$n"
done <<'QUERIES'
sum by (job) (rate(foo{instance!="0"}[5m] offset 1m))
histogram_quantile(0.9, sum by (le) (rate(bar_bucket[2m])))
foo @ end() - foo offset -1m > bool 2
label_replace(foo, "x", "$1-${2}", "instance", "(.)(.*)")
max_over_time(rate(foo[1m])[5m:30s])
foo / on (instance) group_left (le) bar_bucket
topk(2, foo) or bottomk(1, bar_bucket) unless on () odd
quantile_over_time(scalar(odd), foo[max_of(step(), 2m)])
count_values without (job) ("v", round(foo, 0.5))
-foo ^ 2 % 3 atan2 pi()
absent_over_time(nothing{a="b"}[1m]) and vector(time())
predict_linear(foo[10m] @ start(), 3600) == clamp(foo, -Inf, 0x10)
QUERIES
