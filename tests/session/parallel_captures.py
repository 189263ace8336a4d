#!/usr/bin/env python3
"""Captures that run all at once into one results directory leave what one run leaves, whatever their order; and so do
early and late ones. parallel_captures.py PROGRAM [FIELDS]"""
import json, os, random, subprocess, sys, tempfile

from common import differences, journal, plate, run


def capture(program, out, files, *options):
    return subprocess.Popen([program, "capture", "--json", "--channels", "nuclei,dead", "-o", out, *options, *files],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def answer_of(process):
    out, err = process.communicate()
    assert process.returncode in (0, 3), (process.returncode, err, out)
    assert len(out.splitlines()) == 1, out
    return json.loads(out)


def check(what, problems):
    problems = list(problems)
    print(f"{what}: {'the same' if not problems else problems}")
    return bool(problems)


def main():
    program, fields_wanted = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 64
    generator = random.Random(5)
    bad = 0
    with tempfile.TemporaryDirectory() as top:
        images, fields = plate(program, os.path.join(top, "plate"), rows=fields_wanted // 8, cols=4, sites=2, size=192)
        assert len(fields) == fields_wanted
        ref, out = os.path.join(top, "ref"), os.path.join(top, "out")
        run(program, images, ref)
        assert "corrected (" in open(os.path.join(ref, "run.json")).read(), "the light of this plate is uneven"
        order = sorted(fields)
        generator.shuffle(order)
        answers = [answer_of(p) for p in [capture(program, out, fields[name]) for name in order]]
        bad += check(f"{len(order)} captures at once", differences(ref, out))
        assert all(a["recorded"] == "new" and len(a["sites"]) == 1 for a in answers)
        assert sorted(a["sites"][0]["well"] + a["sites"][0]["site"] for a in answers) == sorted(
            name.split("_")[-2] + name.split("_s")[-1] for name in order), "each field is answered once"
        assert sorted(p for files in journal(out) for p in files) == sorted(p for f in fields.values() for p in f)
        again = answer_of(capture(program, out, fields[order[0]]))
        assert again["recorded"] == "repeated"
        bad += check("one of them again", differences(ref, out))

        out = os.path.join(top, "late")
        for name in order[:5]:
            assert answer_of(capture(program, out, fields[name], "--defer"))["recorded"] == "new"
        assert not os.path.exists(os.path.join(out, "wells.csv"))
        for p in [capture(program, out, fields[name]) for name in order[5:]]:
            answer_of(p)
        subprocess.run([program, "finish", out, "-q"], check=False)
        bad += check("five early, the others late", differences(ref, out))
    sys.exit(bad > 0)


main()
