#!/usr/bin/env python3
"""`stroma run --store` is killed (SIGKILL) at random moments: the store is intact at any time, a report is either sealed
and intact or says that it is not finished, and running again finishes both. kill_run.py PROGRAM SAMPLE [SEED]"""
import os, random, signal, subprocess, sys, tempfile, time

KILLS = 15
program, sample = sys.argv[1:3]
chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 5)


def command(out, store, k):
    """Each has other results, so each is a run of its own."""
    return [program, "run", sample, "--channels", "nuclei,dead", "-o", out, "-q", "--no-html", "--store", store,
            "--set", f"classify.ambiguous_factor={1.01 + k / 100:.2f}"]


def audit(path):
    return subprocess.run([program, "audit", path], capture_output=True, text=True)


def runs_in(store):
    done = subprocess.run([program, "history", "--store", store, "--csv"], capture_output=True, text=True)
    return len(done.stdout.splitlines()) - 1 if done.returncode == 0 else 0


def main():
    bad = unfinished = 0
    with tempfile.TemporaryDirectory() as top:
        store = os.path.join(top, "lab.sqlite")
        begin = time.perf_counter()
        subprocess.run(command(os.path.join(top, "first"), os.path.join(top, "first.sqlite"), 0), check=True)
        length = time.perf_counter() - begin
        for k in range(KILLS):
            out = os.path.join(top, f"out{k}")
            child = subprocess.Popen(command(out, store, k))
            time.sleep(chance.uniform(0.2, 1.05) * length)  # the end is where the writing is
            child.send_signal(signal.SIGKILL)
            killed = child.wait() != 0
            if os.path.exists(store) and audit(store).returncode != 0:
                print(f"kill {k}: the store is not intact: {audit(store).stdout}")
                bad += 1
            report = audit(out)
            if report.returncode != 0 and "no entry of a finished run" not in report.stdout and killed and os.path.exists(out):
                sealed = os.path.exists(os.path.join(out, "manifest.json")) and os.path.exists(os.path.join(out, "audit.log"))
                if sealed:
                    print(f"kill {k}: the report is sealed but not intact: {report.stdout}")
                    bad += 1
            before = runs_in(store)
            unfinished += killed
            again = subprocess.run(command(out, store, k), capture_output=True, text=True)
            if again.returncode != 0 or audit(out).returncode != 0 or audit(store).returncode != 0:
                print(f"kill {k}: running again does not help: {again.stderr}{audit(out).stdout}{audit(store).stdout}")
                bad += 1
            if runs_in(store) != k + 1:
                print(f"kill {k}: the store has {runs_in(store)} runs, it had {before}")
                bad += 1
        print(f"{KILLS} kills ({unfinished} before the end), {runs_in(store)} runs in the store: {bad} problems")
    sys.exit(bad > 0)


main()
