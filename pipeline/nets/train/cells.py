"""Adherent cells as examples: annotated fields, drawn again as other microscopes would show them.

A field is annotated cells (labels) and what is known of them: an image of phase contrast, a measured phase, or nothing
but their outlines. `Source.draw` gives labels and contrast (0 where there is nothing) at working scale; `see` gives what
the network sees of it. The C side of `see` is pipeline/nets/contrast.c.
"""
import glob
import os

import numpy as np
import tifffile
from PIL import Image
from scipy import ndimage

from spoil import blur, noise, spoil

CANONICAL = 26.0  # outputs across the usual cell (diameter of a disk of its area)
FINE = 2  # input pixels to an output, along each axis
WIDE = 80.0  # sigma of the background, input pixels
SHELF = 300  # drawn layers that crops are taken from
WHOLE_KIND = -2  # a fold: all annotated phase contrast is held out
LAYER = 1024  # input pixels along a side of what is drawn at once


def diameter(labels):
    area = np.bincount(labels.ravel())[1:]
    area = area[area > 20]
    return float(np.sqrt(np.median(area) * 4 / np.pi))


def see(image, gain=1.0):
    """What the network sees: contrast against the surroundings over its 99th part, and its signed root; the input pixels
    of an output side by side."""
    d = image - blur(image, WIDE)
    most = np.quantile(np.abs(d[::3, ::3]), 0.99) + 1e-9
    x = np.clip(d * (gain / most), -1, 1)
    both = np.stack([0.5 + 0.5 * x, 0.5 + 0.5 * np.sign(x) * np.sqrt(np.abs(x))])
    n, h, w = both.shape
    parts = both.reshape(n, h // FINE, FINE, w // FINE, FINE).transpose(0, 2, 4, 1, 3)
    return parts.reshape(-1, h // FINE, w // FINE).astype(np.float16)


def targets(labels):
    """Foreground; mean of the distance to the own edge and of nearness to the own middle, each 0 ... 1 in every cell."""
    edge = np.zeros(labels.shape, bool)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    inner = (labels > 0) & ~edge
    d = ndimage.distance_transform_edt(np.pad(inner, 1, constant_values=True))[1:-1, 1:-1] * inner
    names = np.unique(labels[labels > 0])
    index = np.searchsorted(names, labels)
    inside = labels > 0
    height = np.zeros(labels.shape, np.float32)
    if len(names):
        most = np.maximum(ndimage.maximum(d, labels, names), 1)
        # the middle: mean place of what is far from the edge
        yy, xx = np.indices(labels.shape)
        i = index[inside]
        core = (d[inside] / most[i]) ** 4 + 1e-3
        mass = np.bincount(i, core, len(names))
        cy, cx = np.bincount(i, core * yy[inside], len(names)) / mass, np.bincount(i, core * xx[inside], len(names)) / mass
        far = np.hypot(yy[inside] - cy[i], xx[inside] - cx[i])
        farthest = np.zeros(len(names))
        np.maximum.at(farthest, i, far)
        height[inside] = 0.5 * (d[inside] + 0.5) / (most[i] + 0.5) + 0.5 * (1 - far / (farthest[i] + 1))
    none = labels.max() + 1
    least = ndimage.minimum_filter(np.where(inside, labels, none), 5)
    place = 1 + 3 * ((least < none) & (least != ndimage.maximum_filter(labels, 5)))
    return inside.astype(np.float32), height, place.astype(np.float32)


class Field:
    """One annotated field; kind: "phase" (phase contrast), "map" (measured phase)."""

    def __init__(self, path, truth, kind):
        image = np.squeeze(np.asarray(Image.open(path))).astype(np.float32)
        labels = np.squeeze(tifffile.imread(truth)).astype(np.int32)
        image = image[..., 0] if image.ndim == 3 else image
        self.kind, self.name = kind, os.path.basename(path)
        factor = min(1.0, 1.6 * FINE * CANONICAL / diameter(labels))  # no finer than ever needed
        if factor < 0.9:
            size = round(labels.shape[1] * factor), round(labels.shape[0] * factor)
            labels = np.asarray(Image.fromarray(labels).resize(size, Image.NEAREST))
            image = np.asarray(Image.fromarray(image).resize(size, Image.BOX))
        back = np.median(image[labels == 0]) if kind == "map" else blur(image, 100)
        image = image - back if kind == "map" else image / np.maximum(back, 1e-6) - 1
        self.image = image / (np.quantile(np.abs(image[labels > 0]), 0.9) + 1e-9)
        self.labels, self.diameter = labels, diameter(labels)
        self.cells = [(s, i + 1) for i, s in enumerate(ndimage.find_objects(labels)) if s]

    def cut_outs(self):
        for (ys, xs), i in self.cells:
            touches = ys.start == 0 or xs.start == 0 or ys.stop == self.labels.shape[0] or xs.stop == self.labels.shape[1]
            mask = self.labels[ys, xs] == i
            if not touches and mask.sum() > 60:
                yield mask, np.where(mask, self.image[ys, xs], 0) if self.kind == "map" else None, self.diameter


def turned(a, m, size, order):
    h, w = a.shape
    offset = np.array([h / 2, w / 2]) - m @ (np.array(size) / 2)
    return ndimage.affine_transform(a, m, offset, size, order=order, mode="constant")


def matrix(rng, scale, angle, stretch=1.0):
    c, s = np.cos(angle), np.sin(angle)
    m = np.array([[c, -s], [s, c]]) @ np.diag([1 / scale, 1 / (scale * stretch)])
    return m * np.array([1, -1 if rng.random() < 0.5 else 1])


def dots(rng, mask, n, radius, near=None):
    """About n round grains inside the mask, more of them where `near` is high."""
    spots = np.zeros(mask.shape, np.float32)
    ys, xs = np.nonzero(mask)
    odds = None if near is None else near[ys, xs] / near[ys, xs].sum()
    at = rng.choice(len(ys), n, p=odds)
    np.add.at(spots, (ys[at], xs[at]), rng.normal(1, 0.5, n))
    return ndimage.gaussian_filter(spots, radius) * (2 * np.pi * radius * radius)


def phase_of(rng, mask):
    """A phase map for an outline: a thin sheet with a body around the nucleus, its rim and nucleoli, grains around it,
    fibres along the cell, ruffles at parts of the edge."""
    mask = np.pad(mask, 6)
    d = ndimage.distance_transform_edt(mask)
    top = d.max() + 1e-6
    yy, xx = np.indices(mask.shape)
    y, x = np.unravel_index(np.argmax(d + rng.uniform(0, 1.5, d.shape)), d.shape)
    r = max(3.0, top * rng.uniform(0.4, 0.8))
    # the nucleus lies along the cell
    ys, xs = np.nonzero(mask)
    c = np.cov(np.array([ys, xs])) if len(ys) > 2 else np.eye(2)
    axis = np.linalg.eigh(c)[1][:, 1]
    u, v = axis[0] * (yy - y) + axis[1] * (xx - x), axis[0] * (xx - x) - axis[1] * (yy - y)
    far = np.hypot(u / rng.uniform(1.0, 1.6), v) / r
    edge = np.minimum(d / rng.uniform(1, 7), 1) ** rng.uniform(0.5, 1.5)
    p = edge * rng.uniform(0.05, 0.7)  # sheet
    p += rng.uniform(0, 1.0) * np.minimum(d / top, 1) ** rng.uniform(0.7, 2) * np.exp(-(far / rng.uniform(1.2, 3.5)) ** 2)
    if rng.random() < 0.8:
        p += rng.uniform(-0.25, 0.5) * np.clip(1.15 - far, 0, 0.15) / 0.15 * edge  # nucleus
        p += rng.uniform(-0.1, 0.3) * np.exp(-((far - 1) * r / 1.3) ** 2) * edge  # its rim
        if rng.random() < 0.7:
            p += rng.uniform(0.1, 0.6) * dots(rng, mask & (far < 0.7) if (mask & (far < 0.7)).any() else mask,
                                             rng.integers(1, 5), rng.uniform(0.12, 0.25) * r)
    if rng.random() < 0.7:
        near = np.exp(-far / rng.uniform(0.8, 3)) * (far > 0.8) + 1e-3
        p += rng.uniform(0.1, 0.9) * edge * dots(rng, mask, int(len(ys) * rng.uniform(0.002, 0.03)) + 1, rng.uniform(0.6, 1.7), near)
    if rng.random() < 0.4:  # fibres
        grain = rng.standard_normal(mask.shape, dtype=np.float32)
        for k in (-6, -4, -2, 2, 4, 6):
            grain = grain + np.roll(grain, (round(k * axis[0]), round(k * axis[1])), (0, 1))
        grain = ndimage.gaussian_filter(grain, rng.uniform(0.5, 1.0))
        p += rng.uniform(0.02, 0.15) * edge * grain / (grain[mask].std() + 1e-6)
    if rng.random() < 0.6:  # ruffles
        part = ndimage.gaussian_filter(rng.standard_normal(mask.shape, dtype=np.float32), rng.uniform(3, 12))
        part = np.clip(part / (part.std() + 1e-6) + rng.uniform(-1, 2), 0, 1)
        p += rng.uniform(0.1, 0.8) * part * np.exp(-((d - rng.uniform(1, 3)) / rng.uniform(0.8, 2)) ** 2)
    if rng.random() < 0.5:
        grain = ndimage.gaussian_filter(rng.standard_normal(mask.shape, dtype=np.float32), rng.uniform(0.8, 3.5))
        p = p * (1 + rng.uniform(0, 0.6) * grain / (grain.std() + 1e-6))
    return np.where(mask, p, 0)[6:-6, 6:-6]


def scatter_rounded(rng, labels, phase, radius):
    """Rounded cells, as floating and dividing ones are, on and between the others: spheres, so strong lenses."""
    alike, strong = rng.uniform(0.8, 1.25), np.exp(rng.uniform(np.log(1.0), np.log(4)))
    for name in range(labels.max() + 1, labels.max() + 1 + rng.integers(1, 60)):
        r = radius * alike * np.exp(rng.normal() * 0.12)
        n = int(r + 1)
        yy, xx = np.mgrid[-n:n + 1, -n:n + 1]
        ball = np.sqrt(np.maximum(1 - (yy ** 2 + (xx * np.exp(rng.normal() * 0.08)) ** 2) / (r * r), 0))
        y, x = rng.integers(n, labels.shape[0] - n - 1), rng.integers(n, labels.shape[1] - n - 1)
        there = np.s_[y - n:y + n + 1, x - n:x + n + 1]
        labels[there][ball > 0] = name
        phase[there][ball > 0] *= rng.uniform(0, 1)
        grain = blur(noise(rng, ball.shape), rng.uniform(0.8, 2.5))
        phase[there] += strong * ball * (1 + rng.uniform(0, 0.4) * grain / (grain.std() + 1e-6))


def round_cells(rng, n):
    """Cut-outs of cells that hardly spread, as macrophages and lymphocytes are: domes, some flatter, some with a rim."""
    for _ in range(n):
        r = rng.uniform(14, 26)
        side = int(2.2 * r) + 8
        yy, xx = np.mgrid[:side, :side] - side / 2
        turn, long = rng.uniform(0, np.pi), np.exp(abs(rng.normal()) * 0.2)
        u, v = np.cos(turn) * yy + np.sin(turn) * xx, np.cos(turn) * xx - np.sin(turn) * yy
        angle, edge = np.arctan2(v * long, u / long), r
        for k in range(2, 7):
            wave = np.cos(k * (angle + rng.uniform(0, 2 * np.pi)))
            edge = edge * (1 + rng.normal() * rng.uniform(0, 0.25) / k ** 1.5 * wave)
        far = np.hypot(u / long, v * long) / edge
        mask = far < 1
        dome = np.sqrt(np.maximum(1 - far ** 2, 0)) ** rng.uniform(0.4, 1.3)
        grain = blur(noise(rng, mask.shape), rng.uniform(0.8, 2.5))
        dome = dome * (1 + rng.uniform(0, 0.5) * grain / grain.std())
        dome = (dome + rng.uniform(0, 0.4) * np.exp(-((far - 0.9) / 0.08) ** 2)) * np.exp(rng.uniform(0, 1))
        yield mask, np.where(mask, dome, 0).astype(np.float32), float(np.sqrt(mask.sum() * 4 / np.pi))


def compose(rng, bank, size):
    """A layer of cells cut out of other fields, at any density: labels and phase."""
    labels, phase = np.zeros((size, size), np.int32), np.zeros((size, size), np.float32)
    cover, one = rng.uniform(0.08, 0.95), rng.choice(len(bank))
    same = rng.random() < 0.5  # one kind of cell, or all
    kin = [c for c in bank if c[3] == bank[one][3]] if same else bank
    scale = np.exp(rng.uniform(np.log(0.6), np.log(1.5)))
    aligned, direction = rng.random() < 0.5, rng.uniform(0, np.pi)
    yy, xx = np.mgrid[-1:1:size * 1j, -1:1:size * 1j]
    bend = rng.normal(size=5) * 0.6
    least = rng.uniform(0.45, 0.85)
    n, covered, unit, measured = 0, 0, FINE * CANONICAL, set()
    for _ in range(900):
        if covered > cover * size * size:
            break
        mask, image, d, _ = kin[rng.integers(len(kin))]
        y, x = rng.integers(0, size, 2)
        lie = direction + bend[0] * yy[y, x] + bend[1] * xx[y, x] + bend[2] * yy[y, x] * xx[y, x]
        own = 0.5 * np.arctan2(*(lambda q: (2 * q[0, 1], q[0, 0] - q[1, 1]))(np.cov(np.array(np.nonzero(mask)))))
        angle = (lie - own + rng.normal() * 0.25) if aligned else rng.uniform(0, 2 * np.pi)
        m = matrix(rng, scale * unit / d * np.exp(rng.normal() * 0.15), angle, np.exp(rng.normal() * 0.15))
        side = int(np.ceil(np.hypot(*mask.shape) * 1.7 * scale * unit / d)) + 4
        a = turned(mask.astype(np.float32), m, (side, side), 1) > 0.5
        ys, xs = np.nonzero(a)
        if len(ys) < 160:
            continue
        a = a[ys.min():ys.max() + 1, xs.min():xs.max() + 1]
        p = None
        if image is not None and rng.random() < 0.7:
            p = turned(image, m, (side, side), 1)[ys.min():ys.max() + 1, xs.min():xs.max() + 1] * a
        y0, x0 = y - a.shape[0] // 2, x - a.shape[1] // 2
        t, l = max(0, -y0), max(0, -x0)
        a = a[t:size - y0, l:size - x0]
        if a.size == 0:
            continue
        y0, x0 = max(y0, 0), max(x0, 0)
        there = labels[y0:y0 + a.shape[0], x0:x0 + a.shape[1]]
        free = a & (there == 0)
        if free.sum() < least * a.sum() or free.sum() < 120:
            continue
        one_part, parts = ndimage.label(free)
        if parts > 1:
            free = one_part == 1 + np.argmax(np.bincount(one_part.ravel())[1:])
        n += 1
        there[free] = n
        covered += free.sum()
        if p is not None:
            p = p[t:t + a.shape[0], l:l + a.shape[1]]
            phase[y0:y0 + a.shape[0], x0:x0 + a.shape[1]][free] = (p * np.exp(rng.normal() * 0.3))[free]
            measured.add(n)
    if rng.random() < 0.5 and n:  # grown together
        reach = np.exp(rng.uniform(0, np.log(25)))
        d, (iy, ix) = ndimage.distance_transform_edt(labels == 0, return_indices=True)
        grown = (d > 0) & (d <= reach)
        labels[grown] = labels[iy, ix][grown]
    alike, strength = rng.bit_generator.state, rng.uniform(0, 0.5)
    kind = rng.random() < 0.5  # cells of a culture look alike
    for i, s in enumerate(ndimage.find_objects(labels)):
        if s and (i + 1 not in measured or (labels[s] == i + 1)[phase[s] == 0].sum() > 30):
            mask = labels[s] == i + 1
            own = np.random.default_rng(1)
            own.bit_generator.state = alike
            p = phase_of(own if kind else rng, mask) * np.exp(rng.normal() * strength)
            phase[s][mask] = (phase[s] + p * (0.3 if i + 1 in measured else 1))[mask]
    if rng.random() < 0.2:
        scatter_rounded(rng, labels, phase, scale * unit * np.exp(rng.uniform(np.log(0.15), np.log(0.45))))
    return labels, blur(phase, rng.uniform(0.5, 1.6))


def waves(field, transfer):
    """A wave after a lens: `transfer` of the squared frequency (cycles a pixel)."""
    fy, fx = np.fft.fftfreq(field.shape[0]), np.fft.fftfreq(field.shape[1])
    return np.fft.ifft2(np.fft.fft2(field) * transfer(fy[:, None] ** 2 + fx[None] ** 2))


def contrast(rng, phase):
    """A phase map as phase contrast of either sign, brightfield out of focus, DIC, or as it is."""
    mode = rng.random()
    usual = np.abs(phase[::3, ::3])
    usual = usual[usual > 0.02 * usual.max()] if usual.max() > 0 else usual
    p = phase / (np.quantile(usual, 0.9) + 1e-9)
    wave = np.exp((1j * np.exp(rng.uniform(np.log(0.15), np.log(2.5))) - rng.uniform(0, 0.06)) * p).astype(np.complex64)
    sharp = rng.uniform(0.5, 1.6)  # sigma of the point spread, pixels
    if mode < 0.35:  # the ring dims and delays what is nearly not diffracted
        ring = rng.uniform(0.2, 0.8) * np.exp(rng.choice([-0.5j, 0.5j]) * np.pi) - 1
        wide = np.exp(rng.uniform(np.log(5), np.log(30)))
        wave = waves(wave, lambda f: np.exp(-2 * np.pi ** 2 * sharp ** 2 * f) * (1 + ring * np.exp(-2 * np.pi ** 2 * wide ** 2 * f)))
        return np.abs(wave) ** 2
    if mode < 0.75:  # out of focus, with light from a cone
        z = rng.choice([-1, 1]) * np.exp(rng.uniform(np.log(1.0), np.log(60)))
        cone = rng.uniform(0.01, 0.2)
        image = np.abs(waves(wave, lambda f: np.exp(-1j * np.pi * z * f - 2 * np.pi ** 2 * sharp ** 2 * f))) ** 2
        image = blur(image.astype(np.float32), max(0.3, abs(z) * cone))
        return image + rng.uniform(-0.06, 0.06) * blur(p, sharp) * (rng.random() < 0.4)
    p = blur(p, sharp)
    if mode < 0.9:
        angle = rng.uniform(0, 2 * np.pi)
        gy, gx = np.gradient(p)
        return np.cos(angle) * gy + np.sin(angle) * gx + rng.uniform(0, 0.15) * p
    return p - rng.uniform(0, 0.5) * blur(p, rng.uniform(9, 35))


def another(rng, image):
    """An image of phase contrast as another such microscope would show it, or, taken for a phase, another contrast."""
    mode = rng.random()
    if mode < 0.25:
        return contrast(rng, -image if rng.random() < 0.8 else image)
    if mode < 0.8:
        image = np.where(image > 0, image * np.exp(rng.uniform(-1, 0.7)), image * np.exp(rng.uniform(-1, 0.7)))
        image = image + rng.uniform(-0.7, 1.0) * (image - blur(image, rng.uniform(2.5, 20)))
    return image


def drawn(rng, f, strong):
    """A field turned, mirrored and scaled: labels of outputs, image of input pixels, where nothing is to be learned."""
    spread = np.log(1.65 if strong else 1.4)
    scale = FINE * CANONICAL / f.diameter * np.exp(rng.uniform(-spread, spread))
    m = matrix(rng, scale, rng.uniform(0, 2 * np.pi), np.exp(rng.normal() * (0.1 if strong else 0.04)))
    h, w = f.labels.shape
    room = np.maximum(np.array([h, w]) - LAYER / scale, 0) / 2 + 1
    centre = np.array([h, w]) / 2 + rng.uniform(-room, room)
    offset = centre - m @ np.array([LAYER / 2, LAYER / 2])
    image = ndimage.affine_transform(f.image, m, offset, (LAYER, LAYER), order=1, mode="reflect")
    size, mc, oc = LAYER // FINE, FINE * m, offset + m @ np.full(2, (FINE - 1) / 2)
    labels = ndimage.affine_transform(f.labels, mc, oc, (size, size), order=0, mode="reflect")
    at = np.tensordot(mc, np.indices((size, size)), 1) + oc[:, None, None]
    labels, seam = apart(labels, np.floor(at[0] / h) + 64, np.floor(at[1] / w) + 64)
    return labels, image, seam


def strength(labels, x):
    """How much the signal in cells varies."""
    inside = x[::FINE, ::FINE][labels > 0]
    return (inside.std() if inside.size > 200 else x.std()) + 1e-6


def as_it_is(rng, labels, x):
    return x + noise(rng, x.shape) * strength(labels, x) * rng.uniform(0, 0.1)


def layer(rng, fields, bank, clear=False):
    """What the network sees, and what it should say, of one drawn field; clear: of annotated phase contrast as it is."""
    plain = False
    if not clear and rng.random() < 0.35:
        labels, phase = compose(rng, bank, 768)
        x, labels = contrast(rng, phase), labels[::FINE, ::FINE]
        seam = np.zeros(labels.shape, bool)
    else:
        f = fields[rng.choice(len(fields), p=[f.share for f in fields])]
        plain = clear or f.kind == "phase" and rng.random() < 0.5
        labels, x, seam = drawn(rng, f, not plain)
        if not plain:
            x = another(rng, x) if f.kind == "phase" else contrast(rng, x)
    x = as_it_is(rng, labels, x) if plain else spoil(rng, x, strength(labels, x))
    return see(x, np.exp(rng.normal() * 0.3)), np.where(seam, -1, 1) * (labels + 1)


def told(layer):
    """What the network should say of a crop: cells that its edges cut are as large as what is seen of them, as at the
    edges of an image. Where labels are negative nothing is learned."""
    foreground, height, place = targets(np.abs(layer) - 1)
    return np.stack([foreground, height, np.where(layer < 0, 0, place)])


def apart(labels, row, column):
    """Mirrored parts of a cell are cells of their own; where the mirror is nothing is learned."""
    mirror = (128 * row + column).astype(np.int64)
    seam = ndimage.maximum_filter(mirror, 13) != ndimage.minimum_filter(mirror, 13)
    names, l = np.unique(np.where(labels > 0, labels + 100000 * mirror, 0), return_inverse=True)
    return (l.reshape(labels.shape) + (names[0] != 0)).astype(np.int32), seam


def folder(path, images, kind, keep):
    for n, image in enumerate(sorted(glob.glob(os.path.join(path, "images", images)))):
        stem = os.path.splitext(os.path.basename(image))[0]
        truth = os.path.join(path, "truth", stem + "_label.tif")
        if os.path.exists(truth) and keep(n):
            yield Field(image, truth, kind)


def prepare(data, fold, synthetic):
    """Phase contrast (every fourth field from number `fold` on held out; all of them where it is WHOLE_KIND), plates of the
    synthetic microscope and phase maps below folder `data`."""
    fields = list(folder(data + "/usiigaci_phase", "*.tif", "phase", lambda n: fold != WHOLE_KIND and n % 4 != fold))
    maps = list(folder(data + "/vicar_multimodal_pc3_pnt1a", "QPI*.tif", "map", lambda n: True))
    old = list(folder(data + "/cellphe_mdamb231_ptychography", "*.tif", "map", lambda n: n % 3 == 0))
    made = [f for plate in synthetic for f in folder(plate, "*.tif", "phase", lambda n: True)]
    for f in fields + maps + old + made:
        f.real = f in fields
    for group, share in ((fields, 0.42), (maps, 0.26), (old, 0.04), (made, 0.28)):
        for f in group:
            f.share = share / len(group)
    whole = sum(f.share for f in fields + maps + old + made)
    for f in fields + maps + old + made:
        f.share /= whole
    shapes = fields + maps if fields else maps + old
    bank = [(mask, image, d, f.name) for f in shapes for mask, image, d in f.cut_outs()]
    bank += [(mask, image, d, "round") for mask, image, d in round_cells(np.random.default_rng(3), len(bank) // 7)]
    return fields + maps + old + made, bank


def examples(data, fold, seed, synthetic=(), clear=False, crop=128, n=8):
    """Endless batches of crops of the last SHELF drawn layers, one of which is replaced every third batch."""
    rng = np.random.default_rng(seed)
    fields, bank = prepare(data, fold, synthetic)
    if clear:
        fields = [f for f in fields if f.real]
        for f in fields:
            f.share = 1 / len(fields)
    shelf = []
    while True:
        shelf.append(layer(rng, fields, bank, clear))
        shelf = shelf[-SHELF:]
        for _ in range(3 if len(shelf) > 40 else 0):
            seen, say = [], []
            for _ in range(n):
                x, labels = shelf[rng.integers(len(shelf))]
                y0, x0 = rng.integers(0, x.shape[1] - crop + 1, 2)
                window = np.s_[..., y0:y0 + crop, x0:x0 + crop]
                seen.append(x[window])
                say.append(told(labels[window]))
            say = np.stack(say).astype(np.float32)
            yield np.stack(seen).astype(np.float32), say[:, 0], say[:, 1], say[:, 2]
