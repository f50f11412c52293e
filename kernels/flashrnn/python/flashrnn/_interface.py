"""flashrnn(): arguments checked, brought into the library's form, the operator called."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Tuple

import torch
from torch import Tensor

from ._library import BF16, FP16, FP32, FUNCTIONS, TF32
from ._operator import recurrence
from ._run import BIAS_ROWS, ELEMENTS, GATES, STATES

DTYPES = {"bfloat16": BF16, "float16": FP16, "float32": FP32, "tf32": TF32}


@dataclass
class FlashRNNConfig:
    """What FlashRNN's own class of this name says about the computation; how it is done is the tuner's affair."""
    function: str = "lstm"
    dtype: str = "bfloat16"
    gradient_recurrent_cut: bool = False
    gradient_recurrent_clipval: Optional[float] = None
    forward_clipval: Optional[float] = None
    backend: Any = None  # taken, not looked at
    hidden_dim: int = -1
    num_heads: int = -1
    head_dim: int = -1
    batch_size: int = 8


def wrong_shape(name: str, tensor: Tensor, letters: str, wanted: Tuple[int, ...]) -> ValueError:
    return ValueError(f"{name} wants the shape [{letters}] = {tuple(wanted)}, not {tuple(tensor.shape)}")


def check_tensor(name: str, tensor: Any, like: Optional[Tensor]) -> None:
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name} wants a tensor, not {type(tensor).__name__}")
    if not tensor.is_floating_point():
        raise TypeError(f"{name} wants floating-point numbers, not {tensor.dtype}")
    if like is not None and tensor.device != like.device:
        raise ValueError(f"{name} is on {tensor.device}, Wx on {like.device}: bring them to one device")


def check_shapes(f: int, Wx: Tensor, R: Tensor, b: Tensor, states: Optional[Tensor]) -> None:
    if Wx.dim() != 5 or Wx.shape[2] != GATES[f]:
        raise ValueError(f"Wx wants the shape [B, T, G, N, D] with G = {GATES[f]} for {FUNCTIONS[f]}, not {tuple(Wx.shape)}")
    B, _, G, N, D = Wx.shape
    if tuple(R.shape) != (G, N, D, D):
        raise wrong_shape("R", R, "G, N, D, D", (G, N, D, D))
    if tuple(b.shape) != (BIAS_ROWS[f], N, D):
        raise wrong_shape("b", b, "G, N, D", (BIAS_ROWS[f], N, D))
    if states is not None and tuple(states.shape) != (STATES[f], B, 1, N, D):
        raise wrong_shape("states", states, "S, B, 1, N, D", (STATES[f], B, 1, N, D))


def number_of(function: str, dtype: str) -> Tuple[int, int]:
    if function not in FUNCTIONS:
        raise ValueError(f"function is one of {', '.join(FUNCTIONS)}, not {function!r}")
    if dtype not in DTYPES:
        raise ValueError(f"dtype is one of {', '.join(DTYPES)}, not {dtype!r}")
    return FUNCTIONS.index(function), DTYPES[dtype]


def check_mask(name: str, tensor: Optional[Tensor], shape: Tuple[int, ...], Wx: Tensor) -> None:
    if tensor is None:
        return
    if tuple(tensor.shape) != shape or tensor.is_floating_point() or tensor.device != Wx.device:
        raise ValueError(f"{name} wants {shape} integers or booleans on {Wx.device}, not {tuple(tensor.shape)} of {tensor.dtype} on {tensor.device}")


def flashrnn(Wx: Tensor, R: Tensor, b: Tensor, states: Optional[Tensor] = None, function: str = "lstm",
             config: Optional[FlashRNNConfig] = None, backend: Any = None, dtype: str = "bfloat16", *,
             lengths: Optional[Tensor] = None, reset: Optional[Tensor] = None, reverse: bool = False,
             clip_y: Optional[float] = None, clip_gradient: Optional[float] = None, cut_gradient: bool = False) -> Tuple[Tensor, Tensor]:
    """A recurrent network by heads: (all states [S, B, T, N, D], last states [S, B, 1, N, D]).

    Wx [B, T, G, N, D]: the input products; R [G, N, D, D] (out, in); b [G, N, D] (gru: 4 rows); states [S, B, 1, N, D]: initial
    ones, zeros if None. function: elman, lstm, gru or slstm. dtype: of the computation and of what comes back: bfloat16,
    float16, float32 or tf32. config and backend are taken in FlashRNN's place; backend is not looked at.

    On CUDA alone: lengths [B] (states beyond are zero), reset [B, T] (back to the initial state before the step), reverse
    (each sequence from its end), clip_y (of y), clip_gradient and cut_gradient (of the recurrent gradient).
    """
    if config is not None:
        function, dtype = config.function, config.dtype
        clip_y, clip_gradient = config.forward_clipval, config.gradient_recurrent_clipval
        cut_gradient = config.gradient_recurrent_cut
    f, d = number_of(function, dtype)
    check_tensor("Wx", Wx, None)
    check_tensor("R", R, Wx)
    check_tensor("b", b, Wx)
    if states is not None:
        check_tensor("states", states, Wx)
    check_shapes(f, Wx, R, b, states)
    check_mask("lengths", lengths, (Wx.shape[0],), Wx)
    check_mask("reset", reset, (Wx.shape[0], Wx.shape[1]), Wx)
    if Wx.device.type not in ("cpu", "cuda"):
        raise ValueError(f"flashrnn runs on cpu and cuda, not on {Wx.device}")
    if Wx.device.type == "cpu" and (lengths is not None or reset is not None or reverse or clip_y or clip_gradient or cut_gradient):
        raise NotImplementedError("lengths, reset, reverse, clips and the gradient's cut are not there on the processor")
    training = torch.is_grad_enabled() and (Wx.requires_grad or R.requires_grad or b.requires_grad or (states is not None and states.requires_grad))
    element = ELEMENTS[d]
    out, last, _ = recurrence(Wx.to(element).contiguous(), R.to(element).contiguous(), b.to(element).contiguous(),
                              None if states is None else states.to(element).contiguous(),
                              None if lengths is None else lengths.to(torch.int32).contiguous(),
                              None if reset is None else (reset != 0).to(torch.uint8).contiguous(),
                              f, d, training, reverse, float(clip_y or 0), float(clip_gradient or 0), cut_gradient)
    return out, last
