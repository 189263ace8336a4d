#!/usr/bin/env python3
"""A network with a coarser level below the coarsest one: deepen.py cells OLD.pt NEW.pt --data FOLDER

What comes from the new level hardly counts at first, so the network says nearly what it said and is trained on from there.
"""
import argparse

import numpy as np
import torch

import tasks
from net import CHANNELS, Net, levels_of

BATCHES, FAINT = 6, 2e-3


def moved(name):
    """The decoder's levels are counted from the coarsest."""
    part, level, *rest = name.split(".")
    return ".".join([part, str(int(level) + 1), *rest]) if part == "d" else name


class Settle:
    """Sets a convolution's normalisation from what passes through it: all outputs alike, or as they come."""

    def __init__(self, conv, alike):
        self.alike = alike
        conv.c.register_forward_hook(lambda _, __, y: self.settle(conv.b, y))

    def settle(self, b, y):
        mean, variance = y.mean((0, 2, 3)), y.var((0, 2, 3), unbiased=False)
        b.running_mean.copy_(mean)
        b.running_var.copy_(variance)
        if not self.alike:
            b.weight.copy_(torch.sqrt(variance + b.eps))
            b.bias.copy_(mean)


def begin(conv):
    torch.nn.init.orthogonal_(conv.c.weight.view(len(conv.c.weight), -1))
    Settle(conv, True)


def pass_on(conv):
    """The last inputs, those of the level's own encoder, become the outputs."""
    w = conv.c.weight
    w.normal_(0, FAINT)
    for o in range(len(w)):
        w[o, w.shape[1] - len(w) + o, 1, 1] += 1
    Settle(conv, False)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("task", choices=sorted(CHANNELS))
    p.add_argument("old")
    p.add_argument("new")
    p.add_argument("--data", required=True)
    p.add_argument("--seed", type=int, default=3)
    o = p.parse_args()
    torch.manual_seed(o.seed)
    old = torch.load(o.old, map_location="cpu")
    net = Net(o.task, levels_of(old) + 1).eval()
    with torch.no_grad():
        net.load_state_dict({**net.state_dict(), **{moved(k): v for k, v in old.items()}})
        for conv in net.e[-1]:
            begin(conv)
        for conv in net.d[0]:
            pass_on(conv)
        source = tasks.examples(o.task, o.data, -1, 1)
        net(torch.from_numpy(np.concatenate([next(source)[0] for _ in range(BATCHES)])))
    torch.save(net.state_dict(), o.new)


if __name__ == "__main__":
    main()
