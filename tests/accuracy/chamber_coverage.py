#!/usr/bin/env python3
"""How often the 95 % interval of a counted concentration holds the true one. Samples whose concentrations are known are
diluted, loaded into chambers and photographed by the synthetic microscope, and counted by the assay `suspension`.
Everything the budget names varies as it says (truncated at three standard deviations): the depth of the chamber, the
dilution, pipetting and loading; then chance decides how many cells lie in the field. Pictures are drawn for groups of
samples with one number of cells and one set of optics. Takes minutes.
chamber_coverage.py PROGRAM [SAMPLES [THREADS]]"""
import csv, os, random, subprocess, sys, tempfile

DILUTION, PIXEL_UM, WIDTH, HEIGHT, DEPTH_UM = 2, 0.9, 1280, 960, 100
ERROR_PERCENT = {"depth": 2, "dilution": 1.5, "pipetting": 2}  # the defaults of stage concentration
CELLS = (15, 30, 60, 100, 150, 250)
GRIDS = ("none", "corner", "centre")


def rows(path):
    return list(csv.DictReader(open(path, newline="", encoding="utf-8")))


def synth(program, folder, group, wells):
    """Two rows of wells, a field each."""
    settings = {"seed": 7000 + group, "rows": 2, "cols": -(-wells // 2), "sites": 1, "cells": CELLS[group % len(CELLS)],
                "dead_percent": 20, "debris_percent": 30, "clumped_percent": 15,
                "grid": GRIDS[group // len(CELLS) % len(GRIDS)]}
    pairs = [x for k, v in settings.items() for x in ("-s", f"{k}={v}")]
    subprocess.run([program, "synth", "suspension", "-o", folder, *pairs], check=True, capture_output=True)
    return settings["cells"]


def run(program, folder, out, threads):
    done = subprocess.run([program, "run", os.path.join(folder, "images"), "-q", "-o", out, "--assay", "suspension",
                           "--threads", threads, "--no-overlays", "--no-labels",
                           "--no-html", "--no-pdf", "--set", f"concentration.dilution={DILUTION}"],
                          capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(done.stderr)
    return rows(os.path.join(out, "wells.csv"))


def error(chance, what):
    """A factor near 1."""
    while True:
        e = chance.gauss(0, 1)
        if abs(e) <= 3:
            return 1 + e * ERROR_PERCENT[what] / 100


def true_per_ml(cells, chance):
    """The concentration of a sample of which `cells` lie in a field on average, after all its errors."""
    volume_ml = WIDTH * HEIGHT * PIXEL_UM**2 * DEPTH_UM / 1e12
    errors = error(chance, "depth") * error(chance, "dilution") * error(chance, "pipetting")
    return cells / volume_ml * DILUTION / errors


def main():
    program, samples = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 504
    threads = sys.argv[3] if len(sys.argv) > 3 else "1"
    groups = len(CELLS) * len(GRIDS)
    wells = -(-samples // groups)
    chance, inside, ratio, below, n = random.Random(4), {}, [], 0, 0
    for group in range(groups):
        with tempfile.TemporaryDirectory() as top:
            cells = synth(program, os.path.join(top, "plate"), group, wells)
            for well in run(program, os.path.join(top, "plate"), os.path.join(top, "out"), threads):
                true = true_per_ml(cells, chance)
                low, high = (float(well[f"Cells_per_mL_{side}"]) for side in ("Low", "High"))
                inside.setdefault(cells, []).append(low <= true <= high)
                below += true < low
                ratio.append(float(well["Cells_per_mL"]) / true)
                n += 1
    for cells, hits in inside.items():
        print(f"{cells:4d} cells a field: {sum(hits)} of {len(hits)} intervals hold the true concentration")
    hits = sum(map(sum, inside.values()))
    print(f"coverage {100 * hits / n:.1f} % of {n} samples ({below} too high, {n - hits - below} too low), "
          f"mean ratio to the truth {sum(ratio) / n:.3f}")


main()
