#!/usr/bin/env python3
"""The memory of a run over 384 wells is that of one over 12 within a tenth, with fields of a size that cameras have.
memory.py PROGRAM"""
import json
import os
import subprocess
import sys
import tempfile

WELLS, SIDE, MOST = (12, 384), 1024, 1.1


def plate(folder, fields, wells):
    """As many wells as asked for; their files are links to those of a few fields."""
    os.makedirs(folder)
    for i in range(wells):
        well = f"{chr(65 + i // 24)}{i % 24 + 1:02d}"
        for channel, path in enumerate(fields[i % len(fields)], 1):
            os.link(path, os.path.join(folder, f"plate_{well}_s1_w{channel}.tif"))


def peak(program, folder, out):
    done = subprocess.run([program, "run", folder, "-o", out, "--threads", "2", "-q", "--channels", "nuclei,dead", "--set",
                           "segment.method=classical", "--no-overlays", "--no-labels", "--no-hashes"],
                          capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"exit code {done.returncode}: {done.stderr}")
    with open(os.path.join(out, "run.json"), encoding="utf-8") as f:
        return find(json.load(f))


def find(node):
    if not isinstance(node, dict):
        return None
    return node.get("peak_memory_bytes") or next(filter(None, map(find, node.values())), None)


def main():
    program, = sys.argv[1:]
    with tempfile.TemporaryDirectory() as top:
        subprocess.run([program, "synth", "fluorescence", "-o", top + "/few", "-s", "cols=2", "-s", f"width={SIDE}", "-s",
                        f"height={SIDE}", "-s", "density_from=60", "-s", "density_to=120", "-s", "pack=none"], check=True,
                       stdout=subprocess.DEVNULL)
        fields = [[f"{top}/few/images/plate_A0{c}_s1_w{w}.tif" for w in (1, 2)] for c in (1, 2)]
        sizes = []
        for wells in WELLS:
            plate(f"{top}/{wells}", fields, wells)
            sizes.append(peak(program, f"{top}/{wells}", f"{top}/out{wells}"))
    for wells, size in zip(WELLS, sizes):
        print(f"{wells} wells: {size / 2**20:.1f} MiB")
    sys.exit(sizes[1] > MOST * sizes[0])


main()
