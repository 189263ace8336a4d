#!/usr/bin/env python3
"""Generated pages are up to date, every stage has its test, every link in the docs leads somewhere.
check_docs.py PROGRAM"""
import os, re, subprocess, sys

program = sys.argv[1]
bad = 0


def complain(text):
    global bad
    print(text)
    bad += 1


if subprocess.check_output([program, "stages", "--markdown"], text=True) != open("docs/stages.md", encoding="utf-8").read():
    complain("docs/stages.md is out of date: stroma stages --markdown > docs/stages.md")
for name in re.findall(r"&stm_stage_(\w+)", open("pipeline/stages.c", encoding="utf-8").read()):
    if not os.path.exists(f"tests/stages/test_{name}.c"):
        complain(f"stage {name} has no tests/stages/test_{name}.c")
pages = subprocess.check_output(["git", "ls-files", "*.md"], text=True).split()
for page in pages:
    text = open(page, encoding="utf-8").read()
    for path in re.findall(r"`((?:docs|kernels|pipeline|tests|bench|images|cli|tools)/[\w./-]+\.\w+)`", text) + [
            os.path.normpath(os.path.join(os.path.dirname(page), m)) for m in re.findall(r"\]\((?!http)([^)#]+)", text)]:
        if not os.path.exists(path) and not re.search(r"[<>*]|NAME", path):
            complain(f"{page}: {path} does not exist")
print(f"{len(pages)} pages, {bad} problems")
sys.exit(bad > 0)
