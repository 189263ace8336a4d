#!/usr/bin/env python3
"""What `meson install` puts in place is enough for others: the program runs, pkg-config finds the library, the example
compiles against the header and links. check_installed.py BUILD_DIR EXAMPLE.c"""
import glob, os, shlex, shutil, subprocess, sys, tempfile


def main():
    build, source = map(os.path.abspath, sys.argv[1:3])
    bad = 0
    with tempfile.TemporaryDirectory() as top:
        subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", top], check=True)

        def find(pattern):
            found = glob.glob(os.path.join(top, "**", pattern), recursive=True)
            if not found:
                print(f"{pattern} is not installed")
            return found

        program, header, pc, library = (find(p) for p in ("bin/stroma", "include/stroma.h", "stroma.pc", "libstroma.so"))
        bad += sum(not find(p) for p in ("man1/stroma.1", "completions/stroma", "site-functions/_stroma"))
        if not (program and header and pc and library):
            sys.exit(1)
        env = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(library[0]), PKG_CONFIG_PATH=os.path.dirname(pc[0]),
                   PKG_CONFIG_SYSROOT_DIR=top)
        print(subprocess.check_output([program[0], "version"], text=True, env=env).splitlines()[0])
        if shutil.which("pkg-config") and shutil.which("cc"):
            flags = shlex.split(subprocess.check_output(["pkg-config", "--cflags", "--libs", "stroma"], text=True, env=env))
            binary = os.path.join(top, "example")
            subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", source, *flags, "-lm", "-o", binary], check=True)
            done = subprocess.run([binary], capture_output=True, text=True, env=env)
            bad += done.returncode != 2
        symbols = subprocess.check_output(["nm", "-D", "--defined-only", library[0]], text=True).split("\n")
        names = sorted(line.split()[-1] for line in symbols if line)
        print("exported:", *names)
        bad += any(not name.startswith("stm_session_") for name in names) or len(names) < 5
    sys.exit(bad > 0)


main()
