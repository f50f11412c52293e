"""The table's equations (docs/flashrnn.md) in PyTorch, step by step: what autograd differentiates."""
import torch
from torch.nn.functional import logsigmoid

SHAPES = {"elman": (1, 1, 1), "lstm": (2, 4, 4), "gru": (1, 3, 4), "slstm": (4, 4, 4)}  # states, gates, bias rows


def elman(w, r, b, s):
    return (torch.tanh(w[0] + r[0] + b[0]),)


def lstm(w, r, b, s):
    i, f, z, o = (w[g] + r[g] + b[g] for g in range(4))
    c = torch.sigmoid(f) * s[1] + torch.sigmoid(i) * torch.tanh(z)
    return torch.sigmoid(o) * torch.tanh(c), c


def gru(w, r, b, s):
    reset, z = torch.sigmoid(w[0] + r[1] + b[1]), torch.sigmoid(w[1] + r[2] + b[2])
    return (z * s[0] + (1 - z) * torch.tanh(w[2] + b[3] + reset * (r[0] + b[0])),)


def slstm(w, r, b, s):
    ai, af, z, o = (w[g] + r[g] + b[g] for g in range(4))
    l = logsigmoid(af) + s[3]
    m = torch.where(s[2] == 0, ai, torch.maximum(ai, l)).detach()
    i, f = torch.exp(ai - m), torch.exp(logsigmoid(af) + s[3].detach() - m)
    c, n = f * s[1] + i * torch.tanh(z), f * s[2] + i
    n = n + (torch.clamp(n, min=1) - n).detach()
    return torch.sigmoid(o) * c / n, c, n, m


STEPS = {"elman": elman, "lstm": lstm, "gru": gru, "slstm": slstm}


def forward(function, Wx, R, bias, initial):
    """Wx [B,T,G,N,D], R [G,N,D,D], bias [rows,N,D], initial [S,B,1,N,D] -> states [S,B,T,N,D]."""
    state, out = [s[:, 0] for s in initial], []
    for t in range(Wx.shape[1]):
        r = torch.einsum("gnok,bnk->gbno", R, state[0])
        state = STEPS[function](Wx[:, t].transpose(0, 1), r, bias, state)
        out.append(torch.stack(state))
    return torch.stack(out, 2)
