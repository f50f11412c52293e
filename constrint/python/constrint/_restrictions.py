"""Restrictions: which are taken, how they are handed to the library, and which of them
the library can work out on a form that is already built."""
from __future__ import annotations

import ast
import json
import re
from typing import Any, Callable, Dict, List, Optional, Sequence, Set

from ._parameters import OPAQUE, Parameter

SOURCE = "restrictions"


# ---- What is given ----

def refusal(place: str, given: Any) -> Optional[str]:
    """Why a restriction is not taken; None: it is a string."""
    if isinstance(given, str):
        return None
    kind = type(given).__name__
    if getattr(given, "__name__", "") == "<lambda>":
        return f"{place} is a lambda: write its expression as a string"
    if any(base.__module__.split(".")[0] == "constraint" for base in type(given).__mro__):
        return f"{place} is a python-constraint {kind}: write it as a string, e.g. 'x * y <= 1024' for MaxProdConstraint"
    if callable(given):
        return f"{place} is a callable ({getattr(given, '__name__', kind)}): only expressions in strings can be read"
    return f"{place} is of type {kind}, not a string"


def strings(given: Any) -> List[str]:
    """The restrictions as a list of strings; TypeError lists all that are none."""
    if given is None:
        return []
    if not isinstance(given, (list, tuple)):
        given = [given]
    # Kernel Tuner's (restriction, names of the parameters that it uses)
    plain = [r[0] if isinstance(r, tuple) and len(r) in (2, 3) and isinstance(r[1], (list, tuple)) else r for r in given]
    refused = [why for why in (refusal(f"restrictions[{i}]", r) for i, r in enumerate(plain)) if why]
    if refused:
        raise TypeError("; ".join(refused))
    return [r.strip() for r in plain]


# ---- As the library reads them ----

DIALECT = "kernel-tuner"


def document(parameters: Sequence[Parameter], restrictions: Sequence[str]) -> bytes:
    """A text with restrictions[i] alone on line i + 2, so that places in messages tell which one it is."""
    conditions = ",\n".join(json.dumps(r) for r in restrictions)
    described = json.dumps({p.name: p.described() for p in parameters})
    return f'{{"restrictions": [\n{conditions}],\n"tune_params": {described}}}'.encode()


def readable(message: str, count: int) -> str:
    """A message with the place in our document told in the user's terms."""
    def replace(match: "re.Match[str]") -> str:
        line, column = int(match.group(1)) - 2, int(match.group(2)) - 1
        return f"restrictions[{line}], column {column}: " if line < count else ""
    return re.sub(rf"^{SOURCE}:(\d+):(\d+): ", replace, message, flags=re.M)


def names_in(restriction: str) -> Set[str]:
    try:
        tree = ast.parse(restriction, mode="eval")
    except (SyntaxError, ValueError):
        return set()  # the library says what is wrong with it
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def refuse_opaque(parameters: Sequence[Parameter], restrictions: Sequence[str]) -> None:
    opaque = {p.name: p for p in parameters if p.kind == OPAQUE}
    if not opaque:
        return
    for i, text in enumerate(restrictions):
        for name in sorted(names_in(text) & set(opaque)):
            kinds = sorted({type(v).__name__ for v in opaque[name].values})
            raise ValueError(f"restrictions[{i}] uses {name!r}, whose values ({', '.join(kinds)}) cannot be read: they "
                             "are beyond 64 bits, or neither numbers, truth values nor strings")


# ---- On a form ----

class NotNative(Exception):
    """The library's native language has no such expression, or gives it another meaning than Python."""


IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
RESERVED = set("""let var maximize minimize in not and or xor true false step KiB MiB GiB abs min max sum product
ceildiv divides bitxor ite element alldifferent table""".split())
COMPARISONS: Dict[type, str] = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
ARITHMETIC: Dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**"}


class Native:
    """Translates Python expressions whose meaning is the same in the native language."""

    def __init__(self, parameters: Sequence[Parameter], occurring: Callable[[str], Sequence[Any]]):
        self.by_name = {p.name: p for p in parameters}
        self.occurring = occurring

    def condition(self, text: str) -> str:
        try:
            tree = ast.parse(text, mode="eval")
        except (SyntaxError, ValueError):
            raise NotNative(text) from None
        return self.truth(tree.body)

    def truth(self, node: ast.AST) -> str:
        if isinstance(node, ast.BoolOp):
            word = " and " if isinstance(node.op, ast.And) else " or "
            return "(" + word.join(map(self.truth, node.values)) + ")"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return f"(not {self.truth(node.operand)})"
        if isinstance(node, ast.Compare):
            return self.comparison(node)
        return f"({self.number(node)} != 0)"

    def comparison(self, node: ast.Compare) -> str:
        if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return self.membership(node.left, node.ops[0], node.comparators[0])
        coded = self.coded(node.left)
        if coded and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            return self.among(coded, [constant(node.comparators[0])], isinstance(node.ops[0], ast.NotEq))
        if any(type(op) not in COMPARISONS for op in node.ops):
            raise NotNative
        parts = [self.number(node.left)]
        for op, right in zip(node.ops, node.comparators):
            parts += [COMPARISONS[type(op)], self.number(right)]
        return "(" + " ".join(parts) + ")"

    def membership(self, left: ast.AST, op: ast.AST, right: ast.AST) -> str:
        if not isinstance(right, (ast.List, ast.Tuple, ast.Set)) or not isinstance(left, ast.Name):
            raise NotNative
        return self.among(self.parameter(left), [constant(item) for item in right.elts], isinstance(op, ast.NotIn))

    def coded(self, node: ast.AST) -> Optional[Parameter]:
        """The parameter that a name stands for, if it goes by place."""
        p = self.by_name.get(node.id) if isinstance(node, ast.Name) else None
        return p if p and p.kind not in ("int", OPAQUE) else None

    def among(self, p: Parameter, values: Sequence[Any], none_of: bool) -> str:
        codes = [p.code(v) for v in values]
        known = ", ".join(str(code) for code in codes if code is not None)
        if not known:
            return "true" if none_of else "false"
        return f"({self.plain_name(p.name)} {'not in' if none_of else 'in'} {{{known}}})"

    def parameter(self, node: ast.Name) -> Parameter:
        p = self.by_name.get(node.id)
        if p is None or p.kind == OPAQUE:
            raise NotNative
        return p

    @staticmethod
    def plain_name(name: str) -> str:
        if not IDENTIFIER.match(name) or name in RESERVED:
            raise NotNative
        return name

    def number(self, node: ast.AST) -> str:
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, int):
                raise NotNative
            return str(int(node.value))
        if isinstance(node, ast.Name):
            p = self.parameter(node)
            if p.kind != "int":
                raise NotNative
            return self.plain_name(p.name)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            return f"({'-' if isinstance(node.op, ast.USub) else ''}{self.number(node.operand)})"
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
            return self.operation(node)
        raise NotNative

    def call(self, node: ast.Call) -> str:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        few = 1 if name == "abs" else 2
        if name not in ("abs", "min", "max") or node.keywords or len(node.args) < few or (name == "abs" and node.args[1:]):
            raise NotNative
        return f"{name}({', '.join(map(self.number, node.args))})"

    def operation(self, node: ast.BinOp) -> str:
        if isinstance(node.op, (ast.FloorDiv, ast.Mod)) and not self.every(node.right, lambda v: v != 0):
            raise NotNative  # an exception in Python ends all of the expression, here only the comparison
        if isinstance(node.op, ast.Pow) and not self.every(node.right, lambda v: v >= 0):
            raise NotNative
        return f"({self.number(node.left)} {ARITHMETIC[type(node.op)]} {self.number(node.right)})"

    def every(self, node: ast.AST, holds: Callable[[int], bool]) -> bool:
        """Does it hold for all values of a constant, a parameter or a product of such?"""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, int) and holds(node.value)
        if isinstance(node, ast.Name):
            p = self.by_name.get(node.id)
            return p is not None and p.kind == "int" and all(holds(int(v)) for v in self.occurring(p.name))
        return (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and self.every(node.left, holds)
                and self.every(node.right, holds))


def constant(node: ast.AST) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise NotNative from None


def native(parameters: Sequence[Parameter], occurring: Callable[[str], Sequence[Any]], conditions: Sequence[str]) -> Optional[str]:
    """The conditions in the native language; None: it cannot say them as Python means them."""
    translate = Native(parameters, occurring)
    try:
        return "".join(f"{translate.condition(text)};\n" for text in conditions)
    except NotNative:
        return None
