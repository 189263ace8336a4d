#!/usr/bin/env python3
"""Kernels beside OpenCV's, one thread, 2048 x 2048 pixels, in turns within one run; prints docs/speed.md's table.
kernels.py CHECK [ROUNDS]   (CHECK: build/tests/kernels/check)"""
import os, re, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "..", "out", "bench")
# A build of the same OpenCV for AVX-512 against Debian's (time of the one over that of the other), where it was
# measured on 16-bit images; elsewhere the two are alike.
NATIVE = {"gauss sigma 1": 0.57, "gauss sigma 2": 0.67, "gauss sigma 5": 0.67, "gauss wide sigma 10": 0.67,
          "gauss wide sigma 50": 0.75, "median 3 x 3": 0.56, "median 5 x 5": 0.32, "maximum 15 x 15": 0.80,
          "maximum 51 x 51": 0.73, "opening 31 x 31": 0.73, "shrink mean 1/2": 0.45, "upsample x8": 0.50,
          "upsample x8 and subtract": 0.58, "mask to components and moments": 0.88}


def lines_of(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def keep_least(table, key, ns):
    table[key] = min(ns, table.get(key, ns))


def measure(check, peer, rounds):
    own, other, isas = {}, {}, []
    for _ in range(rounds):
        for line in lines_of([peer]):
            name, _, ns = line.partition("\t")
            if ns:
                keep_least(other, name, float(ns))
        for line in lines_of([check, "--bench"]):
            m = re.match(r"(.{36}) (\S+) +([\d.]+) ns/px", line)
            if m and m[2] not in isas:
                isas.append(m[2])
            if m:
                keep_least(own, (m[1].strip(), m[2]), float(m[3]))
    return own, other, isas


def main():
    check, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    peer = os.path.join(TOP, "opencv_kernels")
    subprocess.run(["bash", os.path.join(HERE, "peers", "build.sh"), TOP], check=True, stdout=subprocess.DEVNULL)
    own, other, isas = measure(check, peer, rounds)
    print("| kernel | " + " | ".join(isas) + " | OpenCV | times faster | than a native build |")
    print("| --- |" + " ---: |" * (len(isas) + 3))
    for name, ns in other.items():
        mine = [own.get((name, isa)) for isa in isas]
        best = min(m for m in mine if m)
        cells = [f"{m:.2f}" if m else "" for m in mine]
        ratio, native = ns / best, ns * NATIVE.get(name, 1) / best
        print(f"| {name} | {' | '.join(cells)} | {ns:.2f} | {ratio:.1f} | {native:.1f} |")


if __name__ == "__main__":
    main()
