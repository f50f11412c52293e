#!/usr/bin/env python3
"""Was an interrupted sweep gone on with?  Of two exports, before and after: nothing
lost, nothing searched twice, every problem with a confirmed winner.
usage: resumed_check.py FIRST.jsonl SECOND.jsonl
"""
import collections
import json
import sys


def trials(path):
    with open(path) as f:
        return [r for r in map(json.loads, f) if r.get("kind") == "trial"]


def key(r):
    return json.dumps([r.get(k) for k in ("problem", "scaling", "phase", "config", "seconds", "status")])


def what(r):
    return json.dumps([r.get(k) for k in ("problem", "scaling", "config")])


def problem(r):
    return r["problem"], r["scaling"]


def by_search(rows):
    """Without what the finals timed anew and did not confirm: those stand, known already, right before a problem's confirmed rows."""
    known = collections.Counter(what(r) for r in rows if r["phase"] == "search")
    in_finals, kept = {}, []
    for r in reversed(rows):
        ends = r["phase"] == "search" and in_finals.get(problem(r), False) and known[what(r)] > 1
        known[what(r)] -= ends
        in_finals[problem(r)] = r["phase"] == "confirm" or ends
        if r["phase"] == "search" and not ends:
            kept.append(r)
    return kept


def check(first, second):
    """One line for people, and whether all is well."""
    lost = collections.Counter(map(key, first)) - collections.Counter(map(key, second))
    twice = [k for k, n in collections.Counter(what(r) for r in by_search(second)).items() if n > 1]
    problems = {problem(r) for r in second}
    confirmed = {problem(r) for r in second if r["phase"] == "confirm" and r["status"] == "ok"}
    line = "%d trials before, %d after; %d lost, %d searched twice, %d of %d problems without a confirmed winner" % (
        len(first), len(second), sum(lost.values()), len(twice), len(problems - confirmed), len(problems))
    return line, not (lost or twice or problems - confirmed or not first or len(second) <= len(first))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    said, fine = check(trials(sys.argv[1]), trials(sys.argv[2]))
    print(said)
    sys.exit(not fine)
