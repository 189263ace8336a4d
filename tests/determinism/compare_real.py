#!/usr/bin/env python3
"""compare_runs.py on real images: some of each set in STROMA_DATA (default ../shared/data), or all of them.
compare_real.py PROGRAM [--all]"""
import os, subprocess, sys, tempfile

from compare_runs import differences, files, isas, run

DATA = os.environ.get("STROMA_DATA") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../shared/data")
# Set, how many images without --all, options. The reference runs a network a hundred times slower than the best
# version, so large images are left to the classical method.
SETS = (
    ("dsb2018_fluo_nuclei", 8, ["--assay", "fluorescence"]),
    ("dsb2018_fluo_nuclei", 24, ["--assay", "fluorescence", "--set", "segment.method=classical"]),
    ("dsb2018_fluo_nuclei", 24, ["--assay", "fluorescence", "--set", "segment.method=threshold"]),
    ("dsb2018_brightfield_gray", 2, ["--assay", "fluorescence"]),
    ("stardist_sample_nuclei", 1, ["--assay", "fluorescence", "--set", "segment.method=classical"]),
    ("celldetective_mcf7_hoechst_pi_bf", 3, ["--assay", "fluorescence", "--set", "segment.method=classical"]),
    ("usiigaci_phase", 1, ["--assay", "adherent", "--pixel-size", "0.87", "--set", "segment.cell_um=70"]),
    ("usiigaci_phase", 1, ["--assay", "adherent", "--set", "segment.method=classical"]),
    ("kudi_chamber_livedead", 3, ["--assay", "suspension"]),
    ("grishagin_trypan_hemocytometer", 2, ["--assay", "suspension"]),
)


def assays(program):
    listed = subprocess.run([program, "assays"], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in listed.splitlines() if line[:1].isalpha()}


def images_of(name, most):
    top = os.path.join(DATA, name, "images")
    names = sorted(n for n in os.listdir(top) if n.endswith((".tif", ".tiff", ".png", ".jpg")))
    return [os.path.join(top, n) for n in names[:most]]


def compare(program, name, most, options, top):
    outs = []
    for isa in isas(program):
        out = os.path.join(top, f"{len(os.listdir(top))}-{isa}")
        run(program, images_of(name, most), out, ["--isa", isa, *options])
        outs.append(out)
    bad = [f"{name}: {os.path.basename(outs[0])} and {os.path.basename(out)}: {d}" for out in outs[1:]
           for d in differences(outs[0], out)]
    print(f"{name} {' '.join(options[2:])}: {len(outs)} instruction sets, {len(files(outs[0]))} files each, "
          f"{len(bad)} differences", flush=True)
    return bad


def main():
    program, everything = os.path.abspath(sys.argv[1]), "--all" in sys.argv
    if not os.path.isdir(DATA):
        print(f"no real images in {DATA} (STROMA_DATA)")
        sys.exit(77)
    known = assays(program)
    with tempfile.TemporaryDirectory() as top:
        bad = [d for name, most, options in SETS if options[1] in known
               for d in compare(program, name, None if everything else most, options, top)]
    print(*bad, sep="\n")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
