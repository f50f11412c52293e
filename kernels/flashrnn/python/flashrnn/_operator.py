"""The operators as PyTorch knows them: what they compute, the shapes they promise, how gradients flow.

A compiler sees flashrnn::forward and flashrnn::backward as they are: no graph break, nothing traced inside.
"""
from __future__ import annotations

from typing import Any, Callable, Optional, Tuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

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


def gradients_by(run: Callable[..., Tuple[Tensor, ...]], ctx: Any, dstates: Optional[Tensor], dlast: Optional[Tensor]) -> Tuple[Optional[Tensor], ...]:
    if not ctx.training:
        raise RuntimeError("flashrnn: this forward saved nothing for a backward; gradients were off when it ran")
    R, b, initial, states, saved, lengths, reset = ctx.saved_tensors
    if dstates is None and dlast is None:
        return (None,) * 13
    dWx, dR, db, dinitial = run(R, b, initial, states, saved, dstates, dlast, lengths, reset, *ctx.call)
    return (dWx, dR, db, None if initial is None else dinitial) + (None,) * 9


forward.register_autograd(lambda ctx, dstates, dlast, _: gradients_by(backward, ctx, dstates, dlast), setup_context=keep)


# ---- The same at once: what an operator costs to call is more than a short run ----

def forward_now(Wx: Tensor, R: Tensor, b: Tensor, initial: Optional[Tensor], lengths: Optional[Tensor], reset: Optional[Tensor],
                function: int, dtype: int, training: bool, *rest: Any) -> Tuple[Tensor, Tensor, Tensor]:
    return _run.forward(Call(function, dtype, *rest), Wx, R, b, initial, lengths, reset, training)


def backward_now(*arguments: Any) -> Tuple[Tensor, ...]:
    return _run.backward(Call(*arguments[9:]), *arguments[:9])


class Recurrence(torch.autograd.Function):
    """Forward and backward for autograd alone, without PyTorch's dispatcher."""

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> Tuple[Tensor, Tensor, Tensor]:
        output = forward_now(*arguments)
        keep(ctx, arguments, output)
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dstates: Optional[Tensor], dlast: Optional[Tensor], _: Any) -> Tuple[Optional[Tensor], ...]:
        return gradients_by(backward_now, ctx, dstates, dlast)


modes = getattr(torch._C, "_len_torch_dispatch_stack", lambda: 1)  # how many tracers look on; not PyTorch's public API


def is_plain(tensors: Tuple[Optional[Tensor], ...]) -> bool:
    """Is there nobody who wants to see the operator: no compiler, no tracer, no subclass?"""
    return not torch.compiler.is_compiling() and not modes() and all(
        t is None or type(t) in (Tensor, torch.nn.Parameter) for t in tensors)


def recurrence(*arguments: Any) -> Tuple[Tensor, Tensor, Tensor]:
    """flashrnn::forward, by the shortest way."""
    if not is_plain(arguments[:6]):
        return forward(*arguments)
    return Recurrence.apply(*arguments) if arguments[8] else forward_now(*arguments)
