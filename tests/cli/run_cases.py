#!/usr/bin/env python3
"""Runs the command-line cases: tests/cli/cases/<area>/<case>.sh in an empty directory with $STROMA (the program) and
$SAMPLE (the shipped plate). Beside a case lie what it must print and return:
  <case>.stdout  <case>.stderr   patterns: '...' within a line stands for any text, a line '...' for any lines
  <case>.exit                    the exit code, 0 when absent
`run_cases.py --bless PROGRAM SAMPLE [CASE…]` writes what was printed into these files; read the difference."""
import os, re, subprocess, sys, tempfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")


def pattern(expected):
    parts = []
    for line in expected.splitlines():
        parts.append(r"(?:.*\n)*" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r"\n")
    return re.compile("".join(parts))


def read(path, fallback):
    return open(path, encoding="utf-8").read() if os.path.exists(path) else fallback


def run(case, program, sample):
    with tempfile.TemporaryDirectory() as top:
        scratch = os.path.join(top, "case")  # a name that does not change: programs print it
        os.mkdir(scratch)
        env = dict(os.environ, STROMA=program, SAMPLE=sample, LC_ALL="C")
        done = subprocess.run(["sh", case], cwd=scratch, env=env, capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL)
    return done.stdout, done.stderr, done.returncode


def check(case, program, sample, bless):
    base = case[:-3]
    out, err, code = run(case, program, sample)
    if bless:
        for suffix, text in ((".stdout", out), (".stderr", err), (".exit", f"{code}\n" if code else "")):
            if text:
                open(base + suffix, "w", encoding="utf-8").write(text)
            elif os.path.exists(base + suffix):
                os.remove(base + suffix)
        return True
    good = True
    for what, got, want in (("stdout", out, read(base + ".stdout", "")), ("stderr", err, read(base + ".stderr", ""))):
        if not pattern(want).fullmatch(got):
            print(f"--- {what} of {base}: expected\n{want}--- got\n{got}---")
            good = False
    if code != int(read(base + ".exit", "0")):
        print(f"{base}: exit code {code}, expected {read(base + '.exit', '0').strip()}\n{err}")
        good = False
    return good


def main():
    arguments = sys.argv[1:]
    bless = arguments[:1] == ["--bless"]
    program, sample, *only = arguments[1:] if bless else arguments
    cases = sorted(os.path.join(d, f) for d, _, files in os.walk(HERE) for f in files if f.endswith(".sh"))
    cases = [c for c in cases if not only or any(o in c for o in only)]
    bad = [c for c in cases if not check(c, os.path.abspath(program), os.path.abspath(sample), bless)]
    print(f"{len(cases) - len(bad)} of {len(cases)} cases pass")
    sys.exit(bool(bad) or not cases)


main()
