#!/bin/sh
# Installs the Debian packages that tomoe_es needs; says what to install where it may not do so itself.
set -eu

packages="
astrometry.net
astrometry-data-tycho2
fitsverify
graphviz
librsvg2-bin
postgresql
python3-venv
source-extractor
strace
"
# astrometry.net: the plate solver; astrometry-data-tycho2: its star indexes, and the stars of the simulated sky
# strace: strikes single system calls with faults in `make test-faults`
# source-extractor: what `make science` compares the photometry with
# postgresql: the tests start a server of their own on the loopback interface
# graphviz: draws the state machines of docs/states/ from their declarations
# fitsverify: judges the FITS products in the tests; librsvg2-bin: draws the README's picture of the dashboard

missing=""
for package in $packages; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "These Debian packages are missing:$missing" >&2
    echo "Install them as root:  apt-get update && apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086  # the names are separate words
apt-get install -q -y --no-install-recommends $missing
