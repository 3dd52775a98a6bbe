"""A Pairformer layer in PyTorch, with its standard operations, the way a careful user writes it: no gradients, no compilation.

From algorithms 11 to 17 and 24 of the AlphaFold 3 supplement; widths are those of `pleat bench pairformer-layer`.
"""
import torch
import torch.nn.functional as F

C_S, C_Z, HEADS_S, HEADS_Z, C_HIDDEN, WIDEN = 384, 128, 16, 4, 32, 4


class Layer:
    """`parameters` as those of evoformer_torch: made when they are first asked for."""

    def __init__(self, parameters):
        self.p = parameters

    def linear(self, name, x, c_out, bias=False):
        return F.linear(x, *self.p.linear(name, x.shape[-1], c_out, bias))

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], *self.p.norm(name, x.shape[-1]))

    def transition(self, name, x):
        c = x.shape[-1]
        u = self.norm(f"{name}.norm", x)
        return self.linear(f"{name}.fc3", F.silu(self.linear(f"{name}.fc1", u, WIDEN * c)) * self.linear(f"{name}.fc2", u, WIDEN * c), c)

    def triangle_multiplication(self, name, z, mask, outgoing):
        u = self.norm(f"{name}.norm_in", z)
        both = self.linear(f"{name}.p_in", u, 2 * C_Z) * torch.sigmoid(self.linear(f"{name}.g_in", u, 2 * C_Z)) * mask.unsqueeze(-1)
        a, b = (part.permute(2, 0, 1) for part in both.chunk(2, dim=-1))
        product = torch.matmul(a, b.transpose(1, 2)) if outgoing else torch.matmul(a.transpose(1, 2), b)
        product = self.norm(f"{name}.norm_out", product.permute(1, 2, 0))
        return self.linear(f"{name}.p_out", product, C_Z) * torch.sigmoid(self.linear(f"{name}.g_out", u, C_Z))

    def attention(self, name, x, bias, heads, width, query_bias):
        """x: [rows, positions, c]; bias: [rows or 1, heads, queries, keys]."""
        rows, positions, c = x.shape
        q, k, v = (self.linear(f"{name}.{part}", x, heads * width, query_bias and part == "q").view(rows, positions, heads, width).transpose(1, 2)
                   for part in ("q", "k", "v"))
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=bias).transpose(1, 2).reshape(rows, positions, heads * width)
        return self.linear(f"{name}.o", torch.sigmoid(self.linear(f"{name}.g", x, heads * width)) * out, c)

    def triangle_attention(self, name, z, mask, starting):
        z, mask = (z, mask) if starting else (z.transpose(0, 1), mask.transpose(0, 1))
        x = self.norm(f"{name}.norm", z)
        bias = self.linear(f"{name}.bias", x, HEADS_Z).permute(2, 0, 1).unsqueeze(0) + 1e9 * (mask - 1)[:, None, None, :]
        out = self.attention(name, x, bias, HEADS_Z, C_HIDDEN, False)
        return out if starting else out.transpose(0, 1)

    def single_attention(self, s, z, mask):
        bias = self.linear("single.z", self.norm("single.norm_z", z), HEADS_S).permute(2, 0, 1).unsqueeze(0) + 1e6 * (mask - 1)
        return self.attention("single", self.norm("single.norm", s).unsqueeze(0), bias, HEADS_S, C_S // HEADS_S, True).squeeze(0)

    @torch.no_grad()
    def __call__(self, s, z, mask, pair_mask):
        z = z + self.triangle_multiplication("mul_out", z, pair_mask, True)
        z = z + self.triangle_multiplication("mul_in", z, pair_mask, False)
        z = z + self.triangle_attention("att_start", z, pair_mask, True)
        z = z + self.triangle_attention("att_end", z, pair_mask, False)
        z = z + self.transition("transition_z", z)
        s = s + self.single_attention(s, z, mask)
        s = s + self.transition("transition_s", s)
        return s, z
