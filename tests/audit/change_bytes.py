#!/usr/bin/env python3
"""Every one of 200 single-byte changes (fixed seed) is found by `stroma audit` and named: the file, and the line and
field where the file has them; of a store the page, and the record where the byte is part of one.
change_bytes.py PROGRAM SAMPLE report|log|store [SEED]"""
import bisect, csv, io, json, os, random, shutil, subprocess, sys, tempfile

CHANGES = 200
program, sample, what = sys.argv[1:4]
chance = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 20260101)


def stroma(*arguments, good=(0,)):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode not in good:
        sys.exit(f"stroma {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def files(top):
    return sorted(os.path.relpath(os.path.join(d, f), top) for d, _, names in os.walk(top) for f in names)


def audit(target):
    done = subprocess.run([program, "audit", "--json", target], capture_output=True, text=True)
    if done.returncode != 1:
        return done.returncode, []
    return 1, [f for f in json.loads(done.stdout)["findings"] if f["kind"] != "note"]


def expected_field(data, at):
    """Header of the cell that holds byte `at`, None where it is a separator or a quote (what shifts cells)."""
    begin = data.rfind(b"\n", 0, at) + 1
    end = data.find(b"\n", at)
    row, quoted, cell = data[begin:end].decode("latin-1"), False, 0
    for i, c in enumerate(row):
        quoted ^= c == '"'
        if begin + i == at:
            if c in ',"' or data[at:at + 1] == b"\n":
                return None
            head = next(csv.reader(io.StringIO(data[:data.find(b"\n")].decode("latin-1"))))
            return head[cell] if cell < len(head) else None
        cell += c == "," and not quoted
    return None


def check(target, name, data, at, value):
    """One change; a sentence when it is not named right."""
    code, findings = audit(target)
    if code != 1 or not findings:
        return f"not found (exit code {code})"
    if any(f["file"].split(": ")[0] != name for f in findings):
        return f"other files were named: {findings}"
    line = data.count(b"\n", 0, at) + 1
    if name.endswith(".sqlite"):
        page = f"page {at // 4096 + 1}"
        return None if any(f.get("field") == page for f in findings) else f"{page} was not named: {findings}"
    text = name.endswith((".csv", ".json", ".html", ".log"))
    if text and data[at:at + 1] != b"\n" and value != 10 and not any(f.get("line") in (line, None) for f in findings):
        return f"line {line} was not named: {findings}"
    if name.endswith((".csv", "run.json", ".html")) and data[at:at + 1] != b"\n" and value != 10 and findings[0].get("line") != line:
        return f"line {line} was not named: {findings}"
    if name.endswith(".csv") and line > 1 and value not in b',"\n\r':
        field = expected_field(data, at)
        if field and findings[0].get("field") != field:
            return f"field {field} was not named: {findings}"
    return None


def places(target, names):
    """Bytes to change: half of them anywhere by size, half spread evenly over the kinds of files."""
    sizes = [os.path.getsize(os.path.join(target, n)) if os.path.isdir(target) else os.path.getsize(target) for n in names]
    ends, total = [], 0
    for size in sizes:
        total += size
        ends.append(total)
    small = [i for i, n in enumerate(names) if n.endswith((".csv", ".json", ".log"))] or list(range(len(names)))
    for k in range(CHANGES):
        if k % 2:
            i = chance.choice(small)
            yield names[i], chance.randrange(sizes[i])
        else:
            at = chance.randrange(total)
            i = bisect.bisect_right(ends, at)
            yield names[i], at - (ends[i] - sizes[i])


def make_target(top):
    """What is changed, and the names of its files."""
    out, key, store = (os.path.join(top, n) for n in ("out", "key", "lab.sqlite"))
    stroma("keygen", key, "--name", "Test")
    for i in range(3 if what == "store" else 1):
        stroma("run", sample, "--channels", "nuclei,dead", "-o", out, "-q", "--set", f"classify.ambiguous_factor=1.{i + 1}",
               *(["--store", store, "--meta", f"batch=B{i}"] if what == "store" else []))
    for i in range(3 if what == "log" else 1):
        stroma("sign", store if what == "store" else out, "--key", key, "--reason", f"reviewed {i}")
    if what == "report":
        return out, files(out)
    if what == "store":
        return store, ["lab.sqlite"]
    shutil.copy(os.path.join(out, "audit.log"), os.path.join(top, "audit.log"))
    return os.path.join(top, "audit.log"), ["audit.log"]


def main():
    with tempfile.TemporaryDirectory() as top:
        target, names = make_target(top)
        stroma("audit", target)
        bad, seen = 0, {}
        for name, at in places(target, names):
            path = os.path.join(target, name) if what == "report" else target
            data = open(path, "rb").read()
            value = (data[at] + chance.randrange(1, 256)) % 256
            with open(path, "r+b") as f:
                f.seek(at)
                f.write(bytes([value]))
            problem = check(target, name, data, at, value)
            with open(path, "r+b") as f:
                f.seek(at)
                f.write(data[at:at + 1])
            seen[name.split("/")[0]] = seen.get(name.split("/")[0], 0) + 1
            if problem:
                print(f"{name}, byte {at}, {data[at]} -> {value}: {problem}")
                bad += 1
        stroma("audit", target)
        print(f"{CHANGES} changes of {what} ({seen}): {CHANGES - bad} found and named")
    sys.exit(bad > 0)


main()
