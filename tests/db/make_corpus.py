#!/usr/bin/env python3
"""Writes the corpus of malformed exports: make_corpus.py FOLDER.

The same files every time: good-*.jsonl are seeds that must be accepted,
bad-*.jsonl must be refused (test_corpus.sh sees to it)."""
import json
import os
import sys

HEADER = {"format": "constrint-tuning", "version": 1}
TRIAL = {
    "kind": "trial", "uid": "00112233445566778899aabbccddeeff", "kernel": "flashrnn", "version": "1",
    "problem": "B=16,D=64", "scaling": "T=128", "device": "Some CPU", "architecture": "x86-64-avx512", "units": 2,
    "spec_hash": "aa", "source_hash": "bb", "driver": "", "compiler": "gcc", "memory_bytes": 1, "clock_hz": 1,
    "phase": "search", "status": "ok", "config": "a=1,b=2", "seconds": 0.5, "error": 1e-7, "samples": [0.5, 0.6],
    "message": "", "artifact": "", "created_us": 1}
ARTIFACT = {"kind": "artifact", "hash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "data": "YWJj"}
WRONG = [None, True, 1, -1, 1.5, "", "x", [], {}, [1], {"a": 1}, "\u0001", 10**30, 1e308]


def line(value):
    return json.dumps(value).encode() + b"\n"


def accepted(key, value):
    """Wrong-looking values that are right all the same."""
    if key == "samples":
        return value in ([], [1])
    if isinstance(value, (bool, list, dict)):
        return False
    if key in ("kernel", "version", "device", "architecture"):
        return value in ("x", "\u0001")
    if key in ("spec_hash", "source_hash", "driver", "compiler", "message", "artifact"):
        return isinstance(value, str)
    if key in ("problem", "scaling", "config"):
        return value == ""
    if key == "units":
        return value == 1 and isinstance(value, int)
    if key in ("memory_bytes", "clock_hz"):
        return value == 1 and isinstance(value, int)
    if key == "created_us":
        return isinstance(value, int) and abs(value) < 2**63
    if key == "seconds":
        return isinstance(value, (int, float)) and 0 < value < 1e309 and value != 10**30
    return key == "error" and (value is None or isinstance(value, (int, float)) and value != 10**30)


def bad_files():
    head, good = line(HEADER), line(TRIAL)
    for key in TRIAL:
        for value in WRONG:
            if not accepted(key, value):
                yield head + line({**TRIAL, key: value})
    for key in ("kind", "kernel", "version", "problem", "device", "architecture", "units", "phase", "status", "config",
                "seconds"):
        yield head + line({k: v for k, v in TRIAL.items() if k != key})
    for text in ("a", "a=", "=1", "a=1,", ",a=1", "b=1,a=2", "a=1,a=1", "a=1=2", "a b=1", "a=1 2", "1=1", "a=\n"):
        for key in ("problem", "scaling", "config"):
            yield head + line({**TRIAL, key: text})
    for value in ([None], ["x"], [-1], [[]], [1e400], {"0": 1}):
        yield head + line({**TRIAL, "samples": value})
    for key, value in (("hash", "00"), ("hash", 1), ("data", "YWJ"), ("data", "Y=Jj"), ("data", "YW=="), ("data", "????"),
                       ("data", None), ("hash", "BA78")):
        yield head + line({**ARTIFACT, key: value})
    for header in ({}, {"format": "x"}, {"format": "constrint-tuning"}, {**HEADER, "version": 2}, {**HEADER, "version": "1"},
                   {**HEADER, "version": 0}, {**HEADER, "trials": 3}, {**HEADER, "trials": "3"}, [], 1, None, "x"):
        yield line(header) + good
    whole = line({**HEADER, "trials": 1}) + good
    for cut in range(1, len(whole) - 1, 23):
        if whole[cut - 1:cut] != b"\n" and cut != len(whole) - 1:
            yield whole[:cut]
    for text in (b"", b"\n", b"\0", b"\xff\xfe", b"{", b"[" * 5000, b"{\"a\":" * 5000, b"null", b"\xef\xbb\xbf" + head):
        yield text
    for text in (b"\0", b"{", b"}", b"[]", b"1", b"nul", b"\xff", b"{\"kind\":\"trial\",\"kind\":\"trial\"}",
                 b"{\"kind\":\"\\ud800\"}", b"{\"kind\":\"a\\u0000\"}", b"{'kind':1}", b"{\"kind\":}", b"[" * 5000,
                 b"// comment", b"{\"kind\":\"trial\",}", good[:-1] * 2, b"NaN", b"{\"kind\":NaN}", b"-", b"1e999",
                 b"\"" + b"x" * 70000, b"<html>"):
        yield head + good + text + b"\n"


def good_files():
    head = line(HEADER)
    yield head
    yield head + line(TRIAL) + line(ARTIFACT)
    yield head + line({**TRIAL, "unknown": {"metadata": [1, 2]}})
    yield b"\n" + head + b"\n\n" + line({k: v for k, v in TRIAL.items() if k != "uid"})
    yield line({**HEADER, "trials": 2}) + line(TRIAL) + line({**TRIAL, "uid": "f" * 32, "status": "timeout", "seconds": 0})


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for kind, files in (("bad", bad_files()), ("good", good_files())):
        for i, content in enumerate(files):
            with open(os.path.join(folder, f"{kind}-{i:03}.jsonl"), "wb") as out:
                out.write(content)


main()
