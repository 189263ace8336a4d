#!/usr/bin/env python3
"""Cells in brightfield against outlines drawn by eye (brightfield_outlines.json: cells with clear edges, and bare ground, in
four fields of another laboratory that no network learned from). Prints how many of the cells are matched at overlaps of 0.5
and 0.75, how many objects lie on them, and how much of the ground passes for cells; fails where fewer cells are matched
or more ground is taken than what is written below.
brightfield.py PROGRAM [stage.name=value ...]"""
import json, os, subprocess, sys, tempfile

import numpy as np
import tifffile
from PIL import Image, ImageDraw

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(os.environ.get("STROMA_DATA", os.path.join(HERE, "../../../shared/data")), "celldetective_mcf7_hoechst_pi_bf", "images")
MATCHED, GROUND = 0.8, 0.25


def drawn(shape, outline):
    mask = Image.new("1", shape[::-1])
    ImageDraw.Draw(mask).polygon([tuple(p) for p in outline], fill=1)
    return np.array(mask)


def extract(folder, stem):
    planes = tifffile.imread(os.path.join(DATA, stem + ".tif"))
    channels = json.load(open(os.path.join(DATA, stem + ".json"), encoding="utf-8"))["channels"]
    tifffile.imwrite(os.path.join(folder, stem + ".tif"), planes[channels.index("brightfield_channel")])


def overlaps(labels, masks):
    """Of each mask with the object that fits it best; how many objects lie mostly on masks."""
    best = []
    for mask in masks:
        names = [n for n in np.unique(labels[mask]) if n]
        best.append(max(((labels == n) & mask).sum() / ((labels == n) | mask).sum() for n in names) if names else 0)
    names, on = np.unique(labels[np.any(masks, axis=0)], return_counts=True)
    return best, sum(n > 0 and k > 0.5 * (labels == n).sum() for n, k in zip(names, on))


def main():
    if not os.path.isdir(DATA):
        print("skipped: no", DATA)
        sys.exit(77)
    fields = json.load(open(os.path.join(HERE, "brightfield_outlines.json"), encoding="utf-8"))["fields"]
    settings = [x for pair in sys.argv[2:] for x in ("--set", pair)]
    best, objects, ground, taken = [], 0, 0, 0
    with tempfile.TemporaryDirectory() as top:
        images, out = os.path.join(top, "images"), os.path.join(top, "out")
        os.mkdir(images)
        for stem in fields:
            extract(images, stem)
        subprocess.run([os.path.abspath(sys.argv[1]), "run", images, "-q", "-o", out, "--assay", "adherent", "--no-overlays", "--no-html", "--no-pdf", *settings], capture_output=True)
        for stem, field in fields.items():
            labels = tifffile.imread(os.path.join(out, "labels", stem + "_cells.tif"))
            there, n = overlaps(labels, [drawn(labels.shape, o) for o in field["cells"]])
            bare = np.any([drawn(labels.shape, o) for o in field["ground"]], axis=0)
            print(f"{stem}: {len(there)} cells, overlaps {' '.join(f'{v:.2f}' for v in there)}; {n} objects on them; "
                  f"{100 * (labels[bare] > 0).mean():.0f} % of the ground taken for cells")
            best, objects = best + there, objects + n
            ground, taken = ground + bare.sum(), taken + (labels[bare] > 0).sum()
    best = np.array(best)
    hits = int((best >= 0.5).sum())
    print(f"{hits} of {len(best)} cells matched at 0.5, {(best >= 0.75).sum()} at 0.75, mean overlap {best.mean():.2f}; {objects} objects on them, "
          f"precision {hits / (len(best) + objects - hits):.2f}; {100 * taken / ground:.0f} % of the ground taken for cells")
    sys.exit(1 if hits < MATCHED * len(best) or taken > GROUND * ground else 0)


main()
