#!/usr/bin/env python3
"""Every global symbol of the given libraries begins with stm_."""
import subprocess, sys

bad = 0
for library in sys.argv[1:]:
    for line in subprocess.check_output(["nm", "-g", "--defined-only", library], text=True).splitlines():
        parts = line.split()
        if len(parts) == 3 and not parts[2].startswith(("stm_", "_binary_", "__asan", "__odr", "_ZTI")):
            print(f"{library}: {parts[2]}")
            bad += 1
print(f"{bad} symbols without the prefix")
sys.exit(bad > 0)
