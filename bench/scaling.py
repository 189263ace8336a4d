#!/usr/bin/env python3
"""Cost per field and memory for plates of 12, 96, 384 and 1536 wells made of links to one plate's files.
scaling.py PROGRAM [METHOD]   (METHOD: classical or net)"""
import json, os, re, subprocess, sys, tempfile, time

from plates import TOP, make_plate, processor_seconds

program = os.path.abspath(sys.argv[1])
method = sys.argv[2] if len(sys.argv) > 2 else "classical"
images, files = make_plate(program, "raw", 8, "--set", "pack=none")


def link(folder, wells):
    os.makedirs(folder)
    stems = sorted({re.match(r"(.*_[A-Z]\d\d_s\d+)_w", os.path.basename(f))[1] for f in files})
    for i in range(wells):
        for c in (1, 2):
            source = f"{stems[i % len(stems)]}_w{c}.tif"
            row = i // 48
            well = f"{chr(65 + row) if row < 26 else 'A' + chr(39 + row)}{i % 48 + 1:02d}"
            os.link(os.path.join(images, source), os.path.join(folder, f"plate_{well}_s1_w{c}.tif"))


for wells in (12, 96, 384, 1536):
    with tempfile.TemporaryDirectory(dir=TOP) as top:
        link(os.path.join(top, "images"), wells)
        begin, used = time.monotonic(), processor_seconds()
        subprocess.run([program, "run", os.path.join(top, "images"), "-o", os.path.join(top, "out"), "-q", "--no-overlays",
                        "--no-labels", "--channels", "nuclei,dead", "-t", "2", "--set", f"segment.method={method}"],
                       check=True)
        seconds, used = time.monotonic() - begin, processor_seconds() - used
        text = json.dumps(json.load(open(os.path.join(top, "out", "run.json"), encoding="utf-8")))
        peak = int(re.search(r'"peak_memory_bytes": (\d+)', text)[1])
        print(f"{wells:5} wells: {1000 * seconds / wells:7.1f} ms/field, {1000 * used / wells:7.1f} ms of processor time, "
              f"peak {peak / 2**20:.0f} MiB", flush=True)
