#!/usr/bin/env python3
"""Whole plates: stroma beside OpenCV and scikit-image doing the same work, in turns within one run.
plates.py PROGRAM [FIELDS [ROUNDS]]"""
import os, resource, statistics, subprocess, sys, time

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "out", "bench")


def make_plate(program, name, fields, *options):
    """Two-channel 2048 x 2048 16-bit fields with 300 to 1500 nuclei."""
    folder = os.path.join(TOP, name)
    if not os.path.isdir(os.path.join(folder, "images")):
        cols = max(1, fields // 2)
        subprocess.run([program, "synth", "fluorescence", "-o", folder, "--set", f"cols={cols}", "--set", "rows=1",
                        "--set", "sites=2", "--set", "width=2048", "--set", "height=2048", *options], check=True)
    images = os.path.join(folder, "images")
    names = sorted(n for n in os.listdir(images) if n.endswith(".tif"))
    return images, [os.path.join(images, n) for n in names][: 2 * fields]


def timed(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        sys.exit(f"{command[0]}: exit code {done.returncode}: {done.stderr}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def competitors(program, images, files, out):
    plain = ["--no-overlays", "--no-labels", "--no-html", "--no-hashes"]
    base = [program, "run", images, "--channels", "nuclei,dead", "-q", "-o", os.path.join(out, "stroma")]
    for method in ("classical", "net"):
        this = base + ["--set", f"segment.method={method}"]
        yield f"{method}, tables only, 1 thread", this + plain + ["-t", "1"]
        yield f"{method}, all outputs, 1 thread", this + ["-t", "1"]
        yield f"{method}, tables only, 2 threads", this + plain + ["-t", "2"]
    peer = os.path.join(TOP, "opencv_plate")
    build = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "build.sh")
    if os.path.exists(peer) or subprocess.run(["bash", build, TOP], capture_output=True).returncode == 0:
        yield "OpenCV, 1 thread", [peer, "1", os.path.join(out, "opencv.csv"), *files]
        yield "OpenCV, 2 threads", [peer, "2", os.path.join(out, "opencv.csv"), *files]
    if subprocess.run(["/usr/bin/python3", "-c", "import skimage"], capture_output=True).returncode == 0:
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "skimage_plate.py")
        yield "scikit-image, 1 thread", ["/usr/bin/python3", script, os.path.join(out, "skimage.csv"), *files]


def main():
    program = os.path.abspath(sys.argv[1])
    fields, rounds = [int(a) for a in sys.argv[2:4] + ["8", "3"][len(sys.argv) - 2:]]
    out = os.path.join(TOP, "results")
    os.makedirs(out, exist_ok=True)
    for name, options in (("raw", ["--set", "pack=none"]), ("deflate", ["--set", "pack=deflate"])):
        images, files = make_plate(program, name, fields, *options)
        runs = list(competitors(program, images, files, out))
        wall = {label: [] for label, _ in runs}
        for _ in range(rounds):
            for label, command in runs:
                wall[label].append(timed(command)[0] / fields)
        base = statistics.median(wall.get("OpenCV, 1 thread", wall[runs[0][0]]))
        print(f"\n{name}: {fields} fields of 2 x 2048 x 2048, {rounds} rounds")
        for label, seconds in wall.items():
            middle = statistics.median(seconds)
            print(f"  {label:32} {1000 * middle:8.1f} ms/field ({1000 * min(seconds):.1f} to {1000 * max(seconds):.1f})"
                  f"  {base / middle:5.2f} x OpenCV on one thread")


if __name__ == "__main__":
    main()
