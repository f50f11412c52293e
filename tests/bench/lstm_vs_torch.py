#!/usr/bin/env python3
"""Our LSTM against PyTorch's nn.LSTM on this CPU: one process, the same threads, calls interleaved.

    lstm_vs_torch.py LIBFLASHRNN.so DATABASE [--threads 2] [--repeats 15] [--dims 256,768]

Both sides are whole layers as a user would call them: the input product (ours by torch's own matrix product) is
included, forward and backward. Ours runs the tuned plan of DATABASE and its default. Prints medians in milliseconds.
"""
import argparse
import ctypes as c
import os
import statistics
import time

import torch

BATCH, LENGTH = 16, 128
LSTM, INFERENCE, TRAINING, BACKWARD = 1, 0, 1, 2


class Problem(c.Structure):
    _fields_ = [("function", c.c_int), ("pass_", c.c_int), ("dtype", c.c_int)] + [
        (k, c.c_int64) for k in "BTND"]


def pointers(*names):
    return type("Pointers", (c.Structure,), {"_fields_": [(n, c.c_void_p) for n in names]})


Forward = pointers("Wx", "R", "bias", "initial", "states", "last", "saved")
Backward = pointers("R", "bias", "initial", "states", "saved", "dstates", "dlast", "dWx", "dR", "dbias", "dinitial")


class Library:
    def __init__(self, path, database):
        self.lib = c.CDLL(path)
        self.lib.flashrnn_error.restype = c.c_char_p
        self.lib.flashrnn_plan_config.restype = c.c_char_p
        self.lib.flashrnn_plan_reason.restype = c.c_char_p
        self.lib.flashrnn_plan_config.argtypes = [c.c_void_p]
        self.lib.flashrnn_plan_reason.argtypes = [c.c_void_p]
        self.lib.flashrnn_plan_match.argtypes = [c.c_void_p]
        self.lib.flashrnn_saved_bytes.restype = c.c_size_t
        self.context = c.c_void_p()
        self.check(self.lib.flashrnn_open(c.byref(self.context), database.encode()))

    def check(self, code):
        if code:
            raise RuntimeError(self.lib.flashrnn_error().decode())

    def plan(self, dim, pass_):
        problem = Problem(LSTM, pass_, 0, BATCH, LENGTH, 1, dim)
        plan = c.c_void_p()
        self.check(self.lib.flashrnn_plan_new(c.byref(plan), self.context, c.byref(problem)))
        return plan, problem

    def describe(self, plan):
        return f"match {self.lib.flashrnn_plan_match(plan)}: {self.lib.flashrnn_plan_config(plan).decode()}"


class Ours:
    """One LSTM layer over the library, with its buffers made once, as a training loop would."""

    def __init__(self, library, dim):
        self.library, self.dim = library, dim
        self.inference, _ = library.plan(dim, INFERENCE)
        self.training, problem = library.plan(dim, TRAINING)
        self.backward_plan, _ = library.plan(dim, BACKWARD)
        self.W = torch.empty(4 * dim, dim)
        self.R = torch.empty(4, 1, dim, dim)
        self.bias = torch.empty(4, 1, dim)
        self.Wx = torch.empty(BATCH * LENGTH, 4 * dim)
        self.states = torch.empty(2, BATCH, LENGTH, dim)
        self.last = torch.empty(2, BATCH, dim)
        self.saved = torch.empty(library.lib.flashrnn_saved_bytes(c.byref(problem)), dtype=torch.uint8)
        self.dWx, self.dR, self.dbias = map(torch.empty_like, (self.Wx, self.R, self.bias))

    def load(self, lstm):
        """torch's gates are i f g o and it has two biases; ours are i f z o and one."""
        with torch.no_grad():
            self.W.copy_(lstm.weight_ih_l0)
            self.R.copy_(lstm.weight_hh_l0.view(self.R.shape))
            self.bias.copy_((lstm.bias_ih_l0 + lstm.bias_hh_l0).view(self.bias.shape))

    def forward(self, x, training):
        torch.mm(x.view(-1, self.dim), self.W.t(), out=self.Wx)
        io = Forward(*(t.data_ptr() if t is not None else None for t in (
            self.Wx, self.R, self.bias, None, self.states, self.last, self.saved if training else None)))
        plan = self.training if training else self.inference
        self.library.check(self.library.lib.flashrnn_run_forward(plan, c.byref(io)))
        return self.states[0]

    def backward(self, x, dstates):
        io = Backward(*(t.data_ptr() if t is not None else None for t in (
            self.R, self.bias, None, self.states, self.saved, dstates, None, self.dWx, self.dR, self.dbias, None)))
        self.library.check(self.library.lib.flashrnn_run_backward(self.backward_plan, c.byref(io)))
        return self.dWx @ self.W, self.dWx.t() @ x.view(-1, self.dim)


def median_ms(calls, repeats):
    """Interleaved, so that whatever else the machine does falls on all alike."""
    times = {name: [] for name in calls}
    for i in range(repeats + 2):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            if i >= 2:
                times[name].append((time.perf_counter() - start) * 1e3)
    return {name: statistics.median(t) for name, t in times.items()}


def relative(a, b):
    return ((a.double() - b.double()).norm() / b.double().norm()).item()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("library")
    p.add_argument("database")
    p.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    p.add_argument("--repeats", type=int, default=15)
    p.add_argument("--dims", default="256,768")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    tuned, default = Library(a.library, a.database), Library(a.library, "/nonexistent/tuned.db")
    print(f"torch {torch.__version__}, {a.threads} threads, B={BATCH} T={LENGTH} N=1 fp32; milliseconds, medians")
    print(f"{'D':>5} {'pass':<18} {'torch':>8} {'default':>8} {'tuned':>8} {'torch/tuned':>12} {'error':>9}")
    for dim in map(int, a.dims.split(",")):
        lstm = torch.nn.LSTM(dim, dim, batch_first=True)
        layers = {"default": Ours(default, dim), "tuned": Ours(tuned, dim)}
        for layer in layers.values():
            layer.load(lstm)
        x = torch.randn(BATCH, LENGTH, dim, requires_grad=True)
        dy = torch.randn(BATCH, LENGTH, dim)
        dstates = torch.zeros(2, BATCH, LENGTH, dim)
        dstates[0] = dy

        def torch_forward():
            with torch.no_grad():
                return lstm(x)[0]

        def torch_both():
            lstm.zero_grad(set_to_none=True)
            x.grad = None
            lstm(x)[0].backward(dy)

        def both(layer):
            layer.forward(x.detach(), True)
            return layer.backward(x.detach(), dstates)

        with torch.no_grad():
            error = relative(layers["tuned"].forward(x, False), torch_forward())
        forward = median_ms({"torch": torch_forward, **{
            n: (lambda l=l: l.forward(x.detach(), False)) for n, l in layers.items()}}, a.repeats)
        torch_both()
        dx, dW = both(layers["tuned"])
        error_back = max(relative(dx.view_as(x), x.grad), relative(dW, lstm.weight_ih_l0.grad),
                         relative(layers["tuned"].dR.view(4 * dim, dim), lstm.weight_hh_l0.grad))
        whole = median_ms({"torch": torch_both, **{n: (lambda l=l: both(l)) for n, l in layers.items()}}, a.repeats)
        for name, t, e in (("forward", forward, error), ("forward+backward", whole, error_back)):
            print(f"{dim:>5} {name:<18} {t['torch']:8.2f} {t['default']:8.2f} {t['tuned']:8.2f} "
                  f"{t['torch'] / t['tuned']:12.2f} {e:9.1e}")
        for plan in (layers["tuned"].inference, layers["tuned"].training, layers["tuned"].backward_plan):
            print("      ", tuned.describe(plan))


if __name__ == "__main__":
    main()
