"""Steps for the 3 x 3 weights: momentum, made orthogonal by Newton-Schulz (the optimiser known as Muon).

All directions of a layer move alike, so weights that rarely matter learn as fast as those that always do. A layer
with batch normalisation behind it does not depend on the size of its weights, so a step is a part of that size, and the
size is kept: an orthogonal step may point away from 0, and a few thousand of them made weights of 1e14 and gradients too
small to be made orthogonal, until squares overflowed.
"""
import torch

ROUNDS = 5  # of Newton-Schulz; its polynomial brings singular values within 0.7 ... 1.2


def orthogonal(g):
    g = g / (g.norm() + torch.finfo(g.dtype).tiny)
    for _ in range(ROUNDS):
        a = g @ g.T
        g = torch.addmm(g, torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315), g, beta=3.4445)
    return g


class Muon(torch.optim.Optimizer):
    """`lr`: length of a step over that of the weights."""

    def __init__(self, weights, lr):
        super().__init__(weights, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("momentum", torch.zeros_like(p))
                m.lerp_(p.grad, 0.05)
                g = orthogonal(p.grad.lerp(m, 0.95).reshape(len(p), -1))
                size = p.norm()
                p.sub_(g.reshape(p.shape), alpha=float(group["lr"] * size / (g.norm() + 1e-12)))
                p.mul_(size / p.norm())
