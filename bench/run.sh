#!/usr/bin/env bash
# Kernels, whole plates beside their peers, and scaling; everything as ratios within one run. Needs a build with
# benchmarks (meson setup build) and makes its plates under out/bench (about 0.6 GB).
#   bench/run.sh            all
#   bench/run.sh kernels | networks | opencv | plates | scaling
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
what=${1:-all}
[ "$what" != all ] && [ "$what" != kernels ] || "$build/tests/kernels/check" --bench
[ "$what" != all ] && [ "$what" != networks ] || "$build/bench/bench_network"
[ "$what" != all ] && [ "$what" != opencv ] || /usr/bin/python3 bench/kernels.py "$build/tests/kernels/check"
[ "$what" != all ] && [ "$what" != plates ] || /usr/bin/python3 bench/plates.py "$build/cli/stroma"
[ "$what" != all ] && [ "$what" != scaling ] || /usr/bin/python3 bench/scaling.py "$build/cli/stroma"
