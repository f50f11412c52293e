#!/usr/bin/env python3
"""resumed_check.py on sweeps made up here: right ones, and one of each fault."""
import random

from resumed_check import check

rng = random.Random()


def row(problem, phase, config):
    return {"problem": problem, "scaling": "", "phase": phase, "config": config, "seconds": rng.random(), "status": "ok"}


def searched(problem, names):
    return [row(problem, "search", n) for n in names]


def sweep():
    """Two problems; the finals of both time known configurations anew, of which one is confirmed."""
    names = [f"c{i}" for i in range(rng.randrange(4, 20))]
    cut = rng.randrange(1, len(names))
    before = searched("p", names[:cut])
    rest = searched("p", names[cut:]) + searched("p", rng.sample(names, 2)) + [row("p", "confirm", names[0])]
    other = searched("q", names) + searched("q", [names[1]]) + [row("q", "confirm", names[0]), row("q", "confirm", "default")]
    return before, before + rest + other


for _ in range(200):
    first, second = sweep()
    assert check(first, second)[1], check(first, second)[0]
    assert not check(first, second[1:])[1], "a lost trial passes"
    assert not check(first, first + [second[0]] + second[len(first):])[1], "a trial searched twice passes"
    assert not check(first, [r for r in second if (r["problem"], r["phase"]) != ("q", "confirm")])[1], "no winner passes"
    assert not check(first, first)[1], "nothing done passes"
    assert not check([], second)[1], "nothing before passes"
