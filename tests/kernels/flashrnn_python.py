#!/usr/bin/env python3
"""The Python package flashrnn: results and gradients against PyTorch's autograd of the equations in double precision, whatever
the strides, subsets and compilers; errors; threads; databases.

    flashrnn_python.py [--device cpu|cuda|fake] [--inductor] [CASE...]

fake: the CUDA side of the C library on a driver that is none ($FAKE_CUDA, a libcuda.so.1), with tensors in the processor's
memory. Started by the system's python; runs itself again under $PYTHON, exits 77 without torch.
"""
import os
import subprocess
import sys

if not os.environ.get("FLASHRNN_PYTHON_INSIDE"):
    python = os.environ.get("PYTHON")
    if not python or subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: $PYTHON has no torch")
        sys.exit(77)
    os.environ["FLASHRNN_PYTHON_INSIDE"] = "1"
    if os.environ.get("FAKE_CUDA"):
        os.environ["LD_LIBRARY_PATH"] = os.path.dirname(os.environ["FAKE_CUDA"]) + ":" + os.environ.get("LD_LIBRARY_PATH", "")
        os.environ["CONSTRINT_NVRTC"] = "libcuda.so.1"
    os.execv(python, [python, *sys.argv])

import argparse
import itertools
import tempfile
import threading
import time

FOLDER = tempfile.TemporaryDirectory()
os.environ["XDG_CACHE_HOME"] = FOLDER.name
os.environ["CONSTRINT_DB"] = os.path.join(FOLDER.name, "tuned.db")

import torch

import flashrnn as package
from flashrnn import FlashRNNConfig, _plans, _run, flashrnn
from flashrnn_equations import SHAPES, forward

SIZES = [(1, 1, 1, 16), (3, 7, 2, 24), (5, 12, 1, 72)]
GPU_SIZES = [(1, 1, 2, 16), (3, 7, 2, 16), (9, 70, 2, 16)]  # of one N and D: compiled once a function and pass
TOLERANCE = {"float32": 2e-5, "tf32": 2e-3, "float16": 6e-3, "bfloat16": 3e-2}
NAMES = ("Wx", "R", "b", "states")
DEVICE = "cpu"
FAKE = False


# ---- Inputs and comparison ----

def inputs_of(function, size, dtype=torch.float32):
    B, T, N, D = size
    S, G, rows = SHAPES[function]
    x = [torch.randn(B, T, G, N, D), (2 * torch.rand(G, N, D, D) - 1) / D ** 0.5, torch.randn(rows, N, D), torch.randn(S, B, 1, N, D)]
    if function == "slstm":
        empty = torch.rand(B, 1, N, D) < 0.25  # n = 0: as at the beginning of a sequence
        x[3][2] = 1 + x[3][2].abs()
        x[3][1:] = torch.where(empty, 0, x[3][1:])
    return [t.to(DEVICE, dtype).requires_grad_() for t in x]


def loss_of(outputs, weights):
    """Of all states and the last, each element with a weight of its own."""
    return sum((o.double() * w).sum() for o, w in zip(outputs, weights))


def weights_like(outputs):
    return [torch.randn(o.shape, dtype=torch.float64, device=o.device) for o in outputs]


def truth(function, x, weights):
    """Outputs and gradients by autograd in double precision."""
    y = [t.detach().double().requires_grad_() for t in x]
    states = forward(function, *y)
    outputs = states, states[:, :, -1:]
    loss_of(outputs, weights).backward()
    return [o.detach() for o in outputs] + [torch.zeros_like(t) if t.grad is None else t.grad for t in y]


def ours(function, x, weights, run=flashrnn, **more):
    outputs = run(*x, function=function, **more)
    for t in x:
        t.grad = None
    loss_of(outputs, weights).backward()
    return [o.detach() for o in outputs] + [t.grad for t in x]


def error_of(got, want):
    assert torch.isfinite(got).all()
    norm = want.norm()
    return float((got.double() - want).norm() / norm if norm else (got.double() - want).norm())


def check(what, got, want, tolerance):
    for name, g, w in zip(("states", "last", "dWx", "dR", "db", "dstates"), got, want):
        assert g.shape == w.shape, f"{what} {name}: {tuple(g.shape)}, not {tuple(w.shape)}"
        e = error_of(g, w)
        assert e <= tolerance, f"{what} {name}: relative error {e:.3g}"


def match(function, size, dtype, run=flashrnn):
    element = _run.ELEMENTS[package._interface.DTYPES[dtype]]
    x = inputs_of(function, size)
    with torch.no_grad():
        for t in x:
            t.copy_(t.to(element))  # what both are given is the same
    S, (B, T, N, D) = SHAPES[function][0], size
    weights = weights_like([torch.empty((S, B, t, N, D), device=DEVICE) for t in (T, 1)])
    got = ours(function, x, weights, run, dtype=dtype)
    assert got[0].dtype == element and all(g.dtype == torch.float32 for g in got[2:])
    check(f"{function} {size} {dtype}", got, truth(function, x, weights), TOLERANCE[dtype])


def refuses(kind, words, *arguments, **more):
    try:
        flashrnn(*arguments, **more)
    except kind as failure:
        assert words in str(failure), f"{failure}"
        return
    raise AssertionError(f"not refused: {words}")


# ---- Cases ----

def against_autograd():
    for function, size in itertools.product(SHAPES, SIZES):
        match(function, size, "float32")


def other_dtypes():
    for function in SHAPES:
        for dtype in ("bfloat16",) if FAKE else ("bfloat16", "float16", "tf32"):
            match(function, SIZES[1], dtype)


def defaults_are_flashrnns():
    Wx, R, b, states = inputs_of("lstm", (2, 3, 2, 16))
    out, last = flashrnn(Wx, R, b)
    assert out.dtype == torch.bfloat16 and out.shape == (2, 2, 3, 2, 16) and last.shape == (2, 2, 1, 2, 16)
    zeros = flashrnn(Wx, R, b, torch.zeros_like(states), "lstm", None, "cuda_fused", "bfloat16")
    assert torch.equal(out, zeros[0]) and torch.equal(last, out[:, :, -1:])
    by_config = flashrnn(Wx, R, b, config=FlashRNNConfig(function="lstm", dtype="bfloat16", backend="cuda_fused", num_heads=2))
    assert torch.equal(out, by_config[0])


def odd_strides():
    B, T, G, N, D = 2, 5, 4, 2, 16
    big = torch.randn(G, N, T + 2, 2 * D, B, device=DEVICE)
    Wx = big.permute(4, 2, 0, 1, 3)[:, 1:-1, :, :, ::2].detach().requires_grad_()
    R = torch.randn(D, D, N, G, device=DEVICE).div(4).permute(3, 2, 1, 0).detach().requires_grad_()
    b = torch.randn(N, D, device=DEVICE).expand(G, N, D).detach().requires_grad_()
    states = torch.randn(1, B, N, D, 2, device=DEVICE).permute(4, 1, 0, 2, 3).detach().requires_grad_()
    x = [Wx, R, b, states]
    assert not any(t.is_contiguous() for t in x)
    plain = [t.detach().contiguous().requires_grad_() for t in x]
    weights = weights_like(flashrnn(*plain, dtype="float32"))
    for got, want in zip(ours("lstm", x, weights, dtype="float32"), ours("lstm", plain, weights, dtype="float32")):
        assert torch.equal(got, want)


def subsets_of_gradients():
    x = inputs_of("gru", (2, 4, 2, 16))
    weights = weights_like(flashrnn(*x, function="gru", dtype="float32"))
    want = dict(zip(NAMES, ours("gru", x, weights, dtype="float32")[2:]))
    for subset in itertools.product((False, True), repeat=4):
        y = [t.detach().requires_grad_(r) for t, r in zip(x, subset)]
        outputs = flashrnn(*y, function="gru", dtype="float32")
        assert all(o.requires_grad == any(subset) for o in outputs)
        if any(subset):
            loss_of(outputs, weights).backward()
        for name, t, r in zip(NAMES, y, subset):
            assert (t.grad is not None) == r and (not r or torch.equal(t.grad, want[name])), name


def one_output_used():
    for i in range(2):
        x = inputs_of("lstm", (2, 4, 2, 16))
        weights = weights_like(flashrnn(*x, dtype="float32"))
        weights[1 - i].zero_()
        want = ours("lstm", x, weights, dtype="float32")
        for t in x:
            t.grad = None
        (flashrnn(*x, dtype="float32")[i].double() * weights[i]).sum().backward()
        for t, w in zip(x, want[2:]):
            assert error_of(t.grad, w.double()) <= 1e-6


def in_two_pieces():
    """The last states of one call begin the next: the gradient flows through both."""
    x = inputs_of("slstm", (2, 6, 2, 16))
    weights = weights_like(flashrnn(*x, function="slstm", dtype="float32"))
    whole = ours("slstm", x, weights, dtype="float32")

    def pieces(Wx, R, b, states, **more):
        first, middle = flashrnn(Wx[:, :3], R, b, states, **more)
        second, last = flashrnn(Wx[:, 3:], R, b, middle, **more)
        return torch.cat((first, second), 2), last

    check("pieces", ours("slstm", x, weights, pieces, dtype="float32"), [w.double() for w in whole], 1e-5)


def same_bits_again():
    x = inputs_of("lstm", (3, 9, 2, 24))
    weights = weights_like(flashrnn(*x))
    one, two = ours("lstm", x, weights), ours("lstm", x, weights)
    assert all(torch.equal(a, b) for a, b in zip(one, two))


def without_gradients():
    x = inputs_of("lstm", (2, 3, 2, 16))
    with torch.no_grad():
        out, last = flashrnn(*x, dtype="float32")
    assert not out.requires_grad and torch.equal(out, flashrnn(*x, dtype="float32")[0])
    with torch.inference_mode():
        assert torch.equal(flashrnn(*x, dtype="float32")[1], last)


def second_derivatives_are_refused():
    x = inputs_of("lstm", (2, 3, 2, 16))
    grads = torch.autograd.grad(flashrnn(*x, dtype="float32")[0].sum(), x, create_graph=True)
    try:
        torch.autograd.grad(grads[1].sum(), x)
    except RuntimeError:
        return
    raise AssertionError("a second derivative was made up")


def compiled_without_breaks(backend="aot_eager"):
    """pytorch#91439, #158007, #185135: recurrent networks break graphs, or compile for minutes."""
    for function in ("lstm", "gru"):
        torch._dynamo.reset()
        whole = torch.compile(lambda *a, **k: flashrnn(*a, **k), fullgraph=True, backend=backend)
        x = inputs_of(function, (2, 3, 2, 16))
        weights = weights_like(flashrnn(*x, function=function, dtype="float32"))
        for got, want in zip(ours(function, x, weights, whole, dtype="float32"), ours(function, x, weights, dtype="float32")):
            assert torch.equal(got, want)


def compiled_once_for_all_lengths():
    torch._dynamo.reset()
    calls = []

    def counting(graph, examples):
        calls.append(1)
        return graph.forward

    whole = torch.compile(lambda *a: flashrnn(*a, dtype="float32"), fullgraph=True, dynamic=True, backend=counting)
    with torch.no_grad():
        for T in (3, 5, 9, 12):
            x = inputs_of("lstm", (2, T, 2, 16))
            assert torch.equal(whole(*x)[0], flashrnn(*x, dtype="float32")[0])
    assert len(calls) == 1, f"compiled {len(calls)} times"


def operators_are_sound():
    """PyTorch's own check: schema, fake kernel, autograd registration, tracing with symbolic shapes."""
    for function in (0, 3):
        x = inputs_of(list(SHAPES)[function], (2, 3, 2, 16))
        torch.library.opcheck(torch.ops.flashrnn.forward, (*x, None, None, function, 0, True, False, 0.0, 0.0, False))


def the_operator_and_the_short_way_agree():
    """What a compiler sees gives the bits of a plain call: outputs and gradients."""
    x = inputs_of("gru", (2, 3, 2, 16))
    weights = weights_like(flashrnn(*x, function="gru", dtype="float32"))
    short = package._operator.is_plain
    want = ours("gru", x, weights, dtype="float32")
    try:
        package._operator.is_plain = lambda tensors: False
        got = ours("gru", x, weights, dtype="float32")
        with torch.no_grad():
            assert torch.equal(flashrnn(*x, function="gru", dtype="float32")[0], want[0])
    finally:
        package._operator.is_plain = short
    assert all(torch.equal(g, w) for g, w in zip(got, want))


def automatic_casting():
    x = inputs_of("lstm", (2, 3, 2, 16))
    with torch.autocast(torch.device(DEVICE).type, torch.bfloat16):
        out, _ = flashrnn(*x, dtype="float32")
    assert out.dtype == torch.float32 and torch.equal(out, flashrnn(*x, dtype="float32")[0])


def wrong_arguments():
    Wx, R, b, states = (t.detach() for t in inputs_of("lstm", (2, 3, 2, 16)))
    refuses(ValueError, "function is one of elman, lstm, gru, slstm, not 'rnn'", Wx, R, b, function="rnn")
    refuses(ValueError, "dtype is one of", Wx, R, b, dtype="float64")
    refuses(ValueError, "[B, T, G, N, D] with G = 3 for gru", Wx, R, b, function="gru")
    refuses(ValueError, "R wants the shape [G, N, D, D] = (4, 2, 16, 16), not (4, 2, 16, 8)", Wx, R[..., :8], b)
    refuses(ValueError, "b wants the shape", Wx, R, b[:3])
    refuses(ValueError, "states wants the shape [S, B, 1, N, D] = (2, 2, 1, 2, 16)", Wx, R, b, states[:, :, 0])
    refuses(ValueError, "Wx wants the shape", Wx[0], R, b)
    refuses(TypeError, "R wants a tensor, not list", Wx, [1], b)
    refuses(TypeError, "floating-point", Wx.int(), R, b)
    refuses(ValueError, "D = 12" if FAKE or DEVICE == "cuda" else "D", Wx[..., :12], R[..., :12, :12], b[..., :12])
    refuses(ValueError, "R is on meta", Wx, R.to("meta"), b)
    refuses(ValueError, "lengths wants (2,)", Wx, R, b, lengths=torch.ones(3, dtype=torch.int32))
    refuses(ValueError, "runs on cpu and cuda", *(t.to("meta") for t in (Wx, R, b)))
    if DEVICE == "cpu" and not FAKE:
        refuses(NotImplementedError, "on the processor", Wx, R, b, reverse=True)


def nothing_at_all():
    """An empty batch is refused by the library with the key, not computed."""
    Wx, R, b, _ = (t.detach() for t in inputs_of("lstm", (1, 3, 2, 16)))
    refuses(ValueError, "B", Wx[:0], R, b)
    refuses(ValueError, "T", Wx[:, :0], R, b)


def several_threads():
    failures = []

    def work(i):
        try:
            for size in SIZES:
                match(list(SHAPES)[i], size, "float32")
        except BaseException as failure:  # noqa: B902
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failures:
        raise failures[0]


def few_plans_are_kept():
    most, _plans.MOST_PLANS = _plans.MOST_PLANS, 2
    try:
        package.configure()
        for _ in range(2):
            for T in (1, 2, 3, 4):
                match("elman", (1, T, 2, 16), "float32")
                assert len(package.plans()) <= 2
    finally:
        _plans.MOST_PLANS = most


def databases():
    path = os.path.join(FOLDER.name, "missed.db")
    import warnings
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        package.configure(path, capture=True)
        match("lstm", (2, 3, 2, 16), "float32")
    assert any("there is no such database" in str(w.message) for w in seen)
    made = package.plans()
    assert {p["pass"] for p in made} == {"training", "backward"} and all(p["match"] == "default" and "constrint tune" in p["reason"] for p in made)
    package.configure()
    if os.environ.get("CONSTRINT") and not FAKE:
        missed = subprocess.run([os.environ["CONSTRINT"], "db", "missed", "--db", path], text=True, capture_output=True)
        assert missed.returncode == 0 and "pass: backward" in missed.stdout, missed.stdout + missed.stderr
    try:
        package.configure("", shipped=["/nonexistent.db"])
        flashrnn(*inputs_of("lstm", (2, 3, 2, 16)))
    except OSError:
        pass
    else:
        raise AssertionError("a shipped database that is missing was not noticed")
    finally:
        package.configure()


def what_is_missing_is_named():
    blocked = "import sys; sys.modules['torch'] = None; import flashrnn"
    done = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True)
    assert "ImportError: flashrnn needs PyTorch (2.4 or newer): pip install torch" in done.stderr, done.stderr
    done = subprocess.run([sys.executable, "-c", "import flashrnn"], capture_output=True, text=True, env={**os.environ, "FLASHRNN_LIBRARY": "/nonexistent.so"})
    assert "set FLASHRNN_LIBRARY" in done.stderr and "/nonexistent.so" in done.stderr, done.stderr


# ---- On a GPU ----

def gpu_streams():
    """Two streams at once, each with its own data, through the same plans."""
    x = [inputs_of("lstm", (4, 40, 2, 64)) for _ in range(2)]
    weights = [weights_like(flashrnn(*y, dtype="float32")) for y in x]
    want = [ours("lstm", y, w, dtype="float32") for y, w in zip(x, weights)]
    streams = [torch.cuda.Stream() for _ in range(2)]
    torch.cuda.synchronize()
    got = []
    for y, w, stream in zip(x, weights, streams):
        with torch.cuda.stream(stream):
            got.append(ours("lstm", y, w, dtype="float32"))
    torch.cuda.synchronize()
    for g, w in zip(got, want):
        assert all(torch.equal(a, b) for a, b in zip(g, w))


def gpu_graph():
    """Decoding: a step captured once, its state fed back, replayed."""
    Wx, R, b, states = (t.detach() for t in inputs_of("slstm", (3, 6, 2, 32)))
    with torch.no_grad():
        want = flashrnn(Wx, R, b, states, "slstm", dtype="float32")[1]
        one, state = Wx[:, :1].clone(), states.clone()
        flashrnn(one, R, b, state, "slstm", dtype="float32")
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            state.copy_(flashrnn(one, R, b, state, "slstm", dtype="float32")[1])
        state.copy_(states)
        for t in range(6):
            one.copy_(Wx[:, t:t + 1])
            graph.replay()
    assert error_of(state, want.double()) <= 1e-5
    assert any(p.pinned for p in _plans.store.plans.values())


def gpu_options():
    Wx, R, b, states = inputs_of("lstm", (3, 8, 2, 32))
    forth, _ = flashrnn(Wx.flip(1), R, b, states, dtype="float32")
    back, last = flashrnn(Wx, R, b, states, dtype="float32", reverse=True)
    assert error_of(back, forth.flip(2).double()) <= 1e-6 and error_of(last, forth[:, :, -1:].double()) <= 1e-6
    lengths = torch.tensor([8, 3, 5], device=DEVICE)
    out, last = flashrnn(Wx, R, b, states, dtype="float32", lengths=lengths)
    for i, n in enumerate(lengths.tolist()):
        alone, end = flashrnn(Wx[i:i + 1, :n], R, b, states[:, i:i + 1], dtype="float32")
        assert error_of(out[:, i:i + 1, :n], alone.double()) <= 1e-5 and not out[:, i, n:].any()
        assert error_of(last[:, i:i + 1], end.double()) <= 1e-5
    reset = torch.zeros(3, 8, dtype=torch.bool, device=DEVICE)
    reset[:, 4] = True
    out, _ = flashrnn(Wx, R, b, states, dtype="float32", reset=reset)
    assert error_of(out[:, :, 4:], flashrnn(Wx[:, 4:], R, b, states, dtype="float32")[0].double()) <= 1e-5
    clipped, _ = flashrnn(Wx, R, b, states, dtype="float32", clip_y=0.1)
    assert float(clipped[0].abs().max()) <= 0.1 + 1e-6


def gpu_times():
    """Not a check: what a whole call costs (forward, forward and backward), for the log."""
    for function, dtype, (B, T, N, D) in (("lstm", "bfloat16", (16, 1024, 12, 64)), ("slstm", "bfloat16", (16, 1024, 1, 768))):
        element = torch.bfloat16
        x = [t.detach().to(element).requires_grad_() for t in inputs_of(function, (B, T, N, D))]
        times = []
        for _ in range(6):
            torch.cuda.synchronize()
            start = time.perf_counter()
            out = flashrnn(*x, function=function, dtype=dtype)[0]
            torch.cuda.synchronize()
            middle = time.perf_counter()
            out.backward(out.detach())
            torch.cuda.synchronize()
            times.append((middle - start, time.perf_counter() - start))
        print(f"{function} {dtype} B={B} T={T} N={N} D={D}: forward {1e3 * min(t[0] for t in times):.2f} ms, "
              f"with backward {1e3 * min(t[1] for t in times):.2f} ms; {[p['match'] for p in package.plans() if p['D'] == D]}")


CASES = [against_autograd, other_dtypes, defaults_are_flashrnns, odd_strides, subsets_of_gradients, one_output_used, in_two_pieces,
         same_bits_again, without_gradients, second_derivatives_are_refused, compiled_without_breaks, compiled_once_for_all_lengths,
         operators_are_sound, the_operator_and_the_short_way_agree, automatic_casting, wrong_arguments, nothing_at_all, several_threads, few_plans_are_kept, databases,
         what_is_missing_is_named]
ON_GPU = [gpu_streams, gpu_graph, gpu_options, gpu_times]


def use_the_fake():
    """Tensors of the processor's memory go to the CUDA side: the fake device's memory is the same."""
    _run.side = lambda device: "cuda"
    _run.current_stream = lambda device: None


def main():
    global DEVICE, FAKE, SIZES
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=("cpu", "cuda", "fake"), default="cpu")
    parser.add_argument("--inductor", action="store_true")
    parser.add_argument("--database", help="of tuned kernels, for gpu_times")
    parser.add_argument("cases", nargs="*")
    asked = parser.parse_args()
    FAKE, DEVICE = asked.device == "fake", "cuda" if asked.device == "cuda" else "cpu"
    if DEVICE == "cuda" and not torch.cuda.is_available():
        print("skipped: torch sees no GPU")
        sys.exit(77)
    if FAKE:
        use_the_fake()
    if DEVICE == "cuda":
        SIZES = GPU_SIZES
    seed = int(os.environ.get("SEED", int.from_bytes(os.urandom(4), "little")))
    print(f"SEED={seed}")
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    cases = CASES + (ON_GPU if DEVICE == "cuda" else [])
    if asked.inductor:
        cases = cases + [lambda: compiled_without_breaks("inductor")]
    if asked.database:
        package.configure(asked.database)
    passed, failed = 0, 0
    for case in cases:
        if asked.cases and case.__name__ not in asked.cases:
            continue
        start = time.perf_counter()
        try:
            case()
            passed += 1
        except Exception:
            import traceback
            traceback.print_exc()
            print(f"FAILED: {case.__name__}", file=sys.stderr)
            failed += 1
        print(f"{case.__name__}: {time.perf_counter() - start:.2f} s")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
