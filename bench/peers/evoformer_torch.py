#!/usr/bin/env python3
"""Times one Evoformer block in eager PyTorch and in Pleat, alternating in the same run, and prints JSON.

The block is written here from algorithms 6 to 15 of the AlphaFold 2 supplement with PyTorch's standard operations, the way a careful user of
eager mode writes it: projections as F.linear, attention as F.scaled_dot_product_attention or as softmax of einsums (--attention),
no gradients, no compilation. Widths and shapes are those of `pleat bench evoformer-block`.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit("PyTorch is not installed for this Python, so there is nothing to compare with.\n"
             "  help: python3 -m pip install torch --index-url https://download.pytorch.org/whl/cpu")

C_M, C_Z, HEADS_M, HEADS_Z, C_HIDDEN, C_OPM, C_MUL, WIDEN = 256, 128, 8, 4, 32, 32, 128, 4
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class Parameters:
    """Random parameters by name, made when they are first asked for."""

    def __init__(self):
        self.generator = torch.Generator().manual_seed(0)
        self.tensors = {}

    def linear(self, name, c_in, c_out, bias=True):
        if name not in self.tensors:
            weight = torch.randn(c_out, c_in, generator=self.generator) / math.sqrt(c_in)
            self.tensors[name] = (weight, 0.1 * torch.randn(c_out, generator=self.generator) if bias else None)
        return self.tensors[name]

    def norm(self, name, c):
        if name not in self.tensors:
            self.tensors[name] = (1 + 0.1 * torch.randn(c, generator=self.generator), 0.1 * torch.randn(c, generator=self.generator))
        return self.tensors[name]


class Block:
    def __init__(self, parameters, attention):
        self.p = parameters
        self.attention = attention

    def linear(self, name, x, c_out, bias=True):
        return F.linear(x, *self.p.linear(name, x.shape[-1], c_out, bias))

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], *self.p.norm(name, x.shape[-1]))

    def gated_attention(self, name, x, biases, heads):
        """x: [rows, positions, c]; biases broadcast to [rows, heads, queries, keys]."""
        rows, positions, c = x.shape
        q, k, v = (self.linear(f"{name}.{part}", x, heads * C_HIDDEN, bias=False).view(rows, positions, heads, C_HIDDEN).transpose(1, 2)
                   for part in ("q", "k", "v"))
        gate = torch.sigmoid(self.linear(f"{name}.g", x, heads * C_HIDDEN))
        if self.attention == "sdpa":
            out = F.scaled_dot_product_attention(q, k, v, attn_mask=sum(biases))
        else:
            logits = torch.matmul(q * C_HIDDEN ** -0.5, k.transpose(-1, -2))
            for bias in biases:
                logits += bias
            out = torch.matmul(torch.softmax(logits, dim=-1), v)
        out = out.transpose(1, 2).reshape(rows, positions, heads * C_HIDDEN)
        return self.linear(f"{name}.o", gate * out, c)

    def row_attention(self, m, z, mask):
        pair = self.linear("row.z", self.norm("row.norm_z", z), HEADS_M, bias=False).permute(2, 0, 1).unsqueeze(0)
        return self.gated_attention("row", self.norm("row.norm", m), [1e9 * (mask - 1)[:, None, None, :], pair], HEADS_M)

    def column_attention(self, m, mask):
        x = self.norm("column.norm", m.transpose(0, 1))
        return self.gated_attention("column", x, [1e9 * (mask.transpose(0, 1) - 1)[:, None, None, :]], HEADS_M).transpose(0, 1)

    def transition(self, name, x):
        c = x.shape[-1]
        return self.linear(f"{name}.2", torch.relu(self.linear(f"{name}.1", self.norm(f"{name}.norm", x), WIDEN * c)), c)

    def outer_product_mean(self, m, mask):
        x = self.norm("opm.norm", m)
        a = self.linear("opm.1", x, C_OPM) * mask.unsqueeze(-1)
        b = self.linear("opm.2", x, C_OPM) * mask.unsqueeze(-1)
        s, r, c = a.shape
        outer = torch.matmul(a.reshape(s, r * c).t(), b.reshape(s, r * c)).view(r, c, r, c).permute(0, 2, 1, 3).reshape(r, r, c * c)
        return self.linear("opm.out", outer, C_Z) / (torch.matmul(mask.t(), mask).unsqueeze(-1) + 1e-3)

    def triangle_multiplication(self, name, z, mask, outgoing):
        x = self.norm(f"{name}.norm_in", z)
        a, b = (mask.unsqueeze(-1) * torch.sigmoid(self.linear(f"{name}.{side}_g", x, C_MUL)) * self.linear(f"{name}.{side}_p", x, C_MUL)
                for side in ("a", "b"))
        if outgoing:
            product = torch.matmul(a.permute(2, 0, 1), b.permute(2, 1, 0))
        else:
            product = torch.matmul(a.permute(2, 1, 0), b.permute(2, 0, 1))
        product = self.norm(f"{name}.norm_out", product.permute(1, 2, 0))
        return self.linear(f"{name}.z", product, C_Z) * torch.sigmoid(self.linear(f"{name}.out_g", x, C_Z))

    def triangle_attention(self, name, z, mask, starting):
        z, mask = (z, mask) if starting else (z.transpose(0, 1), mask.transpose(0, 1))
        x = self.norm(f"{name}.norm", z)
        pair = self.linear(f"{name}.bias", x, HEADS_Z, bias=False).permute(2, 0, 1).unsqueeze(0)
        out = self.gated_attention(name, x, [1e9 * (mask - 1)[:, None, None, :], pair], HEADS_Z)
        return out if starting else out.transpose(0, 1)

    @torch.no_grad()
    def __call__(self, m, z, msa_mask, pair_mask):
        m = m + self.row_attention(m, z, msa_mask)
        m = m + self.column_attention(m, msa_mask)
        m = m + self.transition("msa_transition", m)
        z = z + self.outer_product_mean(m, msa_mask)
        z = z + self.triangle_multiplication("mul_out", z, pair_mask, True)
        z = z + self.triangle_multiplication("mul_in", z, pair_mask, False)
        z = z + self.triangle_attention("att_start", z, pair_mask, True)
        z = z + self.triangle_attention("att_end", z, pair_mask, False)
        z = z + self.transition("pair_transition", z)
        return m, z


def time_torch(block, arguments, repeat):
    block(*arguments)  # makes parameters and warms up
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        block(*arguments)
        times.append(1e3 * (time.perf_counter() - start))
    return times


def time_pleat(size, threads, repeat):
    command = [os.path.join(ROOT, "pleat"), "bench", "evoformer-block", "--size", size, "--threads", str(threads), "--repeat", str(repeat), "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", default="s=128,r=128", help="as for `pleat bench` (default: %(default)s)")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--repeat", type=int, default=5, help="runs of each in a round (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=3, help="times that the two alternate (default: %(default)s)")
    options.add_argument("--attention", choices=("einsum", "sdpa"), default="sdpa")
    given = options.parse_args()
    size = {name: int(value) for name, value in (part.split("=") for part in given.size.split(","))}
    torch.set_num_threads(given.threads)
    s, r = size["s"], size["r"]
    arguments = (torch.randn(s, r, C_M), torch.randn(r, r, C_Z), torch.ones(s, r), torch.ones(r, r))
    block = Block(Parameters(), given.attention)
    eager, pleat = [], []
    for _ in range(given.rounds):
        eager += time_torch(block, arguments, given.repeat)
        pleat.append(time_pleat(given.size, given.threads, given.repeat))
    gflop, peak = pleat[0]["gflop"], max(result["peak_gflops"] for result in pleat)
    eager_ms, pleat_ms = statistics.median(eager), statistics.median(result["median_ms"] for result in pleat)
    print(json.dumps({
        "size": size, "threads": given.threads, "gflop": gflop, "peak_gflops": peak,
        "torch": {"version": torch.__version__, "attention": given.attention, "median_ms": eager_ms, "min_ms": min(eager),
                  "gflops": gflop / eager_ms * 1e3, "fraction_of_peak": gflop / eager_ms * 1e3 / peak},
        "pleat": {"median_ms": pleat_ms, "min_ms": min(result["min_ms"] for result in pleat), "gflops": gflop / pleat_ms * 1e3,
                  "fraction_of_peak": gflop / pleat_ms * 1e3 / peak},
        "speedup": eager_ms / pleat_ms,
    }, indent=2))


if __name__ == "__main__":
    main()
