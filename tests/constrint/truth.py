"""Conditions as Python evaluates them, with exact numbers: the oracle.

A condition is parsed by Python itself; `/` and `**` become exact, a decimal
fraction is what its digits say, an exception is false."""
import ast
import itertools
import json
import math
import os
import subprocess
from fractions import Fraction


def exact(text_or_number):
    """A value as listed: floats are what their digits say."""
    return Fraction(repr(text_or_number)) if isinstance(text_or_number, float) else text_or_number


def quotient(a, b):
    return Fraction(a) / Fraction(b)


def power(a, b):
    if isinstance(b, Fraction):
        if b.denominator != 1:
            raise TypeError("an exponent must be whole")
        b = b.numerator
    return Fraction(a) ** b if b < 0 else a ** b


class Exact(ast.NodeTransformer):
    """Calls in place of the operations that would round."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        name = {ast.Div: "quotient", ast.Pow: "power"}.get(type(node.op))
        if not name:
            return node
        return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=[node.left, node.right], keywords=[])

    def visit_Constant(self, node):
        if not isinstance(node.value, float):
            return node
        return ast.Call(func=ast.Name(id="Fraction", ctx=ast.Load()), args=[ast.Constant(value=repr(node.value))], keywords=[])


SAFE = {"quotient": quotient, "power": power, "pow": power, "Fraction": Fraction, "float": Fraction, "math": math,
        "floor": math.floor, "ceil": math.ceil}


def compiled(expression):
    tree = ast.fix_missing_locations(Exact().visit(ast.parse(expression, mode="eval")))
    return compile(tree, "condition", "eval")


def holds(code, assignment):
    try:
        return bool(eval(code, dict(SAFE), assignment))
    except (ArithmeticError, ValueError, TypeError):
        return False


def bits(parameters, conditions):
    """A character for each assignment, the last parameter fastest."""
    codes = [compiled(c) for c in conditions]
    names = list(parameters)
    rows = itertools.product(*([exact(v) for v in parameters[n]] for n in names))
    return "".join("01"[all(holds(c, dict(zip(names, row))) for c in codes)] for row in rows)


def kernel_tuner(parameters, conditions):
    return json.dumps({"tune_params": parameters, "restrictions": conditions})


def kind(values):
    if any(isinstance(v, str) for v in values):
        return "string"
    if any(isinstance(v, float) for v in values):
        return "float"
    return "bool" if any(isinstance(v, bool) for v in values) else "int"


def t1(parameters, conditions):
    listed = [{"Name": n, "Type": kind(v), "Values": repr(v)} for n, v in parameters.items()]
    return json.dumps({"ConfigurationSpace": {"TuningParameters": listed,
                                              "Conditions": [{"Expression": c, "Parameters": []} for c in conditions]}})


def judge(lines, dialect="json"):
    """What ConstrINT says of each space: (bits, count), or the message."""
    tool = os.path.join(os.environ["BUILD"], "tests", "constrint_judge")
    run = subprocess.run([tool, dialect], input="".join(line + "\n" for line in lines), capture_output=True, text=True, check=True)
    answers = run.stdout.splitlines()
    assert len(answers) == len(lines), (len(answers), len(lines), run.stderr)
    return [a if a.startswith("error: ") else tuple(a.split(" ")) for a in answers]
