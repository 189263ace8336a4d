#!/usr/bin/env python3
"""How far counts and viability are off on fields of the synthetic microscope: what the component Counting and
Classification of `stroma verify` stand for (docs/verify.md). bias.py PROGRAM"""
import csv, os, statistics, subprocess, sys, tempfile

PLATE = ["rows=3", "cols=3", "sites=1", "width=1024", "height=1024", "density_from=60", "density_to=350", "dead_from=5",
         "dead_to=45"]
KINDS = [[], ["clumped_percent=40"], ["dim_percent=15", "defocus_um=0.8"]]


def rows(path):
    return list(csv.DictReader(open(path, newline="", encoding="utf-8")))


def main():
    program = os.path.abspath(sys.argv[1])
    counts, viability = [], []
    for seed, kind in enumerate(KINDS, 11):
        with tempfile.TemporaryDirectory() as top:
            plate, out = os.path.join(top, "plate"), os.path.join(top, "out")
            settings = [x for s in PLATE + [f"seed={seed}"] + kind for x in ("-s", s)]
            subprocess.run([program, "synth", "fluorescence", "-o", plate, *settings], check=True, capture_output=True)
            subprocess.run([program, "run", os.path.join(plate, "images"), "-o", out, "-q", "--no-overlays", "--no-labels",
                            "--no-html"], check=True, capture_output=True)
            truth = {t["well"]: t for t in rows(os.path.join(plate, "truth", "sites.csv"))}
            for field in rows(os.path.join(out, "images.csv")):
                true = truth[field["Metadata_Well"]]
                counts.append(100 * (float(field["Count_Nuclei"]) / float(true["nuclei_counted"]) - 1))
                viability.append(float(field["Viability"]) - float(true["viability_counted_percent"]))
    for what, unit, values in (("counts", "%", counts), ("viability", "points", viability)):
        print(f"{what}: bias {statistics.mean(values):+.1f}, standard deviation {statistics.stdev(values):.1f} {unit}, "
              f"{len(values)} fields")


main()
