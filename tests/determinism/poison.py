#!/usr/bin/env python3
"""Results do not depend on what memory held before: the same run with memory as it comes, and with every piece filled
with one byte and then another whenever it is taken or given back (STROMA_POISON for arenas, MALLOC_PERTURB_ for the
rest). poison.py PROGRAM PATH [run options…]"""
import os, sys, tempfile

from compare_runs import differences, files, run


def main():
    program, path, *options = sys.argv[1:]
    bad = 0
    with tempfile.TemporaryDirectory() as top:
        for name, byte in (("plain", None), ("170", 170), ("85", 85)):
            env = {k: v for k, v in os.environ.items() if k != "MALLOC_PERTURB_"}
            if byte is not None:
                env |= {"STROMA_POISON": str(byte), "MALLOC_PERTURB_": str(255 - byte)}
            run(program, [path], os.path.join(top, name), options, env)
        first = os.path.join(top, "plain")
        assert len(files(first)) > 4, "the run wrote nothing to compare"
        for name in ("170", "85"):
            for difference in differences(first, os.path.join(top, name)):
                print(f"memory as it comes and filled with {name}: {difference}")
                bad += 1
        print(f"3 runs of {len(files(first))} files: {bad} differences")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
