#!/usr/bin/env bash
# Builds the OpenCV peers with the system's OpenCV (Debian: libopencv-dev). Prints where they are.
set -eu
cd "$(dirname "$0")"
out=${1:-../../out/peers}
mkdir -p "$out"
for name in opencv_plate opencv_kernels; do
  g++ -std=c++17 -O3 -march=native $name.cpp -o "$out/$name" -I/usr/include/opencv4 -lopencv_imgproc -lopencv_imgcodecs \
    -lopencv_core -lpthread
  echo "$out/$name"
done
