#!/usr/bin/env python3
"""Turns style sheets and scripts into C: embed.py OUT.c FILE.css... FILE.js...

Files of a kind are joined in the order given; the scripts share one function scope.
"""
import base64
import hashlib
import sys


def read(paths):
    return "".join(open(path, encoding="utf-8").read() for path in paths)


def policy_hash(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def array(name, text):
    data = text.encode()
    rows = ["    " + ", ".join(str(b) for b in data[i:i + 24]) + "," for i in range(0, len(data), 24)]
    return "const char %s[] = {\n%s\n    0};\nconst size_t %s_length = %d;\n" % (name, "\n".join(rows), name, len(data))


def main():
    out, paths = sys.argv[1], sys.argv[2:]
    css = read(p for p in paths if p.endswith(".css"))
    js = '(function () {\n"use strict";\n' + read(p for p in paths if p.endswith(".js")) + "})();\n"
    for text in (css, js):
        if not text.isascii() or "</" in text:
            sys.exit("assets must be ASCII and free of '</'")
    policy = ("default-src 'none'; img-src data: 'self' file:; base-uri 'none'; form-action 'none'; style-src %s; "
              "script-src %s" % (policy_hash(css), policy_hash(js)))
    with open(out, "w", encoding="utf-8") as f:
        f.write('/* SPDX-License-Identifier: GPL-2.0-or-later */\n#include "pipeline/sinks/html_assets.h"\n\n')
        f.write(array("stm_html_css", css) + array("stm_html_js", js))
        f.write('const char stm_html_policy[] = "%s";\n' % policy)


main()
