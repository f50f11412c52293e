"""Runs every example of the documents and compares what it prints.

A block fenced as ```console holds commands ("$ command") and their exact output; a block fenced as ```cint
NAME is a file that later commands of the same document may use. Also: the manual page has no warnings and names every
command that --help lists, and every option of each.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["SOURCE"])
CONSTRINT = os.environ["CONSTRINT"]


def blocks(text):
    for match in re.finditer(r"^```(\w+)[ ]?([\w.]*)\n(.*?)^```$", text, re.M | re.S):
        yield match.groups()


def commands(block):
    """(command, expected output) pairs; a line that ends in a backslash goes on."""
    pairs = []
    for line in block.splitlines():
        if line.startswith("$ "):
            pairs.append([line[2:], ""])
        elif pairs and pairs[-1][0].endswith("\\"):
            pairs[-1][0] = pairs[-1][0][:-1] + line
        elif pairs:
            pairs[-1][1] += line + "\n"
    return pairs


def run_document(path):
    passed = 0
    with tempfile.TemporaryDirectory() as work:
        env = dict(os.environ, PATH=f"{os.path.dirname(CONSTRINT)}:{os.environ['PATH']}", HOME=work)
        for kind, name, body in blocks(path.read_text()):
            if kind == "cint" and name:
                pathlib.Path(work, name).write_text(body)
            if kind != "console":
                continue
            for command, expected in commands(body):
                done = subprocess.run(["sh", "-c", command], cwd=work, env=env, text=True, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, timeout=60)
                if done.stdout != expected:
                    sys.exit(f"{path}: $ {command}\nprints:\n{done.stdout}\nnot:\n{expected}")
                passed += 1
    return passed


def check_manual():
    page = SOURCE / "docs/man/constrint.1"
    if shutil.which("man"):
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.stderr:
            sys.exit(done.stderr)
    missing = unnamed(page.read_text())
    if missing:
        sys.exit(f"{page}: missing: {', '.join(sorted(missing))}")
    if unnamed("") == set():
        sys.exit("an empty manual page was not noticed")
    return 2


def help_of(*command):
    return subprocess.run([CONSTRINT, *command, "--help"], text=True, capture_output=True, check=True).stdout


def unnamed(page):
    """The commands, and the options in their help, that a manual page does not name."""
    commands = re.findall(r"^  (\w+) ", help_of(), re.M)
    options = {option for command in [*([c] for c in commands), ["hw", "show"], ["hw", "probe"]]
               for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", help_of(*command)) if option != "--help"}
    plain = page.replace("\\-", "-")
    return ({c for c in commands if not re.search(rf"^\.B {c}$", page, re.M)}
            | {o for o in options if not re.search(rf"^\.BI? .*(?<![\w-]){o}(?![\w-])", plain, re.M)})


def main():
    passed = check_manual()
    for path in [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]:
        passed += run_document(path)
    # the checker can fail
    with tempfile.NamedTemporaryFile("w", suffix=".md") as wrong:
        wrong.write("```console\n$ echo one\ntwo\n```\n")
        wrong.flush()
        try:
            run_document(pathlib.Path(wrong.name))
        except SystemExit:
            passed += 1
        else:
            sys.exit("a wrong example was not noticed")
    print(f"{passed} passed, 0 failed")


main()
