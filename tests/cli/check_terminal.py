#!/usr/bin/env python3
"""Escape sequences go to terminals that take them, and nowhere else. check_terminal.py PROGRAM SAMPLE"""
import os, pty, subprocess, sys, tempfile

program, sample = map(os.path.abspath, sys.argv[1:3])
image = os.path.join(sample, "sample12_A01_s1_w1.tif")
bad = 0


def on_terminal(term, **changes):
    """What a run prints on a terminal."""
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    env.update(TERM=term, **changes)
    text = b""
    with tempfile.TemporaryDirectory() as top:
        ours, theirs = pty.openpty()
        process = subprocess.Popen([program, "run", image, "-o", os.path.join(top, "out")], stdout=theirs, stderr=theirs, env=env)
        os.close(theirs)
        try:
            while part := os.read(ours, 4096):
                text += part
        except OSError:
            pass  # the other end is closed
        os.close(ours)
        assert process.wait() == 0, text
    return text


for wanted, text in ((True, on_terminal("xterm")), (False, on_terminal("xterm", NO_COLOR="1")), (False, on_terminal("dumb"))):
    if (b"\033" in text) != wanted or b"results are in" not in text:
        print(f"escape sequences {'wanted' if wanted else 'not wanted'}: {text!r}")
        bad += 1
sys.exit(bad > 0)
