#!/usr/bin/env python3
"""Defocus must not turn live cells into dead ones. The synthetic microscope takes one sample at growing blur, without and
with colour; viability has to stay within 1 point of the truth up to a blur of 2.2 px (an eighth of a cell's diameter);
beyond, cells are ambiguous or fields are flagged, and never does a field that bears no flag miss more than a tenth.
defocus.py PROGRAM"""
import csv, os, subprocess, sys, tempfile

PIXEL_UM, CELLS, DEAD, SITES = 0.9, 150, 30, 6
BLURS_UM = (0.55, 1, 1.5, 2, 2.7, 3.6, 5)
MODERATE_UM = 2


def rows(path):
    return list(csv.DictReader(open(path, newline="", encoding="utf-8")))


def take(program, top, blur, grey):
    folder, out = os.path.join(top, "made"), os.path.join(top, "out")
    settings = {"seed": 31, "rows": 1, "cols": 1, "sites": SITES, "cells": CELLS, "dead_percent": DEAD, "debris_percent": 20,
                "psf_um": blur, "grey": "yes" if grey else "no"}
    pairs = [x for k, v in settings.items() for x in ("-s", f"{k}={v}")]
    subprocess.run([program, "synth", "suspension", "-o", folder, *pairs], check=True, capture_output=True)
    subprocess.run([program, "run", os.path.join(folder, "images"), "-q", "-o", out, "--assay", "suspension", "--no-overlays",
                    "--no-labels", "--no-html", "--no-pdf", "--pixel-size", str(PIXEL_UM)], capture_output=True)
    truth = [r["class"] for r in rows(os.path.join(folder, "truth", "objects.csv")) if r["class"] in ("live", "dead")]
    fields, well = rows(os.path.join(out, "images.csv")), rows(os.path.join(out, "wells.csv"))[0]
    return truth, fields, well


def main():
    program, bad = os.path.abspath(sys.argv[1]), 0
    for grey in (True, False):
        for blur in BLURS_UM:
            with tempfile.TemporaryDirectory() as top:
                truth, fields, well = take(program, top, blur, grey)
            n = {k: sum(int(f[f"Count_{k}"]) for f in fields) for k in ("Live", "Dead", "Ambiguous", "Cells")}
            true = 100 * truth.count("live") / len(truth)
            viability = 100 * n["Live"] / max(1, n["Live"] + n["Dead"])
            unclear = n["Ambiguous"] / max(1, n["Cells"])
            flagged = sum(f["Status"] != "ok" for f in fields)
            missed = 1 - n["Cells"] / len(truth)
            wrong = []
            if blur <= MODERATE_UM and abs(viability - true) > 1:
                wrong.append("viability off by more than 1 point")
            if abs(viability - true) > 3 and unclear < 0.5 and flagged < SITES:
                wrong.append("viability off, and nothing says so")
            if missed > 0.1 and flagged < SITES:
                wrong.append("cells missed, and nothing says so")
            bad += bool(wrong)
            print(f"{'grey' if grey else 'colour'} blur {blur / PIXEL_UM:.1f} px: {n['Cells']} of {len(truth)} cells, viability "
                  f"{viability:.1f} % (true {true:.1f}), {100 * unclear:.0f} % ambiguous, {flagged} of {SITES} fields flagged, "
                  f"sample {well['Status']}  {'; '.join(wrong)}")
    sys.exit(bad > 0)


main()
