#!/usr/bin/env bash
# Builds the OpenCV peer with the system's OpenCV (Debian: libopencv-dev). Prints where the program is.
set -eu
cd "$(dirname "$0")"
out=${1:-../../out/peers}
mkdir -p "$out"
g++ -std=c++17 -O3 -march=native opencv_plate.cpp -o "$out/opencv_plate" -I/usr/include/opencv4 -lopencv_imgproc -lopencv_imgcodecs -lopencv_core -lpthread
echo "$out/opencv_plate"
