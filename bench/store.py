#!/usr/bin/env python3
"""Time of `stroma history` over a store of 1000 runs of 96 wells: store.py FILL_STORE STROMA [RUNS]
FILL_STORE is the program bench/fill_store.c, which writes the store."""
import os, resource, subprocess, sys, tempfile, time

fill, stroma, *rest = sys.argv[1:]
runs = int(rest[0]) if rest else 1000
QUESTIONS = {
    "viability of all runs": [],
    "one batch": ["--batch", "B3"],
    "since a date": ["--since", "2026-02-01"],
    "as JSON": ["--json"],
}

with tempfile.TemporaryDirectory() as top:
    path = os.path.join(top, "lab.sqlite")
    begin = time.perf_counter()
    subprocess.run([fill, path, str(runs)], check=True)
    print(f"{runs} runs of 96 wells and 25 measures stored in {time.perf_counter() - begin:.1f} s, "
          f"{os.path.getsize(path) / 2**20:.0f} MiB")
    slowest = 0
    for name, options in QUESTIONS.items():
        times, used = [], resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(11):
            begin = time.perf_counter()
            subprocess.run([stroma, "history", "--store", path, *options], check=True, stdout=subprocess.DEVNULL)
            times.append(1000 * (time.perf_counter() - begin))
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = 1000 * (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) / 11
        times.sort()
        slowest = max(slowest, times[0])
        print(f"  {name:24} least {times[0]:6.1f} ms, median {times[5]:6.1f} ms of 11; processor {cpu:5.1f} ms")
    begin = time.perf_counter()
    subprocess.run([stroma, "audit", path], check=True, stdout=subprocess.DEVNULL)
    print(f"  audit of everything      {time.perf_counter() - begin:.1f} s")
sys.exit(slowest >= 100)
