#!/usr/bin/env python3
"""PyTorch's nn.LSTM and nn.GRU (cuDNN) and the package flashrnn in one run, the input product included on both sides: whole calls,
interleaved, medians, milliseconds; and how far the outputs are apart.

    cudnn.py [--device cuda|cpu] [--database DB] [--repeat N] [--sizes H,B,T ...]

Started by any python3 that has torch; exits 77 without it or without a GPU. cpu: small sizes, to try the script.
"""
import argparse
import os
import statistics
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
parser.add_argument("--database")
parser.add_argument("--repeat", type=int, default=9)
parser.add_argument("--sizes", nargs="*", help="H,B,T")
asked = parser.parse_args()
if asked.database:
    os.environ["CONSTRINT_DB"] = asked.database
try:
    import torch
except ImportError:
    print("skipped: this python has no torch")
    sys.exit(77)
if asked.device == "cuda" and not torch.cuda.is_available():
    print("skipped: torch sees no GPU")
    sys.exit(77)

import flashrnn as package
from flashrnn import flashrnn

# What the two may differ by, relative L2: twice an element type's own error line.
APART = {torch.float32: 2e-3, torch.float16: 4e-3, torch.bfloat16: 2e-2}
NAMES = {torch.float32: "float32", torch.float16: "float16", torch.bfloat16: "bfloat16"}
SIZES = [(256, 16, 1024), (768, 16, 1024), (1024, 16, 1024), (768, 1, 1024), (768, 128, 1024)]


def flash_of(function, module, dtype):
    """The module's own weights, in flashrnn's order; gru: its gates are r, z, n, and R's first is n's."""
    H, G = module.hidden_size, 4 if function == "lstm" else 3
    recurrent, input_bias, bias = module.weight_hh_l0.view(G, 1, H, H), module.bias_ih_l0.view(G, 1, H), module.bias_hh_l0.view(G, 1, H)
    if function == "lstm":
        return recurrent, input_bias + bias
    R = torch.stack([recurrent[2], recurrent[0], recurrent[1]])
    return R, torch.stack([bias[2], input_bias[0] + bias[0], input_bias[1] + bias[1], input_bias[2]])


def ours(function, module, x, dtype):
    B, T, H = x.shape
    R, b = flash_of(function, module, dtype)
    Wx = torch.nn.functional.linear(x, module.weight_ih_l0).view(B, T, -1, 1, H)
    return flashrnn(Wx, R, b, function=function, dtype=NAMES[dtype])[0][0].reshape(B, T, H)


def wait():
    if asked.device == "cuda":
        torch.cuda.synchronize()


def times_of(call, x):
    """Seconds of forward, and of forward and backward."""
    wait()
    start = time.perf_counter()
    y = call(x)
    wait()
    middle = time.perf_counter()
    y.backward(torch.ones_like(y))
    wait()
    return middle - start, time.perf_counter() - start


def compare(function, dtype, size):
    H, B, T = size
    module = getattr(torch.nn, function.upper())(H, H, batch_first=True).to(asked.device, dtype)
    x = torch.randn(B, T, H, device=asked.device, dtype=dtype, requires_grad=True)
    calls = [lambda v: module(v)[0], lambda v: ours(function, module, v, dtype)]
    with torch.no_grad():
        theirs, mine = (call(x).double() for call in calls)
    apart = float((theirs - mine).norm() / theirs.norm())
    times = [[], []]
    for _ in range(asked.repeat + 2):
        for i, call in enumerate(calls):
            times[i].append(times_of(call, x))
    medians = [[1e3 * statistics.median(t[k] for t in side[2:]) for k in (0, 1)] for side in times]
    match = ",".join(sorted({str(p["match"]) for p in package.plans() if p["D"] == H}))
    print("%-4s %-8s H=%-5d B=%-4d T=%-5d  torch %8.3f %8.3f  ours %8.3f %8.3f  %5.2fx %5.2fx  apart %.1e  %s" % (
        function, NAMES[dtype], H, B, T, *medians[0], *medians[1], medians[0][0] / medians[1][0], medians[0][1] / medians[1][1],
        apart, match), flush=True)
    return apart <= APART[dtype]


def main():
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False  # fp32 is fp32 on both sides
    sizes = [tuple(map(int, s.split(","))) for s in asked.sizes] if asked.sizes else SIZES
    dtypes = [torch.float16, torch.bfloat16, torch.float32] if asked.device == "cuda" else [torch.float32]
    fine = [compare(function, dtype, size) for dtype in dtypes for function in ("lstm", "gru") for size in sizes]
    print("%d of %d comparisons agree; forward, forward and backward in ms" % (sum(fine), len(fine)))
    sys.exit(not all(fine))


main()
