#!/usr/bin/env python3
"""Every example of docs/python.md, and the example program."""
import contextlib
import doctest
import io
import os
import re
import runpy
import sys

from python_harness import numpy_or_none, run

import constrint  # noqa: F401 - found before the examples ask for it

DOCS = os.path.join(os.environ["SOURCE"], "docs")
numpy = numpy_or_none()


def examples(text):
    """The blocks fenced as pycon, as one test. Columns are lists where NumPy is missing: their examples say tolist()."""
    blocks = "".join(re.findall(r"^```pycon\n(.*?)^```$", text, re.M | re.S))
    return doctest.DocTestParser().get_doctest(blocks, {}, "python.md", "docs/python.md", 0)


def failures(text):
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(examples(text))
    assert runner.tries > 0
    return runner.failures


def test_the_page():
    with open(os.path.join(DOCS, "python.md")) as file:
        assert failures(file.read()) == 0


def test_a_wrong_example_is_noticed():
    with contextlib.redirect_stdout(io.StringIO()):
        assert failures("```pycon\n>>> 1 + 1\n3\n\n```\n") == 1


def test_the_program():
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(os.path.join(DOCS, "examples", "space.py"))
    lines = printed.getvalue().splitlines()
    assert lines[0].startswith("349853 configurations, in "), lines
    assert lines[1:3] == ["  block_size_x: 1 to 1024", "  block_size_y: 1 to 32"], lines
    assert re.fullmatch(r"the best of 20 descents costs [01]", lines[-2]), lines
    assert re.fullmatch(r"[1-9]\d* of them use 256 threads and most of the shared memory", lines[-1]), lines


if __name__ == "__main__":
    sys.exit(run(globals()))
