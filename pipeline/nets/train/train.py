#!/usr/bin/env python3
"""Trains the network on the processor: train.py --minutes 22 --annotated FOLDER [--synthetic FOLDER...] OUT.pt

A second run with --start OUT.pt --rate 1e-3 --round-from 0 goes on with the integers' rounding from the beginning.
"""
import argparse
import queue
import threading
import time

import numpy as np
import torch
import torch.nn.functional as F

from data import batch, prepare
from net import Net


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("out")
    p.add_argument("--minutes", type=float, required=True)
    p.add_argument("--annotated", required=True)
    p.add_argument("--synthetic", nargs="*", default=[])
    p.add_argument("--start")
    p.add_argument("--dense", type=float, default=0, help="fields are drawn with this power of their number of nuclei")
    p.add_argument("--distance", type=float, default=2, help="weight of the distance in the loss")
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument("--round-from", type=float, default=0.8, help="part of the time after which rounding begins")
    return p.parse_args()


def loss_of(y, foreground, distance, weight):
    p = torch.sigmoid(y[:, 0])
    entropy = F.binary_cross_entropy_with_logits(y[:, 0], foreground)
    dice = 1 - (2 * (p * foreground).sum() + 1) / (p.sum() + foreground.sum() + 1)
    return entropy + 0.5 * dice + weight * ((y[:, 1] - distance) ** 2 * (1 + 4 * foreground)).mean()


def begin_rounding(net):
    net.quant(True)
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.eval()


def main():
    o, examples = options(), queue.Queue(8)
    torch.manual_seed(1)
    train, held = prepare(o.annotated, o.synthetic)
    print(len(train), "fields to train on,", len(held), "held out", flush=True)

    def feed():
        rng = np.random.default_rng(0)
        nuclei = np.array([len(np.unique(labels)) for _, labels in train], float) ** o.dense
        while True:
            examples.put(batch(rng, train, nuclei / nuclei.sum(), 8, 128))

    threading.Thread(target=feed, daemon=True).start()
    net = Net()
    if o.start:
        net.load_state_dict(torch.load(o.start))
    optimiser = torch.optim.AdamW(net.parameters(), lr=o.rate, weight_decay=1e-4)
    start, step, rounding = time.time(), 0, False
    while (done := (time.time() - start) / 60 / o.minutes) < 1:
        for group in optimiser.param_groups:
            group["lr"] = o.rate * min(1, step / 50 + 0.02) * (0.5 * (1 + np.cos(np.pi * done)) + 0.01)
        if done > o.round_from and not rounding:
            rounding = True
            begin_rounding(net)
        x, foreground, distance = (torch.from_numpy(z) for z in examples.get())
        loss = loss_of(net(x), foreground, distance, o.distance)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 50 == 0:
            print(step, round(loss.item(), 4), flush=True)
    torch.save(net.state_dict(), o.out)


main()
