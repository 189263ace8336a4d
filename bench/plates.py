#!/usr/bin/env python3
"""Whole plates: stroma beside OpenCV and scikit-image doing the same work, in turns within one run.
plates.py PROGRAM [FIELDS [ROUNDS]]"""
import os, resource, statistics, subprocess, sys, time

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "out", "bench")


# The density of nuclei rises over the columns. Confluent: 39 % of the field are nuclei.
DENSITIES = {"raw": (300, 1500), "deflate": (300, 1500), "confluent": (4000, 4000)}


def make_plate(program, name, fields, *options):
    """Two-channel 2048 x 2048 16-bit fields."""
    low, high = DENSITIES[name]
    folder = os.path.join(TOP, name)
    if not os.path.isdir(os.path.join(folder, "images")):
        cols = max(1, fields // 2)
        subprocess.run([program, "synth", "fluorescence", "-o", folder, "--set", f"cols={cols}", "--set", "rows=1",
                        "--set", "sites=2", "--set", "width=2048", "--set", "height=2048", "--set", f"density_from={low}",
                        "--set", f"density_to={high}", *options], check=True)
    images = os.path.join(folder, "images")
    names = sorted(n for n in os.listdir(images) if n.endswith(".tif"))
    return images, [os.path.join(images, n) for n in names][: 2 * fields]


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(command):
    begin, used = time.monotonic(), processor_seconds()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds, used = time.monotonic() - begin, processor_seconds() - used
    if done.returncode not in (0, 3):
        sys.exit(f"{command[0]}: exit code {done.returncode}: {done.stderr}")
    return seconds, used


def peers(files, out):
    peer = os.path.join(TOP, "opencv_plate")
    build = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "build.sh")
    if os.path.exists(peer) or subprocess.run(["bash", build, TOP], capture_output=True).returncode == 0:
        yield "OpenCV, CSV only, 1 thread", [peer, "1", os.path.join(out, "opencv.csv"), *files]
        yield "OpenCV, CSV only, 2 threads", [peer, "2", os.path.join(out, "opencv.csv"), *files]
    if subprocess.run(["/usr/bin/python3", "-c", "import skimage"], capture_output=True).returncode == 0:
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "skimage_plate.py")
        yield "scikit-image, CSV only, 1 thread", ["/usr/bin/python3", script, os.path.join(out, "skimage.csv"), *files]


def competitors(program, images, files, out):
    no_images = ["--no-overlays", "--no-labels"]
    tables = [*no_images, "--no-html", "--no-pdf", "--no-hashes"]
    base = [program, "run", images, "--channels", "nuclei,dead", "-q", "-o", os.path.join(out, "stroma")]
    for method in ("threshold", "classical", "net"):
        this = base + ["--set", f"segment.method={method}"]
        yield f"{method}, tables only, 1 thread", this + tables + ["-t", "1"]
        yield f"{method}, no images, 1 thread", this + no_images + ["-t", "1"]
        yield f"{method}, all outputs, 1 thread", this + ["-t", "1"]
        yield f"{method}, tables only, 2 threads", this + tables + ["-t", "2"]
    yield from peers(files, out)


def report(name, fields, rounds, times):
    """Medians; the ratio is that of processor time, which other programs on the machine disturb less."""
    middle = {label: [1000 * statistics.median(column) / fields for column in zip(*both)]
              for label, both in times.items()}
    peer = middle.get("OpenCV, CSV only, 1 thread", next(iter(middle.values())))[1]
    print(f"\n{name}: {fields} fields of 2 x 2048 x 2048, {rounds} rounds, ms/field")
    for label, (wall, used) in middle.items():
        print(f"  {label:34} {wall:8.1f}   processor {used:8.1f}   OpenCV takes {peer / used:5.2f} times as long")


def main():
    program = os.path.abspath(sys.argv[1])
    fields, rounds = [int(a) for a in sys.argv[2:4] + ["8", "3"][len(sys.argv) - 2:]]
    out = os.path.join(TOP, "results")
    os.makedirs(out, exist_ok=True)
    for name in DENSITIES:
        pack = "deflate" if name == "deflate" else "none"
        images, files = make_plate(program, name, fields, "--set", f"pack={pack}")
        runs = list(competitors(program, images, files, out))
        times = {label: [] for label, _ in runs}
        for _ in range(rounds):
            for label, command in runs:
                times[label].append(timed(command))
        report(name, fields, rounds, times)


if __name__ == "__main__":
    main()
