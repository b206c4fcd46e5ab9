#!/bin/sh
# The programs Vedette is tested and measured against, taken from Debian's packages and unpacked under .build/peers:
# nothing is installed on this machine, no service is started, and no root is needed.
#
#   scripts/peers.sh          print the directory of their programs
#   scripts/peers.sh fetch    have them there; exit 1 with the reason when they cannot be had
set -eu

cd "$(dirname "$0")/.."
peers="$PWD/.build/peers"
packages="prometheus victoria-metrics prometheus-blackbox-exporter prometheus-node-exporter prometheus-alertmanager"
programs="prometheus promtool victoria-metrics prometheus-blackbox-exporter prometheus-node-exporter prometheus-alertmanager amtool"
# The stamp names what was asked for: another list of packages makes it stale.
stamp="$peers/complete"

case "${1:-print}" in
print) echo "$peers/usr/bin"; exit 0 ;;
fetch) ;;
*) echo "usage: scripts/peers.sh [print|fetch]" >&2; exit 2 ;;
esac

[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$packages" ] && exit 0

fail() {
    echo "peers: cannot fetch $packages: $1" >&2
    exit 1
}

command -v apt-get >/dev/null && command -v dpkg >/dev/null || fail "this is not a Debian system"
echo "peers: fetching $packages into .build/peers"
rm -rf "$peers"
mkdir -p "$peers/debs"
log="$peers/log"

download() (
    cd "$peers/debs"
    # As root apt would drop to its own user, who may not write here.
    # shellcheck disable=SC2086
    apt-get --quiet -o APT::Sandbox::User="$(id -un)" "$@" download $packages >"$log" 2>&1
)

if ! download; then
    # No lists yet, or stale ones: fetch lists of our own, so that this works for any user and leaves the system's alone.
    mkdir -p "$peers/lists/partial" "$peers/cache/archives/partial"
    own="-o Dir::State::Lists=$peers/lists -o Dir::Cache=$peers/cache -o APT::Sandbox::User=$(id -un)"
    # shellcheck disable=SC2086
    apt-get --quiet $own update >"$log" 2>&1 || true
    # shellcheck disable=SC2086
    download $own || fail "$(grep '^E:' "$log" | head -n 3)"
fi
for deb in "$peers"/debs/*.deb; do
    dpkg -x "$deb" "$peers" || fail "cannot unpack $deb"
done
for program in $programs; do
    [ -x "$peers/usr/bin/$program" ] || fail "no program $program in the packages"
done
rm -rf "$peers/debs" "$peers/lists" "$peers/cache" "$log"
echo "$packages" >"$stamp"
