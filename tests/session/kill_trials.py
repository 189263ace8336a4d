#!/usr/bin/env python3
"""kill -9 at random moments of `run --resume`, `capture` and `watch` loses and doubles nothing.
kill_trials.py PROGRAM [--trials N] [--seed N] [--only KIND]"""
import argparse, json, os, random, shutil, signal, subprocess, sys, tempfile, threading, time

from common import differences, journal, plate, run

CHANNELS = ["--channels", "nuclei,dead"]


def kill_after(command, seconds):
    """True when the process had to be killed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def whole_or_absent(ref, out):
    """Where run.json is, the results are complete; beside them may lie half of a seal."""
    there = os.path.exists(os.path.join(out, "run.json"))
    return [d for d in differences(ref, out) if ".part is only in" not in d] if there else []


def try_run(program, images, ref, out, generator, longest):
    command = [program, "run", images, "-o", out, "--resume", "-q", *CHANNELS]
    kills = 0
    for _ in range(4):
        kills += kill_after(command, generator.uniform(0, longest))
        problems = whole_or_absent(ref, out)
        if problems:
            return kills, problems
    run(program, images, out, "--resume")
    return kills, list(differences(ref, out))


def try_captures(program, fields, ref, out, generator, longest):
    kills = 0
    names = sorted(fields)
    generator.shuffle(names)
    for name in names:
        command = [program, "capture", "-q", "-o", out, *CHANNELS, *fields[name]]
        while kill_after(command, generator.uniform(0, longest)) and kills < 40:
            kills += 1  # who gets no answer asks again
    subprocess.run([program, "finish", "-q", out], check=False)
    paths = [p for files in journal(out) for p in files]
    doubled = len(paths) - len(set(paths))
    return kills, list(differences(ref, out)) + ([f"{doubled} files are in the journal twice"] if doubled else [])


def deliver(images, folder, generator, wait):
    """Writes the images the way a slow instrument does: in pieces, some of them renamed at the end."""
    for name in sorted(os.listdir(images)):
        data = open(os.path.join(images, name), "rb").read()
        moved = generator.random() < 0.5
        part = os.path.join(folder, "." + name if moved else name)
        with open(part, "wb", buffering=0) as f:
            half = generator.randrange(len(data))
            f.write(data[:half])
            wait(generator.uniform(0, 0.1))
            f.write(data[half:])
        if moved:
            os.rename(part, os.path.join(folder, name))
        wait(generator.uniform(0, 0.1))


def try_watch(program, images, ref, out, generator, longest):
    folder = os.path.join(out + "-in", "images")
    os.makedirs(folder)
    command = [program, "watch", out + "-in", "-o", out, "--stable", "50", "--site-wait", "1", "--quiet-time", "0",
               *CHANNELS]
    writer = threading.Thread(target=deliver, args=(images, folder, random.Random(generator.random()), time.sleep))
    writer.start()
    kills = 0
    for _ in range(4):
        kills += kill_after(command, generator.uniform(0, longest))
    writer.join()
    done = subprocess.run(command + ["--once"], capture_output=True, text=True, timeout=120)
    if done.returncode:
        return kills, [f"exit code {done.returncode}: {done.stderr[-500:]}"]
    paths = [p for files in journal(out) for p in files]
    problems = list(differences(ref, out))
    if sorted(os.path.basename(p) for p in paths) != sorted(os.listdir(images)):
        problems.append(f"{len(paths)} files were taken in, {len(os.listdir(images))} delivered")
    status = json.load(open(os.path.join(out, ".stroma-watch.json")))
    if status["state"] != "stopped" or not status["results_up_to_date"]:
        problems.append(f"status: {status}")
    return kills, problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--trials", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="run --resume, capture or watch")
    args = parser.parse_args()
    generator = random.Random(args.seed)
    bad = 0
    with tempfile.TemporaryDirectory() as top:
        images, fields = plate(args.program, os.path.join(top, "plate"), rows=1, cols=4, sites=2, size=192)
        ref = os.path.join(top, "ref")
        began = time.time()
        run(args.program, images, ref)
        longest = 1.3 * (time.time() - began) + 0.05
        kinds = {"run --resume": lambda out: try_run(args.program, images, ref, out, generator, longest),
                 "capture": lambda out: try_captures(args.program, fields, ref, out, generator, longest),
                 "watch": lambda out: try_watch(args.program, images, ref, out, generator, 4 * longest)}
        for kind, attempt in kinds.items():
            if args.only and kind != args.only:
                continue
            kills = failures = 0
            for trial in range(args.trials):
                out = os.path.join(top, "out")
                killed, problems = attempt(out)
                kills += killed
                for problem in problems:
                    print(f"{kind}, trial {trial}: {problem}")
                failures += bool(problems)
                shutil.rmtree(out, ignore_errors=True)
                shutil.rmtree(out + "-in", ignore_errors=True)
            print(f"{kind}: {args.trials} trials, {kills} kills, {failures} with a difference", flush=True)
            bad += failures
    sys.exit(bad > 0)


main()
