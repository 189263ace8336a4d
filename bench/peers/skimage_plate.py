#!/usr/bin/env python3
"""The same work with scikit-image and SciPy (Debian's python3-skimage), one field after the other.
skimage_plate.py OUT.csv NUCLEI.tif DEAD.tif [NUCLEI.tif DEAD.tif …]; see opencv_plate.cpp for the steps."""
import csv, sys, time

import numpy as np
import tifffile
from scipy import ndimage
from skimage import filters, measure, segmentation, transform


def subtract_background(raw):
    small = transform.downscale_local_mean(raw, (8, 8))
    wide = ndimage.gaussian_filter(small, 6.25)
    background = transform.resize(wide, raw.shape, order=1, preserve_range=True)
    return np.clip(raw - background, 0, 65535).astype(np.uint16)


def field(nuclei, dead, rows):
    flat = [subtract_background(tifffile.imread(path)) for path in (nuclei, dead)]
    smooth = ndimage.gaussian_filter(flat[0].astype(np.float32), 2)
    mask = ndimage.binary_fill_holes(smooth > filters.threshold_otsu(smooth))
    distance = ndimage.gaussian_filter(ndimage.distance_transform_edt(mask), 1)
    peaks = (distance == ndimage.maximum_filter(distance, 15)) & (distance > 2) & mask
    seeds = ndimage.label(peaks, np.ones((3, 3)))[0]
    labels = segmentation.watershed(-distance, seeds, mask=mask)
    table = measure.regionprops_table(labels, np.dstack(flat), properties=(
        "label", "area", "centroid", "perimeter", "axis_major_length", "axis_minor_length", "eccentricity", "solidity",
        "mean_intensity"))
    keep = table["area"] >= 30
    names = list(table)
    for values in zip(*(table[n][keep] for n in names)):
        rows.append([nuclei, *values, "dead" if values[-1] > 200 else "live"])
    return int(keep.sum())


def main():
    out, *paths = sys.argv[1:]
    begin, rows, objects = time.monotonic(), [], 0
    for nuclei, dead in zip(paths[::2], paths[1::2]):
        objects += field(nuclei, dead, rows)
    with open(out, "w", newline="") as file:
        csv.writer(file).writerows(rows)
    print(f"{len(paths) // 2} fields {time.monotonic() - begin:.4f} s {objects} objects")


main()
