#!/usr/bin/env python3
"""Include layers: each file may include only what its layer allows (docs/architecture.md)."""
import re, subprocess, sys

CORE = ["pipeline/core/"]
KERNELS = ["kernels/"]
MODEL = ["pipeline/record.h", "pipeline/role.h"]
STAGE = CORE + KERNELS + MODEL + ["pipeline/site.h", "pipeline/stage.h", "pipeline/well.h"]
# First matching prefix decides.
RULES = [
    ("kernels/", KERNELS),
    ("pipeline/core/", CORE),
    ("pipeline/io/", CORE + ["kernels/view.h", "pipeline/io/", "pipeline/role.h"]),
    ("pipeline/sinks/", CORE + MODEL + ["kernels/view.h", "pipeline/sink.h", "pipeline/sinks/",
                                        "pipeline/io/tiff_write.h", "pipeline/io/png_write.h", "pipeline/io/label_tiff.h",
                                        "pipeline/io/save.h", "pipeline/io/pdf.h", "pipeline/io/page.h", "pipeline/io/plot.h", "pipeline/io/deflate.h", "pipeline/io/deflate_runs.h"]),
    ("pipeline/stages/", STAGE + ["pipeline/stages/", "pipeline/stats/", "pipeline/nuclei/", "pipeline/illumination/",
                                  "pipeline/quality/", "pipeline/cells/", "pipeline/chamber/", "pipeline/bodies/"]),
    ("pipeline/bodies/", STAGE + ["pipeline/bodies/", "pipeline/cells/", "pipeline/illumination/"]),
    ("pipeline/chamber/", STAGE + ["pipeline/chamber/"]),
    ("pipeline/nuclei/", STAGE + ["pipeline/nuclei/", "pipeline/nets/"]),
    ("pipeline/cells/", STAGE + ["pipeline/cells/", "pipeline/illumination/", "pipeline/nets/", "pipeline/nuclei/"]),
    ("pipeline/nets/", CORE + KERNELS + ["pipeline/nets/"]),
    ("pipeline/illumination/", STAGE + ["pipeline/illumination/"]),
    ("pipeline/quality/", STAGE + ["pipeline/quality/", "pipeline/illumination/"]),
    ("pipeline/stats/", CORE + ["pipeline/stats/"]),
    ("pipeline/assays/", ["pipeline/assay.h", "pipeline/role.h", "pipeline/stages.h"]),
    ("images/", CORE + KERNELS + MODEL + ["images/", "pipeline/io/"]),
    ("pipeline/", ["pipeline/", "kernels/"]),
    ("cli/", ["cli/", "pipeline/", "kernels/", "images/"]),
    ("library/", ["library/", "pipeline/", "kernels/"]),
    ("tests/", [""]),
    ("bench/", [""]),
]


def allowed(path):
    for prefix, may in RULES:
        if path.startswith(prefix):
            return may
    return None


def main():
    files = subprocess.check_output(["git", "ls-files", "*.c", "*.h"], text=True).split()
    bad = 0
    for path in files:
        may = allowed(path)
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            found = re.match(r'#\s*include\s+"([^"]+)"', line)
            if not found:
                continue
            if may is None or not any(found[1].startswith(m) for m in may):
                print(f"{path}:{number}: may not include {found[1]}")
                bad += 1
    print(f"{len(files)} files, {bad} forbidden includes")
    return bad > 0


sys.exit(main())
