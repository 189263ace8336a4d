#!/usr/bin/env bash
# Installs what is needed, builds stroma, measures the sample plate and says where the report is. Can be run again.
set -eu
cd "$(dirname "$0")"
./tools/install.sh build
[ -d build ] || meson setup build -Dtests=false -Dbench=false
meson compile -C build
rm -rf out/demo
./build/cli/stroma run images/sample12/images --channels nuclei,dead --samples images/sample12/samples.csv -o out/demo
echo
echo "The report is $PWD/out/demo/report.html; the numbers are in wells.csv beside it."
