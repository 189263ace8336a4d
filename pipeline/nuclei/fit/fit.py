#!/usr/bin/env python3
"""Fits the odds by which nuclei are found to annotated fields, and writes them into the sources:

    fit.py DATA BUILD [--rounds N] [--leave-out KIND]

DATA is the folder of public sets (dsb2018_fluo_nuclei, stardist_sample_nuclei), BUILD a build of this project; synthetic
fields of nine kinds are made by its `stroma synth`. What is fitted: choose.c (branches of the tree of levels) and
accept.c (nucleus or not) by logistic regression, pair_trees.c (two candidates that touch) by boosted trees. What the
finder measures depends on what it decided before, hence rounds. --leave-out fits without the fields of one kind, to
see what the odds are worth on images that had no part in them; --check prints that for every kind without writing.
"""
import argparse
import glob
import os
import re
import subprocess
import tempfile
import zlib

import numpy as np
import tifffile
from PIL import Image
from sklearn.ensemble import GradientBoostingClassifier

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
NUCLEI = os.path.join(ROOT, "pipeline", "nuclei")
TREES, DEPTH = 120, 3
# Rather two parts too many than one too few: pairs are looked at again.
SPLIT_BIAS = 0.9
# Pixel size, blur, noise (electrons a count), size and its variation, brightness variation, cells.
SYNTHETIC = {
    "a": "pixel_um=0.65", "b": "pixel_um=1.3 defocus_um=0.8", "c": "pixel_um=0.325 roughness=0.08 cells=60",
    "d": "pixel_um=0.65 electrons=0.2 signal=300", "e": "pixel_um=0.5 clumped_percent=60 size_cv=0.25",
    "f": "pixel_um=0.65 haze_percent=25 defocus_um=1.5", "g": "pixel_um=1 elongation=1.8 brightness_cv=0.5",
    "h": "pixel_um=0.65 dim_percent=25 dead_percent=40", "i": "pixel_um=0.8 nucleus_um=10 cells=900 patchiness=0.8"}
WEIGHT = {"synthetic": 0.5}


def write_field(folder, kind, stem, light, labels):
    """`kind` is where an image comes from, as far as that can be told."""
    with open(os.path.join(folder, "%s:%s" % (kind, stem)), "wb") as out:
        np.array([light.shape[1], light.shape[0]], "<i4").tofile(out)
        light.astype("<u2").tofile(out)
        labels.astype("<u2").tofile(out)


def public_fields(data, folder):
    for name in ("dsb2018_fluo_nuclei", "stardist_sample_nuclei"):
        for path in sorted(glob.glob(os.path.join(data, name, "images", "*"))):
            stem = os.path.splitext(os.path.basename(path))[0]
            truth = os.path.join(data, name, "truth", stem + "_label.tif")
            if os.path.exists(truth):
                light = tifffile.imread(path) if path.endswith(".tif") else np.asarray(Image.open(path))
                light = light if light.ndim == 2 else light[..., 0]
                write_field(folder, "%s-%dx%d" % (name[:4], *light.shape[::-1]), stem, light, tifffile.imread(truth))


def synthetic_fields(build, folder):
    for kind, settings in SYNTHETIC.items():
        plate = os.path.join(folder, "plate")
        pairs = [w for s in ["rows=1 cols=3 width=1024 height=1024 plate=" + kind] + [settings] for w in s.split()]
        subprocess.run([os.path.join(build, "cli", "stroma"), "synth", "fluorescence", "-o", plate] +
                       [w for p in pairs for w in ("-s", p)], check=True, stdout=subprocess.DEVNULL)
        for path in sorted(glob.glob(os.path.join(plate, "images", kind + "_*_w1.tif"))):
            stem = os.path.basename(path)[:-4]
            labels = tifffile.imread(os.path.join(plate, "truth", stem + "_label.tif"))
            write_field(folder, "synthetic-" + kind, stem, tifffile.imread(path), labels)


def observe(build, folder):
    """Rows of text by kind of measurement."""
    program = os.path.join(folder, "observe")
    sources = [p for p in glob.glob(NUCLEI + "/*.c") if not p.endswith("by_net.c")]
    subprocess.run(["gcc", "-std=c17", "-D_POSIX_C_SOURCE=200809L", "-O2", "-ffp-contract=off", "-DSTM_NUCLEI_FIT",
                    "-I", ROOT, "-o", program, os.path.join(NUCLEI, "fit", "observe.c")] + sorted(sources) +
                   [ROOT + "/pipeline/core/arena.c", ROOT + "/pipeline/core/error.c",
                    os.path.join(build, "kernels", "libstroma_kernels.a"), "-lm"], check=True)
    fields = sorted(p for p in glob.glob(folder + "/*:*"))
    text = subprocess.run([program] + fields, check=True, stdout=subprocess.PIPE, text=True).stdout
    rows = {"branch": [], "pair": [], "blob": []}
    for line in text.splitlines():
        what, *rest = line.split()
        rows[what].append(rest)
    return rows


class Examples:
    """Measurements x, answers y, weights w, kinds of image; a field weighs as the root of its rows."""

    def __init__(self, rows, two):
        names, x = [r[0] for r in rows], np.array([r[1:] for r in rows], float)
        field, at, count = np.unique(names, return_inverse=True, return_counts=True)
        self.w = (1 / np.sqrt(count) * [WEIGHT.get(f.split("-")[0], 1) for f in field])[at]
        # Most 256 x 256 fields are of one laboratory or another: halves of them count as two kinds.
        kinds = [f.split(":")[0] + ("-%d" % (zlib.crc32(f.encode()) % 2) if "256x256" in f else "") for f in field]
        self.kind = np.array(kinds)[at]
        if two:
            label, part, other, its_part = x[:, :4].T
            keep = (label > 0) & (other > 0) & (part > 55) & (its_part > 55)
            self.y, self.x = label != other, x[:, 4:]
        else:
            keep = (x[:, 1] > 0.04) & (x[:, 6] > 4)
            self.y, self.x = x[:, 0] > 0.4, x[:, 1:]
        for name in ("x", "y", "w", "kind"):
            setattr(self, name, getattr(self, name)[keep])
        self.w /= self.w.mean()


def over(v):
    return np.maximum(v, 0)


def branch_terms(x):
    """In the order of the coefficients in choose.c."""
    depth, main, other, whole, round_, convex, _, _, _, lowest, _ = x.T
    depth, main, other, whole = np.log(depth), np.log(main), np.log(other), np.log(whole)
    return np.column_stack([depth, main, other, whole, over(whole - 0.1823), depth * whole, over(round_ - 0.9),
                            over(round_ - 0.95), over(0.9 - round_), over(convex - 0.93), over(0.93 - convex), lowest])


def blob_terms(x):
    """In the order of the coefficients in accept.c."""
    area, contrast, _, convex, edge, noise, touch, clear = x.T
    area, contrast = np.log(area), np.log(np.maximum(contrast, 0.01))
    return np.column_stack([area, over(np.log(0.4) - area), over(area - np.log(3)), contrast,
                            over(np.log(0.4) - contrast), convex, np.log(np.maximum(edge, 0.01)), touch,
                            np.log(np.maximum(clear, 0.01)), np.log(np.maximum(noise, 1))])


def logistic(terms, y, w, ridge=0.1):
    """Constant and coefficients by iterated least squares."""
    mean, sd = terms.mean(0), terms.std(0) + 1e-9
    a = np.column_stack([np.ones(len(terms)), (terms - mean) / sd])
    b, penalty = np.zeros(a.shape[1]), np.diag([0] + [ridge] * terms.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-a @ b))
        b += np.linalg.solve((a * (w * p * (1 - p))[:, None]).T @ a + penalty, a.T @ (w * (y - p)) - penalty @ b)
    return np.r_[b[0] - (b[1:] / sd * mean).sum(), b[1:] / sd]


def boosted(e, use):
    model = GradientBoostingClassifier(n_estimators=TREES, max_depth=DEPTH, learning_rate=0.08, subsample=0.5,
                                       max_features=0.5, min_samples_leaf=30, random_state=0)
    return model.fit(e.x[use].astype(np.float32), e.y[use], e.w[use])


def scores(e, use, odds):
    right = np.average((odds > 0) == e.y[use], weights=e.w[use])
    order = odds.argsort(kind="stable")
    rank = np.empty(len(odds))
    rank[order] = np.arange(1, len(odds) + 1)
    yes = e.y[use].sum()
    area = (rank[e.y[use]].sum() - yes * (yes + 1) / 2) / max(1, yes * (len(odds) - yes))
    return "%5d examples, %.1f %% right, area under curve %.3f" % (len(odds), 100 * right, area)


def linear(terms):
    def fit(e, use):
        b = logistic(terms(e.x[use]), e.y[use], e.w[use])
        return b, lambda x: b[0] + terms(x) @ b[1:]
    return fit


def trees(e, use):
    model = boosted(e, use)
    return model, lambda x: model.decision_function(x.astype(np.float32))


FITS = {"branch": linear(branch_terms), "pair": trees, "blob": linear(blob_terms)}


def check(examples):
    """Each kind of image judged by what the others say."""
    for what, e in examples.items():
        odds = np.zeros(len(e.y))
        for kind in np.unique(e.kind):
            use = e.kind == kind
            odds[use] = FITS[what](e, ~use)[1](e.x[use])
            print("%-6s %-16s %s" % (what, kind, scores(e, use, odds[use])))
        for name in ("dsb2", "synthetic"):
            use = np.char.startswith(e.kind, name)
            print("%-6s %-16s %s" % (what, "all " + name, scores(e, use, odds[use])))


def patch(name, pattern, text):
    path = os.path.join(NUCLEI, name)
    with open(path) as f:
        old = f.read()
    new = re.sub(pattern, lambda m: text, old, count=1, flags=re.S)
    with open(path, "w") as f:
        f.write(new)


def write_row(name, values):
    patch(name, r"\} odds = \{.*?\};", "} odds = {%s};" % ", ".join("%.3g" % v for v in values))


def table_of(tree, rate):
    """Splits and leaves of one tree, filled up to full depth, in the order of a heap."""
    splits = 2 ** DEPTH - 1
    feature, least, leaf = [0] * splits, [0.0] * splits, [0.0] * (splits + 1)

    def walk(node, at):
        if at >= splits:
            leaf[at - splits] = tree.value[node, 0, 0] * rate
        elif tree.children_left[node] < 0:
            walk(node, 2 * at + 1)
            walk(node, 2 * at + 2)
        else:
            feature[at], least[at] = int(tree.feature[node]), float(tree.threshold[node])
            walk(tree.children_left[node], 2 * at + 1)
            walk(tree.children_right[node], 2 * at + 2)

    walk(0, 0)
    return feature, least, leaf


def real(v):
    text = "%.4g" % v
    return text + ("f" if "." in text or "e" in text else ".0f")


def write_trees(model):
    base = float(model._raw_predict_init(np.zeros((1, model.n_features_in_), np.float32))[0, 0])
    rows = []
    for tree in model.estimators_[:, 0]:
        feature, least, leaf = table_of(tree.tree_, model.learning_rate)
        rows.append("    {{%s},\n     {%s},\n     {%s}},\n" % (", ".join(map(str, feature)), ", ".join(map(real, least)),
                                                             ", ".join(map(real, leaf))))
    patch("pair_trees.c", r"static const struct stm_pair_tree trees.*",
          "static const struct stm_pair_tree trees[] = {\n%s};\n\n"
          "const struct stm_pair_trees stm_pair_trees = {%.4g, sizeof trees / sizeof *trees, trees};\n"
          % ("".join(rows), base))


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("data")
    p.add_argument("build")
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("--leave-out", default="none", help="kinds of image that begin with this")
    p.add_argument("--check", action="store_true")
    o = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        public_fields(o.data, folder)
        synthetic_fields(o.build, folder)
        for what in ("branch", "pair", "blob") * o.rounds:
            rows = observe(o.build, folder)
            examples = {w: Examples(r, w != "blob") for w, r in rows.items()}
            if o.check:
                return check(examples)
            e = examples[what]
            use = ~np.char.startswith(e.kind, o.leave_out)
            found, odds = FITS[what](e, use)
            print(what, scores(e, use, odds(e.x[use])), flush=True)
            if what == "pair":
                write_trees(found)
            else:
                write_row({"branch": "choose.c", "blob": "accept.c"}[what],
                          found + np.r_[SPLIT_BIAS if what == "branch" else 0, np.zeros(len(found) - 1)])


if __name__ == "__main__":
    main()
