"""Iteration in another order of the parameters."""
from __future__ import annotations

import ctypes
import weakref
from typing import TYPE_CHECKING, Any, Optional, Tuple

from ._library import check, library

if TYPE_CHECKING:
    from .space import Space


class Walk:
    """An iterator over a space in another order of the parameters."""

    def __init__(self, space: "Space", order: Optional[str]):
        self._space, self._cursor, self._values, self._answer = space, ctypes.c_void_p(), space._int64(()), ctypes.c_int()
        text = order.encode() if order is not None else None
        check(library.ci_cursor_new(ctypes.byref(self._cursor), space._handle, text))
        weakref.finalize(self, library.ci_cursor_free, ctypes.c_void_p(self._cursor.value))

    def __iter__(self) -> "Walk":
        return self

    def __next__(self) -> Tuple[Any, ...]:
        check(library.ci_cursor_next(self._cursor, self._values, ctypes.byref(self._answer)))
        if not self._answer.value:
            raise StopIteration
        return self._space._objects(self._values[:len(self._space._names)])
