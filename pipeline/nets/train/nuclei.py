"""Annotated fields as examples: brought to the canonical scale, then turned, stretched, blurred, dimmed."""
import glob
import os

import numpy as np
import tifffile
from PIL import Image
from scipy import ndimage

CANONICAL = 16.0  # pixels across the usual nucleus
CROWDED = 0.2  # of the examples
FINE = 2  # pixels of the image a side to each of the network's


def read_plane(path):
    image = np.asarray(Image.open(path)) if path.endswith(".png") else tifffile.imread(path)
    return (image[..., :3].max(-1) if image.ndim == 3 else image).astype(np.float32)


def median_diameter(labels):
    area = np.bincount(labels.ravel())[1:]
    area = area[area > 0]
    return float(np.sqrt(np.median(area) * 4 / np.pi)) if len(area) else CANONICAL


def resize_labels(labels, factor):
    size = max(8, round(labels.shape[1] * factor)), max(8, round(labels.shape[0] * factor))
    return np.asarray(Image.fromarray(labels).resize(size, Image.NEAREST))


def resize_light(a, w, h):
    """Means where it shrinks (its own way along each side), lines between pixels where it grows."""
    return np.asarray(Image.fromarray(a.astype(np.float32)).resize((w, h), Image.BOX if w < a.shape[1] else Image.BILINEAR))


def fields(folder, images, suffix):
    """(image, FINE times as fine, labels, its range of light) at canonical scale of folder/images/STEM.* and
    folder/truth/STEM_label.tif, by name."""
    for path in sorted(glob.glob(os.path.join(folder, "images", images))):
        stem = os.path.splitext(os.path.basename(path))[0]
        truth = os.path.join(folder, "truth", stem + suffix)
        if not os.path.exists(truth):
            continue
        labels = np.squeeze(tifffile.imread(truth)).astype(np.int32)
        factor = np.clip(CANONICAL / median_diameter(labels), 0.2, 2.5)
        labels = resize_labels(labels, factor)
        plane = read_plane(path)
        image = resize_light(plane, FINE * labels.shape[1], FINE * labels.shape[0])
        yield image, labels, np.percentile(image, (1, 99.8))


def prepare(annotated, synthetic, fold):
    """Every fourth annotated field, from number `fold` on, is held out (none: fold < 0); synthetic plates only train."""
    train, held = [], []
    for i, field in enumerate(fields(annotated, "*", "_label.tif")):
        (held if i % 4 == fold else train).append(field)
    for folder in synthetic:
        train += fields(folder, "*_w1.tif", "_label.tif")
    return train, held


def targets(labels):
    """Foreground; distance to the own edge (the image's edge is none) over the greatest in the nucleus."""
    edge = np.zeros(labels.shape, bool)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    inner = (labels > 0) & ~edge
    d = ndimage.distance_transform_edt(np.pad(inner, 1, constant_values=True))[1:-1, 1:-1] * inner
    n = labels.max()
    most = np.asarray(ndimage.maximum(d, labels, np.arange(n + 1))) if n else np.zeros(1)
    most[most < 1] = 1
    return (labels > 0).astype(np.float32), np.where(labels > 0, (d + 0.5) / (most[labels] + 0.5), 0).astype(np.float32)


def between(labels):
    """Where two nuclei are within five pixels: what tells them apart is decided there."""
    none = labels.max() + 1
    least = ndimage.minimum_filter(np.where(labels > 0, labels, none), 5)
    return ((least < none) & (least != ndimage.maximum_filter(labels, 5))).astype(np.float32)


def crop(rng, pool, share, size):
    """A window of a random field, turned, mirrored and scaled by 0.6 ... 1.7."""
    image, labels, extent = pool[rng.choice(len(pool), p=share)]
    scale, angle = np.exp(rng.uniform(np.log(0.6), np.log(1.7))), rng.uniform(0, 2 * np.pi)
    h, w = labels.shape
    m = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    if rng.random() < 0.5:
        m[:, 0] *= -1
    half, centre = size / 2 / scale, []
    for n, at in ((h, rng.uniform(0, h)), (w, rng.uniform(0, w))):
        centre.append(np.clip(at, min(half, n / 2), max(n - half, n / 2)))
    offset = np.array(centre) - m @ np.array([size / 2, size / 2])
    fine = FINE * size  # pixel p of the network has its middle at FINE p + (FINE - 1) / 2 of the image
    first = FINE * offset + (FINE - 1) / 2 - m @ np.full(2, (FINE - 1) / 2)
    a = ndimage.affine_transform(image, m, first, (fine, fine), order=1, mode="reflect")
    names, l = np.unique(ndimage.affine_transform(labels, m, offset, (size, size), order=0, mode="reflect"),
                         return_inverse=True)
    l = np.kron(l.reshape(size, size) + (names[0] != 0), np.ones((FINE, FINE), int))
    if rng.random() < CROWDED:
        a, l = crowd(rng, a, l)
    a = photometric(rng, a, l, extent)
    return a, relabel(l[rng.integers(FINE)::FINE, rng.integers(FINE)::FINE])


def relabel(l):
    names, numbers = np.unique(l, return_inverse=True)
    return numbers.reshape(l.shape) + (names[0] != 0)


def cut_outs(a, l, boxes):
    """Masks, and light above the ground with a soft edge, of nuclei that touch no other one."""
    ground = np.median(a[l == 0]) if (l == 0).any() else a.min()
    for i, (ys, xs) in boxes.items():
        window = slice(max(0, ys.start - 4), ys.stop + 4), slice(max(0, xs.start - 4), xs.stop + 4)
        mask = l[window] == i
        around = l[window][ndimage.binary_dilation(mask, iterations=3)]
        if mask.sum() > 40 * FINE ** 2 and np.isin(around, (0, i)).all():
            yield mask, (a[window] - ground) * ndimage.gaussian_filter(ndimage.binary_dilation(mask, iterations=FINE).astype(np.float32), 0.7 * FINE)


def turned(rng, mask, light):
    turn, flip = rng.integers(4), rng.random() < 0.5
    mask, light = np.rot90(mask, turn), np.rot90(light, turn)
    return (mask[:, ::-1], light[:, ::-1]) if flip else (mask, light)


def beside(rng, box, mask):
    """Corner of a mask that just touches or somewhat overlaps the nucleus in the box."""
    ys, xs = box
    near = np.hypot(ys.stop - ys.start, xs.stop - xs.start) / 2.8 + np.sqrt(mask.sum() / np.pi)
    angle, far = rng.uniform(0, 2 * np.pi), near * rng.uniform(0.7, 1.1)
    middle = (ys.start + ys.stop) / 2 + far * np.sin(angle), (xs.start + xs.stop) / 2 + far * np.cos(angle)
    return [round(m) - n // 2 for m, n in zip(middle, mask.shape)]


def paste(rng, a, l, mask, light, y, x):
    """Unless it would hide much of another nucleus, or lie on others itself. Where two overlap, either has the pixel."""
    if y < 0 or x < 0 or y + mask.shape[0] > l.shape[0] or x + mask.shape[1] > l.shape[1]:
        return
    there = l[y:y + mask.shape[0], x:x + mask.shape[1]]
    hit = there[mask]
    hidden = [n for n in np.unique(hit[hit > 0]) if (hit == n).sum() > 0.35 * (l == n).sum()]
    if hidden or (hit > 0).mean() > 0.4:
        return
    a[y:y + mask.shape[0], x:x + mask.shape[1]] += light * np.exp(rng.normal() * 0.25)
    there[mask & ((there == 0) | (rng.random() < 0.5))] = l.max() + 1


def crowd(rng, a, l):
    """More nuclei of the image, turned, beside and across others, as in a crowded culture: their light adds up."""
    boxes = {i + 1: s for i, s in enumerate(ndimage.find_objects(l))
             if s and min(s[0].start, s[1].start) > 0 and s[0].stop < l.shape[0] and s[1].stop < l.shape[1]
             and max(s[0].stop - s[0].start, s[1].stop - s[1].start) < 48 * FINE}
    cuts = list(cut_outs(a, l, boxes))
    if not cuts:
        return a, l
    a, l, places = a.copy(), l.copy(), list(boxes.values())
    for _ in range(rng.integers(1, 3 + len(places))):
        mask, light = turned(rng, *cuts[rng.integers(len(cuts))])
        paste(rng, a, l, mask, light, *beside(rng, places[rng.integers(len(places))], mask))
    return a, relabel(l)


def photometric(rng, a, l, extent):
    """Dim nuclei, gamma, haze, uneven light, blur or sharpening, noise, few grey levels, exposure."""
    low, high = extent
    x = (a - low) / max(high - low, 1e-6)
    if rng.random() < 0.4:
        f = np.exp(rng.uniform(np.log(0.25), 0, size=l.max() + 1))
        f[rng.random(l.max() + 1) < 0.5] = 1
        f[0] = 1
        x = x * ndimage.gaussian_filter(f[l], 0.7 * FINE)
    if rng.random() < 0.5:
        x = np.clip(x, 0, None) ** np.exp(rng.uniform(-0.5, 0.5))
    if rng.random() < 0.4:
        x = x + rng.uniform(0.05, 0.5) * ndimage.gaussian_filter(x, FINE * rng.uniform(6, 25))
    if rng.random() < 0.3:
        slope = rng.uniform(0, 0.4)
        x = x + slope * (np.linspace(0, 1, len(x))[:, None] if rng.random() < 0.5 else np.linspace(0, 1, x.shape[1])[None])
    if rng.random() < 0.4:
        x = ndimage.gaussian_filter(x, FINE * rng.uniform(0.2, 1.6))
    elif rng.random() < 0.2:
        x = x + rng.uniform(0.3, 1.0) * (x - ndimage.gaussian_filter(x, 1.5 * FINE))
    noise = rng.uniform(0, 0.06) if rng.random() < 0.6 else 0.01
    x = x + grain(rng, x.shape) * noise * (0.3 + np.sqrt(np.clip(x, 0, 1)))
    if rng.random() < 0.3:
        levels = rng.integers(20, 120)
        x = np.round(x * levels) / levels
    return x * np.exp(rng.uniform(-0.4, 0.9))


def grain(rng, shape):
    """Noise of deviation one over pixels of the network: of finer pixels, or of those of a coarser camera."""
    if rng.random() < 0.5:
        return FINE * rng.normal(size=shape)
    wide = ndimage.gaussian_filter(rng.normal(size=shape), FINE * rng.uniform(0.3, 0.6))
    return wide / wide.std()


def examples(data, fold, seed, synthetic=(), dense=0.5, size=128, n=8):
    """Endless batches; fields are drawn with the power `dense` of their number of nuclei."""
    rng = np.random.default_rng(seed)
    train, held = prepare(data + "/dsb2018_fluo_nuclei", synthetic, fold)
    print(len(train), "fields to train on,", len(held), "held out", flush=True)
    nuclei = np.array([len(np.unique(labels)) for _, labels, _ in train], float) ** dense
    while True:
        yield batch(rng, train, nuclei / nuclei.sum(), n, size)


def fold(a):
    """FINE x FINE pixels as planes, row by row."""
    return np.stack([a[y::FINE, x::FINE] for y in range(FINE) for x in range(FINE)])


def batch(rng, pool, share, n, size):
    inputs, foreground, distance, weight = [], [], [], []
    for _ in range(n):
        a, l = crop(rng, pool, share, size)
        f, d = targets(l)
        low, high = np.percentile(a, rng.uniform(0, 3)), np.percentile(a, rng.uniform(99.3, 99.95))
        x = np.clip((a - low) / max(high - low, 0.05), 0, 1)
        inputs.append(np.concatenate([fold(root) for root in (x, np.sqrt(x), np.sqrt(np.sqrt(x)))]))
        foreground.append(f)
        distance.append(d)
        weight.append(1 + 3 * between(l))
    return np.stack(inputs).astype(np.float32), np.stack(foreground), np.stack(distance), np.stack(weight)
