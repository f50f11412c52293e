"""The C library: found, loaded, its functions declared, its errors raised as exceptions."""
from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import threading
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

NAME = "libconstrint.so.0"
PACKAGE = Path(__file__).resolve().parent

OK, ENOMEM, EINVAL, ESYNTAX, EOVERFLOW, ELIMIT, ECANCEL, EIO, EINTERNAL = range(0, -9, -1)
EXCEPTIONS = {
    ENOMEM: MemoryError, EINVAL: ValueError, ESYNTAX: ValueError, EOVERFLOW: OverflowError,
    ELIMIT: TimeoutError, ECANCEL: KeyboardInterrupt, EIO: OSError,
}

Cancel = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class Limits(ctypes.Structure):
    """ci_limits"""
    _fields_ = [("seconds", ctypes.c_double), ("memory_bytes", ctypes.c_uint64), ("cancel", Cancel),
                ("cancel_data", ctypes.c_void_p)]


class Options(ctypes.Structure):
    """ci_space_options"""
    _fields_ = [("order", ctypes.c_char_p), ("limits", Limits)]


class Text(ctypes.Structure):
    """ci_text"""
    _fields_ = [("text", ctypes.c_char_p), ("len", ctypes.c_size_t), ("name", ctypes.c_char_p)]


class Let(ctypes.Structure):
    """ci_let"""
    _fields_ = [("name", ctypes.c_char_p), ("value", ctypes.c_int64)]


class Info(ctypes.Structure):
    """ci_space_info"""
    _fields_ = [("parts", ctypes.c_size_t), ("levels", ctypes.c_size_t), ("nodes", ctypes.c_size_t), ("edges", ctypes.c_size_t),
                ("bytes", ctypes.c_uint64), ("peak_bytes", ctypes.c_uint64), ("seconds", ctypes.c_double)]


def signatures() -> Dict[str, Tuple[Any, List[Any]]]:
    """name: (result, arguments) of every function that is used here."""
    text, handle, status = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int
    size, number, values = ctypes.c_size_t, ctypes.c_uint64, ctypes.c_void_p
    to_text, to_handle, to_int = (ctypes.POINTER(ctypes.c_void_p),) * 2 + (ctypes.POINTER(ctypes.c_int),)
    to_number, to_size, options = ctypes.POINTER(number), ctypes.POINTER(size), ctypes.POINTER(Options)
    limits, piece, lets = ctypes.POINTER(Limits), ctypes.POINTER(Text), ctypes.POINTER(Let)
    return {
        "ci_error": (text, []),
        "ci_version": (text, []),
        "ci_warnings": (text, []),
        "ci_read": (status, [to_handle, text, text, size, text, handle, size]),
        "ci_read_data": (status, [to_handle, piece, piece, lets, size]),
        "ci_model_free": (None, [handle]),
        "ci_space_build": (status, [to_handle, handle, options]),
        "ci_space_count": (status, [handle, options, to_text]),
        "ci_space_restrict": (status, [to_handle, handle, text, options]),
        "ci_space_free": (None, [handle]),
        "ci_space_save": (status, [handle, text]),
        "ci_space_open": (status, [to_handle, text]),
        "ci_space_vars": (size, [handle]),
        "ci_space_var_name": (text, [handle, size]),
        "ci_space_label": (text, [handle, size, ctypes.c_int64]),
        "ci_space_values": (size, [handle, size, ctypes.POINTER(ctypes.POINTER(ctypes.c_int64))]),
        "ci_space_order": (ctypes.POINTER(ctypes.c_uint32), [handle]),
        "ci_space_part": (status, [handle, size]),
        "ci_space_info_of": (None, [handle, ctypes.POINTER(Info)]),
        "ci_space_size": (status, [handle, to_text]),
        "ci_space_marginals": (status, [handle, size, to_text]),
        "ci_space_at": (status, [handle, number, values]),
        "ci_space_at_decimal": (status, [handle, text, values]),
        "ci_space_rank": (status, [handle, values, to_number, to_int]),
        "ci_space_rank_decimal": (status, [handle, values, to_text, to_int]),
        "ci_space_has": (status, [handle, values]),
        "ci_space_sample_within": (status, [handle, ctypes.c_int, number, size, limits, values, to_size]),
        "ci_space_neighbours": (status, [handle, values, ctypes.c_int, ctypes.c_uint, size, to_handle, to_size]),
        "ci_space_columns": (status, [handle, number, number, ctypes.c_int, ctypes.c_int,
                                      ctypes.POINTER(ctypes.c_void_p), to_number]),
        "ci_cursor_new": (status, [to_handle, handle, text]),
        "ci_cursor_next": (status, [handle, values, to_int]),
        "ci_cursor_free": (None, [handle]),
    }


def installed() -> Optional[Path]:
    """Where the build that this package was installed with put the library."""
    try:
        from ._location import LIBRARY  # type: ignore[import-not-found]  # written by the installation
    except ImportError:
        return None
    return PACKAGE.joinpath(str(LIBRARY)).resolve()


def candidates() -> List[str]:
    """In the order in which they are tried; what the user names is tried alone."""
    named = os.environ.get("CONSTRINT_LIBRARY")
    if named:
        return [named]
    beside, known = PACKAGE / NAME, installed()
    return [str(p) for p in (beside, known) if p is not None and p.exists()] + [NAME]


def load() -> ctypes.CDLL:
    """The first of the candidates that can be loaded."""
    failures = []
    for path in candidates():
        try:
            return declared(ctypes.CDLL(path), path)
        except OSError as failure:
            failures.append(f"{path}: {failure}")
    raise ImportError("the ConstrINT library could not be loaded; set CONSTRINT_LIBRARY to the path of "
                      f"{NAME} ({'; '.join(failures)})")


def declared(library: ctypes.CDLL, path: str) -> ctypes.CDLL:
    for name, (result, arguments) in signatures().items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{path} has no function {name}: it is older than this Python package") from None
        function.restype, function.argtypes = result, arguments
    return library


library = load()
release = ctypes.CDLL(None).free  # of what the library has allocated for its caller
release.restype, release.argtypes = None, [ctypes.c_void_p]


def message() -> str:
    return str(library.ci_error(), "utf-8", "replace")


def check(status: int) -> None:
    """Raises the exception that a negative code stands for, with the library's own message."""
    if status < 0:
        raise EXCEPTIONS.get(status, RuntimeError)(message())


def taken(text: Optional[int]) -> int:
    """The number that a text of the library's says, which is then freed."""
    try:
        return int(ctypes.string_at(text or 0))
    finally:
        release(text)


def decimal(function: Any, *arguments: Any) -> int:
    """The number that a function hands back as text through its last parameter."""
    text = ctypes.c_void_p()
    check(function(*arguments, ctypes.byref(text)))
    return taken(text.value)


@contextlib.contextmanager
def limited(seconds: Optional[float], memory: Optional[int], order: Optional[str]) -> Iterator[Options]:
    """Options for a call that may take long. Ctrl-C ends such a call, with Python's own handler
    run when it has returned (a handler that raised inside a callback would be lost)."""
    if (seconds is not None and not seconds > 0) or (memory is not None and not memory > 0):
        raise ValueError(f"limits are above 0, not {seconds} s and {memory} bytes; None is no limit")
    options = Options(order.encode() if order is not None else None)
    options.limits.seconds = seconds or 0
    options.limits.memory_bytes = memory or 0
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield options
        return
    pending: List[Any] = []
    options.limits.cancel = Cancel(lambda _: len(pending))
    signal.signal(signal.SIGINT, lambda *arguments: pending.append(arguments))
    try:
        yield options
    finally:
        signal.signal(signal.SIGINT, handler)
        if pending:
            handler(*pending[0])
