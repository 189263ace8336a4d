#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged and hostile images: each gets a sentence or a decode, never a crash, a hang or unbounded memory.

usage: check_broken.py DUMP_IMAGE PROJECT; images in $STROMA_DATA, default PROJECT/../shared/data
Limits for each file: 5 seconds of processor time and 512 MB. Exit status 77 (skipped) when they are not there."""
import os
import resource
import subprocess
import sys

SECONDS, MEGABYTES = 5, 512


def sanitized(program):
    with open(program, "rb") as f:
        return b"__asan_init" in f.read()


def limits(program):
    def set_limits():
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * factor, SECONDS * factor + 1))
        if factor == 1:  # the sanitizer reserves address space of its own
            resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))

    factor = 8 if sanitized(program) else 1
    return set_limits


def complaint(run):
    """What is wrong with how the program ended; "" when nothing is."""
    said = run.stderr.decode(errors="replace").strip()
    if run.returncode == 0:
        return "noise on stderr: " + said if said else ""
    if run.returncode != 1:
        return f"ended with {run.returncode}: {said[-300:]}"
    if len(said.splitlines()) != 1:
        return "not one sentence: " + said[-300:]
    if "(internal)" in said or "libtiff gives no reason" in said:
        return "no reason: " + said
    return ""


def main():
    program, data = sys.argv[1], os.environ.get("STROMA_DATA", os.path.join(sys.argv[2], "..", "shared", "data"))
    corpus = os.path.join(data, "malformed")
    files = sorted(os.path.join(d, f) for d, _, names in os.walk(corpus) for f in names)
    if not files:
        print(f"skipped: no corpus at {corpus} (STROMA_DATA says where the images are)")
        sys.exit(77)
    bad = refused = 0
    for path in files:
        try:
            run = subprocess.run([program, path], capture_output=True, timeout=120, preexec_fn=limits(program))
            wrong = complaint(run)
            refused += run.returncode == 1
        except subprocess.TimeoutExpired:
            wrong = "hangs"
        if wrong:
            bad += 1
            print(f"FAIL {path}: {wrong}")
        elif os.environ.get("VERBOSE"):
            print(path, run.stderr.decode(errors="replace").strip() or "read")
    print(f"{len(files)} files: {refused} refused, {len(files) - refused - bad} read, {bad} wrong")
    sys.exit(1 if bad else 0)


main()
