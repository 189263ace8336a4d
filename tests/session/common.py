"""What the session tests share: plates, runs to compare with, comparing."""
import filecmp, os, subprocess

PROGRAM_FILES = {"run.json", ".stroma-watch.json", "manifest.json", "audit.log"}


def plate(program, folder, rows=2, cols=3, sites=1, size=256, uneven=True):
    """A synthetic plate whose light is uneven, so that every field's correction depends on all the others. Returns
    the folder of its images and the files of each field."""
    options = [f"rows={rows}", f"cols={cols}", f"sites={sites}", f"width={size}", f"height={size}", "cells=60",
               "density_from=30", "density_to=90", "pack=none"]
    if uneven:
        options += ["falloff_percent=40", "background=300"]
    subprocess.run([program, "synth", "fluorescence", "-o", folder] + [x for o in options for x in ("--set", o)],
                   check=True, stdout=subprocess.DEVNULL)
    images = os.path.join(folder, "images")
    fields = {}
    for name in sorted(os.listdir(images)):
        fields.setdefault(name.rsplit("_w", 1)[0], []).append(os.path.join(images, name))
    return images, fields


def run(program, images, out, *options):
    done = subprocess.run([program, "run", images, "-o", out, "-q", "--channels", "nuclei,dead", *options],
                          capture_output=True, text=True)
    assert done.returncode in (0, 3), done.stderr


def results(top):
    """Files that are results: not run.json, which tells of the machine, and not the program's own."""
    found = {}
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, top)
            if not name.startswith(".") and relative not in PROGRAM_FILES:
                found[relative] = path
    return found


def differences(a, b):
    left, right = results(a), results(b)
    for name in sorted(set(left) ^ set(right)):
        yield f"{name} is only in one of {a} and {b}"
    for name in sorted(set(left) & set(right)):
        if not filecmp.cmp(left[name], right[name], shallow=False):
            yield f"{name} differs"


def journal(out):
    """Paths of all captures taken in, one list a capture."""
    with open(os.path.join(out, ".stroma-captures"), encoding="ascii") as f:
        lines = [line.split() for line in f.read().splitlines()]
    return [fields[3::3] for fields in lines if fields[1] == "capture"]
