"""What images have besides cells: dirt on the ground and its unevenness, and what cameras and files add."""
import io

import numpy as np
from PIL import Image
from scipy import ndimage


def blur(a, sigma):
    """A Gaussian; a wide one by way of a smaller image."""
    n = int(sigma // 3)
    if n < 2 or min(a.shape) < 8 * n:
        return ndimage.gaussian_filter(a, sigma)
    h, w = a.shape
    small = np.pad(a, ((0, -h % n), (0, -w % n)), mode="edge").reshape(-(-h // n), n, -(-w // n), n).mean((1, 3))
    small = ndimage.gaussian_filter(small, sigma / n, mode="nearest")
    return np.asarray(Image.fromarray(small.astype(np.float32)).resize((small.shape[1] * n, small.shape[0] * n),
                                                                       Image.BILINEAR))[:h, :w]


def noise(rng, shape, sigma=0.0):
    grain = rng.standard_normal(shape, dtype=np.float32)
    return blur(grain, sigma) if sigma else grain


def compressed(rng, x):
    """As a JPEG file keeps it."""
    low, high = np.quantile(x[::3, ::3], (0.001, 0.999))
    room = (high - low) * rng.uniform(0, 1) + 1e-9  # few images use all grey levels
    grey = np.clip((x - low + room / 2) / (high - low + room) * 255, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "JPEG", quality=int(rng.integers(40, 92)))
    return np.asarray(Image.open(file)).astype(np.float32) * ((high - low + room) / 255) + low - room / 2


def specks(rng, shape):
    """Dirt on the ground: many small, fewer large, crowded here and there, nearly all of one sign, with or without a halo."""
    sign, found = rng.choice([-1, 1]), np.zeros(shape, np.float32)
    alike, halo, n = rng.uniform(0.6, 1.8), rng.uniform(0, 0.8), np.exp(rng.uniform(np.log(20), np.log(4000)))
    here = blur(noise(rng, shape), np.exp(rng.uniform(np.log(15), np.log(120))))
    here = np.exp(rng.uniform(0, 1.5) * here / here.std()).ravel().cumsum()
    for r, part in ((0.8, 1.0), (1.5, 0.4), (2.8, 0.1)):
        r, k = r * alike, int(n * part * rng.uniform(0.3, 1)) + 1
        spots = np.zeros(shape, np.float32)
        y, x = np.divmod(np.searchsorted(here, rng.random(k) * here[-1]), shape[1])
        for _ in range(rng.integers(1, 4)):  # some are not round
            far = rng.normal(size=(2, k)) * 1.2 * r
            at = np.clip(y + far[0], 0, shape[0] - 1).astype(int), np.clip(x + far[1], 0, shape[1] - 1).astype(int)
            np.add.at(spots, at, rng.lognormal(-1, 0.7, k) * np.where(rng.random(k) < 0.9, sign, -sign))
        found += (blur(spots, r) - halo / 9 * blur(spots, 3 * r)) * (2 * np.pi * r * r)
    return found


def somewhere(rng, shape, reach):
    """A window of an image around a place at random, and how far below and right of the place its pixels are."""
    y, x = rng.uniform(0, shape[0]), rng.uniform(0, shape[1])
    window = tuple(slice(max(0, int(at) - reach), int(at) + reach + 1) for at in (y, x))
    yy, xx = np.mgrid[tuple(slice(s.start, min(s.stop, n)) for s, n in zip(window, shape))]
    return window, yy - y, xx - x


def rings(rng, shape):
    """Dust far out of focus."""
    found = np.zeros(shape, np.float32)
    for _ in range(rng.integers(1, 12)):
        r, width = np.exp(rng.uniform(np.log(7), np.log(80))), rng.uniform(1.2, 7)
        window, down, right = somewhere(rng, shape, int(r + 3 * width))
        d = np.hypot(down, right)
        wave = np.cos((d - r) / width * rng.uniform(0.3, 1.5)) * np.exp(-((d - r) / width / 2) ** 2)
        flat = rng.uniform(-0.5, 0.5) / (1 + np.exp((d - r) / width * 2))
        found[window] += rng.normal() * (wave + flat)
    return found


def points(rng, shape):
    """Specks a little out of focus, all alike: a point in a disc with a rim."""
    found = np.zeros(shape, np.float32)
    usual, width, point = np.exp(rng.uniform(np.log(5), np.log(30))), rng.uniform(0.8, 2), rng.uniform(0.8, 2)
    rim, flat, middle, spread = rng.uniform(-0.5, 1), rng.uniform(-0.5, 0.3), rng.uniform(0, 3), rng.uniform(0, 0.3)
    for _ in range(int(np.exp(rng.uniform(0, np.log(60))))):
        r = usual * np.exp(rng.normal() * spread)
        window, down, right = somewhere(rng, shape, int(r + 4 * width))
        d = np.hypot(down, right)
        off = np.hypot(down - rng.normal() * r / 10, (right - rng.normal() * r / 10) * rng.uniform(0.6, 1.6))
        disc = rim * np.exp(-((d - r) / width) ** 2) + flat / (1 + np.exp((d - r) / width * 2))
        spot = disc + middle * np.exp(-(off / point) ** 2)
        found[window] += rng.lognormal(0, 0.5) * spot
    return found


def turned_noise(rng, shape, width, turn, long):
    """Noise `long` times as wide in the direction `turn`."""
    fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    u, v = np.cos(turn) * fy + np.sin(turn) * fx, np.cos(turn) * fx - np.sin(turn) * fy
    kept = np.exp(-2 * (np.pi * width) ** 2 * ((u * long) ** 2 + v * v))
    return np.fft.irfft2(np.fft.rfft2(noise(rng, shape)) * kept, shape).astype(np.float32)


def clumps(rng, shape):
    """Rests of dead cells: crowds of grains in ragged patches and trails, with no edge of their own."""
    wide, fine = np.exp(rng.uniform(np.log(8), np.log(45))), rng.uniform(1, 4)
    patch = turned_noise(rng, shape, wide, rng.uniform(0, 2 * np.pi), rng.uniform(1, 2.5))
    rim = blur(noise(rng, shape), fine)
    ragged = patch / patch.std() + rng.uniform(0.25, 0.8) * rim / rim.std()
    edge = np.quantile(ragged[::3, ::3], 1 - np.exp(rng.uniform(np.log(0.01), np.log(0.08))))
    inside = np.clip((ragged - edge) / rng.uniform(0.05, 0.4), 0, 1)
    grains = blur(noise(rng, shape), rng.uniform(0.7, 1.6))
    grains = rng.uniform(-0.8, 0.8) + grains / grains.std() * rng.uniform(0.3, 1)
    if rng.random() < 0.5:  # mostly of one sign
        grains = np.abs(grains)
    found = inside * grains
    return rng.choice([-1, 1]) * (found - rng.uniform(0, 1) * blur(found, rng.uniform(2, 8)))


def uneven(rng, shape):
    """Ground that is not flat, at any width, here more than there."""
    width = np.exp(rng.uniform(np.log(3), np.log(70)))
    grain, here = blur(noise(rng, shape), width), blur(noise(rng, shape), width * rng.uniform(1, 3))
    grain = grain / (grain.std() + 1e-9)
    return grain / (1 + np.exp(-rng.uniform(0, 3) * here / (here.std() + 1e-9)))


def ground(rng, x, s):
    """What lies between cells."""
    for what, odds, least, most in ((specks, 0.7, 0.06, 1.5), (rings, 0.25, 0.05, 0.8), (points, 0.3, 0.06, 1.2),
                                    (clumps, 0.35, 0.1, 1.2), (uneven, 0.5, 0.03, 0.4)):
        if rng.random() < odds:
            x = x + s * np.exp(rng.uniform(np.log(least), np.log(most))) * what(rng, x.shape)
    return x


def spoil(rng, x, s):
    """Blur, dirt, uneven light, noise, few grey levels; `s` is the usual strength of the signal."""
    if rng.random() < 0.5:
        x = np.sign(x) * np.abs(x / s) ** np.exp(rng.uniform(-0.3, 0.3)) * s
    if rng.random() < 0.4:
        x = blur(x, rng.uniform(0.5, 2.6))
    x = ground(rng, x, s)
    if rng.random() < 0.2:  # dirt and floating specks
        spots = np.zeros(x.shape, np.float32)
        n = rng.integers(1, 120)
        spots[rng.integers(0, x.shape[0], n), rng.integers(0, x.shape[1], n)] = rng.normal(size=n)
        r = rng.uniform(1, 4)
        x = x + rng.uniform(0.5, 2.5) * s * blur(spots, r) * (2 * np.pi * r * r)
    if rng.random() < 0.4:
        x = x + rng.uniform(0, 0.5) * s * blur(noise(rng, x.shape), 42) * 42
    if rng.random() < 0.3:
        grain = noise(rng, x.shape, rng.uniform(1.0, 4.5))
        x = x + rng.uniform(0, 0.3) * s * grain / grain.std()
    x = x + noise(rng, x.shape) * s * (rng.uniform(0, 0.6) ** 1.7 if rng.random() < 0.7 else 0.02)
    if rng.random() < 0.2:
        step = s * rng.uniform(0.03, 0.15)
        x = np.round(x / step) * step
    if rng.random() < 0.15:
        x = compressed(rng, x)
    return x if rng.random() < 0.5 else -x
