#!/usr/bin/env python3
"""Cost per field and memory for plates of 12, 96, 384 and 1536 wells made of links to one plate's files.
scaling.py PROGRAM"""
import json, os, re, subprocess, sys, tempfile, time

from plates import make_plate

program = os.path.abspath(sys.argv[1])
images, files = make_plate(program, "raw", 8, "--set", "pack=none")


def link(folder, wells):
    os.makedirs(folder)
    stems = sorted({re.match(r"(.*_[A-Z]\d\d_s\d+)_w", os.path.basename(f))[1] for f in files})
    for i in range(wells):
        for c in (1, 2):
            source = f"{stems[i % len(stems)]}_w{c}.tif"
            row = i // 48
            well = f"{chr(65 + row) if row < 26 else 'A' + chr(39 + row)}{i % 48 + 1:02d}"
            os.symlink(os.path.join(images, source), os.path.join(folder, f"plate_{well}_s1_w{c}.tif"))


for wells in (12, 96, 384, 1536):
    with tempfile.TemporaryDirectory() as top:
        link(os.path.join(top, "images"), wells)
        begin = time.monotonic()
        subprocess.run([program, "run", os.path.join(top, "images"), "-o", os.path.join(top, "out"), "-q", "--no-overlays",
                        "--no-labels", "--no-html", "--channels", "nuclei,dead", "-t", "2"], check=True)
        seconds = time.monotonic() - begin
        text = json.dumps(json.load(open(os.path.join(top, "out", "run.json"), encoding="utf-8")))
        peak = int(re.search(r'"peak_memory_bytes": (\d+)', text)[1])
        print(f"{wells:5} wells: {1000 * seconds / wells:7.1f} ms/field, peak {peak / 2**20:.0f} MiB", flush=True)
