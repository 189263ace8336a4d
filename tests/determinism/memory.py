#!/usr/bin/env python3
"""Memory does not grow with the plate: what a run keeps of a site is its identity and its file names, less than
4 KiB. (Pixels, objects or measurements that stayed would be 100 KiB and more.)
memory.py PROGRAM SAMPLE_PLATE (files named <plate>_<well>_s<site>_w<channel>.tif)"""
import json, os, re, subprocess, sys, tempfile


def plate(folder, sample, wells):
    """Hard links (or copies) of the sample's files under as many wells."""
    os.makedirs(folder)
    names = sorted(n for n in os.listdir(sample) if n.endswith(".tif"))
    have = sorted({re.search(r"_([A-Z]\d\d)_", n)[1] for n in names})
    for i in range(wells):
        well, source = f"{chr(65 + i // 24)}{i % 24 + 1:02d}", have[i % len(have)]
        for name in names:
            if f"_{source}_" in name:
                os.symlink(os.path.join(os.path.abspath(sample), name), os.path.join(folder, name.replace(f"_{source}_", f"_{well}_")))


def peak(program, folder, out):
    done = subprocess.run([program, "run", folder, "-o", out, "--threads", "2", "-q", "--channels", "nuclei,dead"],
                          capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"exit code {done.returncode}: {done.stderr}")
    facts = json.load(open(os.path.join(out, "run.json"), encoding="utf-8"))
    def find(node):
        if isinstance(node, dict):
            return next((v for k, v in node.items() if k == "peak_memory_bytes"), None) or next(filter(None, map(find, node.values())), None)
        return None
    return find(facts)


def main():
    program, sample = sys.argv[1:]
    with tempfile.TemporaryDirectory() as top:
        sizes = {}
        for wells in (12, 384):
            folder = os.path.join(top, f"plate{wells}")
            plate(folder, sample, wells)
            sizes[wells] = peak(program, folder, os.path.join(top, f"out{wells}"))
    sites = len([n for n in os.listdir(sample) if n.endswith("_w1.tif")]) // 12
    growth = (sizes[384] - sizes[12]) / ((384 - 12) * sites)
    print(f"12 wells: {sizes[12] / 2**20:.1f} MiB, 384 wells: {sizes[384] / 2**20:.1f} MiB, {growth / 1024:.1f} KiB a site")
    sys.exit(growth > 4096)


main()
