#!/usr/bin/env python3
"""The manual page and the completions know every command and option, and shells take them. check_manual.py PROGRAM"""
import re, shutil, subprocess, sys, tempfile

program = sys.argv[1]
bad = 0


def complain(text):
    global bad
    print(text)
    bad += 1


def output(*args, text_in=None):
    return subprocess.run(args, input=text_in, capture_output=True, text=True, check=True).stdout


def complete(script, *words):
    quoted = " ".join(f"'{w}'" for w in words)
    lines = f"{script}\ncompopt() {{ :; }}\nCOMP_WORDS=({quoted})\nCOMP_CWORD={len(words) - 1}\n_stroma\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    return set(output("bash", "--norc", text_in=lines).split())


man, bash, zsh = (output(program, "help", "--" + form) for form in ("man", "bash", "zsh"))
commands = re.findall(r"^  (\w+)  +", output(program, "help"), re.M)
if len(commands) < 8:
    complain(f"only {commands} are listed")
for command in commands:
    options = set(re.findall(r"^  (?:-\w, |    )(--[\w-]+)", output(program, command, "--help"), re.M))
    for option in options:
        if "\\fB" + option.replace("-", "\\-") + "\\fR" not in man:
            complain(f"the manual page lacks {command} {option}")
    if f'.SS "stroma {command}' not in man:
        complain(f"the manual page lacks {command}")
    if complete(bash, "stroma", command, "--") != options | {"--help"}:
        complain(f"bash offers other options of {command}: {complete(bash, 'stroma', command, '--')}, not {options}")
    if f"'{command}:" not in zsh:
        complain(f"zsh lacks {command}")
if complete(bash, "stroma", "") != set(commands):
    complain("bash offers other commands")
for words, wanted in ((("run", "--assay", "fl"), "fluorescence"), (("run", "-a", ""), "fluorescence"), (("stages", "seg"), "segment"),
                      (("run", "--set", "segment.sens"), "segment.sensitivity=")):
    if wanted not in complete(bash, "stroma", *words):
        complain(f"bash does not complete {words} to {wanted}")
for shell, script, options in (("zsh", zsh, ["-n"]), ("groff", man, ["-man", "-Tutf8", "-Kutf8", "-ww", "-z"])):
    if not shutil.which(shell):
        print(f"{shell} is not here: not checked")
        continue
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write(script)
        f.flush()
        done = subprocess.run([shell, *options, f.name], capture_output=True, text=True)
    if done.returncode or done.stderr:
        complain(f"{shell}: {done.stderr[:500]}")
print(f"{len(commands)} commands, {bad} problems")
sys.exit(bad > 0)
