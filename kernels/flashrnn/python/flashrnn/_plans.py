"""Contexts and plans of the C library, made when they are first needed and kept."""
from __future__ import annotations

import ctypes
import threading
import warnings
from collections import OrderedDict
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import torch

from . import _library
from ._library import CudaBackward, CudaForward, CudaProblem, Problem, check, library, text

MOST_PLANS = 256  # beyond, those longest unused are freed

Device = Tuple[str, int]  # ("cpu", 0), ("cuda", index)


class Key(NamedTuple):
    """What a plan is for."""
    device: Device
    function: int
    pass_: int
    dtype: int
    B: int
    T: int
    N: int
    D: int
    options: bool


class Kind(NamedTuple):
    """The functions of one side of the C library."""
    prefix: str
    problem: Any
    forward: Any
    backward: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(library, f"flashrnn_{self.prefix}{name}")


KINDS = {"cpu": Kind("", Problem, _library.Forward, _library.Backward),
         "cuda": Kind("cuda_", CudaProblem, CudaForward, CudaBackward)}


class Plan:
    """A plan and what it says of itself."""

    def __init__(self, key: Key, context: int) -> None:
        kind = KINDS[key.device[0]]
        problem = Problem(key.function, key.pass_, key.dtype, key.B, key.T, key.N, key.D)
        asked = problem if kind.problem is Problem else CudaProblem(problem, int(key.options), 1)
        handle = ctypes.c_void_p()
        check(kind.plan_new(ctypes.byref(handle), context, ctypes.byref(asked)))
        self.key, self.kind, self.handle = key, kind, handle
        self.match = text(library.flashrnn_match_name(kind.plan_match(handle)))
        self.reason, self.config = text(kind.plan_reason(handle)), text(kind.plan_config(handle))
        self.workspace = library.flashrnn_cuda_plan_workspace(handle) if kind.prefix else 0
        self.pinned = False  # a captured graph may run it for ever

    def free(self) -> None:
        self.kind.plan_free(self.handle)


class Store:
    """All contexts and plans of the process. Safe for threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.contexts: Dict[Device, ctypes.c_void_p] = {}
        self.plans: "OrderedDict[Key, Plan]" = OrderedDict()
        self.database: Optional[str] = None
        self.shipped: Tuple[str, ...] = ()
        self.capture = False

    def context(self, device: Device) -> ctypes.c_void_p:
        """The device is current (CUDA)."""
        if device not in self.contexts:
            kind, handle = KINDS[device[0]], ctypes.c_void_p()
            name = None if self.database is None else self.database.encode()
            check(kind.open(ctypes.byref(handle), name))
            try:
                for path in self.shipped:
                    check(kind.attach(handle, path.encode()))
                if self.capture:
                    check(kind.capture(handle, 1))
            except Exception:
                kind.close(handle)
                raise
            self.contexts[device] = handle
            notice = text(kind.notice(handle))
            if notice:
                warnings.warn(f"flashrnn: {notice}", RuntimeWarning, stacklevel=2)
        return self.contexts[device]

    def plan(self, key: Key) -> Plan:
        with self.lock:
            found = self.plans.get(key)
            if found is None:
                found = self.plans[key] = Plan(key, self.context(key.device))
                self.evict()
            self.plans.move_to_end(key)
            if capturing(key.device):
                found.pinned = True
            return found

    def evict(self) -> None:
        """What may still run on a device is waited for; what a graph holds stays."""
        if len(self.plans) <= MOST_PLANS or any(capturing(d) for d in self.contexts):
            return
        oldest = next((k for k, p in self.plans.items() if not p.pinned), None)
        if oldest is None or oldest == next(reversed(self.plans)):
            return
        synchronize(oldest.device)
        self.plans.pop(oldest).free()

    def clear(self) -> None:
        with self.lock:
            for device in self.contexts:
                synchronize(device)
            for plan in self.plans.values():
                plan.free()
            for device, handle in self.contexts.items():
                KINDS[device[0]].close(handle)
            self.plans.clear()
            self.contexts.clear()


def capturing(device: Device) -> bool:
    return device[0] == "cuda" and torch.cuda.is_available() and torch.cuda.is_current_stream_capturing()


def synchronize(device: Device) -> None:
    if device[0] == "cuda" and torch.cuda.is_available():
        torch.cuda.synchronize(device[1])


store = Store()


def configure(database: Optional[str] = None, shipped: Sequence[str] = (), capture: bool = False) -> None:
    """Which databases are asked from now on.

    database: the user's; None is the default ($CONSTRINT_DB, else the user's data folder), "" is none. shipped: read-only
    ones beneath it. capture: problems that miss are recorded, for `constrint db missed`. Plans made before are freed: call it
    when nothing runs, and before graphs are captured.
    """
    with store.lock:
        store.clear()
        store.database, store.shipped, store.capture = database, tuple(shipped), bool(capture)


def plans() -> List[Dict[str, Any]]:
    """Each plan that this process has: its problem, how it was found, why, and its configuration."""
    with store.lock:
        return [{"device": "%s:%d" % k.device, "function": _library.FUNCTIONS[k.function], "pass": _library.PASSES[k.pass_],
                 "dtype": _library.DTYPES[k.dtype], "B": k.B, "T": k.T, "N": k.N, "D": k.D, "options": k.options,
                 "match": p.match, "reason": p.reason, "config": p.config} for k, p in store.plans.items()]
