#!/usr/bin/env python3
"""Every global symbol of the given libraries begins with stm_ and is defined once: the linker takes the first of two
in different archives without a word."""
import subprocess, sys

bad, defined = 0, {}
for library in sys.argv[1:]:
    for line in subprocess.check_output(["nm", "-g", "--defined-only", library], text=True).splitlines():
        parts = line.split()
        if line.endswith(".o:"):
            member = line[:-1]
        if len(parts) != 3 or parts[1] in "Ww":
            continue
        name = parts[2]
        if not name.startswith(("stm_", "__asan", "__odr")):
            print(f"{library}: {name} lacks the prefix")
            bad += 1
        if defined.setdefault(name, member) != member:
            print(f"{name} is defined in {defined[name]} and in {member}")
            bad += 1
print(f"{len(defined)} symbols, {bad} problems")
sys.exit(bad > 0)
