"""Parameters: what Python object each number of the library stands for.

Whole numbers stand for themselves; everything else goes by its place in the
list of values, so that a configuration is made of the very objects that were
given.
"""
from __future__ import annotations

import numbers
import warnings
from decimal import Decimal
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

INT64 = range(-2**63, 2**63)


def is_whole(value: Any) -> bool:
    """Truth values too: True is 1."""
    return (isinstance(value, numbers.Integral) or type(value).__name__ in ("bool_", "bool")) and int(value) in INT64


def is_decimal(value: Any) -> bool:
    """A number whose shortest decimal text is a fraction of 64-bit integers."""
    if is_whole(value):
        return True
    if not isinstance(value, numbers.Real) or isinstance(value, (numbers.Rational, Decimal)):
        return False
    if float(value) in (float("inf"), float("-inf")) or value != value:
        return False
    _, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    return isinstance(exponent, int) and len(digits) + max(exponent, 0) <= 18 and -exponent <= 18


def is_text(value: Any) -> bool:
    if not isinstance(value, str) or "\0" in value:
        return False
    return not any("\ud800" <= c <= "\udfff" for c in value)


def is_truth(value: Any) -> bool:
    return type(value).__name__ in ("bool", "bool_")


def number(value: Any) -> Any:
    """As JSON has it."""
    return bool(value) if is_truth(value) else int(value) if is_whole(value) else float(value)


# (name, what all of its values are, as JSON), the first that fits. The library comes to the same kinds:
# "int" parameters hold their values, the others the place.
KINDS = (
    ("bool", is_truth, bool),
    ("int", is_whole, int),
    ("float", is_decimal, lambda value: int(value) if is_whole(value) else float(value)),
    ("string", is_text, str),
    ("mixed", lambda value: is_text(value) or is_decimal(value), lambda value: value if isinstance(value, str) else number(value)),
)
OPAQUE = "opaque"  # of values that no restriction can speak of


def kind_of(values: Sequence[Any]) -> str:
    if set(map(type, values)) == {int} and min(values) in INT64 and max(values) in INT64:
        return "int"  # as the search below, without looking at each
    return next((kind for kind, fits, _ in KINDS if all(map(fits, values))), OPAQUE)


class Parameter:
    """A name, the values in the order in which they were given, and their numbers in the library."""

    def __init__(self, name: str, values: Iterable[Any], may_be_empty: bool = False):
        if not isinstance(name, str) or not name:
            raise TypeError(f"a parameter's name is a string, not {name!r}")
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            raise TypeError(f"the values of {name!r} are a list, not {values!r}")
        self.name = name
        self.values: Tuple[Any, ...] = tuple(self._distinct(values))
        if not self.values and not may_be_empty:
            raise ValueError(f"the parameter {name!r} has no values")
        self.kind = kind_of(self.values)
        codes = list(map(int, self.values)) if self.kind == "int" else range(len(self.values))
        self.object_of: Dict[int, Any] = dict(zip(codes, self.values))
        self.code_of: Dict[Any, int] = dict(zip(self.values, codes))

    def _distinct(self, values: Iterable[Any]) -> List[Any]:
        values = list(values)
        try:
            kept = list(dict.fromkeys(values))
        except TypeError:
            raise TypeError(f"a value of {self.name!r} is not hashable (lists are not: use tuples)") from None
        if len(kept) < len(values):
            warnings.warn(f"{len(values) - len(kept)} repeated value(s) of {self.name!r} dropped", stacklevel=5)
        return kept

    def described(self) -> List[Any]:
        """The values as the library reads them."""
        if self.kind == OPAQUE:
            return list(range(len(self.values)))
        if self.kind == "int":
            return list(self.object_of)
        convert = next(convert for kind, _, convert in KINDS if kind == self.kind)
        return [convert(v) for v in self.values]

    def code(self, value: Any) -> Optional[int]:
        """The library's number for a value; None: the parameter does not have it."""
        try:
            return self.code_of.get(value)
        except TypeError:  # not hashable
            return None


def parameters(given: Mapping[str, Iterable[Any]]) -> List[Parameter]:
    if not hasattr(given, "items"):
        raise TypeError(f"params is a dict of lists, not {type(given).__name__}")
    made = []
    for name, values in given.items():
        made.append(Parameter(name, values))
    return made


def from_labels(name: str, codes: Sequence[int], labels: Sequence[Optional[str]]) -> Parameter:
    """A parameter of a form whose Python values were not written beside it."""
    texts = [label for label in labels if label is not None]
    if len(texts) < len(codes):
        return Parameter(name, codes, may_be_empty=True)
    values: Sequence[Any] = texts
    if set(texts) <= {"True", "False"}:
        values = [text == "True" for text in texts]
    else:
        try:
            values = [float(text) for text in texts]
        except ValueError:
            pass
    made = Parameter(name, values, may_be_empty=True)  # of an empty space
    made.object_of, made.code_of = dict(zip(codes, values)), dict(zip(values, codes))
    return made
