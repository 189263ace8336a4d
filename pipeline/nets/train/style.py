#!/usr/bin/env python3
"""Which of two sets of weights an image suits: style.py GENERAL.pt PHASE.pt --data FOLDER [--synthetic FOLDER...]

What clear phase contrast looks like (pipeline/nets/style.h): mean and spread of its numbers, drawn from all annotated fields.
How far from that the phase weights still err less than the general ones: tried on fields that neither were trained on, as
they are, spoilt and drawn again, on phase maps, synthetic plates and composed layers. Prints the numbers of
pipeline/nets/style.c.
"""
import argparse
import multiprocessing
import os
import pickle

import numpy as np
import torch

import cells
from loss import loss_of
from net import load

LAGS = (1, 2, 4, 8, 16)
CROP = 256  # outputs along a side of what the weights are tried on
DRAWN = 12  # times that a field is drawn to see how it may look
MOST = 1.0  # a greater loss by the wrong weights counts as this


def style_of(x):
    """The sums of struct stm_style, of every fourth row of outputs, made comparable; x: what the network sees."""
    c = 2 * np.floor(127 * x[:4, ::4].astype(np.float64) + 0.5).astype(np.int64) - 127
    _, h, w = c.shape
    c = c.reshape(2, 2, h, w).transpose(2, 0, 3, 1).reshape(2 * h, 2 * w)
    size, square = np.abs(c).mean(), (c * c).mean()
    lag = [np.abs(c[:, k:] - c[:, :-k]).mean() / size for k in LAGS]
    bend = np.abs(2 * c[:, 1:-1] - c[:, :-2] - c[:, 2:]).mean() / size
    return [size / 127, c.mean() / size, (c * np.abs(c)).mean() / square, size * size / square, (np.abs(c) <= 9).mean(), bend, *lag]


def error(net, x, told):
    x, told = x[:, :CROP, :CROP].astype(np.float32), told[:, :CROP, :CROP].astype(np.float32)
    with torch.no_grad():
        return float(loss_of(net(torch.from_numpy(x)[None]), *(torch.from_numpy(t)[None] for t in told)))


def draw(rng, held, others, bank):
    """A kind, what the network sees, what it should say."""
    u, x = rng.random(), None
    if u < 0.2:
        kind, (labels, phase) = "composed", cells.compose(rng, bank, 768)
        x, labels = cells.contrast(rng, phase), labels[::cells.FINE, ::cells.FINE]
        seam = np.zeros(labels.shape, bool)
    elif u < 0.45:
        f = others[rng.integers(len(others))]
        labels, x, seam = cells.drawn(rng, f, False)
        kind = {"phase": "synthetic", "map": "map"}[f.kind]
        x = cells.contrast(rng, x) if kind == "map" else x
    else:
        labels, x, seam = cells.drawn(rng, held[rng.integers(len(held))], False)
        kind = rng.choice(["as it is", "spoilt", "another"], p=[0.45, 0.3, 0.25])
        x = cells.another(rng, x) if kind == "another" else x
    s = cells.strength(labels, x)
    if kind == "as it is":
        x = cells.as_it_is(rng, labels, x)
    else:
        part = rng.random() if kind == "spoilt" else 1
        x = part * cells.spoil(rng, x, s) + (1 - part) * x
    foreground, height, place = cells.targets(labels)
    return kind, cells.see(x), np.stack([foreground, height, np.where(seam, 0, place)])


def collect(o_and_seed):
    o, seed = o_and_seed
    torch.set_num_threads(1)
    rng, nets = np.random.default_rng(seed), []
    for path in (o.general, o.phase):
        net = load("cells", path).eval()
        net.quant(True)
        nets.append(net)
    fields, bank = cells.prepare(o.data, o.fold, o.synthetic)
    held = list(cells.folder(o.data + "/usiigaci_phase", "*.tif", "phase", lambda n: n % 4 == o.fold))
    made = [f for plate in o.synthetic for f in cells.folder(plate, "*.tif", "phase", lambda n: n % 3 == 0)]
    others = [f for f in fields if f.kind == "map"] + made
    out = []
    for _ in range(o.examples // o.threads):
        kind, x, told = draw(rng, held, others, bank)
        out.append((kind, [error(n, x, told) for n in nets], style_of(x)))
    return out


def clear(data, without):
    """Numbers of annotated phase contrast as it is, of all fields but those of fold `without`."""
    rng, out = np.random.default_rng(1), []
    for f in cells.folder(data + "/usiigaci_phase", "*.tif", "phase", lambda n: n % 4 != without):
        for _ in range(DRAWN):
            out.append(style_of(cells.see(cells.as_it_is(rng, *cells.drawn(rng, f, False)[:2]))))
    return np.array(out)


def farthest(distance, gain):
    """The distance up to which the phase weights are to be taken: the one at which least is lost."""
    order = np.argsort(distance)
    saved = np.cumsum(np.clip(gain[order], -MOST, MOST))
    last = int(np.argmax(saved))
    return (distance[order[last]] + distance[order[min(last + 1, len(order) - 1)]]) / 2


def report(kinds, loss, chosen):
    for kind in sorted(set(kinds)):
        m = kinds == kind
        print("%-10s %4d: general %.3f, phase %.3f, better of both %.3f, chosen %.3f; phase chosen in %.0f %%" % (
            kind, m.sum(), loss[m, 0].mean(), loss[m, 1].mean(), loss[m].min(1).mean(),
            np.where(chosen[m], loss[m, 1], loss[m, 0]).mean(), 100 * chosen[m].mean()))


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("general")
    p.add_argument("phase")
    p.add_argument("--data", required=True)
    p.add_argument("--synthetic", nargs="*", default=[])
    p.add_argument("--fold", type=int, default=0, help="the fields held out of training")
    p.add_argument("--examples", type=int, default=600)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--strange", action="store_true", help="take mean and spread from the other fields alone: the choice does not know the held-out ones")
    p.add_argument("--keep", help="a file for what was measured, or from an earlier run")
    o = p.parse_args()
    if o.keep and os.path.exists(o.keep):
        rows = pickle.load(open(o.keep, "rb"))
    else:
        with multiprocessing.Pool(o.threads) as pool:
            rows = sum(pool.map(collect, [(o, seed) for seed in range(o.threads)]), [])
        if o.keep:
            pickle.dump(rows, open(o.keep, "wb"))
    kinds, loss, style = np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), np.array([r[2] for r in rows])
    known = clear(o.data, o.fold if o.strange else -1)
    middle, spread = known.mean(0), np.cov(known.T)
    turn = np.linalg.inv(np.linalg.cholesky(spread))  # to numbers that vary by 1, each by itself
    distance = ((style - middle) @ turn.T) ** 2 @ np.ones(len(middle))
    most = farthest(distance, loss[:, 0] - loss[:, 1])
    report(kinds, loss, distance <= most)
    print("static const double middle[STM_STYLE_NUMBERS] = {%s};" % ", ".join("%.6g" % v for v in middle))
    for i, row in enumerate(turn):
        print("    {%s}," % ", ".join("%.6g" % v for v in row[:i + 1]))
    print("static const double farthest = %.4g;" % most)


if __name__ == "__main__":
    main()
