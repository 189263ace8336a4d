#!/usr/bin/env python3
"""Trained weights as integers: export.py STATE.pt|WEIGHTS.bin WEIGHTS.bin [VECTOR.bin]

VECTOR.bin is a test: u16 width, u16 height, input (height x width x planes, which are a multiple of 4), then the two
outputs (i16) that plain numpy integers give for it.
"""
import math
import struct
import sys

import numpy as np
import torch

import format as weights
from net import LIMIT, STEPS

STEP = LIMIT / STEPS


def layer(op, source, skip, level, w, b, unit):
    """Weights w[out, in, ky, kx] and bias b whose sums are in `unit`s of the output."""
    s = np.abs(w).max(axis=(1, 2, 3)) / 127 + 1e-12
    q = np.floor(w / s[:, None, None, None] + 0.5).astype(np.int8)
    scale, offset = s * STEP / unit, b / unit + 0.5
    k = min(62, int(math.floor(math.log2((2 ** 31 - 1) / scale.max()))))
    return weights.Layer(op, source, skip, level, w.shape[1], w.shape[0], k,
                         [int(math.floor(v * 2 ** k + 0.5)) for v in scale],
                         [int(math.floor(v * 2 ** k + 0.5)) for v in offset], q.transpose(0, 2, 3, 1).tobytes())


class Export:
    def __init__(self, state):
        self.state = {k: v.double().numpy() for k, v in state.items() if v.dtype.is_floating_point}
        planes = self.state["e.0.0.c.weight"].shape[1]
        self.layers = [weights.Layer(weights.INPUT, 255, 255, 0, planes, planes)]

    def conv(self, name, level, skip=255):
        get = lambda part: self.state[name + "." + part]
        gain = get("b.weight") / np.sqrt(get("b.running_var") + 1e-5)
        return self.add(layer(weights.CONV, len(self.layers) - 1, skip, level, get("c.weight") * gain[:, None, None, None],
                              get("b.bias") - get("b.running_mean") * gain, STEP))

    def move(self, op, level):
        channels = self.layers[-1].outputs
        return self.add(weights.Layer(op, len(self.layers) - 1, 255, level, channels, channels))

    def add(self, l):
        self.layers.append(l)
        return len(self.layers) - 1

    def all(self):
        skips, last = [], 0
        while "e.%d.0.c.weight" % (last + 1) in self.state:
            last += 1
        for level in range(last + 1):
            if level:
                self.move(weights.POOL, level)
            self.conv("e.%d.0" % level, level)
            skips.append(self.conv("e.%d.1" % level, level))
        for i, level in enumerate(range(last - 1, -1, -1)):
            self.move(weights.UPSAMPLE, level)
            self.conv("d.%d.0" % i, level, skips[level])
            self.conv("d.%d.1" % i, level)
        units = np.array([1 / 256, 1 / 16384])
        w, b = self.state["h.weight"] / units[:, None, None, None], self.state["h.bias"] / units
        self.add(layer(weights.HEAD, len(self.layers) - 1, 255, 0, w, b, 1.0))
        return self.layers


def convolve(l, x):
    side = 3 if l.taps == 9 else 1
    w = np.frombuffer(l.weight, np.int8).reshape(l.outputs, side, side, l.inputs).astype(np.int64)
    h, width = x.shape[:2]
    p = np.pad(x, ((side // 2,) * 2, (side // 2,) * 2, (0, 0)))
    acc = sum(p[ky:ky + h, kx:kx + width] @ w[:, ky, kx].T for ky in range(side) for kx in range(side))
    return (acc * np.array(l.scale) + np.array(l.offset)) >> l.k


def run(layers, x):
    done = [x]
    for l in layers[1:]:
        a = done[l.source]
        if l.op == weights.POOL:
            a = np.maximum.reduce([a[::2, ::2], a[1::2, ::2], a[::2, 1::2], a[1::2, 1::2]])
        elif l.op == weights.UPSAMPLE:
            a = a.repeat(2, 0).repeat(2, 1)
        else:
            a = convolve(l, a if l.skip == 255 else np.concatenate([a, done[l.skip]], 2))
            a = np.clip(a, 0, 127) if l.op == weights.CONV else np.clip(a, -32768, 32767)
        done.append(a)
    return done[-1]


def vector(layers, w=48, h=144):
    """Round spots of several sizes and noise: something the network has an opinion about."""
    rng, x = np.random.default_rng(7), np.zeros((h, w))
    yy, xx = np.mgrid[:h, :w]
    for _ in range(14):
        r = rng.uniform(4, 11)
        d = np.hypot(yy - rng.uniform(0, h), xx - rng.uniform(0, w)) / r
        x = np.maximum(x, rng.uniform(0.3, 1.2) * np.clip(3 * (1 - d), 0, 1))
    x = np.clip(x + rng.normal(0, 0.03, x.shape) + 0.04, 0, 1)
    roots = [x, np.sqrt(x), np.sqrt(np.sqrt(x))][:layers[0].outputs // 4]
    planes = np.stack([np.roll(p, (k, 1), (0, 1)) for p in roots for k in range(4)], 2)
    q = np.floor(planes * STEPS + 0.5).astype(np.int64)
    y = run(layers, q).astype("<i2")
    return struct.pack("<HH", w, h) + q.astype(np.uint8).tobytes() + y[..., 0].tobytes() + y[..., 1].tobytes()


def main():
    source = sys.argv[1]
    layers = weights.unpack(open(source, "rb").read()) if source.endswith(".bin") else Export(torch.load(source, map_location="cpu")).all()
    open(sys.argv[2], "wb").write(weights.pack(layers))
    if len(sys.argv) > 3:
        open(sys.argv[3], "wb").write(vector(layers))


main()
