#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file of the format corpus is read with the pixels other readers see, or refused with a sentence.

usage: check_formats.py DUMP_IMAGE PROJECT [PART-OF-NAME]; images in $STROMA_DATA, default PROJECT/../shared/data
Exit status 77 (skipped) when the corpus or the other readers (tifffile, PIL, numpy) are not there."""
import csv
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import tifffile
    from PIL import Image
except ImportError as e:
    print("skipped:", e)
    sys.exit(77)

# What may be refused: part of the name, words of the sentence.
REFUSED = [
    (".ome.xml", "XML document"),
    ("iamac01file.c01", "not a TIFF"),
    ("separated-", "16-bit CMYK"),
    ("cmyk-3c-16b", "16-bit CMYK"),
    ("cmyk-3c-32b", "32-bit CMYK"),
    ("cmyk_16l_jpeg", "16-bit CMYK"),
    ("tiled-cmyk-i8", "signed CMYK"),
    ("off_l16", "LogL luminance"),
    ("off_luv", "LogLuv colours"),
    ("logluv", "LogLuv colours"),
    ("hopper.Lab", "L*a*b*"),
    ("pillow/lab", "L*a*b*"),
    ("libtiffpic/text.tif", "cannot be decoded"),  # damaged: libtiff and PIL refuse it, too
    ("separate_planar_extra_samples", "strip 2 has no bytes"),
]

# Files of which no other reader knows the pixels, but that were made from another one of the corpus.
TWINS = {
    "image_tiff/random-fp16-pred3.tiff": "image_tiff/random-fp16.tiff",
    "image_tiff/white-fp16-pred3.tiff": "image_tiff/white-fp16-pred2.tiff",
}


class Dump:
    """What dump_image says of a file, and its planes as the values that were stored."""

    def __init__(self, program, path):
        with tempfile.NamedTemporaryFile() as raw:
            run = subprocess.run([program, path, raw.name], capture_output=True, timeout=60)
            self.ok = run.returncode == 0
            self.said = run.stderr.decode(errors="replace").strip()
            self.crashed = run.returncode not in (0, 1)
            if self.ok:
                self.parse(run.stdout.decode(errors="replace"), np.fromfile(raw.name, np.uint16))

    def parse(self, text, pixels):
        self.facts, self.planes, self.seen = {}, {}, False
        size = 0
        for line in text.splitlines():
            key, _, value = line.partition(" ")
            if key != "plane":
                self.facts[key] = value
                continue
            w, h = map(int, self.facts["size"].split())
            c, z, t, _, scale, _, offset, _, bits, _, lossy = value.split()
            plane = pixels[size : size + w * h].reshape(h, w)
            size += w * h
            self.planes[int(t), int(z), int(c)] = (plane, float(scale), float(offset), lossy == "1")
        self.channels, self.z, self.t = map(int, self.facts["axes"].split())
        self.colour = self.facts["colour"] == "1"

    def stored(self, c):
        """Stored values of channel c of the first plane, with half a step of mapping as tolerance."""
        plane, scale, offset, lossy = self.planes[0, 0, c]
        if self.seen and scale < 0:  # what is seen where 0 is white
            return plane.astype(np.float64), 0.0
        return offset + scale * plane.astype(np.float64), abs(scale) * 0.5000001 if lossy else 0.0


def by_channel(page, array):
    """A page as (channels, rows, columns)."""
    if array.ndim == 2:
        return array[None]
    if array.ndim == 3 and array.shape[:2] == (page.imagelength, page.imagewidth):
        return np.moveaxis(array, 2, 0)
    return array if array.ndim == 3 else None


def compare(dump, reference, shift=0, factor=1, tolerance=0.0):
    """Reference (channels, rows, columns) against the first page's channels; "" when they agree."""
    for c in range(min(dump.channels, len(reference))):
        ours, slack = dump.stored(c)
        ours = np.floor(ours / 2.0**shift) if shift else ours * factor
        theirs = reference[c].astype(np.float64)
        theirs = np.where(np.isfinite(theirs), theirs, 0)
        if ours.shape != theirs.shape:
            return f"size {ours.shape}, the reference has {theirs.shape}"
        # values that overflow a float64 range lose their last digits on the way
        off = np.abs(ours - theirs) > slack + tolerance + 1e-9 * np.abs(theirs)
        if off.any():
            y, x = np.argwhere(off)[0]
            return f"channel {c}: {off.sum()} pixels differ, first ({x}, {y}): {ours[y, x]} against {theirs[y, x]}"
    return ""


def with_tifffile(dump, path):
    """None when tifffile cannot judge."""
    try:
        with tifffile.TiffFile(path) as tif:
            page = next(p for p in tif.pages if not p.is_reduced or len(tif.pages) == 1)
            array = page.asarray()
            alone = len(tif.pages) == 1
    except Exception:
        return None
    if page.photometric in (5, 6) or array.dtype.kind == "c":
        return None
    reference = by_channel(page, array)
    if page.photometric == 3:  # a palette: dropped, or looked up
        if int(dump.facts["stored_bits"]) == page.bitspersample and "values" in dump.facts["remark"]:
            return compare(dump, reference)
        tables = page.colormap >> 8 if page.colormap.max() > 255 else page.colormap
        return compare(dump, tables[: dump.channels, reference[0].astype(int)])
    if reference is None or (len(reference) < dump.channels and alone):
        return None
    return compare(dump, reference)


def with_bits(dump, path):
    """Packed samples of uncompressed strips, taken apart bit by bit."""
    try:
        with tifffile.TiffFile(path) as tif, open(path, "rb") as f:
            p, data = tif.pages[0], f.read()
            bits, s = p.bitspersample, p.samplesperpixel
    except Exception:
        return None
    swapped = tif.byteorder == "<" and bits % 8 == 0
    if p.compression != 1 or p.is_tiled or p.fillorder != 1 or p.photometric in (3, 6):
        return None
    strips = b"".join(data[o : o + n] for o, n in zip(p.dataoffsets, p.databytecounts))
    planar = p.planarconfig == 2 and s > 1
    per_row, rows = (p.imagewidth, p.imagelength * s) if planar else (p.imagewidth * s, p.imagelength)
    row = (per_row * bits + 7) // 8
    if len(strips) < row * rows:
        return None
    octets = np.frombuffer(strips, np.uint8)[: row * rows].reshape(rows, row)
    if swapped:
        octets = octets.reshape(rows, -1, bits // 8)[:, :, ::-1].reshape(rows, row)
    one = np.unpackbits(octets, axis=1)
    values = one[:, : per_row * bits].reshape(rows, per_row, bits).astype(np.float64) @ 2.0 ** np.arange(bits)[::-1]
    if planar:
        return compare(dump, values.reshape(s, p.imagelength, p.imagewidth))
    return compare(dump, np.moveaxis(values.reshape(p.imagelength, p.imagewidth, s), 2, 0))


def with_twin(dump, path, program):
    for name, twin in TWINS.items():
        if path.endswith(name):
            other = Dump(program, path.replace(name, twin))
            return compare(dump, np.stack([other.stored(c)[0] for c in range(other.channels)]))
    return None


# What PIL does to pixels with an EXIF orientation, undone.
TURNED_BACK = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: a[:, ::-1].T,
    7: lambda a: a[::-1, ::-1].T,
    8: lambda a: a.T[:, ::-1],
}


def with_pil(dump, path):
    try:
        with Image.open(path) as image:
            bits = int(dump.facts["stored_bits"])
            image.load()
            mode = image.mode
            if mode in ("P", "PA") and "values" not in dump.facts["remark"]:
                image = image.convert("RGB")
            if mode == "CMYK" or mode == "YCbCr":
                image = image.convert("RGB")
            array = np.asarray(image)
            tags = getattr(image, "tag_v2", {})
    except Exception:
        return None
    if 1 in np.ravel(tags.get(338, ())):
        return None  # PIL divides by alpha
    reference = array[None] if array.ndim == 2 else np.moveaxis(array, 2, 0)
    if "orientation" in dump.facts["remark"] and array.ndim == 2:
        reference = TURNED_BACK[int(dump.facts["remark"].split("orientation ")[1][0])](array)[None]
    dump.seen = True
    if mode == "1":
        return compare(dump, reference.astype(np.uint8))
    if mode in ("L", "LA", "RGB", "RGBA", "RGBX") and bits < 8:
        return compare(dump, reference, factor=255 / (2**bits - 1), tolerance=0.5)
    if reference.dtype == np.uint8 and bits > 8 and bits <= 16:
        return compare(dump, reference, shift=bits - 8)
    return compare(dump, reference, tolerance=2 if mode in ("CMYK", "YCbCr") else 0)


def judge(dump, path, program):
    """(verdict, words)"""
    if dump.crashed:
        return "FAIL", "crashed: " + dump.said
    if not dump.ok:
        allowed = any(name in path and words in dump.said for name, words in REFUSED)
        return "refused" if allowed else "FAIL", dump.said
    answers = (
        with_tifffile(dump, path),
        with_bits(dump, path),
        with_twin(dump, path, program),
        with_pil(dump, path),
    )
    answers = [a for a in answers if a is not None]
    if not answers:
        return "unjudged", ""
    return ("read", "") if "" in answers else ("FAIL", " / ".join(answers))


def main():
    program, data = sys.argv[1], os.environ.get("STROMA_DATA", os.path.join(sys.argv[2], "..", "shared", "data"))
    corpus = os.path.join(data, "formats")
    part = sys.argv[3] if len(sys.argv) > 3 else ""
    if not os.path.exists(os.path.join(corpus, "manifest.csv")):
        print(f"skipped: no corpus at {corpus} (STROMA_DATA says where the images are)")
        sys.exit(77)
    counts = {}
    with open(os.path.join(corpus, "manifest.csv"), newline="") as f:
        names = [row["file"] for row in csv.DictReader(f) if part in row["file"]]
    for name in names:
        path = os.path.join(corpus, name)
        if not os.path.exists(path):
            counts["absent"] = counts.get("absent", 0) + 1
            continue
        verdict, words = judge(Dump(program, path), path, program)
        counts[verdict] = counts.get(verdict, 0) + 1
        if verdict != "read" or part:
            print(f"{verdict}: {name}: {words}")
    print(counts)
    sys.exit(1 if counts.get("FAIL") else 0)


main()
