#!/usr/bin/env python3
"""Whole runs of a build that watches every access to memory and every undefined operation (AddressSanitizer,
UndefinedBehaviorSanitizer, LeakSanitizer): each assay by each method, with all that can be written.
sanitized.py MESON SOURCE BUILD"""
import os, subprocess, sys, tempfile

# fontconfig keeps what it has read of the system's fonts
QUIET = {"ASAN_OPTIONS": "detect_stack_use_after_return=1", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
         "LSAN_OPTIONS": "suppressions={}:print_suppressions=0"}
SETUP = ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dtests=false", "-Dbench=false", "-Doptimization=1",
         "-Dwerror=false"]  # with sanitizers gcc 12 warns of accesses that do not happen

PLATES = {
    "stained": ["fluorescence", "calcein=yes", "density_from=40", "dead_from=20", "cols=2"],
    "phase": ["phase", "nuclei=yes", "density_from=50", "cols=2"],
    "trypan": ["suspension", "density_from=30", "dead_from=20", "cols=2"],
}
SIZE = ["width=420", "height=380"]
RUNS = (
    ("stained", ["--assay", "fluorescence", "--channels", "nuclei,dead,body"]),
    ("stained", ["--assay", "fluorescence", "--channels", "nuclei,dead", "--set", "segment.method=classical"]),
    ("stained", ["--assay", "fluorescence", "--channels", "nuclei,dead", "--set", "segment.method=threshold"]),
    ("phase", ["--assay", "adherent"]),
    ("phase", ["--assay", "adherent", "--channels", "phase,nuclei", "--set", "segment.weights=general"]),
    ("phase", ["--assay", "adherent", "--set", "segment.method=classical"]),
    ("trypan", ["--assay", "suspension"]),
)


def build(meson, source, folder):
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        subprocess.run([meson, "setup", folder, source, *SETUP], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([meson, "compile", "-C", folder, "cli/stroma:executable"], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(folder, "cli", "stroma")


def environment(top):
    path = os.path.join(top, "suppressed")
    open(path, "w", encoding="utf-8").write("leak:libfontconfig\n")
    return os.environ | {k: v.format(path) for k, v in QUIET.items()}


def tell(name, done):
    bad = done.returncode != 0 or "Sanitizer" in done.stderr or "runtime error" in done.stderr
    print(f"{name}: exit code {done.returncode}\n{done.stderr[-6000:]}" if bad else f"{name}: ok")
    return bad


def main():
    meson, source, folder = sys.argv[1:]
    program, bad = build(meson, source, folder), 0
    with tempfile.TemporaryDirectory() as top:
        env = environment(top)
        at = lambda name: os.path.join(top, name)
        do = lambda *words: subprocess.run([program, *words], capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL)
        for name, (scene, *options) in PLATES.items():
            bad += tell(f"synth {name}", do("synth", scene, "-o", at(name), *[w for o in options + SIZE for w in ("-s", o)]))
        for i, (name, options) in enumerate(RUNS):
            bad += tell(f"run {name} {' '.join(options)}",
                        do("run", at(name) + "/images", "-o", at(f"out{i}"), "--overlays", "full", "--threads", "2",
                           "--store", at("store.db"), *options))
        bad += tell("history", do("history", "--store", at("store.db")))
        bad += tell("view", do("view", at("out0"), "-o", at("sheet.png")))
        bad += tell("audit", do("audit", at("out0")))
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
