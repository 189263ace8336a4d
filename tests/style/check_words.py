#!/usr/bin/env python3
"""Tracked text: no trailing blanks or tabs in C, a final newline, a licence line, no machine's paths."""
import re, subprocess, sys

PATHS = re.compile(r"(?<![\w.])/(home|root|work|Users)/\w")


def problems(path, text):
    if text and not text.endswith("\n"):
        yield "no newline at the end"
    if path.endswith(".c") and not text.startswith("/* SPDX-License-Identifier: GPL-2.0-or-later */\n"):
        yield "the first line is not the licence"
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip() and not path.endswith(".md"):
            yield f"line {number}: trailing blanks"
        if "\t" in line and path.endswith((".c", ".h")):
            yield f"line {number}: tab"
        if PATHS.search(line) and "check_words" not in path:
            yield f"line {number}: a machine's path"


def main():
    bad = 0
    names = subprocess.check_output(["git", "ls-files", "*.c", "*.h", "*.py", "*.sh", "*.build", "*.md", "*.js", "*.css"],
                                    text=True).split()
    for path in names:
        for problem in problems(path, open(path, encoding="utf-8").read()):
            print(f"{path}: {problem}")
            bad += 1
    print(f"{len(names)} files, {bad} problems")
    return bad > 0


sys.exit(main())
