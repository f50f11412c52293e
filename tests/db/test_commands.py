#!/usr/bin/env python3
"""constrint query and constrint db: output, --json, exit codes and messages."""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

CONSTRINT = os.environ["CONSTRINT"]
HEADER = {"format": "constrint-tuning", "version": 1}
TRIAL = {"kind": "trial", "kernel": "flashrnn", "version": "1", "problem": "B=16,D=64,function=lstm", "scaling": "T=128",
         "device": "Some CPU", "architecture": "avx512", "units": 2, "phase": "confirm", "status": "ok",
         "config": "a=1,b=2", "seconds": 0.001}
passed = failed = 0


def run(*arguments, env=None):
    done = subprocess.run([CONSTRINT, *arguments], capture_output=True, text=True, timeout=60,
                          env={**os.environ, **(env or {})})
    return done.returncode, done.stdout, done.stderr


def check(name, fact, *details):
    global passed, failed
    if fact:
        passed += 1
    else:
        failed += 1
        print("FAILED:", name, *details, file=sys.stderr)


def expect(name, arguments, code, out="", err="", env=None):
    got = run(*arguments, env=env)
    lines = got[2].count("\n")
    check(name, got[0] == code and out in got[1] and err in got[2] and (lines <= 1 or code == 2), got)
    return got


def write(path, *lines):
    with open(path, "w") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)


def queries(db):
    ask = ["query", "--db", db, "--kernel", "flashrnn", "--problem"]
    expect("exact", ask + ["T=128,D=64,B=16,function=lstm"], 0, "match: exact\nconfig: a=1,b=2\nseconds: 0.001\n")
    expect("carried", ask + ["T=9,D=64,B=16,function=lstm"], 0, "T: 9 asked, 128 found")
    expect("near", ask + ["T=128,D=64,B=20,function=lstm"], 0, "match: near")
    expect("miss", ask + ["T=128,D=64,B=16,function=gru"], 1, "match: miss\nreason: no result that fits")
    expect("no such kernel", ["query", "--db", db, "--kernel", "x", "--problem", "a=1"], 1, "constrint tune --kernel x")
    expect("version", ask + ["T=128,D=64,B=16,function=lstm", "--version", "7"], 1, "version: 7 asked, 1 found")
    expect("bad problem", ask + ["B"], 2, err="'B' in 'B' is not key=value")
    expect("device named", ask + ["T=128,D=64,B=16,function=lstm", "--device", "Other", "--architecture", "avx2",
                                  "--units", "8"], 0, "match: other device")
    code, out, _ = run(*ask, "T=128,D=64,B=16,function=lstm", "--json")
    answer = json.loads(out)
    check("json", code == 0 and answer["version"] == 1 and answer["match"] == "exact" and answer["config"] == "a=1,b=2" and
          answer["seconds"] == 0.001 and answer["problem"] == "B=16,D=64,function=lstm" and answer["scaling"] == "T=128", out)
    code, out, _ = run(*ask, "B=1", "--json")
    answer = json.loads(out)
    check("json miss", code == 1 and answer["match"] == "miss" and answer["config"] is None, out)
    expect("missing file", ["query", "--db", db + ".none", "--kernel", "k", "--problem", "a=1"], 2, err="no such database")
    expect("missing default", ["query", "--kernel", "k", "--problem", "a=1"], 1, err="no such database",
           env={"CONSTRINT_DB": db + ".none"})


def several_devices(work, db):
    more = os.path.join(work, "more.jsonl")
    write(more, HEADER, {**TRIAL, "device": "Other CPU", "units": 64, "seconds": 5})
    expect("import more", ["db", "import", "--db", db, more], 0, "1 trials added")
    ask = ["query", "--db", db, "--kernel", "flashrnn", "--problem", "T=128,D=64,B=16,function=lstm"]
    expect("several devices", ask, 2, err="--device 'Other CPU' --architecture 'avx512' --units 64")
    expect("chosen by units", ask + ["--units", "64"], 0, "seconds: 5")
    expect("chosen by name", ask + ["--device", "Some CPU"], 0, "seconds: 0.001")


def upkeep(work, db):
    out, copy, shipped = (os.path.join(work, n) for n in ("out.jsonl", "copy.db", "shipped.db"))
    expect("check", ["db", "check", db], 0, "2 trials, 0 artifacts, 0 faults")
    expect("check by --db", ["db", "check", "--db", db, "--json"], 0, '"ok":true')
    expect("export", ["db", "export", "--db", db, out], 0)
    expect("export to stdout", ["db", "export", "--db", db, "-"], 0, open(out).read())
    expect("import", ["db", "import", "--db", copy, out], 0, "2 trials added")
    expect("import again", ["db", "import", "--db", copy, out, "--json"], 0, '{"version":1,"added":0}')
    expect("merge", ["db", "merge", "--db", copy, db], 0, "0 trials added")
    expect("ship", ["db", "ship", "--db", db, shipped], 0)
    expect("shipped", ["query", "--shipped", shipped, "--kernel", "flashrnn", "--problem",
                       "T=128,D=64,B=16,function=lstm"], 0, "match: exact", env={"CONSTRINT_DB": db + ".none"})
    expect("prune", ["db", "prune", "--db", db], 0, "0 trials removed")
    expect("prune all", ["db", "prune", "--db", db, "--all-failed"], 0, "1 trials removed")


def capture(db, kernel, problem, scaling, asked):
    with sqlite3.connect(db) as rows:
        device = rows.execute("SELECT id FROM device").fetchone()[0]
        rows.execute("INSERT INTO identity(kernel, version, problem, scaling, device) VALUES(?, '1', ?, ?, ?)",
                     (kernel, problem, scaling, device))
        rows.execute("INSERT INTO missed SELECT max(id), ?, 1 FROM identity", (asked,))
    rows.close()


WORKLOAD = """schema: 1
name: missed
kernel: flashrnn
problems:
  - {B: 8, D: 64, N: 2, T: 32, dtype: fp32, function: gru, pass: training} # asked 5 times
  - {B: 4, D: 64, N: 2, T: 32, dtype: fp32, function: gru, pass: training} # asked 1 time
"""


def missed(work, seed):
    db, path = os.path.join(work, "missed.db"), os.path.join(work, "missed.yaml")
    ask = ["db", "missed", "--db", db]
    expect("to miss in", ["db", "import", "--db", db, seed], 0)
    expect("nothing missed", ask, 1, err="nothing was missed")
    expect("nothing missed, json", ask + ["--json"], 1, '{"version":1,"missed":[]}')
    for batch, asked in ((4, 1), (8, 5)):
        capture(db, "flashrnn", f"B={batch},D=64,N=2,dtype=fp32,function=gru,pass=training", "T=32", asked)
    capture(db, "flashrnn", "B=16,D=64,function=lstm", "T=9", 7)  # tuned
    _, out, _ = expect("missed", ask, 0)
    check("the workload", out == WORKLOAD, out)
    with open(path, "w") as file:
        file.write(out)
    source = os.environ["SOURCE"]
    read = subprocess.run([os.path.join(os.environ["BUILD"], "tests", "tuner_workloads"), os.path.join(source, "specs"),
                           os.path.join(source, "specs/hardware/generic-x86-64-avx2.yaml"), "cpu", path],
                          capture_output=True, text=True, timeout=60)
    check("the tuner reads it", read.returncode == 0, read)
    architecture = json.loads(run(*ask, "--json")[1])["missed"][0]["architecture"]
    expect("of one device", ask + ["--device", architecture], 0, WORKLOAD)
    expect("of no device", ask + ["--device", "sm_90a"], 1, err="nothing was missed")
    other = os.path.join(work, "kinds.db")
    expect("to miss kinds in", ["db", "import", "--db", other, seed], 0)
    for problem in ("B=4,D=64", "B=4,D=64,options=plain"):
        capture(other, "k", problem, "T=32", 1)
    expect("two kinds", ["db", "missed", "--db", other], 2, err="name one by --device")
    expect("--device of another action", ["db", "check", "--db", other, "--device=k"], 2, err="--device")
    capture(db, "other", "a=it's", "", 9)
    expect("several kernels", ask, 2, err="--kernel")
    expect("quoted", ask + ["--kernel", "other"], 0, "{a: 'it''s'} # asked 9 times")
    expect("of one kernel", ask + ["--kernel", "flashrnn"], 0, WORKLOAD)
    code, out, _ = run(*ask, "--json")
    rows = json.loads(out)["missed"]
    check("missed json", code == 0 and [r["asked"] for r in rows] == [9, 5, 1] and rows[1]["scaling"] == "T=32", out)
    expect("not of check", ["db", "check", "--db", db, "--kernel=k"], 2, err="--kernel")


def complaints(work, db):
    for action in ("query", "db", "db check", "db merge", "db export", "db import", "db prune", "db ship", "db missed"):
        expect(action + " --help", action.split() + ["--help"], 0, "usage: constrint")
        if action != "db":
            expect(action + " unknown option", action.split() + ["--nope"], 2, err="--nope")
    expect("no action", ["db"], 2, err="which action")
    expect("bad action", ["db", "burn"], 2, err="'burn'")
    expect("no file", ["db", "merge", "--db", db], 2, err="is missing")
    expect("two files", ["db", "export", "--db", db, "a", "b"], 2, err="'b'")
    expect("no kernel", ["query", "--problem", "a=1"], 2, err="--kernel is missing")
    expect("no problem", ["query", "--kernel", "a"], 2, err="--problem is missing")
    expect("no value", ["query", "--kernel"], 2, err="needs a value")
    expect("units", ["query", "--units", "x"], 2, err="'x'")
    expect("prune nothing", ["db", "prune", "--db", db + ".none"], 2, err="no such database")
    check("and made nothing", not os.path.exists(db + ".none"))
    text = os.path.join(work, "text.db")
    with open(text, "w") as out:
        out.write("not a database, but long enough to be one " * 10)
    for arguments in (["db", "check", text], ["db", "merge", "--db", db, text], ["db", "prune", "--db", text],
                      ["query", "--db", text, "--kernel", "k", "--problem", "a=1"]):
        expect("not a database: " + arguments[1], arguments, 2, err="not a tuning database")
    expect("a folder", ["db", "check", work], 2, err="a folder, not a file")
    damaged = os.path.join(work, "damaged.db")
    with open(db, "rb") as good, open(damaged, "wb") as out:
        data = bytearray(good.read())
        for i in range(4096, len(data)):
            data[i] ^= 0x5A
        out.write(data)
    expect("damaged", ["db", "check", damaged], 1, err="damaged")


def main():
    with tempfile.TemporaryDirectory() as work:
        db, seed = os.path.join(work, "t.db"), os.path.join(work, "seed.jsonl")
        write(seed, HEADER, TRIAL, {**TRIAL, "status": "timeout", "seconds": 0, "config": "a=2,b=2"})
        expect("first import", ["db", "import", "--db", db, seed], 0, "2 trials added")
        queries(db)
        upkeep(work, db)
        missed(work, seed)
        several_devices(work, db)
        complaints(work, db)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
