#!/usr/bin/env python3
"""What PyTorch and cuBLAS reach on this machine's GPU, as a JSON object; `null` where there is no PyTorch or no GPU.

One Evoformer block as bench/peers has it, in bfloat16, eager and under torch.compile; a large product, which PyTorch hands to cuBLAS; a copy.
"""
import argparse
import json
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))

try:
    import torch
except ImportError:
    torch = None


def milliseconds(work, repeat):
    """Median time of the GPU."""
    for _ in range(3):
        work()
    times = []
    for _ in range(repeat):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        work()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return statistics.median(times)


def attempt(what):
    """A number, or why there is none: a block may need more memory than the GPU has."""
    try:
        return what()
    except Exception as failure:  # pylint: disable=broad-except
        return str(failure).splitlines()[0]


def block_times(s, r, device, repeat):
    from evoformer_torch import C_M, C_Z, Block, Parameters
    parameters = Parameters()
    tiny = (torch.randn(2, 3, C_M), torch.randn(3, 3, C_Z), torch.ones(2, 3), torch.ones(3, 3))
    Block(parameters, "sdpa")(*tiny)  # makes the parameters
    for name, tensors in parameters.tensors.items():
        parameters.tensors[name] = tuple(t if t is None else t.to(device, torch.bfloat16) for t in tensors)
    block = Block(parameters, "sdpa")
    arguments = [torch.randn(*shape, device=device, dtype=torch.bfloat16) for shape in ((s, r, C_M), (r, r, C_Z))]
    arguments += [torch.ones(*shape, device=device, dtype=torch.bfloat16) for shape in ((s, r), (r, r))]
    compiled = torch.compile(lambda *given: block(*given))
    return {"s": s, "r": r,
            "eager_ms": attempt(lambda: milliseconds(lambda: block(*arguments), repeat)),
            "compile_ms": attempt(lambda: milliseconds(lambda: compiled(*arguments), repeat))}


def product(n, device, repeat):
    a, b = (torch.randn(n, n, device=device, dtype=torch.bfloat16) for _ in range(2))
    return 2 * n ** 3 / (milliseconds(lambda: a @ b, repeat) * 1e-3)


def copy(device, repeat):
    a = torch.empty(1 << 28, device=device, dtype=torch.uint8)
    b = torch.empty_like(a)
    return 2 * a.numel() / (milliseconds(lambda: b.copy_(a), repeat) * 1e-3)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=20)
    options.add_argument("--device", default="cuda", help="`cpu` tries the program where there is no GPU, without times")
    given = options.parse_args()
    if torch is None or given.device == "cuda" and not torch.cuda.is_available():
        print("null")
        return
    device = given.device
    if device == "cpu":
        from evoformer_torch import Block, Parameters  # the imports are all that can be tried
        print(json.dumps({"torch": torch.__version__, "block": Block(Parameters(), "sdpa").attention}))
        return
    print(json.dumps({
        "torch": torch.__version__, "cuda": torch.version.cuda, "device": torch.cuda.get_device_name(),
        "blocks": [block_times(s, r, device, given.repeat) for s, r in ((128, 256), (512, 384))],
        "cublas_bf16_flops_per_s": {str(n): attempt(lambda: product(n, device, given.repeat)) for n in (2048, 4096, 8192)},
        "copy_bytes_per_s": attempt(lambda: copy(device, given.repeat)),
    }))


if __name__ == "__main__":
    main()
