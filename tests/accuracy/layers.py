#!/usr/bin/env python3
"""Confluence and counts of adherent layers from single cells to nearly closed ones, which the synthetic microscope draws
with their truth. Confluence has to be within 2 points in every field. Counts (in the counting frame, as stroma reports
them) have to be within 5 % up to 60 % covered, 10 % up to 80 %; above that they are held to what the networks reach.
layers.py PROGRAM [SEED...]: other fields than those that are tested"""
import csv, os, subprocess, sys, tempfile

SEEDS, FIELDS, SIDE = (1, 2, 3), 12, 1024
CONFLUENCE_POINTS = 2
COUNTS = ((0, 60, 0.05), (60, 80, 0.1), (80, 100, 0.17))  # covered from, to, mean error of the counts at most


def rows(path):
    return list(csv.DictReader(open(path, newline="", encoding="utf-8")))


def take(program, top, seed):
    folder, out = os.path.join(top, "made"), os.path.join(top, "out")
    settings = {"seed": seed, "rows": 1, "cols": FIELDS, "width": SIDE, "height": SIDE, "density_from": 5, "density_to": 95}
    pairs = [x for k, v in settings.items() for x in ("-s", f"{k}={v}")]
    subprocess.run([program, "synth", "phase", "-o", folder, *pairs], check=True, capture_output=True)
    subprocess.run([program, "run", os.path.join(folder, "images"), "-q", "-o", out, "--assay", "adherent", "--no-overlays",
                    "--no-labels", "--no-html", "--no-pdf"], capture_output=True)
    true = {r["image"]: r for r in rows(os.path.join(folder, "truth", "sites.csv"))}
    for field in rows(os.path.join(out, "images.csv")):
        yield true.pop(field["FileName_phase"]), field
    if true:
        sys.exit("fields are missing: " + ", ".join(sorted(true)))


def main():
    program, errors, bad = os.path.abspath(sys.argv[1]), [], 0
    for seed in map(int, sys.argv[2:]) if sys.argv[2:] else SEEDS:
        with tempfile.TemporaryDirectory() as top:
            for true, field in take(program, top, seed):
                covered, found = float(true["foreground_percent"]), float(field["Confluence"])
                count = int(field["Count_Cells"]) / int(true["nuclei_counted"]) - 1
                errors.append((covered, count))
                wrong = abs(found - covered) > CONFLUENCE_POINTS
                bad += wrong
                print(f"seed {seed}: {covered:.1f} % covered, found {found:.1f}; {true['nuclei_counted']} cells, "
                      f"{field['Count_Cells']} found ({100 * count:+.1f} %)  {'confluence is off' if wrong else ''}")
    for least, most, limit in COUNTS:
        part = [abs(c) for covered, c in errors if least < covered <= most]
        mean = sum(part) / len(part)
        bad += mean > limit
        print(f"{least} to {most} % covered: counts of {len(part)} fields within {100 * mean:.1f} % on average (limit {100 * limit:.0f})")
    sys.exit(bad > 0)


main()
