#!/usr/bin/env python3
"""Scores stroma on the public image sets and compares with recorded.json: a score that falls below the recorded one by
more than its tolerance fails. The sets lie under $STROMA_DATA; where they are absent the test is skipped.
accuracy.py PROGRAM [--record]"""
import csv, json, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("STROMA_DATA", os.path.join(HERE, "..", "..", "..", "shared", "data"))

try:
    import numpy as np
    import tifffile
    from PIL import Image
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def match(true, pred, threshold):
    """One-to-one matches with intersection over union above the threshold (at 0.5 and more each is unique)."""
    both = (true > 0) & (pred > 0)
    pairs, overlap = np.unique(true[both].astype(np.int64) * (int(pred.max()) + 1) + pred[both], return_counts=True)
    t, p = np.divmod(pairs, int(pred.max()) + 1)
    true_area, pred_area = np.bincount(true.ravel()), np.bincount(pred.ravel())
    iou = overlap / (true_area[t] + pred_area[p] - overlap)
    keep = iou > threshold
    return t[keep], p[keep]


def score_labels(out, truth, name):
    n_true = n_pred = hits50 = hits75 = 0
    for file in sorted(os.listdir(truth)):
        if not file.endswith("_label.tif"):
            continue
        true = np.squeeze(tifffile.imread(os.path.join(truth, file))).astype(np.int64)
        path = os.path.join(out, "labels", file.replace("_label.tif", f"_{name}.tif"))
        pred = tifffile.imread(path).astype(np.int64) if os.path.exists(path) else np.zeros_like(true)
        n_true += len(np.unique(true[true > 0]))
        n_pred += len(np.unique(pred[pred > 0]))
        hits50 += len(match(true, pred, 0.5)[0])
        hits75 += len(match(true, pred, 0.75)[0])
    return {"AP50": hits50 / (n_true + n_pred - hits50), "AP75": hits75 / (n_true + n_pred - hits75),
            "recall50": hits50 / n_true, "recall75": hits75 / n_true}


def score_calls(out, truth, name):
    """Agreement of live/dead with the reference over matched nuclei, and the share left ambiguous."""
    dead = {}
    for row in csv.DictReader(open(os.path.join(truth, "per_nucleus_pi.csv"), newline="")):
        dead[(row["image"].rsplit(".", 1)[0], int(row["label"]))] = row["pi_positive_heuristic"] == "1"
    calls = {(row["FileName"].rsplit(".", 1)[0], int(row["ObjectNumber"])): row["Class"]
             for row in csv.DictReader(open(os.path.join(out, "objects.csv"), newline=""))}
    agree = called = ambiguous = 0
    for stem in sorted({s for s, _ in dead}):
        true = np.squeeze(tifffile.imread(os.path.join(truth, stem + "_label.tif"))).astype(np.int64)
        path = os.path.join(out, "labels", f"{stem}_{name}.tif")
        if not os.path.exists(path):
            continue
        for t, p in zip(*match(true, tifffile.imread(path).astype(np.int64), 0.5)):
            call = calls.get((stem, int(p)), "")
            ambiguous += call == "ambiguous"
            if call in ("live", "dead") and (stem, int(t)) in dead:
                called += 1
                agree += (call == "dead") == dead[(stem, int(t))]
    return {"call_agreement": agree / max(1, called), "called": called / max(1, called + ambiguous)}


def matched(true, pred):
    """Largest one-to-one matching of (x, y, rx, ry, class, ignored) with (x, y, class), nearest first."""
    pairs = sorted((abs(t[0] - p[0]) + abs(t[1] - p[1]) + 50 * t[5], i, j) for i, t in enumerate(true)
                   for j, p in enumerate(pred) if abs(t[0] - p[0]) <= t[2] and abs(t[1] - p[1]) <= t[3])
    used_t, used_p, hits = set(), set(), []
    for _, i, j in pairs:
        if i not in used_t and j not in used_p:
            used_t.add(i), used_p.add(j), hits.append((i, j))
    return hits


def score_cells(out, truth, name):
    """F1 of cells against boxes or points (10 px), agreement of live and dead, error of the viability in points."""
    boxes = os.path.exists(os.path.join(truth, "boxes.csv"))
    true, pred = {}, {}
    for row in csv.DictReader(open(os.path.join(truth, "counts.csv"), newline="")):
        true[row["image"]] = []
    for row in csv.DictReader(open(os.path.join(truth, "boxes.csv" if boxes else "points.csv"), newline="")):
        if boxes:
            x0, y0, x1, y1 = (float(row[k]) for k in ("xmin", "ymin", "xmax", "ymax"))
            item = ((x0 + x1) / 2, (y0 + y1) / 2, 0.75 * (x1 - x0), 0.75 * (y1 - y0), row["class"], False)
        else:
            ignored = row["class"] in ("debris", "unsure") or row["edge"] == "1"
            item = (float(row["x"]), float(row["y"]), 10, 10, row["class"], ignored)
        true.setdefault(row["image"], []).append(item)
    for row in csv.DictReader(open(os.path.join(out, "objects.csv"), newline="")):
        if row["Class"] != "debris":
            pred.setdefault(row["FileName"], []).append((float(row["Location_Center_X"]), float(row["Location_Center_Y"]),
                                                         row["Class"]))
    hits = n_true = n_pred = called = agree = 0
    live = [0, 0]
    for image, t in true.items():
        p = pred.get(image, [])
        found = matched(t, p)
        beside = sum(t[i][5] for i, _ in found)
        hits += len(found) - beside
        n_true += sum(not x[5] for x in t)
        n_pred += len(p) - beside
        both = [(t[i][4], p[j][2]) for i, j in found if t[i][4] in ("live", "dead") and p[j][2] in ("live", "dead")]
        called += len(both)
        agree += sum(a == b for a, b in both)
    calls = [c for p in pred.values() for _, _, c in p]
    wanted = [x[4] for t in true.values() for x in t]
    viability = lambda c: 100 * c.count("live") / max(1, c.count("live") + c.count("dead"))
    return {"F1": 2 * hits / max(1, n_true + n_pred), "call_agreement": agree / max(1, called),
            "viability": 1 - abs(viability(calls) - viability(wanted)) / 100}


def score_cover(out, truth, name):
    """Overlap of covered areas, and 1 - mean absolute error of the confluence (10 points too high or low = 0.9)."""
    both = either = 0
    errors = []
    for file in sorted(os.listdir(truth)):
        path = os.path.join(out, "labels", file.replace("_label.tif", "_foreground.png"))
        if not file.endswith("_label.tif") or not os.path.exists(path):
            continue
        true = np.squeeze(tifffile.imread(os.path.join(truth, file))) > 0
        pred = np.asarray(Image.open(path)) > 0
        both += np.count_nonzero(true & pred)
        either += np.count_nonzero(true | pred)
        errors.append(pred.mean() - true.mean())
    return {"IoU": both / either, "confluence": 1 - float(np.mean(np.abs(errors)))}


def homes_of_nuclei(path, pred):
    true = np.squeeze(tifffile.imread(path))
    return [int(np.bincount(pred[true == t]).argmax()) for t in np.unique(true[true > 0])]


def homes_of_points(path, pred):
    points = [(float(row["x"]), float(row["y"])) for row in csv.DictReader(open(path, newline=""))]
    return [int(pred[min(round(y), pred.shape[0] - 1), min(round(x), pred.shape[1] - 1)]) for x, y in points]


def score_middles(out, truth, name):
    """Of cells known by their nuclei or middles only: those that lie in a cell, those that have one to themselves, and
    1 - mean error of the counts."""
    homes_of = {"_label.tif": homes_of_nuclei, "_points.csv": homes_of_points}
    inside = alone = n = 0
    errors = []
    for file in sorted(os.listdir(truth)):
        ending = next((e for e in homes_of if file.endswith(e)), "")
        path = os.path.join(out, "labels", f"{file.removesuffix(ending)}_{name}.tif")
        if not ending or not os.path.exists(path):
            continue
        pred = tifffile.imread(path)
        homes = homes_of[ending](os.path.join(truth, file), pred)
        n += len(homes)
        inside += sum(h > 0 for h in homes)
        alone += sum(h > 0 and homes.count(h) == 1 for h in homes)
        errors.append(abs(len(np.unique(pred[pred > 0])) / len(homes) - 1))
    return {"in_a_cell": inside / n, "alone_in_a_cell": alone / n, "count": 1 - float(np.mean(errors))}


# set: (run options, object name, scores that are recorded)
SETS = {
    "dsb2018_fluo_nuclei": (["--assay", "fluorescence"], "nuclei", [score_labels], ["AP50", "AP75"]),
    "dsb2018_brightfield_gray": (["--assay", "fluorescence"], "nuclei", [score_labels], ["AP50"]),
    "stardist_sample_nuclei": (["--assay", "fluorescence"], "nuclei", [score_labels], ["AP50", "AP75"]),
    "celldetective_mcf7_hoechst_pi_bf": (["--assay", "fluorescence"], "nuclei", [score_labels, score_calls],
                                         ["recall50", "call_agreement", "called"]),
    "usiigaci_phase": (["--assay", "adherent"], "cells", [score_labels, score_cover], ["AP50", "AP75", "IoU", "confluence"]),
    "wsispdr_c2c12_dots": (["--assay", "adherent"], "cells", [score_middles], ["in_a_cell", "alone_in_a_cell", "count"]),
    "kudi_chamber_livedead": (["--assay", "suspension"], "cells", [score_cells], ["F1", "call_agreement", "viability"]),
    "grishagin_trypan_hemocytometer": (["--assay", "suspension"], "cells", [score_cells], ["F1"]),
}


# Sets made by the synthetic microscope: the options of `stroma synth`.
MADE = {
    "synthetic_phase": ["phase", "-s", "cols=8", "-s", "sites=2", "-s", "density_from=10", "-s", "density_to=94", "-s", "seed=4"],
}
SETS["synthetic_phase"] = SETS["usiigaci_phase"]

# The same images in another way.
AGAIN = {"dsb2018_fluo_nuclei, threshold": "dsb2018_fluo_nuclei", "usiigaci_phase, classical": "usiigaci_phase",
         "celldetective_mcf7_hoechst_pi_bf, adherent": "celldetective_mcf7_hoechst_pi_bf"}
SETS["dsb2018_fluo_nuclei, threshold"] = (["--assay", "fluorescence", "--set", "segment.method=threshold"],
                                          *SETS["dsb2018_fluo_nuclei"][1:])
SETS["usiigaci_phase, classical"] = (["--assay", "adherent", "--set", "segment.method=classical"], *SETS["usiigaci_phase"][1:])
SETS["celldetective_mcf7_hoechst_pi_bf, adherent"] = (["--assay", "adherent"], "cells", [score_middles],
                                                      ["in_a_cell", "alone_in_a_cell"])


def folder_of(program, name, top):
    if name not in MADE:
        return os.path.join(DATA, AGAIN.get(name, name))
    made = os.path.join(top, name + "_made")
    subprocess.run([program, "synth", "-o", made, *MADE[name]], check=True, capture_output=True)
    return made


def score_set(program, name, top):
    options, objects, scorers, kept = SETS[name]
    out, folder = os.path.join(top, name), folder_of(program, name, top)
    done = subprocess.run([program, "run", os.path.join(folder, "images"), "-o", out, "-q", "--no-overlays",
                           "--no-html", "--no-pdf", *options], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"{name}: exit code {done.returncode}: {done.stderr}")
    scores = {}
    for scorer in scorers:
        scores.update(scorer(out, os.path.join(folder, "truth"), objects))
    return {k: round(float(scores[k]), 4) for k in kept}


def main():
    program = os.path.abspath(sys.argv[1])
    if not os.path.isdir(DATA):
        print(f"skipped: the image sets are not at {DATA} (set STROMA_DATA)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as top:
        scores = {name: score_set(program, name, top) for name in SETS if name in MADE or os.path.isdir(os.path.join(DATA, AGAIN.get(name, name)))}
    path = os.path.join(HERE, "recorded.json")
    if "--record" in sys.argv:
        record = {n: {k: {"score": v, "tolerance": 0.01} for k, v in s.items()} for n, s in scores.items()}
        open(path, "w", encoding="utf-8").write(json.dumps(record, indent=2) + "\n")
    recorded, bad = json.load(open(path, encoding="utf-8")), 0
    for name, values in scores.items():
        for key, value in values.items():
            want = recorded.get(name, {}).get(key, {"score": 0, "tolerance": 0})
            fell = value < want["score"] - want["tolerance"]
            bad += fell
            print(f"{name} {key} = {value:.4f} (recorded {want['score']:.4f} - {want['tolerance']}){'  FELL' if fell else ''}")
    sys.exit(bad > 0)


main()
