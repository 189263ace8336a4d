#!/usr/bin/env python3
"""Sizes: files at most 700 lines, headers at most 125, functions at most 100; medians are printed."""
import re, statistics, subprocess, sys

FILE, HEADER, FUNCTION = 700, 125, 100


def functions(path):
    """(name, lines) of each function: the last name before a parenthesis that begins a line, then { … } in column 0."""
    name = opened = None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if re.match(r"[A-Za-z_]", line):
            found = re.search(r"([A-Za-z_]\w*)\s*\(", line)
            name = found[1] if found else name
        elif line.startswith("{"):
            opened = number
        elif line.startswith("}") and opened:
            yield name, number - opened + 1
            opened = None


def main():
    files = subprocess.check_output(["git", "ls-files", "*.c", "*.h"], text=True).split()
    bad, sizes, lengths = 0, [], []
    for path in files:
        n = sum(1 for _ in open(path, encoding="utf-8"))
        if path.endswith(".c"):
            sizes.append(n)
        limit = HEADER if path.endswith(".h") and not path.startswith(("kernels/vec", "tests/", "kernels/tmpl")) else FILE
        if n > limit:
            print(f"{path}: {n} lines, the limit is {limit}")
            bad += 1
        if path.endswith(".c"):
            for name, length in functions(path):
                lengths.append(length)
                if length > FUNCTION:
                    print(f"{path}: {name} has {length} lines, the limit is {FUNCTION}")
                    bad += 1
    print(f"{len(sizes)} .c files, median {statistics.median(sizes):.0f} lines; "
          f"{len(lengths)} functions, median {statistics.median(lengths):.0f} lines; {bad} over the limits")
    return bad > 0


sys.exit(main())
