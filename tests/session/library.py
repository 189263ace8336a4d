#!/usr/bin/env python3
"""The example program, which links the library, leaves what `stroma run` leaves, and so do many threads with a session each.
library.py PROGRAM EXAMPLE THREADS"""
import os, subprocess, sys, tempfile

from common import differences, plate, run


def main():
    program, example, threads = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as top:
        images, fields = plate(program, os.path.join(top, "plate"), rows=1, cols=3, sites=2, size=192)
        files = [path for name in sorted(fields, reverse=True) for path in fields[name]]
        ref, out = os.path.join(top, "ref"), os.path.join(top, "out")
        run(program, images, ref)
        done = subprocess.run([example, out, "nuclei,dead", "2", *files], capture_output=True, text=True)
        print(done.stdout, done.stderr)
        problems = list(differences(ref, out))
        if done.returncode or f"{len(fields)} fields" not in done.stdout or done.stdout.count(" live, ") != len(fields):
            problems.append("the example did not answer for each field")
        for arguments, words in (([out, "nuclei,deaf", "1", files[0]], "did you mean 'dead'"),
                                 ([out, "nuclei", "1", os.path.join(top, "none.tif")], "No such file")):
            refused = subprocess.run([example, *arguments], capture_output=True, text=True)
            if refused.returncode != 1 or words not in refused.stderr:
                problems.append(f"{words} expected, got {refused.stderr!r}")
        out = os.path.join(top, "threads-out")
        done = subprocess.run([threads, out, "nuclei,dead", "2", *files], capture_output=True, text=True)
        if done.returncode:
            problems.append(f"threads: exit code {done.returncode}: {done.stderr}")
        problems += differences(ref, out)
        print("\n".join(problems))
    sys.exit(bool(problems))


main()
