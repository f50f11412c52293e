"""The operators as PyTorch knows them: what they compute, the shapes they promise, how gradients flow.

A compiler sees flashrnn::forward and flashrnn::backward as they are: no graph break, nothing traced inside.
"""
from __future__ import annotations

from typing import Any, Optional, Tuple

import torch
from torch import Tensor

from . import _run
from ._run import ELEMENTS, GATES, STATES, Call


@torch.library.custom_op("flashrnn::forward", mutates_args=())
def forward(Wx: Tensor, R: Tensor, b: Tensor, initial: Optional[Tensor], lengths: Optional[Tensor], reset: Optional[Tensor],
            function: int, dtype: int, training: bool, reverse: bool, clip_y: float, clip_gradient: float,
            cut_gradient: bool) -> Tuple[Tensor, Tensor, Tensor]:
    call = Call(function, dtype, reverse, clip_y, clip_gradient, cut_gradient)
    return _run.forward(call, Wx, R, b, initial, lengths, reset, training)


@forward.register_fake
def _(Wx, R, b, initial, lengths, reset, function, dtype, training, *rest):  # type: ignore[no-untyped-def]
    B, T, _, N, D = Wx.shape
    states, last = (Wx.new_empty((STATES[function], B, t, N, D), dtype=ELEMENTS[dtype]) for t in (T, 1))
    return states, last, _run.new_saved(Call(function, dtype, *rest), Wx, training)


@torch.library.custom_op("flashrnn::backward", mutates_args=())
def backward(R: Tensor, b: Tensor, initial: Optional[Tensor], states: Tensor, saved: Tensor, dstates: Optional[Tensor],
             dlast: Optional[Tensor], lengths: Optional[Tensor], reset: Optional[Tensor], function: int, dtype: int, reverse: bool,
             clip_y: float, clip_gradient: float, cut_gradient: bool) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    call = Call(function, dtype, reverse, clip_y, clip_gradient, cut_gradient)
    return _run.backward(call, R, b, initial, states, saved, dstates, dlast, lengths, reset)


@backward.register_fake
def _(R, b, initial, states, saved, dstates, dlast, lengths, reset, function, dtype, *rest):  # type: ignore[no-untyped-def]
    S, B, T, N, D = states.shape
    shapes = (B, T, GATES[function], N, D), R.shape, b.shape, (S, B, 1, N, D)
    return tuple(states.new_empty(shape, dtype=ELEMENTS[dtype]) for shape in shapes)


def keep(ctx: Any, inputs: Tuple[Any, ...], output: Tuple[Tensor, Tensor, Tensor]) -> None:
    Wx, R, b, initial, lengths, reset, function, dtype, training, *rest = inputs
    states, _, saved = output
    ctx.mark_non_differentiable(saved)
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(R, b, initial, states, saved, lengths, reset)
    ctx.call, ctx.training = (function, dtype, *rest), training


def gradients(ctx: Any, dstates: Optional[Tensor], dlast: Optional[Tensor], _: Any) -> Tuple[Optional[Tensor], ...]:
    if not ctx.training:
        raise RuntimeError("flashrnn: this forward saved nothing for a backward; gradients were off when it ran")
    R, b, initial, states, saved, lengths, reset = ctx.saved_tensors
    if dstates is None and dlast is None:
        return (None,) * 13
    dWx, dR, db, dinitial = backward(R, b, initial, states, saved, dstates, dlast, lengths, reset, *ctx.call)
    return (dWx, dR, db, None if initial is None else dinitial) + (None,) * 9


forward.register_autograd(gradients, setup_context=keep)
