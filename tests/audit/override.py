#!/usr/bin/env python3
"""Overrides against an independent count: classes of random objects are changed one after the other, each time the new
tables must be what this script counts from objects.csv; taken back, they must be the original ones byte for byte. Locked
protocols refuse. override.py PROGRAM SAMPLE [SEED]"""
import csv, filecmp, json, os, random, subprocess, sys, tempfile

program, sample = sys.argv[1:3]
chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 3)
CLASSES = ("live", "dead", "ambiguous", "debris")
bad = 0


def expect(truth, text):
    global bad
    if not truth:
        print(text)
        bad += 1


def stroma(*arguments, code=0):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    expect(done.returncode == code, f"stroma {' '.join(arguments)}: exit code {done.returncode}, not {code}: {done.stderr}")
    return done.stdout + done.stderr


def table(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def count(objects, classes, key):
    """Counts of counted objects by class, for each value of the column(s)."""
    sums = {}
    for o in objects:
        number = (int(o["ImageNumber"]), int(o["ObjectNumber"]))
        group = sums.setdefault(tuple(o[k] for k in key), dict.fromkeys(CLASSES, 0))
        if o["Counted"] == "1":
            group[classes.get(number, o["Class"])] += 1
    return sums


def wilson(k, n, z=1.959963984540054):
    middle, half = (k + z * z / 2) / (n + z * z), z / (n + z * z) * (k * (n - k) / n + z * z / 4) ** 0.5
    return 100 * (middle - half), 100 * (middle + half)


def check(rows, sums, key, what):
    for row in rows:
        c = sums.get(tuple(row[k] for k in key), dict.fromkeys(CLASSES, 0))
        where = f"{what} {[row[k] for k in key]}"
        for name, value in (("Nuclei", c["live"] + c["dead"] + c["ambiguous"]), ("Live", c["live"]), ("Dead", c["dead"]),
                            ("Ambiguous", c["ambiguous"]), ("Debris", c["debris"])):
            expect(row["Count_" + name] == str(value), f"{where}: Count_{name} is {row['Count_' + name]}, not {value}")
        decided = c["live"] + c["dead"]
        if decided:
            viability = 100 * c["live"] / decided
            expect(abs(float(row["Viability"]) - viability) <= 0.00501, f"{where}: Viability {row['Viability']}, not {viability}")
        if decided and row.get("Viability_DesignEffect") == "1.00":
            for name, value in zip(("Viability_Low", "Viability_High"), wilson(c["live"], decided)):
                expect(abs(float(row[name]) - value) <= 0.00501, f"{where}: {name} {row[name]}, not {value}")


def main():
    with tempfile.TemporaryDirectory() as top:
        out, key = os.path.join(top, "out"), os.path.join(top, "key")
        stroma("keygen", key, "--name", "Reviewer")
        stroma("run", sample, "--channels", "nuclei,dead", "-o", out, "-q", "--no-html", "--no-overlays", "--no-labels")
        objects, classes, entries = table(os.path.join(out, "objects.csv")), {}, []
        originals = {n: open(os.path.join(out, n), "rb").read() for n in ("wells.csv", "images.csv", "objects.csv")}
        for o in chance.sample(objects, 6):
            number = (int(o["ImageNumber"]), int(o["ObjectNumber"]))
            to = chance.choice([c for c in CLASSES if c != o["Class"]])
            said = json.loads(stroma("override", out, "--object", f"well={o['Metadata_Well']},image={o['FileName']},object={number[1]}",
                                     "--class", to, "--reason", "seen by eye", "--key", key, "--json"))
            classes[number] = to
            entries.append(said["entry"])
            new = os.path.join(out, said["outputs"])
            check(table(os.path.join(new, "wells.csv")), count(objects, classes, ("Metadata_Well",)), ("Metadata_Well",), "well")
            check(table(os.path.join(new, "images.csv")), count(objects, classes, ("ImageNumber",)), ("ImageNumber",), "image")
            expect({(int(r["ImageNumber"]), int(r["ObjectNumber"])): r["Class"] for r in table(os.path.join(new, "objects.csv"))}
                   == classes, f"{new}/objects.csv does not have the overridden objects")
        for name, data in originals.items():
            expect(open(os.path.join(out, name), "rb").read() == data, f"{name} was changed")
        stroma("audit", out)
        store = os.path.join(top, "lab.sqlite")
        expect("is stored" in stroma("store", out, "--store", store), "the overridden version is not stored")
        chance.shuffle(entries)
        for n in entries:
            new = os.path.join(out, json.loads(stroma("override", out, "--revert", str(n), "--reason", "no", "--key", key,
                                                      "--json"))["outputs"])
        for name in ("wells.csv", "images.csv"):
            expect(filecmp.cmp(os.path.join(out, name), os.path.join(new, name), shallow=False),
                   f"{name} is not the original one after all was taken back")
        expect("is stored" in stroma("store", out, "--store", store), "the version after it is not stored")
        expect(len(stroma("history", "--store", store, "--csv").splitlines()) == 2, "history shows more than the newest version")
        stroma("audit", store)
        stroma("audit", out, "--trust", key + ".pub", code=1)  # the newest state is signed by no "sign" entry
        stroma("sign", out, "--key", key, "--reason", "reviewed")
        stroma("audit", out, "--trust", key + ".pub")

        protocol, locked = os.path.join(top, "locked.ini"), os.path.join(top, "locked")
        open(protocol, "w").write("[protocol]\nname = release\nassay = fluorescence\nlocked = yes\n[input]\nchannels = nuclei,dead\n")
        stroma("run", sample, "--protocol", protocol, "-o", locked, "-q", "--no-html", "--no-overlays", "--no-labels")
        expect("is locked" in stroma("override", locked, "--object", "well=B03,site=1,object=1", "--class", "live", "--reason", "x",
                                     "--key", key, code=2), "a locked protocol allows overrides")
        expect(not os.path.exists(os.path.join(locked, "overrides")), "a refused override leaves something")
        print(f"{len(entries)} overrides, taken back one by one: {bad} problems")
    sys.exit(bad > 0)


main()
