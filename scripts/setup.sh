#!/bin/sh
# Installs the Debian packages that a piece of work needs, and says nothing when they are all there.
#
#   scripts/setup.sh [build|test|bench]...      (build when nothing is named)
#
# dpkg knows what is installed in a hundredth of a second; apt is asked only for what is missing.
set -eu

build="libsqlite3-dev libcurl4-openssl-dev libmicrohttpd-dev libyaml-dev zlib1g-dev libre2-dev libdeflate-dev libsnappy-dev
       libstdc++-12-dev binutils pkg-config"
tests="sqlite3 openssl ca-certificates python3-venv"
bench="python3 sqlite3"

wanted=""
for piece in "${@:-build}"; do
    case $piece in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $tests" ;;
    bench) wanted="$wanted $bench" ;;
    *) echo "setup: unknown piece $piece (build, test, bench)" >&2; exit 2 ;;
    esac
done

if ! command -v swift >/dev/null; then
    echo "setup: cannot find swift: install the Swift 6.3 toolchain (https://www.swift.org/install/linux/)" >&2
    exit 1
fi
if ! command -v dpkg-query >/dev/null; then
    echo "setup: cannot look for packages: this is not a Debian system; these are needed:" $wanted >&2
    exit 1
fi

# shellcheck disable=SC2086 # a list of words, here and below
# dpkg-query fails when a package was never heard of; what it prints about the others is right all the same.
installed=$(dpkg-query --show --showformat '${Package}=${db:Status-Status}\n' $wanted 2>/dev/null || true)
missing=""
for package in $(printf '%s\n' $wanted | sort -u); do
    case "
$installed
" in
    *"
$package=installed
"*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -z "$missing" ] && exit 0

root=""
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        root="sudo"
    elif command -v sudo >/dev/null && [ -t 0 ]; then
        echo "setup: sudo may ask for your password to install:$missing" >&2
        root="sudo"
    else
        echo "setup: cannot install packages: not root, and sudo is not at hand. As root, run:" >&2
        echo "    apt-get update && apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
fi

echo "setup: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

install() {
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends $missing >"$log" 2>&1
}

# Lists that were never fetched, or are too old to name a file that still exists, both end in a failed install: fetch
# them and try once more. A foreign source that is down must not stop us, so the update's own result is not judged.
if ! install; then
    $root apt-get update --quiet >"$log.update" 2>&1 || true
    if ! install; then
        echo "setup: cannot install$missing: apt says" >&2
        grep -h '^[EW]:' "$log.update" "$log" >&2 || tail -n 5 "$log" >&2
        rm -f "$log.update"
        exit 1
    fi
    rm -f "$log.update"
fi
