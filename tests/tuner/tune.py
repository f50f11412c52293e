#!/usr/bin/env python3
"""Whole runs of `constrint tune` on a plug-in that fails on demand.

usage: tune.py CASE.  Each case is a test; incidents that it replays stand in its
docstring as repository#number.  Environment: CONSTRINT, SOURCE, BUILD.
"""
import contextlib
import json
import os
import pty
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

CONSTRINT = os.environ["CONSTRINT"]
SOURCE = os.environ["SOURCE"]
PLUGINS = os.path.join(os.environ["BUILD"], "tests", "plugins")
SLOW = 8 if os.environ.get("CONSTRINT_SANITIZED") else 1



def check(fact, *what):
    if not fact:
        print("not so:", *what, file=sys.stderr)
        sys.exit(1)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


class Place:
    """A folder of its own, with a hardware model, so that nothing is measured."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="constrint-tune-")
        os.chmod(self.dir, 0o755)
        self.db = os.path.join(self.dir, "t.db")
        self.count = os.path.join(self.dir, "launches")
        self.hardware = os.path.join(self.dir, "hw.yaml")
        quick = subprocess.run([CONSTRINT, "hw", "probe", "--device", "cpu", "--quick"], capture_output=True, text=True)
        check(quick.returncode == 0, quick.stderr)
        with open(self.hardware, "w") as f:
            f.write(quick.stdout)

    def command(self, *more, problem="size=2000", db=None, limit="1"):
        what = [] if problem is None else ["--kernel", "faulty", "--problem", problem]
        paths = [] if "--plugin-path" in more else ["--plugin-path", PLUGINS]
        return [CONSTRINT, "tune", *what, "--db", db or self.db, *paths,
                "--spec-path", os.path.join(SOURCE, "tests", "kernels"), "--hardware", self.hardware,
                "--time-limit", str(float(limit) * (2 if SLOW > 1 else 1)), *more]

    def env(self):
        return dict(os.environ, FAULTY_COUNT=self.count, XDG_CACHE_HOME=os.path.join(self.dir, "cache"),
                    ASAN_OPTIONS="detect_leaks=0:handle_segv=0:handle_abort=0")

    def run(self, *more, expect=0, **how):
        r = subprocess.run(self.command(*more, **how), capture_output=True, text=True, env=self.env(), timeout=300)
        check(r.returncode == expect, "exit", r.returncode, "not", expect, r.stdout, r.stderr)
        return r

    def start(self, *more, **how):
        return subprocess.Popen(self.command(*more, **how), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=self.env())

    def rows(self, where="1", db=None):
        with contextlib.closing(sqlite3.connect(db or self.db)) as sql:
            return sql.execute("SELECT id, phase, status, config, seconds, message FROM trial WHERE " + where +
                               " ORDER BY id").fetchall()

    def has(self, config, db=None):
        """Is there a row of it yet?  The tables may still be in the making."""
        try:
            return os.path.exists(db or self.db) and any(row[3] == config for row in self.rows(db=db))
        except sqlite3.OperationalError:
            return False

    def survivors(self, db):
        """The trials after a kill, in a file that is whole; none if it was killed while it made the file."""
        if not os.path.exists(db):
            return set()
        r = subprocess.run([CONSTRINT, "db", "check", db], capture_output=True, text=True)
        if "an empty file" in r.stderr:
            return set()
        check(r.returncode == 0, "db check:", r.stdout, r.stderr)
        return {row[0] for row in self.rows(db=db)}

    def launches(self):
        return os.path.getsize(self.count) if os.path.exists(self.count) else 0

    def clean(self, db=None):
        r = subprocess.run([CONSTRINT, "db", "check", db or self.db], capture_output=True, text=True)
        check(r.returncode == 0, "db check:", r.stdout, r.stderr)

    def done(self):
        shutil.rmtree(self.dir, ignore_errors=True)


OK, COMPILE, LAUNCH, WRONG, TIMEOUT, CRASHED, IMPLAUSIBLE = range(7)
SEARCH, CONFIRM, DEFAULT, REFERENCE = range(4)

KINDS = {"wrong": (WRONG, "relative error"), "nan": (WRONG, "NaN"), "unwritten": (WRONG, "unwritten"),
         "crash": (CRASHED, "signal 11"), "hang": (TIMEOUT, "no answer within"), "fast": (IMPLAUSIBLE, "0 s"),
         "build": (COMPILE, "told not to compile"), "launch": (LAUNCH, "told not to launch"),
         "load": (LAUNCH, "told not to load")}


def check_complete(p, rows, failures=KINDS):
    status = {}
    for _, phase, s, config, _, message in rows:
        if phase != REFERENCE:
            status.setdefault(config, []).append((s, message))
    for fault, (kind, text) in failures.items():
        got = status.get("fault=%s,speed=1" % fault)
        check(got and got[0][0] == kind and text in got[0][1], fault, got)
    for speed in range(1, 9):
        config = "fault=none,speed=%d" % speed
        check(config in status and all(s == OK for s, _ in status[config]), config, status.get(config))


def faults(p):
    """pytorch#95542 vllm#51519 rocMLIR#1758 miniBUDE#37 accelerated-platforms#550: every fault is recorded as its
    kind, costs nothing else, and the fastest right one wins, never the one that claims no time."""
    r = json.loads(p.run("--json", problem="size=200000").stdout)
    check(r["version"] == 1 and len(r["problems"]) == 1, r)
    one = r["problems"][0]
    check(one["outcome"] == "done" and one["exhausted"] and one["confirmed"], one)
    check(one["failures"] == {"compile error": 1, "launch error": 2, "wrong result": 3, "timeout": 1, "crashed": 1,
                              "implausible": 1}, one)
    check_complete(p, p.rows())
    check(one["best"].startswith("fault=none"), one)
    # under a sanitizer the speeds differ by less than a busy machine's noise
    check(int(one["best"].split("speed=")[1]) >= (5 if SLOW == 1 else 2), one)
    check(one["speedup"] > (1.5 if SLOW == 1 else 1), one)  # a sanitizer makes the plain loop the larger part
    check(not any(c.startswith("fault=fast") for _, phase, _, c, _, _ in p.rows() if phase == CONFIRM))
    for _, _, s, config, seconds, _ in p.rows():
        check((seconds > 0) == (s == OK), config, seconds)
    p.clean()


def winner_is_what_look_up_finds(p):
    """The database's best is the contest's winner."""
    one = json.loads(p.run("--json").stdout)["problems"][0]
    with contextlib.closing(sqlite3.connect(p.db)) as sql:
        best = sql.execute("SELECT config, seconds, confirmed FROM best").fetchall()
    check(best == [(one["best"], one["best_seconds"], 1)], best, one)


def equal_configurations_leave_the_default(p):
    """futhark#1554 KernelTuner#73: tuned is never slower than default; with nothing to choose the default stays."""
    for seed in range(3):
        one = json.loads(p.run("--json", "--seed", str(seed), problem="size=%d" % (1 + seed)).stdout)["problems"][0]
        check(one["best_seconds"] <= one["default_seconds"] * 1.0001, one)


def resume_times_nothing_again(p):
    """aiter#5263 rocm-libraries#1274: nothing is lost, nothing is timed again."""
    p.run()
    launches, rows = p.launches(), p.rows()
    again = p.run()
    check("nothing left to do" in again.stdout, again.stdout)
    check(p.launches() == launches and p.rows() == rows)
    p.run("--strategy", "exhaustive", "--seed", "99")
    check(p.rows() == rows)


def exhaustion_ends_the_run(p):
    """opentuner#82: it did not stop when the space was exhausted."""
    for strategy in "exhaustive", "uniform", "cost-first", "local":
        db = os.path.join(p.dir, strategy + ".db")
        r = json.loads(p.run("--budget", "1h", "--strategy", strategy, "--json", db=db).stdout)["problems"][0]
        check(r["exhausted"] and r["configurations"] == 17, r)
        tried = [c for _, phase, _, c, _, _ in p.rows(db=db) if phase in (SEARCH, DEFAULT)]
        check(len(set(tried)) == 17 and len(tried) <= 17 + 5, tried)


def a_hang_is_killed_in_time(p):
    """tvm#12330: it hung after one failure."""
    started = time.time()
    p.run()
    check(time.time() - started < 20 * SLOW)
    check([s for _, _, s, c, _, _ in p.rows() if c == "fault=hang,speed=1"] == [TIMEOUT])
    check(not workers(p), "a worker is left")


def trials_budget(p):
    p.run("--budget", "5trials", "--strategy", "exhaustive")
    tried = {c for _, phase, _, c, _, _ in p.rows() if phase in (SEARCH, DEFAULT)}
    check(len(tried) == 5, tried)
    rows = p.rows()
    check("nothing left to do" in p.run("--budget", "5trials", "--strategy", "exhaustive").stdout)
    check(p.rows() == rows)
    p.run("--budget", "9trials", "--strategy", "exhaustive")
    check(len({c for _, phase, _, c, _, _ in p.rows() if phase in (SEARCH, DEFAULT)}) == 9)
    check(p.rows()[:len(rows)] == rows)


def seconds_budget(p):
    """Honoured within one candidate's time limit; the same command again has nothing left."""
    started = time.time()
    p.run("--budget", "1s", problem="size=1000000")
    check(time.time() - started < (1 + 1 + 2) * SLOW, time.time() - started)
    again = p.run("--budget", "1s", problem="size=1000000")
    check("nothing left to do" in again.stdout, again.stdout)
    more = p.run("--budget", "60s", problem="size=1000000")
    check("all tried" in more.stdout, more.stdout)


def workload(p, sizes):
    path = os.path.join(p.dir, "w.yaml")
    with open(path, "w") as f:
        f.write("schema: 1\nname: w\nkernel: faulty\nproblems:\n  - {size: %s}\n" % json.dumps(sizes))
    return path


def a_workload(p):
    path = workload(p, [100, 200, 300])
    r = json.loads(p.run("--workload", path, "--json", problem=None, limit="0.5").stdout)
    check([x["problem"] for x in r["problems"]] == ["size=100", "size=200", "size=300"], r)
    check(all(x["outcome"] == "done" and x["exhausted"] for x in r["problems"]), r)
    again = json.loads(p.run("--workload", path, "--json", problem=None, limit="0.5").stdout)
    check(all(x["outcome"] == "nothing left to do" and x["new_trials"] == 0 for x in again["problems"]), again)


def workers(p):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % pid, "rb") as f:
                if ("FAULTY_COUNT=" + p.count).encode() in f.read() and int(pid) != os.getpid():
                    with open("/proc/%s/stat" % pid) as s:
                        if s.read().rsplit(")", 1)[1].split()[0] != "Z":
                            found.append(int(pid))
        except (OSError, ValueError):
            pass
    return found


def wait_for(fact, seconds):
    until = time.time() + seconds * SLOW
    while time.time() < until:
        if fact():
            return True
        time.sleep(0.01)
    return bool(fact())


def interrupt(p):
    """Ctrl-C stops cleanly; the same command again goes on."""
    for stop in signal.SIGINT, signal.SIGTERM:
        run = p.start("--strategy", "exhaustive", "--verbose", db=p.db + stop.name, limit="20")
        check(wait_for(lambda: p.has("fault=crash,speed=1", p.db + stop.name), 20))
        time.sleep(0.3)  # the next one hangs
        began = time.time()
        run.send_signal(stop)
        out, err = run.communicate(timeout=60)
        check(run.returncode == 130 and time.time() - began < 5 * SLOW, run.returncode, out, err)
        check("interrupted" in out and "best" in out, out)
        check(not workers(p), "a worker is left")
        p.clean(p.db + stop.name)
        rows = p.rows(db=p.db + stop.name)
        p.run("--strategy", "exhaustive", db=p.db + stop.name)
        after = p.rows(db=p.db + stop.name)
        check(after[:len(rows)] == rows)
        tried = [c for _, phase, _, c, _, _ in after if phase == SEARCH]
        check_complete(p, after)
        check(len(tried) <= len(set(tried)) + 5, tried)


def parent_dies(p):
    """kill -9 of the tuner takes its worker along, even one that hangs."""
    run = p.start("--strategy", "exhaustive", limit="60")
    check(wait_for(lambda: p.has("fault=crash,speed=1"), 20))
    time.sleep(0.5)
    check(len(workers(p)) == 2, workers(p))
    run.kill()
    run.communicate()
    check(wait_for(lambda: not workers(p), 5), "the worker lives on", workers(p))


def kills(p, n):
    """`n` kills at random moments of the tuner or of its worker: the database is whole, every trial that was told is
    there, and the run that is left to end ends complete."""
    rng = random.Random(int(os.environ.get("SEED", "0")) or None)
    sizes = [1000 + rng.randrange(1000) for _ in range(4)]
    path, told, round_, done = workload(p, sizes), {}, 0, 0
    while done < n:
        db = os.path.join(p.dir, "kill%d.db" % round_)
        run = p.start("--workload", path, "--verbose", problem=None, limit="0.4", db=db)
        time.sleep(rng.random() * (1.2 if SLOW == 1 else 2))
        victims = [pid for pid in workers(p) if pid != run.pid]
        if victims and rng.random() < 0.4:
            for pid in victims:
                try:
                    os.kill(pid, signal.SIGKILL)
                    done += 1
                except OSError:
                    pass
            time.sleep(rng.random() * 0.2)
        if run.poll() is None:
            done += 1
        run.kill()
        _, err = run.communicate()
        for line in err.splitlines():
            m = re.match(r"trial (\d+): \w+: ([a-z]+(?: [a-z]+)?) ", line)
            if m:
                told.setdefault(db, set()).add(int(m.group(1)))
        have = p.survivors(db)
        check(told.get(db, set()) <= have, "lost", sorted(told.get(db, set()) - have))
        check(wait_for(lambda: not workers(p), 5), "left over", workers(p))
        if run.returncode == 0:  # it got to its end before it was killed: begin anew
            round_ += 1
    last = json.loads(p.run("--workload", path, "--json", problem=None, limit="0.4", db=db).stdout)
    check(all(x["exhausted"] and x["confirmed"] for x in last["problems"]), last)
    check(told[db] <= {row[0] for row in p.rows(db=db)})
    p.clean(db)
    print("%d kills, %d trials told" % (done, sum(map(len, told.values()))))


def kill_20(p):
    kills(p, 20)


def kill_200(p):
    kills(p, 200)


def two_tuners(p):
    """TensorRT-LLM#14441 quadrants#239: two writers, no lost row, no failure."""
    path = workload(p, [300, 400])
    runs = [p.start("--workload", path, "--verbose", "--seed", str(i), problem=None, limit="0.5") for i in (1, 2)]
    told = 0
    for run in runs:
        out, err = run.communicate(timeout=200)
        check(run.returncode == 0, out, err)
        told += len(re.findall(r"^trial \d+:", err, re.M))
    check(len(p.rows()) == told, len(p.rows()), told)
    p.clean()


def full_disk(p):
    """A full disk: one clear message, exit 4, the database whole, no worker left."""
    limit = 60 * 1024

    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    r = subprocess.run(p.command("--workload", workload(p, list(range(10, 60))), problem=None, limit="0.2"),
                       capture_output=True, text=True, env=p.env(), preexec_fn=small, timeout=200)
    check(r.returncode == 4, r.returncode, r.stdout, r.stderr)
    errors = [line for line in r.stderr.splitlines() if line.startswith("constrint tune:")]
    check(len(errors) == 1 and p.db in errors[0], r.stderr)
    check(not workers(p), "a worker is left")
    p.clean()
    p.run("--budget", "3trials")


def read_only(p):
    """A database that cannot be written: said before anything is run."""
    p.run("--budget", "3trials")
    before = open(p.db, "rb").read()
    launches = p.launches()
    os.chmod(p.dir, 0o555)
    os.chmod(p.db, 0o444)
    try:
        if os.geteuid() == 0:
            os.chmod(p.count, 0o666)
            nobody = lambda: os.setuid(65534)
            ready = subprocess.run([CONSTRINT, "--version"], preexec_fn=nobody, capture_output=True)
            if ready.returncode != 0:
                skip("root may write everywhere, and another user cannot run the executable")
        else:
            nobody = None
        r = subprocess.run(p.command(), capture_output=True, text=True, env=p.env(), preexec_fn=nobody)
        check(r.returncode == 4 and r.stderr.count("constrint tune:") == 1 and p.db in r.stderr, r.returncode, r.stderr)
        check(p.launches() == launches and open(p.db, "rb").read() == before)
    except PermissionError:
        skip("root may write everywhere, and another user cannot run the executable")
    finally:
        os.chmod(p.dir, 0o755)


def not_a_database(p):
    with open(p.db, "wb") as f:
        f.write(b"this is no database\n" * 50)
    before = open(p.db, "rb").read()
    r = p.run(expect=4)
    check(r.stderr.count("\n") == 1 and p.db in r.stderr, r.stderr)
    check(open(p.db, "rb").read() == before)


def noise(p):
    """What a plug-in prints does not reach the tuner as an answer."""
    r = json.loads(p.run("--json", "--plugin-path", os.path.join(PLUGINS, "noisy")).stdout)["problems"][0]
    check(r["failures"]["crashed"] == 1 and r["failures"]["wrong result"] == 3, r)
    check_complete(p, p.rows())


def two_evaluators_disagree(p):
    """KernelTuner#326: what the spec allows and the plug-in refuses is an outcome that says so."""
    with open(os.path.join(SOURCE, "tests", "kernels", "faulty.yaml")) as f:
        spec = f.read().replace("speed: 1..8", "speed: 1..9")
    with open(os.path.join(p.dir, "faulty.yaml"), "w") as f:
        f.write(spec)
    command = p.command()
    command[command.index("--spec-path") + 1] = p.dir
    r = subprocess.run(command, capture_output=True, text=True, env=p.env(), timeout=200)
    check(r.returncode == 0, r.stderr)
    rows = [row for row in p.rows() if row[3] == "fault=none,speed=9"]
    check(len(rows) == 1 and rows[0][2] == COMPILE and "refuses" in rows[0][5] and "domain" in rows[0][5], rows)
    check("speed=9" not in r.stdout, r.stdout)


def a_changed_spec_starts_anew(p):
    """MIOpen#675: results of another spec do not count as known; the old best is the incumbent."""
    p.run("--budget", "4trials", "--strategy", "exhaustive")
    before = p.launches()
    with open(os.path.join(SOURCE, "tests", "kernels", "faulty.yaml")) as f:
        spec = f.read() + "# changed\n"
    with open(os.path.join(p.dir, "faulty.yaml"), "w") as f:
        f.write(spec)
    command = p.command("--budget", "4trials", "--strategy", "exhaustive")
    command[command.index("--spec-path") + 1] = p.dir
    r = subprocess.run(command, capture_output=True, text=True, env=p.env(), timeout=200)
    check(r.returncode == 0 and "nothing left" not in r.stdout, r.stdout, r.stderr)
    check(p.launches() > before)


def no_memory(p):
    """A worker that cannot even start: one line, exit 4."""
    r = p.run("--memory-limit", "1", expect=4)
    check("cannot open the problem" in r.stdout and not workers(p), r.stdout, r.stderr)


def terminal(p):
    """A progress line that is rewritten on a terminal; plain lines elsewhere."""
    master, slave = pty.openpty()
    run = subprocess.Popen(p.command(), stdout=subprocess.DEVNULL, stderr=slave, env=p.env())
    os.close(slave)
    seen = b""
    try:
        while True:
            part = os.read(master, 4096)
            if not part:
                break
            seen += part
    except OSError:
        pass
    check(run.wait() == 0)
    os.close(master)
    for word in b"\r\x1b[K", b"trials", b"/s", b"best", b"left":
        check(word in seen, word, seen)
    plain = p.run(problem="size=77")
    check("\r" not in plain.stderr and "\x1b" not in plain.stderr and "size=77" in plain.stderr, plain.stderr)
    check(plain.stderr.count("\n") < 20, plain.stderr)


def wrong_use(p):
    base = ["--kernel", "faulty", "--problem", "size=5", "--db", p.db]
    for args in ([], ["--db", p.db], base[:4], base + ["extra"], base + ["--budget", "60"], base + ["--seed", "x"],
                 base + ["--strategy", "guess"], base + ["--time-limit", "0"], base + ["--nonsense"],
                 base + ["--workload", "w"], ["--problem", "size=5", "--db", p.db],
                 ["--kernel", "nowhere", "--problem", "size=5", "--db", p.db]):
        r = subprocess.run([CONSTRINT, "tune", *args], capture_output=True, text=True, env=p.env())
        check(r.returncode == 2 and r.stderr.startswith("constrint tune: ") and r.stderr.count("\n") == 1 and not r.stdout,
              args, r.returncode, r.stderr)
    for bad in "size=0", "size=x", "sise=5", "size=5,size=6", "":
        check("constrint tune:" in p.run(expect=2, problem=bad).stderr)
    check(not os.path.exists(p.db))
    r = subprocess.run([CONSTRINT, "tune", "--help"], capture_output=True, text=True)
    check(r.returncode == 0 and "--budget" in r.stdout and not r.stderr)


def measured_once(p):
    """--hardware auto: measured, cached, read again; a damaged cache is measured again."""
    command = p.command("--budget", "2trials")
    at = command.index("--hardware")
    command[at + 1] = "auto"

    def go():
        r = subprocess.run(command, capture_output=True, text=True, env=p.env(), timeout=120)
        check(r.returncode == 0, r.stderr)
        return "measured this machine" in r.stderr
    check(go() and not go())
    folder = os.path.join(p.dir, "cache", "constrint")
    files = os.listdir(folder)
    check(len(files) == 1 and files[0].endswith(".yaml"), files)
    with open(os.path.join(folder, files[0]), "w") as f:
        f.write("schema: [broken")
    check(go() and not go())
    check(os.listdir(folder) == files)


AHEAD = os.path.join(PLUGINS, "ahead")


def ahead(p, *more, start=False, **how):
    """A run with the plug-in whose builds take a tenth of a second; what was built by whom."""
    log = os.path.join(p.dir, "builds")
    env = dict(p.env(), AHEAD_BUILDS=log, TMPDIR=p.dir)
    command = p.command("--plugin-path", AHEAD, *more, **how)
    if start:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env), log
    r = subprocess.run(command, capture_output=True, text=True, env=env, timeout=300)
    check(r.returncode == 0, r.returncode, r.stdout, r.stderr)
    with open(log) as f:
        return r, f.read().split("\n")[:-1]


def left_behind(p):
    return [name for name in os.listdir(p.dir) if name.startswith("constrint-")]


def ahead_builds_beside(p):
    """What the next candidates are built into is made in other processes, and recorded with driver and conditions."""
    r, builds = ahead(p, "--jobs", "4", "--json", "--budget", "1h", "--strategy", "exhaustive")
    one = json.loads(r.stdout)["problems"][0]
    check(one["exhausted"] and one["confirmed"], one)
    check(not any(b.startswith("device") for b in builds), builds)
    check(4 <= len(set(builds)) <= 4 + 3, builds)  # four, and new ones after a crash and a hang
    check(len(builds) == 17, len(builds))  # each once, the contest's and the stored ones too
    with contextlib.closing(sqlite3.connect(p.db)) as sql:
        conditions = set(sql.execute("SELECT run_clock_hz, celsius, watts FROM trial WHERE status = 0 AND phase <> 3"))
        check(conditions == {(1.5e9, 55, 321.5)}, conditions)
        check(sql.execute("SELECT DISTINCT driver, compiler FROM origin").fetchall() == [("a driver 1.2", "a compiler 3.4")])
        stored = sql.execute("SELECT DISTINCT a.data FROM trial t JOIN artifact a ON a.hash = t.artifact WHERE phase = 1").fetchall()
        check(stored == [(b"faulty",)], stored)
    check(not left_behind(p) and not workers(p), left_behind(p), workers(p))
    started = time.time()
    r, builds = ahead(p, "--jobs", "0", "--budget", "3trials", "--json", db=os.path.join(p.dir, "none.db"))
    check(any(b.startswith("device") for b in builds), "without jobs the worker builds")


def ahead_faults(p):
    """A build that crashes or hangs is its candidate's outcome and costs nothing else."""
    r, _ = ahead(p, "--jobs", "3", "--json", "--budget", "1h")
    one = json.loads(r.stdout)["problems"][0]
    check(one["exhausted"] and one["confirmed"] and one["best"].startswith("fault=none"), one)
    check_complete(p, p.rows())
    message = {c: m for _, phase, _, c, _, m in p.rows() if phase == SEARCH}
    for fault in "crash", "hang":
        check("building it" in message["fault=%s,speed=1" % fault], message)
    p.clean()


def ahead_every_strategy(p):
    for strategy in "uniform", "cost-first", "local":
        db = os.path.join(p.dir, strategy + ".db")
        r, _ = ahead(p, "--budget", "1h", "--strategy", strategy, "--json", db=db)
        one = json.loads(r.stdout)["problems"][0]
        tried = [c for _, phase, _, c, _, _ in p.rows(db=db) if phase in (SEARCH, DEFAULT)]
        check(one["exhausted"] and len(set(tried)) == 17 and len(tried) <= 17 + 5, strategy, tried)


def ahead_killed_and_resumed(p):
    """kill -9 at any moment loses the trial in flight, and no more."""
    known = set()
    for i in range(4):
        run, _ = ahead(p, "--jobs", "4", "--budget", "1h", "--strategy", "exhaustive", start=True)
        time.sleep(random.uniform(0.2, 0.8) * SLOW)
        run.kill()
        run.communicate()
        now = p.survivors(p.db)
        check(known <= now, "lost:", known - now)
        known = now
    for _ in range(50):
        if not workers(p):
            break
        time.sleep(0.1)
    check(not workers(p), "builders outlive the tuner")
    r, _ = ahead(p, "--jobs", "4", "--budget", "1h", "--strategy", "exhaustive", "--json")
    check(known <= p.survivors(p.db) and json.loads(r.stdout)["problems"][0]["exhausted"])
    tried = [c for _, phase, _, c, _, _ in p.rows() if phase == SEARCH]
    check(len(tried) <= 17 + 5, "timed again:", tried)


def ahead_interrupted(p):
    """Ctrl-C while a build hangs: at once, and nothing is left behind."""
    run, _ = ahead(p, "--jobs", "2", "--strategy", "exhaustive", "--budget", "1h", start=True, limit="60")
    time.sleep(1.5 * SLOW)
    started = time.time()
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    check(run.returncode == 130 and time.time() - started < 5 * SLOW, run.returncode, time.time() - started)
    check(not left_behind(p) and not workers(p), left_behind(p), workers(p))


def costs_rank(p):
    """The spec's cost of the faulty kernel is its time: the order is right, or wrong where the times are turned round."""
    p.run("--strategy", "exhaustive", "--budget", "1h", problem="size=200000")

    def costs(*more, expect=0):
        r = subprocess.run([CONSTRINT, "costs", "--kernel", "faulty", "--hardware", p.hardware, "--db", p.db,
                            "--spec-path", os.path.join(SOURCE, "tests", "kernels"), *more], capture_output=True, text=True)
        check(r.returncode == expect, r.returncode, r.stdout, r.stderr)
        return r
    with contextlib.closing(sqlite3.connect(p.db)) as sql:  # as if the machine were silent
        sql.execute("UPDATE trial SET seconds = 1.0 / substr(config, instr(config, 'speed=') + 6) WHERE status = 0 AND config <> ''")
        sql.commit()
    one = json.loads(costs("--json").stdout)
    check(one["version"] == 1 and len(one["problems"]) == 1 and one["trials"] >= 8, one)
    check(one["problems"][0]["correlation"] > 0.999 and one["correlation"] > 0.999, one)
    check("size=200000" in costs().stdout and "together" in costs().stdout)
    with contextlib.closing(sqlite3.connect(p.db)) as sql:
        sql.execute("UPDATE trial SET seconds = 1 / seconds WHERE status = 0 AND config <> ''")
        sql.commit()
    check(json.loads(costs("--json").stdout)["correlation"] < -0.999)
    with contextlib.closing(sqlite3.connect(p.db)) as sql:
        sql.execute("UPDATE origin SET spec_hash = 'another'")
        sql.commit()
    check("no trials of this spec" in costs(expect=1).stderr)
    check("--help" in costs("stray", expect=2).stderr)


CASES = [costs_rank, ahead_builds_beside, ahead_faults, ahead_every_strategy, ahead_killed_and_resumed, ahead_interrupted, faults, winner_is_what_look_up_finds, equal_configurations_leave_the_default, resume_times_nothing_again,
         exhaustion_ends_the_run, a_hang_is_killed_in_time, trials_budget, seconds_budget, a_workload, interrupt,
         parent_dies, kill_20, kill_200, two_tuners, full_disk, read_only, not_a_database, noise,
         two_evaluators_disagree, a_changed_spec_starts_anew, no_memory, terminal, wrong_use,
         measured_once]

if __name__ == "__main__":
    case = {c.__name__: c for c in CASES}[sys.argv[1]]
    place = Place()
    try:
        case(place)
        print("passed")
    finally:
        place.done()
