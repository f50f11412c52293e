#!/usr/bin/env python3
"""FlashRNN's kernels against PyTorch: every output and gradient of the table's
equations by autograd in double precision, and of nn.RNN, nn.LSTM and nn.GRU.

    flashrnn_torch.py FLASHRNN_RAW

Started by the system's python; runs itself again under $PYTHON, exits 77 without torch.
"""
import os
import subprocess
import sys
import tempfile

if not os.environ.get("FLASHRNN_TORCH_INSIDE"):
    python = os.environ.get("PYTHON")
    if not python or subprocess.run([python, "-c", "import torch, numpy"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: $PYTHON has no torch")
        sys.exit(77)
    os.environ["FLASHRNN_TORCH_INSIDE"] = "1"
    os.execv(python, [python, *sys.argv])

import numpy as np
import torch
from flashrnn_equations import SHAPES, forward

SIZES = [(1, 1, 1, 16), (3, 7, 2, 24), (16, 33, 1, 72), (5, 64, 3, 40)]
TOLERANCE = 1e-5


def shapes_of(function, B, T, N, D):
    S, G, rows = SHAPES[function]
    edge, states = (S, B, 1, N, D), (S, B, T, N, D)
    inputs = {"Wx": (B, T, G, N, D), "R": (G, N, D, D), "bias": (rows, N, D), "initial": edge,
              "dstates": states, "dlast": edge}
    outputs = {"states": states, "last": edge, "dWx": inputs["Wx"], "dR": inputs["R"], "dbias": inputs["bias"],
               "dinitial": edge}
    return inputs, outputs


def random_inputs(function, shapes, random):
    x = {k: random.standard_normal(s).astype(np.float32) for k, s in shapes.items()}
    D = shapes["R"][-1]
    x["R"] = random.uniform(-1, 1, shapes["R"]).astype(np.float32) / np.float32(np.sqrt(D))
    if function == "slstm":
        x["initial"][2] = np.where(random.random(shapes["initial"][1:]) < 0.25, 0, 1 + np.abs(x["initial"][2]))
    return x


def run_ours(binary, function, size, inputs, shapes):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("in", "out")]
        with open(paths[0], "wb") as f:
            for x in inputs.values():
                f.write(np.ascontiguousarray(x).tobytes())
        subprocess.run([binary, function, *map(str, size), *paths], check=True)
        flat, out, at = np.fromfile(paths[1], np.float32), {}, 0
    for name, shape in shapes.items():
        n = int(np.prod(shape))
        out[name] = flat[at:at + n].reshape(shape)
        at += n
    assert at == flat.size
    return out


def run_theirs(function, inputs):
    x = {k: torch.tensor(v, dtype=torch.float64, requires_grad=k[0] != "d") for k, v in inputs.items()}
    states = forward(function, x["Wx"], x["R"], x["bias"], x["initial"])
    last = states[:, :, -1:]
    weights = x["dstates"].clone(), x["dlast"].clone()
    ((states * weights[0]).sum() + (last * weights[1]).sum()).backward()
    out = {"states": states, "last": last}
    for k in ("Wx", "R", "bias", "initial"):
        out["d" + k] = x[k].grad if x[k].grad is not None else torch.zeros_like(x[k])
    if function == "slstm":
        out["dinitial"][3] = 0  # m is a constant
    return {k: v.detach().numpy() for k, v in out.items()}


def error(got, want):
    if not np.isfinite(got).all():
        return float("inf")
    norm = np.linalg.norm(want)
    return np.linalg.norm(got - want) / norm if norm else np.linalg.norm(got)


def check(what, got, want):
    e = error(got, want)
    assert e <= TOLERANCE, f"{what}: relative error {e:.3g}"
    return e


def against_autograd(binary, function, size, random):
    inputs, outputs = shapes_of(function, *size)
    x = random_inputs(function, inputs, random)
    ours, theirs = run_ours(binary, function, size, x, outputs), run_theirs(function, x)
    return max(check(f"{function} {size} {k}", ours[k], theirs[k]) for k in outputs)


def module_bias(function, module, H):
    """Our rows from torch's two biases."""
    i, h = (b.detach().numpy().reshape(-1, 1, H) for b in (module.bias_ih_l0, module.bias_hh_l0))
    if function == "gru":  # torch: r z n; ours: g r z n
        return np.concatenate([h[2:], (i + h)[:2], i[2:]])
    return i + h


def against_module(binary, function, random):
    B, T, D = 4, 20, 48
    kind = {"elman": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[function]
    module, x = kind(D, D, batch_first=True).double(), torch.randn(B, T, D, dtype=torch.float64)
    inputs, outputs = shapes_of(function, B, T, 1, D)
    given = random_inputs(function, inputs, random)
    hh = module.weight_hh_l0.detach().numpy().reshape(-1, 1, D, D)
    given["R"] = hh[[2, 0, 1]] if function == "gru" else hh  # ours: g r z
    given["Wx"] = (x @ module.weight_ih_l0.t()).detach().numpy().reshape(inputs["Wx"])
    given["bias"] = module_bias(function, module, D)
    given = {k: v.astype(np.float32) for k, v in given.items()}
    initial = torch.tensor(given["initial"][:, :, 0, 0], dtype=torch.float64)
    first = (initial[:1], initial[1:2]) if function == "lstm" else initial
    y = module(x, first)[0].detach().numpy()
    ours = run_ours(binary, function, (B, T, 1, D), given, outputs)
    return check(f"nn.{kind.__name__}", ours["states"][0].reshape(B, T, D), y)


def main():
    seed = int(os.environ.get("SEED", int.from_bytes(os.urandom(4), "little")))
    print(f"SEED={seed}")
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    for function in SHAPES:
        worst = max(against_autograd(sys.argv[1], function, size, random) for size in SIZES)
        if function != "slstm":
            worst = max(worst, against_module(sys.argv[1], function, random))
        print(f"{function}: largest relative error {worst:.2g}")


main()
