#!/usr/bin/env python3
"""Integer weights as something to train on from: restore.py nuclei|cells|phase WEIGHTS.bin --data FOLDER STATE.pt

The integers hold convolutions into which the batch normalisation was folded. It is put back so that the network says
what it said: its means and variances are those of a few batches of examples.
"""
import argparse

import numpy as np
import torch

import format as weights
import tasks
from net import CHANNELS, LIMIT, STEPS, Conv, Net

STEP, BATCHES = LIMIT / STEPS, 4


def unfold(l):
    """Weights w[out, in, ky, kx] and bias of a layer of export.py."""
    side = 3 if l.taps == 9 else 1
    q = np.frombuffer(l.weight, np.int8).reshape(l.outputs, side, side, l.inputs).transpose(0, 3, 1, 2)
    unit = np.array([STEP] * l.outputs if l.op == weights.CONV else [1 / 256, 1 / 16384])
    scale = np.array(l.scale, float) / 2.0 ** l.k * unit / STEP
    bias = (np.array(l.offset, float) / 2.0 ** l.k - 0.5) * unit
    return torch.from_numpy(q * scale[:, None, None, None]).float(), torch.from_numpy(bias).float()


class Put:
    """Sets a convolution's normalisation from what passes through it, then passes it on."""

    def __init__(self, conv, bias):
        self.bias = bias
        conv.c.register_forward_hook(lambda _, __, y: self.put(conv.b, y))

    def put(self, b, y):
        with torch.no_grad():
            mean, variance = y.mean((0, 2, 3)), y.var((0, 2, 3), unbiased=False)
            b.running_mean.copy_(mean)
            b.running_var.copy_(variance)
            b.weight.copy_(torch.sqrt(variance + b.eps))
            b.bias.copy_(self.bias + mean)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("task", choices=sorted(CHANNELS))
    p.add_argument("weights")
    p.add_argument("out")
    p.add_argument("--data", required=True)
    o = p.parse_args()
    layers = weights.unpack(open(o.weights, "rb").read())
    net = Net(o.task, 1 + max(l.level for l in layers)).eval()
    convs = [m for m in net.modules() if isinstance(m, Conv)]
    layers = [l for l in layers if l.taps]
    if len(layers) != len(convs) + 1:
        raise SystemExit("%d layers with weights, expected %d" % (len(layers), len(convs) + 1))
    for conv, l in zip(convs, layers):
        w, bias = unfold(l)
        conv.c.weight.data.copy_(w)
        Put(conv, bias)
    w, bias = unfold(layers[-1])
    net.h.weight.data.copy_(w)
    net.h.bias.data.copy_(bias)
    source = tasks.examples(o.task, o.data, -1, 1)
    x = np.concatenate([next(source)[0] for _ in range(BATCHES)])
    with torch.no_grad():
        net(torch.from_numpy(x))
    torch.save(net.state_dict(), o.out)


main()
