"""Recurrent networks by heads for PyTorch, tuned: FlashRNN's interface over libflashrnn.

    from flashrnn import flashrnn
    states, last = flashrnn(Wx, R, b, function="lstm", dtype="bfloat16")

See docs/flashrnn_python.md.
"""
try:
    import torch as _torch  # noqa: F401
except ImportError as failure:
    raise ImportError("flashrnn needs PyTorch (2.4 or newer): pip install torch") from failure
if not hasattr(_torch.library, "custom_op"):
    raise ImportError(f"flashrnn needs PyTorch 2.4 or newer, not {_torch.__version__}")

from ._interface import FlashRNNConfig, flashrnn
from ._plans import configure, plans

__all__ = ["FlashRNNConfig", "configure", "flashrnn", "plans"]
