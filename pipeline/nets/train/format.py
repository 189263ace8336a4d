"""The weights' file, little endian:

8 bytes "stromaN1"; u16 layers, u16 0; then for each layer u8 op (0 input, 1 convolution, 2 pool, 3 upsample, 4 head),
u8 from, u8 skip (255: none), u8 level, u16 channels in, u16 channels out, i32 k; convolutions and the head go on with
i32 scale[out], i64 offset[out], i8 weight[out][taps][in] (taps in rows; 9 or, of the head, 1).
A value is (sum * scale + offset) >> k, clamped to 0 ... 127 or, at the head, to 16 bits.
"""
import struct

INPUT, CONV, POOL, UPSAMPLE, HEAD = range(5)
MAGIC = b"stromaN1"


class Layer:
    def __init__(self, op, source, skip, level, inputs, outputs, k=0, scale=(), offset=(), weight=b""):
        self.op, self.source, self.skip, self.level = op, source, skip, level
        self.inputs, self.outputs, self.k = inputs, outputs, k
        self.scale, self.offset, self.weight = scale, offset, weight  # weight: bytes, two's complement

    @property
    def taps(self):
        return {CONV: 9, HEAD: 1}.get(self.op, 0)


def pack(layers):
    data = MAGIC + struct.pack("<HH", len(layers), 0)
    for l in layers:
        data += struct.pack("<BBBBHHi", l.op, l.source, l.skip, l.level, l.inputs, l.outputs, l.k)
        if l.taps:
            data += struct.pack("<%di%dq" % (l.outputs, l.outputs), *l.scale, *l.offset) + l.weight
    return data


def unpack(data):
    if data[:8] != MAGIC:
        raise ValueError("not a file of weights")
    n, at, layers = struct.unpack_from("<H", data, 8)[0], 12, []
    for _ in range(n):
        l = Layer(*struct.unpack_from("<BBBBHHi", data, at))
        at += 12
        if l.taps:
            o, size = l.outputs, l.outputs * l.taps * l.inputs
            l.scale, l.offset = struct.unpack_from("<%di" % o, data, at), struct.unpack_from("<%dq" % o, data, at + 4 * o)
            l.weight = data[at + 12 * o:at + 12 * o + size]
            at += 12 * o + size
        layers.append(l)
    if at != len(data):
        raise ValueError("%d bytes, expected %d" % (len(data), at))
    return layers
