"""What the tests of the Python module share: the module on the path, the library of this build, a runner."""
import importlib.util
import os
import random
import subprocess
import sys
import traceback

sys.path.insert(0, os.path.join(os.environ["SOURCE"], "constrint", "python"))
os.environ["CONSTRINT_LIBRARY"] = os.path.join(os.environ["BUILD"], "lib", "libconstrint.so.0")
sys.dont_write_bytecode = True

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
random.seed(SEED)


def numpy_or_none():
    try:
        import numpy
        return numpy
    except ImportError:
        print("NumPy is missing: comparisons of arrays are left out", file=sys.stderr)
        return None


def needs(package):
    """Goes on under $PYTHON, the one with the peers; skips if that lacks the package."""
    if importlib.util.find_spec(package):
        return
    python = os.environ.get("PYTHON")
    if not python or subprocess.run([python, "-c", f"import {package}"], capture_output=True).returncode:
        print(f"skipped: no $PYTHON with {package}")
        sys.exit(77)
    os.execv(python, [python, "-B", *sys.argv])


def raises(kind, call, *arguments, **named):
    """The message of the exception that the call must raise."""
    try:
        call(*arguments, **named)
    except kind as raised:
        return str(raised)
    raise AssertionError(f"no {kind.__name__}")


def run(names):
    """Runs the functions named test_*; the exit status."""
    print(f"seed {SEED}")
    tests = [f for name, f in list(names.items()) if name.startswith("test_")]
    failed = 0
    for test in tests:
        try:
            test()
        except Exception:
            failed += 1
            print(f"FAILED: {test.__name__}", file=sys.stderr)
            traceback.print_exc()
    print(f"{len(tests) - failed} passed, {failed} failed")
    return int(failed > 0 or not tests)
