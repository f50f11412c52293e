"""What stands beside a saved form: the Python values of its parameters, and the restrictions."""
from __future__ import annotations

import ast
import json
from typing import Any, List, Optional, Tuple

from ._parameters import Parameter, parameters
from ._restrictions import strings

SUFFIX = ".params"


def _plain(value: Any) -> str:
    """A literal that gives the value back."""
    text = repr(value.item() if hasattr(value, "item") else value)
    try:
        if ast.literal_eval(text) == value:
            return text
    except (ValueError, SyntaxError):
        pass
    raise ValueError(f"{value!r} cannot be written to a file: it is no literal")


def dump(declared: List[Parameter], texts: Optional[List[str]]) -> str:
    listed = [[p.name, [_plain(value) for value in p.values]] for p in declared]
    return json.dumps({"version": 1, "parameters": listed, "restrictions": texts})


def load(text: str, path: str) -> Tuple[List[Parameter], Optional[List[str]]]:
    try:
        read = json.loads(text)
        if read["version"] != 1:
            raise ValueError(f"its version is {read['version']}, not 1")
        declared = parameters({name: [ast.literal_eval(v) for v in values] for name, values in read["parameters"]})
        return declared, read["restrictions"] if read["restrictions"] is None else strings(read["restrictions"])
    except (KeyError, TypeError, SyntaxError, ValueError) as failure:
        raise ValueError(f"{path}: not the parameters of a saved space: {failure}") from None
