"""The network, with the rounding that the integer version has (`quant`)."""
import torch
import torch.nn as nn
import torch.nn.functional as F

CHANNELS = {"nuclei": (16, 32, 48, 64), "cells": (16, 48, 64, 96, 128)}  # of each level; the first ones of cells have four
CHANNELS["phase"] = CHANNELS["cells"]
PLANES = {"nuclei": 12, "cells": 8, "phase": 8}  # what the network takes in; the program has them in fours
LIMIT, STEPS = 6.0, 127  # activations are 0 ... LIMIT in STEPS steps


class Round(torch.autograd.Function):
    """Half up; gradients pass as if nothing had been rounded."""

    @staticmethod
    def forward(ctx, x):
        return torch.floor(x + 0.5)

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class Clamp(torch.autograd.Function):
    """0 ... LIMIT; above it gradients pass, which is rare and three times as fast as stopping them."""

    @staticmethod
    def forward(ctx, x):
        y = torch.clamp(x, 0, LIMIT)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, gradient):
        return torch.ops.aten.threshold_backward(gradient, ctx.saved_tensors[0], 0)


class Double(torch.autograd.Function):
    """Each pixel as 2 x 2; the way back is a mean, which is ten times as fast as the library's."""

    @staticmethod
    def forward(ctx, x):
        return F.interpolate(x, scale_factor=2, mode="nearest")

    @staticmethod
    def backward(ctx, gradient):
        return F.avg_pool2d(gradient, 2) * 4


class Conv(nn.Module):
    """Convolution, batch normalisation, clamp to 0 ... LIMIT."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.c = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.b = nn.BatchNorm2d(outputs)
        self.q = False

    def of_size(self, size):
        """The same outputs from weights of this size."""
        with torch.no_grad():
            factor = size / self.c.weight.norm()
            self.c.weight *= factor
            self.b.running_mean *= factor
            self.b.running_var.copy_((self.b.running_var.sqrt() * factor) ** 2)

    def folded(self):
        g = self.b.weight / torch.sqrt(self.b.running_var + self.b.eps)
        return self.c.weight * g[:, None, None, None], self.b.bias - self.b.running_mean * g

    def forward(self, x):
        if not self.q:
            return Clamp.apply(self.b(self.c(x)))
        w, b = self.folded()
        scale = w.abs().amax((1, 2, 3), keepdim=True) / 127 + 1e-12
        y = Clamp.apply(F.conv2d(x, Round.apply(w / scale) * scale, b, padding=1))
        return Round.apply(y * (STEPS / LIMIT)) * (LIMIT / STEPS)


def levels_of(state):
    return len({name.split(".")[1] for name in state if name.startswith("e.")})


def load(task, path):
    """A network of as many levels as its weights are of."""
    state = torch.load(path, map_location="cpu")
    net = Net(task, levels_of(state))
    net.load_state_dict(state)
    return net


class Net(nn.Module):
    """Planes 0 ... 1 to log odds of an object and a height with one top in each."""

    def __init__(self, task, levels):
        super().__init__()
        channels = CHANNELS[task][:levels]
        self.pad = -PLANES[task] % 4
        self.e, self.d, inputs = nn.ModuleList(), nn.ModuleList(), PLANES[task] + self.pad
        for c in channels:
            self.e.append(nn.ModuleList([Conv(inputs, c), Conv(c, c)]))
            inputs = c
        for below, c in zip(channels[:0:-1], channels[-2::-1]):
            self.d.append(nn.ModuleList([Conv(below + c, c), Conv(c, c)]))
        self.h = nn.Conv2d(channels[0], 2, 1)

    def quant(self, on=True):
        for m in self.modules():
            if isinstance(m, Conv):
                m.q = on

    def forward(self, x):
        x = torch.cat([x, torch.zeros_like(x[:, :self.pad])], 1)
        x = Round.apply(x * STEPS) * (LIMIT / STEPS)
        skips = []
        for k, (a, b) in enumerate(self.e):
            x = b(a(x))
            if k < len(self.e) - 1:
                skips.append(x)
                x = F.max_pool2d(x, 2)
        for (a, b), skip in zip(self.d, skips[::-1]):
            x = b(a(torch.cat([Double.apply(x), skip], 1)))
        return self.h(x)
