#!/usr/bin/env python3
"""Flattens the instances of instances.txt with MiniZinc's standard library.

usage: flatten.py MINIZINC-BENCHMARKS OUT-FOLDER [LIBRARY]   (LIBRARY: std, or a folder of globals)
The objective is shown, so that optima can be compared.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def instances():
    with open(os.path.join(HERE, "instances.txt")) as f:
        for line in f:
            parts = line.split()
            if parts and parts[0][0] != "#":
                yield parts[0], parts[1], parts[2], parts[3] if len(parts) > 3 else ""


def path_of(repository, name):
    return os.path.join(HERE, "models", name[4:]) if name.startswith("own/") else os.path.join(repository, name)


def show_objective(path):
    with open(path) as f:
        text = f.read()
    goal = re.search(r"\b(?:minimize|maximize) (\w+);", text)
    if goal:
        pattern = rf"^(var [^:]*: {goal[1]}\b)(?![^;=]*output_var)"
        text = re.sub(pattern, r"\1:: output_var", text, flags=re.M)
        with open(path, "w") as f:
            f.write(text)


def flatten(repository, out, library, instance):
    name, _, model, data = instance
    path = os.path.join(out, name + ".fzn")
    if os.path.exists(path):
        return True
    command = ["minizinc", "-c", "-G", library, "--no-output-ozn", "-o", path + ".part", path_of(repository, model)]
    if data.startswith("-"):
        command += [x for d in data[1:].split(",") for x in ("-D", d + ";")]
    elif data:
        command.append(path_of(repository, data))
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        print(f"{name}: takes over 120 s to flatten")
        return False
    if done.returncode or not os.path.exists(path + ".part"):
        print(f"{name}: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
        return False
    show_objective(path + ".part")
    os.rename(path + ".part", path)
    return True


def main():
    repository, out = sys.argv[1:3]
    library = sys.argv[3] if len(sys.argv) > 3 else "std"
    os.makedirs(out, exist_ok=True)
    made = [flatten(repository, out, library, i) for i in instances()]
    print(f"{sum(made)} of {len(made)} instances in {out}")


if __name__ == "__main__":
    main()
