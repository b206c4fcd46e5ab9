#!/bin/sh
# The Python client that dashboards and notebooks ask Prometheus with, in an environment of its own under
# .build/python-client: nothing is installed on this machine.
#
#   scripts/python-client.sh          print the interpreter that has it
#   scripts/python-client.sh fetch    have it there; exit 1 with the reason when it cannot be had
set -eu

cd "$(dirname "$0")/.."
place="$PWD/.build/python-client"
package="prometheus-api-client==0.7.1"
# The stamp names what was asked for: another version makes it stale.
stamp="$place/complete"

case "${1:-print}" in
print) echo "$place/bin/python3"; exit 0 ;;
fetch) ;;
*) echo "usage: scripts/python-client.sh [print|fetch]" >&2; exit 2 ;;
esac

[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$package" ] && exit 0

fail() {
    echo "python-client: cannot fetch $package: $1" >&2
    exit 1
}

echo "python-client: fetching $package into .build/python-client"
rm -rf "$place"
mkdir -p .build
log=$(mktemp)
trap 'rm -f "$log"' EXIT
/usr/bin/python3 -m venv "$place" >"$log" 2>&1 || fail "$(tail -n 1 "$log")"
"$place/bin/python3" -m pip --disable-pip-version-check --quiet install "$package" >"$log" 2>&1 ||
    fail "$(grep '^ERROR' "$log" | tail -n 1)"
echo "$package" >"$stamp"
