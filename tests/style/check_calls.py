#!/usr/bin/env python3
"""Third-party libraries stay behind their wrappers, and some calls are not made at all.
A line may be excused with a comment that contains 'stroma-check: allow' and the reason."""
import re, subprocess, sys

# header -> the files that may include it
WRAPPED = {
    "tiffio.h": r"pipeline/io/tiff\w*\.[ch]|tests/.*",
    "cairo": r"pipeline/io/pdf\.c",
    "png.h": r"pipeline/io/png\w*\.[ch]|tests/.*",
    "jpeglib.h": r"pipeline/io/jpeg\w*\.[ch]|tests/.*",
    "expat.h": r"pipeline/io/omexml\.c|pipeline/core/xml\.c",
    "jansson.h": r"pipeline/core/json_read\.c",
    "ini.h": r"pipeline/core/ini\.c",
    "sodium.h": r"pipeline/core/sign\.c",
    "sqlite3.h": r"pipeline/io/sqlite(_pages)?\.c",
    "nettle/": r"pipeline/core/sha256\.c",
    "fftw3.h": r"kernels/fft\.c",
    "gsl/": r"pipeline/stats/quantile\.c",
    "zlib.h": r"pipeline/io/deflate\.c|tests/.*",
    "libdeflate.h": r"pipeline/io/deflate\.c",
    "immintrin.h": r"kernels/.*|tests/kernels/peak_dot8\.c",
    "arm_neon.h": r"kernels/.*",
}
BANNED = {
    r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok)\s*\(": "unbounded or stateful",
    r"\b(atoi|atol|atof|sscanf)\s*\(": "does not notice bad numbers; use core/text.h",
    r"\bsetlocale\s*\(": "numbers are written without locale",
    r"\bsystem\s*\(|\bpopen\s*\(": "no shells",
    r"\brand\s*\(|\bsrand\s*\(": "randomness has a seed of its own",
    r"\bfopen\s*\(": "files are written through core/file.h and read through io",
}
FREE = re.compile(r"tests/|bench/|pipeline/core/file\.c")


def main():
    bad = 0
    for path in subprocess.check_output(["git", "ls-files", "*.c", "*.h"], text=True).split():
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            if "stroma-check: allow" in line:
                continue
            include = re.match(r"#\s*include\s*<([^>]+)>", line)
            if include:
                for header, where in WRAPPED.items():
                    if include[1].startswith(header) and not re.fullmatch(where, path):
                        print(f"{path}:{number}: <{include[1]}> is only for {where}")
                        bad += 1
            code = re.sub(r'"(\\.|[^"\\])*"|/\*.*?\*/|//.*', "", line)
            for call, why in BANNED.items():
                if not FREE.match(path) and re.search(call, code):
                    print(f"{path}:{number}: {re.search(call, code)[0]}: {why}")
                    bad += 1
    print(f"{bad} forbidden calls or includes")
    return bad > 0


sys.exit(main())
