#!/usr/bin/env python3
"""Turns a file of weights into C: embed.py NAME FILE.bin OUT.c

Weights go into the order of kernels/conv8.h: output groups of 16, taps, quads of inputs, outputs, inputs.
"""
import hashlib
import sys

import format as weights

OPS = {weights.INPUT: "STM_NET_INPUT", weights.CONV: "STM_NET_CONV", weights.POOL: "STM_NET_POOL",
       weights.UPSAMPLE: "STM_NET_UPSAMPLE"}


def rows(values, width=24):
    text = [str(v) for v in values]
    return ",\n    ".join(", ".join(text[i:i + width]) for i in range(0, len(text), width))


def array(kind, name, values):
    return "static const %s %s[] = {\n    %s};\n" % (kind, name, rows(values))


def signed(data):
    return [b - 256 if b > 127 else b for b in data]


def grouped(l):
    w = signed(l.weight)
    return [w[(o * 9 + t) * l.inputs + i] for g in range(0, l.outputs, 16) for t in range(9)
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


def runs_of(l):
    """The runs of kernels/conv8.h: the heaviest products first, each into the first run that has room for it."""
    w, counts, order = signed(l.weight), [], []
    for g in range(0, l.outputs, 16):
        products = [(lanes(w, l, g, t, q), t * (l.inputs // 4) + q // 4) for t in range(9) for q in range(0, l.inputs, 4)]
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


def check(l):
    if l.inputs % 4 or l.op == weights.CONV and l.outputs % 16 or l.taps and not (32 if l.op == weights.CONV else 8) <= l.k <= 62:
        sys.exit("a layer of %d to %d channels, k = %d, is not possible" % (l.inputs, l.outputs, l.k))
    if any(not 0 <= s < 2 ** 31 for s in l.scale) or any(abs(o) >= 2 ** 61 for o in l.offset):
        sys.exit("a scale or offset is out of range")


def main():
    name, data = sys.argv[1], open(sys.argv[2], "rb").read()
    layers, table, out = weights.unpack(data), [], ['/* SPDX-License-Identifier: GPL-2.0-or-later */',
                                                    '#include "pipeline/nets/net.h"\n']
    for n, l in enumerate(layers):
        check(l)
        conv = "{0}"
        if l.op == weights.CONV:
            runs = runs_of(l)
            out += [array("int8_t", "weight_%d" % n, grouped(l)), array("int32_t", "scale_%d" % n, l.scale),
                    array("int64_t", "offset_%d" % n, even_first(l)),
                    "static const uint16_t runs_%d[][STM_CONV8_RUN] = {%s};" % (n, ", ".join(runs[0])),
                    array("uint16_t", "order_%d" % n, runs[1])]
            conv = "{%d, %d, %d, weight_%d, scale_%d, offset_%d, runs_%d, order_%d}" % (
                l.inputs // 4, l.outputs // 16, l.k - 32, n, n, n, n, n)
        if l.op != weights.HEAD:
            signs = [-1 if v == 255 else v for v in (l.source, l.skip)]
            table.append("    {%s, %d, %d, %d, %d, %s}," % (OPS[l.op], *signs, l.level, l.outputs // 4, conv))
    h = layers[-1]
    w = signed(h.weight)
    out.append("static const struct stm_net_head head = {\n    %d, {{%s}, {%s}}, {%d, %d}, {INT64_C(%d), INT64_C(%d)}};\n"
               % (h.k, rows(w[:h.inputs]), rows(w[h.inputs:]), *h.scale, *h.offset))
    out.append("static const struct stm_net_layer layers[] = {\n%s\n};\n" % "\n".join(table))
    out.append('const struct stm_net stm_net_%s = {"%s", "%s", layers, %d, &head};'
               % (name, name, hashlib.sha256(data).hexdigest(), len(table)))
    open(sys.argv[3], "w", encoding="utf-8").write("\n".join(out) + "\n")


main()
