#!/usr/bin/env python3
"""Turns a file of weights into C: embed.py NAME FILE.bin OUT.c

Weights go into the order of kernels/conv8.h: output groups of 16, taps, quads of inputs, outputs, inputs. A convolution of
a layer made twice as large and another one becomes two: what the former adds to the sums, made at its own size, and the rest.
"""
import hashlib
import sys

import format as weights

OPS = {weights.INPUT: "STM_NET_INPUT", weights.CONV: "STM_NET_CONV", weights.POOL: "STM_NET_POOL",
       weights.UPSAMPLE: "STM_NET_SPREAD"}
TAPS = range(9)


def rows(values, width=24):
    text = [str(v) for v in values]
    return ",\n    ".join(", ".join(text[i:i + width]) for i in range(0, len(text), width))


def array(kind, name, values):
    return "static const %s %s[] = {\n    %s};\n" % (kind, name, rows(values))


def signed(data):
    return [b - 256 if b > 127 else b for b in data]


def grouped(l):
    w = signed(l.weight)
    return [w[(o * 9 + t) * l.inputs + i] for g in range(0, l.outputs, 16) for t in TAPS
            for q in range(0, l.inputs, 4) for o in range(g, g + 16) for i in range(q, q + 4)]


def even_first(l):
    return ["INT64_C(%d)" % l.offset[g + i] for g in range(0, l.outputs, 16)
            for i in list(range(0, 16, 2)) + list(range(1, 16, 2))]


def lanes(w, l, g, t, q):
    """For each output of a group and each half of a quad: how far the products can go up, and down, in 127ths."""
    sums = []
    for o in range(g, g + 16):
        at = (o * 9 + t) * l.inputs + q
        for half in (w[at:at + 2], w[at + 2:at + 4]):
            sums += [sum(v for v in half if v > 0), -sum(v for v in half if v < 0)]
    return sum(v << 16 * i for i, v in enumerate(sums))  # lanes of 16 bits: added and compared all at once


RUN = 8  # STM_CONV8_RUN
MOST = 32767 // 127
OVER = sum((32768 - MOST - 1) << 16 * i for i in range(64))
FLAGS = sum(32768 << 16 * i for i in range(64))


def runs_of(l, parts):
    """The runs of kernels/conv8.h, of the products of all taps together or of each by itself: the heaviest products first,
    each into the first run that has room for it."""
    w, counts, order = signed(l.weight), [], []
    for g, taps in [(g, taps) for g in range(0, l.outputs, 16) for taps in parts]:
        products = [(lanes(w, l, g, t, q), (t - taps[0]) * (l.inputs // 4) + q // 4) for t in taps for q in range(0, l.inputs, 4)]
        heavy = lambda p: (-max(p[0] >> 16 * i & 65535 for i in range(64)), p[1])
        runs = []
        for lane, at in sorted(products, key=heavy):
            fit = next((r for r in runs if len(r[1]) < RUN and not (r[0] + lane + OVER) & FLAGS), None)
            if fit:
                fit[0] += lane
                fit[1].append(at)
            else:
                runs.append([lane, [at]])
        runs.sort(key=lambda r: -len(r[1]))
        counts.append("{%s}" % ", ".join(str(sum(len(r[1]) == n + 1 for r in runs)) for n in range(RUN)))
        order += [at for r in runs for at in sorted(r[1])]
    return counts, order


def cut(l, first, last):
    """The same convolution of some of its inputs."""
    taken = bytes(l.weight[at * l.inputs + i] for at in range(9 * l.outputs) for i in range(first, last))
    return weights.Layer(l.op, l.source, l.skip, l.level, last - first, l.outputs, l.k, l.scale, l.offset, taken)


def split(layers):
    """Each layer with what it multiplies: a doubled one with its part of the convolution that it is for."""
    parts = [l if l.op == weights.CONV else None for l in layers]
    for n, l in enumerate(layers):
        doubled = layers[l.source] if l.op == weights.CONV and l.skip != 255 else None
        if doubled and (doubled.op != weights.UPSAMPLE or parts[l.source]):
            sys.exit("layer %d: only a layer of its own made twice as large can come before another one" % n)
        if doubled:
            parts[l.source], parts[n] = cut(l, 0, doubled.outputs), cut(l, doubled.outputs, l.inputs)
    return parts


def place(l, layers):
    """What it is made from, whose sums it adds to its own, its level and the quads of its outputs, for the table."""
    if l.op == weights.UPSAMPLE:
        return l.source, -1, l.level, next(z for z in layers if z.op == weights.CONV and layers[z.source] is l).outputs // 4
    pixels, sums = (l.source, -1) if l.skip == 255 else (l.skip, l.source)
    return -1 if l.op == weights.INPUT else pixels, sums, l.level, l.outputs // 4


MOST_QUADS = 57  # STM_CONV8_TILE_QUADS


def check(l):
    if l.op == weights.CONV and l.inputs > 4 * MOST_QUADS:
        sys.exit("a layer of %d inputs, at most %d are possible" % (l.inputs, 4 * MOST_QUADS))
    if l.inputs % 4 or l.op == weights.CONV and l.outputs % 16 or l.taps and not (32 if l.op == weights.CONV else 8) <= l.k <= 62:
        sys.exit("a layer of %d to %d channels, k = %d, is not possible" % (l.inputs, l.outputs, l.k))
    if any(not 0 <= s < 2 ** 31 for s in l.scale) or any(abs(o) >= 2 ** 61 for o in l.offset):
        sys.exit("a scale or offset is out of range")


def main():
    name, data = sys.argv[1], open(sys.argv[2], "rb").read()
    layers, table, out = weights.unpack(data), [], ['/* SPDX-License-Identifier: GPL-2.0-or-later */',
                                                    '#include "pipeline/nets/net.h"\n']
    for l in layers:
        check(l)
    for n, (l, part) in enumerate(zip(layers, split(layers))):
        conv = "{0}"
        if part:
            spread = l.op == weights.UPSAMPLE
            runs = runs_of(part, [[t] for t in TAPS] if spread else [TAPS])
            out += [array("int8_t", "weight_%d" % n, grouped(part)),
                    "static const uint16_t runs_%d[][STM_CONV8_RUN] = {%s};" % (n, ", ".join(runs[0])),
                    array("uint16_t", "order_%d" % n, runs[1])]
            if not spread:
                out += [array("int32_t", "scale_%d" % n, l.scale), array("int64_t", "offset_%d" % n, even_first(l))]
            conv = "{%d, %d, %d, weight_%d, %s, runs_%d, order_%d}" % (
                part.inputs // 4, part.outputs // 16, part.k - 32, n, "NULL, NULL" if spread else "scale_%d, offset_%d" % (n, n), n, n)
        if l.op != weights.HEAD:
            table.append("    {%s, %d, %d, %d, %d, %s}," % (OPS[l.op], *place(l, layers), conv))
    h = layers[-1]
    w = signed(h.weight)
    out.append("static const struct stm_head head = {\n    %d, {{%s}, {%s}}, {%d, %d}, {INT64_C(%d), INT64_C(%d)}};\n"
               % (h.k, rows(w[:h.inputs]), rows(w[h.inputs:]), *h.scale, *h.offset))
    out.append("static const struct stm_net_layer layers[] = {\n%s\n};\n" % "\n".join(table))
    out.append('const struct stm_net stm_net_%s = {"%s", "%s", layers, %d, &head};'
               % (name, name, hashlib.sha256(data).hexdigest(), len(table)))
    open(sys.argv[3], "w", encoding="utf-8").write("\n".join(out) + "\n")


main()
