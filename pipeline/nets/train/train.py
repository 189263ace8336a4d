#!/usr/bin/env python3
"""Trains a network on the processor: train.py nuclei|cells|phase --minutes 45 --data FOLDER [--synthetic FOLDER...] OUT.pt

A second run with --start OUT.pt --rate 0.008 goes on from there.
"""
import argparse
import multiprocessing
import os
import time

import numpy as np
import torch

import tasks
from loss import HEIGHT, loss_of
from muon import Muon
from net import CHANNELS, Conv, Net, load

EXACT = 0.92  # half the bits are enough up to this part of the time
REST = 0.08  # rate of what is no 3 x 3 weight (AdamW), over that of those
USUAL = 0.05  # of a weight, root mean square: batch normalisation makes all sizes alike, this is where its own 1e-5 is nothing
PART = 4  # examples at once: what they need stays in cache


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("task", choices=sorted(CHANNELS))
    p.add_argument("out")
    p.add_argument("--minutes", type=float, required=True)
    p.add_argument("--data", required=True, help="folder of the annotated sets")
    p.add_argument("--synthetic", nargs="*", default=[], help="plates of the synthetic microscope")
    p.add_argument("--fold", type=int, default=0, help="held out: every fourth field from this one on; -1: none, -2: all of Usiigaci")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--half", action="store_true", help="half precision: faster where the processor has it")
    p.add_argument("--start")
    p.add_argument("--levels", type=int, default=4, help="of a network that starts from random weights")
    p.add_argument("--usual", type=float, help="outputs across the usual cell (default: those of the first networks)")
    p.add_argument("--distance", type=float, default=HEIGHT, help="weight of the height in the loss")
    p.add_argument("--rate", type=float, default=0.025, help="first step, as a part of a layer's weights")
    p.add_argument("--round-from", type=float, default=0.8, help="part of the time after which rounding begins")
    return p.parse_args()


def optimisers_of(net, rate):
    wide = [p for p in net.parameters() if p.ndim == 4 and p.shape[2] == 3]
    rest = [p for p in net.parameters() if not (p.ndim == 4 and p.shape[2] == 3)]
    return (Muon([{"params": wide, "initial": rate}], rate),
            torch.optim.AdamW([{"params": rest, "initial": REST * rate}], REST * rate, weight_decay=1e-4))


def begin_rounding(net):
    net.quant(True)
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.eval()


def feed(o, seed, queue):
    torch.set_num_threads(1)
    os.nice(5)
    for batch in tasks.examples(o.task, o.data, o.fold, seed, o.synthetic, o.usual):
        queue.put(batch)


def main():
    o = options()
    queue = multiprocessing.Queue(16)
    multiprocessing.Process(target=feed, args=(o, int(time.time()), queue), daemon=True).start()
    torch.manual_seed(1)
    torch.set_num_threads(o.threads)
    net = (load(o.task, o.start) if o.start else Net(o.task, o.levels)).to(memory_format=torch.channels_last)
    for m in net.modules():
        if isinstance(m, Conv):
            m.of_size(m.c.weight.numel() ** 0.5 * USUAL)
    optimisers = optimisers_of(net, o.rate)
    start, step, rounding, recent = time.time(), 0, False, []
    while (done := (time.time() - start) / 60 / o.minutes) < 1:
        for group in [g for each in optimisers for g in each.param_groups]:
            group["lr"] = group["initial"] * min(1, step / 50 + 0.02) * (0.5 * (1 + np.cos(np.pi * done)) + 0.01)
        if done > o.round_from and not rounding:
            rounding = True
            begin_rounding(net)
        whole = [torch.from_numpy(z) for z in queue.get()]
        net.zero_grad()
        total, parts = 0.0, max(1, len(whole[0]) // PART)
        for x, foreground, height, place in zip(*(z.chunk(parts) for z in whole)):
            with torch.cpu.amp.autocast(enabled=o.half and done < EXACT, dtype=torch.bfloat16):
                y = net(x.contiguous(memory_format=torch.channels_last))
            loss = loss_of(y.float(), foreground, height, place, o.distance) / parts
            loss.backward()
            total += loss.item()
        torch.set_num_threads(1)  # its matrices are small
        for each in optimisers:
            each.step()
        torch.set_num_threads(o.threads)
        step += 1
        recent.append(total)
        if step % 50 == 0:
            print(step, round(sum(recent) / len(recent), 4), "%.1f min" % ((time.time() - start) / 60), flush=True)
            recent.clear()
            torch.save(net.state_dict(), o.out + ".part")
    torch.save(net.state_dict(), o.out)


if __name__ == "__main__":
    main()
