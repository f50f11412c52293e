"""The C library: found, loaded, its structures and functions declared, its errors raised as exceptions."""
from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

NAME = "libflashrnn.so.0"
PACKAGE = Path(__file__).resolve().parent

FUNCTIONS = ("elman", "lstm", "gru", "slstm")  # in the order of flashrnn_function
INFERENCE, TRAINING, BACKWARD = range(3)
PASSES = ("inference", "training", "backward")
FP32, TF32, FP16, BF16 = range(4)
DTYPES = ("fp32", "tf32", "fp16", "bf16")

OK, ENOMEM, EINVAL, EDEVICE, EDB = range(0, -5, -1)
EXCEPTIONS = {ENOMEM: MemoryError, EINVAL: ValueError, EDEVICE: RuntimeError, EDB: OSError}

pointer, integer = ctypes.c_void_p, ctypes.c_int


class Problem(ctypes.Structure):
    """flashrnn_problem"""
    _fields_ = [("function", integer), ("pass_", integer), ("dtype", integer)] + [(k, ctypes.c_int64) for k in "BTND"]


class CudaProblem(ctypes.Structure):
    """flashrnn_cuda_problem"""
    _fields_ = [("problem", Problem), ("options", integer), ("brings_workspace", integer)]


class Forward(ctypes.Structure):
    """flashrnn_forward"""
    _fields_ = [(k, pointer) for k in ("Wx", "R", "bias", "initial", "states", "last", "saved")]


class Backward(ctypes.Structure):
    """flashrnn_backward"""
    _fields_ = [(k, pointer) for k in ("R", "bias", "initial", "states", "saved", "dstates", "dlast",
                                       "dWx", "dR", "dbias", "dinitial")]


class Options(ctypes.Structure):
    """flashrnn_cuda_options"""
    _fields_ = [("lengths", pointer), ("reset", pointer), ("reverse", integer), ("clip_y", ctypes.c_float),
                ("clip_gradient", ctypes.c_float), ("cut_gradient", integer)]


class CudaForward(ctypes.Structure):
    """flashrnn_cuda_forward"""
    _fields_ = Forward._fields_ + [("options", ctypes.POINTER(Options)), ("workspace", pointer)]


class CudaBackward(ctypes.Structure):
    """flashrnn_cuda_backward"""
    _fields_ = Backward._fields_ + [("options", ctypes.POINTER(Options)), ("workspace", pointer)]


def signatures() -> Dict[str, Tuple[Any, List[Any]]]:
    """name: (result, arguments) of every function that is used here."""
    text, to = ctypes.c_char_p, ctypes.POINTER
    both = {}
    for kind, problem, forward, backward in (("", Problem, Forward, Backward), ("cuda_", CudaProblem, CudaForward, CudaBackward)):
        stream = [pointer] if kind else []
        both.update({
            f"flashrnn_{kind}open": (integer, [to(pointer), text]),
            f"flashrnn_{kind}close": (None, [pointer]),
            f"flashrnn_{kind}notice": (text, [pointer]),
            f"flashrnn_{kind}attach": (integer, [pointer, text]),
            f"flashrnn_{kind}capture": (integer, [pointer, integer]),
            f"flashrnn_{kind}plan_new": (integer, [to(pointer), pointer, to(problem)]),
            f"flashrnn_{kind}plan_free": (None, [pointer]),
            f"flashrnn_{kind}plan_match": (integer, [pointer]),
            f"flashrnn_{kind}plan_reason": (text, [pointer]),
            f"flashrnn_{kind}plan_config": (text, [pointer]),
            f"flashrnn_{kind}saved_bytes": (ctypes.c_size_t, [to(Problem)]),
            f"flashrnn_{kind}run_forward": (integer, [pointer, to(forward)] + stream),
            f"flashrnn_{kind}run_backward": (integer, [pointer, to(backward)] + stream),
        })
    return {**both, "flashrnn_error": (text, []), "flashrnn_match_name": (text, [integer]),
            "flashrnn_cuda_plan_workspace": (ctypes.c_size_t, [pointer])}


def installed() -> Optional[Path]:
    """Where the build that this package was installed with put the library."""
    try:
        from ._location import LIBRARY  # type: ignore[import-not-found]  # written by the installation
    except ImportError:
        return None
    return PACKAGE.joinpath(str(LIBRARY)).resolve()


def candidates() -> List[str]:
    """In the order in which they are tried; what the user names is tried alone."""
    named = os.environ.get("FLASHRNN_LIBRARY")
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
    raise ImportError(f"the FlashRNN library could not be loaded; set FLASHRNN_LIBRARY to the path of {NAME} "
                      f"({'; '.join(failures)})")


def declared(library: ctypes.CDLL, path: str) -> ctypes.CDLL:
    for name, (result, arguments) in signatures().items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{path} has no function {name}: it is older than this Python package") from None
        function.restype, function.argtypes = result, arguments
    return library


library = load()


def text(value: Optional[bytes]) -> str:
    return str(value or b"", "utf-8", "replace")


def check(status: int) -> None:
    """Raises the exception that a negative code stands for, with the library's own message."""
    if status < 0:
        raise EXCEPTIONS.get(status, RuntimeError)(text(library.flashrnn_error()))
