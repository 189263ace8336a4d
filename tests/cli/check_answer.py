#!/usr/bin/env python3
"""docs/capture.md names every name of an answer and of a watch's status, and the tables name the measures.
check_answer.py PROGRAM SAMPLE"""
import csv, json, os, re, subprocess, sys, tempfile

program, sample = map(os.path.abspath, sys.argv[1:3])
page = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/capture.md"), encoding="utf-8").read()
documented = set(re.findall(r"`([a-zA-Z_0-9]+)`", page))
files = [os.path.join(sample, f"sample12_C04_s1_w{c}.tif") for c in (1, 2)]
bad = 0


def complain(text):
    global bad
    print(text)
    bad += 1


def names(value, inside=""):
    """Names of an object's members and of those within, but for measured values, which have columns' names."""
    if isinstance(value, list):
        for entry in value:
            yield from names(entry, inside)
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield name
            if name not in ("measures", "rows"):
                yield from names(entry, name)


with tempfile.TemporaryDirectory() as top:
    out = os.path.join(top, "out")
    done = subprocess.run([program, "capture", *files, "--channels", "nuclei,dead", "-o", out, "--objects", "--json"],
                          capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    error = json.loads(subprocess.run([program, "capture", "nowhere.tif", "--json"], capture_output=True, text=True).stdout)
    os.mkdir(os.path.join(top, "in"))
    subprocess.run([program, "watch", os.path.join(top, "in"), "-o", out, "--once", "--channels", "nuclei,dead", "--status",
                    os.path.join(top, "status"), "--log", os.path.join(top, "log")], check=True)
    status = json.load(open(os.path.join(top, "status")))
    for name in sorted(set(names(answer)) | set(names(error)) | set(names(status))):
        if name not in documented:
            complain(f"docs/capture.md does not name {name}")
    site = answer["sites"][0]
    image = next(csv.DictReader(open(os.path.join(out, "images.csv"), encoding="utf-8")))
    for name, value in site["measures"].items():
        if name not in image:
            complain(f"images.csv has no column {name}")
        elif (image[name] == "") != (value is None) or (value is not None and float(image[name]) != value):
            complain(f"{name} is {value}, in images.csv {image[name]!r}")
    rows = list(csv.DictReader(open(os.path.join(out, "objects.csv"), encoding="utf-8")))
    if len(rows) != len(site["rows"]) or not rows:
        complain(f"{len(site['rows'])} objects, {len(rows)} in objects.csv")
    for row, wanted in zip(site["rows"], rows):
        for name, value in row.items():
            text = wanted.get(name)
            if text is None or (value is None) != (text == "" and name != "Class") or (
                    value is not None and (str(value) if name == "Class" else float(value)) != (
                        text if name == "Class" else float(text))):
                complain(f"object {wanted['ObjectNumber']}: {name} is {value}, in objects.csv {text!r}")
print(f"{len(documented)} names, {len(rows)} objects, {bad} problems")
sys.exit(bad > 0)
