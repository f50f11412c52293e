"""One pass on the device where its tensors are: contiguous tensors of the plan's element type in, new ones out."""
from __future__ import annotations

import contextlib
import ctypes
from typing import Any, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor

from . import _library
from ._library import BACKWARD, INFERENCE, TRAINING, Options, check
from ._plans import Key, Plan, store

STATES, GATES, BIAS_ROWS = (1, 2, 1, 4), (1, 4, 3, 4), (1, 4, 4, 4)  # by function
SAVED_ROWS = {"cpu": (0, 4, 4, 4), "cuda": (1, 4, 4, 5)}
ELEMENTS = (torch.float32, torch.float32, torch.float16, torch.bfloat16)  # by dtype


class Call(NamedTuple):
    """What a call asks for beside its tensors."""
    function: int
    dtype: int
    reverse: bool
    clip_y: float
    clip_gradient: float
    cut_gradient: bool

    def has_options(self, lengths: Optional[Tensor], reset: Optional[Tensor]) -> bool:
        return bool(lengths is not None or reset is not None or self.reverse or self.clip_y or self.clip_gradient or self.cut_gradient)


def side(device: torch.device) -> str:
    """Which library computes what lies there."""
    return device.type


def at(tensor: Optional[Tensor]) -> Optional[int]:
    return None if tensor is None or not tensor.numel() else tensor.data_ptr()


def element_type(call: Call, device: torch.device) -> torch.dtype:
    """In which the library of this device computes and saves: the processor knows fp32 alone."""
    return torch.float32 if side(device) == "cpu" else ELEMENTS[call.dtype]


def new_saved(call: Call, Wx: Tensor, training: bool) -> Tensor:
    """Where forward leaves what backward needs."""
    B, T, _, N, D = Wx.shape
    shape = (N, T, B, SAVED_ROWS[side(Wx.device)][call.function], D) if training else (0,)
    return Wx.new_empty(shape, dtype=element_type(call, Wx.device))


def options_of(call: Call, lengths: Optional[Tensor], reset: Optional[Tensor]) -> Any:
    if not call.has_options(lengths, reset):
        return None
    return ctypes.pointer(Options(at(lengths), at(reset), int(call.reverse), call.clip_y, call.clip_gradient, int(call.cut_gradient)))


def plan_of(call: Call, device: torch.device, pass_: int, shape: Tuple[int, ...], options: bool) -> Plan:
    dtype = _library.FP32 if side(device) == "cpu" else call.dtype
    return store.plan(Key((side(device), device.index or 0), call.function, pass_, dtype, *shape, options))


def launch(plan: Plan, run: Any, io: Any, device: torch.device) -> None:
    """On the processor plans belong to one thread at a time; on CUDA each run has its own workspace, on the current stream."""
    if side(device) == "cpu":
        with store.lock:
            check(run(plan.handle, ctypes.byref(io)))
        return
    workspace = torch.empty(plan.workspace, dtype=torch.uint8, device=device)
    io.workspace = at(workspace)
    check(run(plan.handle, ctypes.byref(io), current_stream(device)))


def current_stream(device: torch.device) -> int:
    return torch.cuda.current_stream(device).cuda_stream


def on(device: torch.device) -> Any:
    return torch.cuda.device(device) if device.type == "cuda" else contextlib.nullcontext()


def forward(call: Call, Wx: Tensor, R: Tensor, b: Tensor, initial: Optional[Tensor], lengths: Optional[Tensor],
            reset: Optional[Tensor], training: bool) -> Tuple[Tensor, Tensor, Tensor]:
    """states, last, saved"""
    (B, T, _, N, D), device, S = Wx.shape, Wx.device, STATES[call.function]
    element = element_type(call, device)
    tensors = [None if x is None else x.to(element).contiguous() for x in (Wx, R, b, initial)]
    states, last = (torch.empty((S, B, t, N, D), dtype=element, device=device) for t in (T, 1))
    saved = new_saved(call, Wx, training)
    with on(device):
        options = options_of(call, lengths, reset)
        plan = plan_of(call, device, TRAINING if training else INFERENCE, (B, T, N, D), options is not None)
        io = plan.kind.forward(*(at(x) for x in (*tensors, states, last)), at(saved) or at(states))
        if options is not None:
            io.options = options
        launch(plan, plan.kind.run_forward, io, device)
    wanted = ELEMENTS[call.dtype]
    return states.to(wanted), last.to(wanted), saved


def backward(call: Call, R: Tensor, b: Tensor, initial: Optional[Tensor], states: Tensor, saved: Tensor, dstates: Optional[Tensor],
             dlast: Optional[Tensor], lengths: Optional[Tensor], reset: Optional[Tensor]) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    """dWx, dR, db, dinitial"""
    (S, B, T, N, D), device = states.shape, states.device
    element = element_type(call, device)
    tensors: List[Optional[Tensor]] = [None if x is None else x.to(element).contiguous() for x in (R, b, initial, states)]
    grads = [None if x is None else x.to(element).contiguous() for x in (dstates, dlast)]
    shapes = (B, T, GATES[call.function], N, D), R.shape, b.shape, (S, B, 1, N, D)
    out = [torch.empty(shape, dtype=element, device=device) for shape in shapes]
    with on(device):
        options = options_of(call, lengths, reset)
        plan = plan_of(call, device, BACKWARD, (B, T, N, D), options is not None)
        io = plan.kind.backward(*(at(x) for x in tensors), at(saved) or at(states), *(at(x) for x in (*grads, *out)))
        if options is not None:
            io.options = options
        launch(plan, plan.kind.run_backward, io, device)
    dWx, dR, db, dinitial = (x.to(ELEMENTS[call.dtype]) for x in out)
    return dWx, dR, db, dinitial
