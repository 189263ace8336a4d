#!/usr/bin/env python3
"""A watch against what happens in laboratories: files written slowly, left half, renamed, changed; an image that takes too
long; stops and pauses. watch_faults.py PROGRAM"""
import json, os, shutil, signal, struct, subprocess, sys, tempfile, time, zlib

from common import differences, journal, plate, run

problems = []


def check(condition, text):
    print(("ok: " if condition else "FAILED: ") + text, flush=True)
    if not condition:
        problems.append(text)


class Watch:
    def __init__(self, program, folder, out, *options, channels="nuclei,dead"):
        self.out = out
        self.answers = open(out + ".answers", "a+")
        self.process = subprocess.Popen([program, "watch", folder, "-o", out, "--channels", channels, "--log", out + ".log",
                                         "--stable", "200", "--site-wait", "1", "--quiet-time", "0", *options], stdout=self.answers)

    def status(self):
        try:
            return json.load(open(os.path.join(self.out, ".stroma-watch.json")))
        except FileNotFoundError:
            return {}

    def wait_for(self, what, seconds=90):
        end = time.time() + seconds
        while time.time() < end:
            status = self.status()
            if status and what(status):
                return True
            time.sleep(0.1)
        print(self.status(), open(self.out + ".log").read()[-2000:])
        return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.answers.close()
        return code

    def events(self, name):
        return [e for e in map(json.loads, open(self.out + ".log")) if e["event"] == name]


def settled(captures):
    return lambda s: s.get("captures") == captures and s["results_up_to_date"] and not s["files_waiting"]


def write_huge(path, side=6000, rows=100):
    """A valid TIFF that is small on disk and long to work on."""
    strips = side // rows
    line = bytes(i * i % 251 for i in range(side))
    data = zlib.compress(b"".join(line[y:] + line[:y] for y in range(rows)), 1)
    entries = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1),
               (273, 4, strips, 0), (277, 3, 1, 1), (278, 4, 1, rows), (279, 4, strips, 0)]
    offsets = 8 + 2 + 12 * len(entries) + 4
    sizes, pixels = offsets + 4 * strips, offsets + 8 * strips
    with open(path, "wb") as f:
        f.write(struct.pack("<2sHIH", b"II", 42, 8, len(entries)))
        for tag, kind, n, value in entries:
            f.write(struct.pack("<HHII", tag, kind, n, offsets if tag == 273 else sizes if tag == 279 else value))
        f.write(struct.pack("<I", 0))
        f.write(b"".join(struct.pack("<I", pixels + i * len(data)) for i in range(strips)))
        f.write(struct.pack("<I", len(data)) * strips + data * strips)


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as top:
        images, fields = plate(program, os.path.join(top, "plate"), rows=1, cols=3, sites=2, size=192)
        names = sorted(fields)
        folder, out = os.path.join(top, "in"), os.path.join(top, "out")
        os.makedirs(os.path.join(folder, "images"))

        def put(name):
            for path in fields[name]:
                shutil.copy(path, os.path.join(folder, "images"))

        watch = Watch(program, folder, out, "--give-up", "3600")
        check(watch.wait_for(lambda s: s["state"] == "running"), "starts")
        put(names[0])
        check(watch.wait_for(settled(1)), "takes in a field that arrives")
        slow = [open(p, "rb").read() for p in fields[names[1]]]
        target = [os.path.join(folder, "images", os.path.basename(p)) for p in fields[names[1]]]
        with open(target[0], "wb") as f:
            f.write(slow[0][:1000])
        shutil.copy(fields[names[1]][1], target[1])
        time.sleep(2)
        check(watch.status()["captures"] == 1, "does not read a half-written file")
        with open(target[0], "ab") as f:
            f.write(slow[0][1000:])
        check(watch.wait_for(settled(2)), "reads it when it is whole")
        second = subprocess.run([program, "watch", folder, "-o", out, "--once"], capture_output=True, text=True)
        check(second.returncode == 2 and "another watch" in second.stderr, "a second watch is refused")
        check(watch.stop() == 0, "SIGTERM: exit code 0")
        check(watch.status()["state"] == "stopped", "the status says so")

        put(names[2]), put(names[3])  # while nobody watches
        watch = Watch(program, folder, out)
        check(watch.wait_for(settled(4)), "catches up after a pause")
        os.utime(os.path.join(folder, "images", os.path.basename(fields[names[0]][0])))
        check(watch.wait_for(settled(5)), "takes in anew what changed")
        put(names[4]), put(names[5])
        check(watch.wait_for(settled(7)), "takes in the rest")
        check(watch.stop() == 0, "stops again")
        ref = os.path.join(top, "ref")
        run(program, images, ref)
        check(not list(differences(ref, out)), f"the results are those of one run: {list(differences(ref, out))}")
        answers = [json.loads(line) for line in open(out + ".answers")]
        check(len(answers) == 7 and all(len(a["sites"]) == 1 for a in answers), "each capture was answered once")

        folder, out = os.path.join(top, "in2"), os.path.join(top, "out2")
        os.makedirs(folder)
        write_huge(os.path.join(folder, "plate_A01_s1_w1.tif"))
        put_to = os.path.join(folder, "plate_A02_s1_w1.tif")
        shutil.copy(fields[names[0]][0], put_to)
        watch = Watch(program, folder, out, "--time-limit", "1", "--jobs", "1", channels="nuclei")
        check(watch.wait_for(lambda s: s["answered"]["refused"] == 1 and settled(1)(s)), "gives up an image that takes too long")
        check(watch.stop() == 0, "and goes on")
        rows = open(os.path.join(out, "images.csv")).read().splitlines()
        check(len(rows) == 3 and any("no answer within 1 s" in r for r in rows), "the image is a failed field with the reason")
        check(len(watch.events("again")) == 2 and len(watch.events("refused")) == 1, "after three tries")
    sys.exit(bool(problems))


main()
