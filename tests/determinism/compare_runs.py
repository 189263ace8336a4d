#!/usr/bin/env python3
"""The same results, byte for byte, for every number of threads and every instruction set; run.json and what seals it aside.
compare_runs.py PROGRAM PATH [run options…]"""
import filecmp, os, subprocess, sys, tempfile


OWN = ("run.json", "manifest.json", "audit.log")  # say when and where


def isas(program):
    """Instruction sets this machine and build have: those that --isa accepts."""
    have = []
    for name in ("ref", "avx2", "avx512", "neon"):
        done = subprocess.run([program, "run", "--dry-run", "--isa", name, os.devnull], capture_output=True, text=True)
        if "--isa" not in done.stderr:
            have.append(name)
    return have


def run(program, paths, out, options, env=None):
    """Results of a run in folder `out`; ends the test when there are none."""
    done = subprocess.run([program, "run", *paths, "-o", out, "-q", *options], env=env, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"{os.path.basename(out)}: exit code {done.returncode}: {done.stderr}")


def files(top):
    return sorted(os.path.relpath(os.path.join(d, f), top) for d, _, names in os.walk(top) for f in names)


def differences(a, b):
    left, right = files(a), files(b)
    for name in sorted(set(left) ^ set(right)):
        yield f"{name} is only in one of them"
    for name in sorted(set(left) & set(right)):
        if name not in OWN and not filecmp.cmp(os.path.join(a, name), os.path.join(b, name), shallow=False):
            yield f"{name} differs"


def main():
    program, path, *options = sys.argv[1:]
    bad = 0
    with tempfile.TemporaryDirectory() as top:
        runs = [(isa, threads) for isa in isas(program) for threads in ("1", "2", "7")]
        for isa, threads in runs:
            run(program, [path], os.path.join(top, f"{isa}-{threads}"), ["--isa", isa, "--threads", threads, *options])
        first = os.path.join(top, f"{runs[0][0]}-{runs[0][1]}")
        assert len(files(first)) > 4, "the run wrote nothing to compare"
        for isa, threads in runs[1:]:
            for difference in differences(first, os.path.join(top, f"{isa}-{threads}")):
                print(f"{runs[0]} and {(isa, threads)}: {difference}")
                bad += 1
        print(f"{len(runs)} runs of {len(files(first))} files: {bad} differences")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
