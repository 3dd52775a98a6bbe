#!/usr/bin/env python3
"""What PyTorch and cuBLAS reach on this machine's GPU, as a JSON object; `null` where there is no PyTorch or no GPU.

An Evoformer block and a Pairformer layer as bench/peers has them, in bfloat16, eager and under torch.compile; large products, which PyTorch hands to
cuBLAS; a copy.
"""
import argparse
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))

try:
    import torch
except ImportError:
    torch = None


def milliseconds(work, device, repeat):
    """Median time of the device."""
    for _ in range(3):
        work()
    return statistics.median(gpu_time(work) if device == "cuda" else cpu_time(work) for _ in range(repeat))


def gpu_time(work):
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    work()
    end.record()
    end.synchronize()
    return start.elapsed_time(end)


def cpu_time(work):
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def attempt(what):
    """A number, or why there is none: a block may need more memory than the GPU has."""
    try:
        return what()
    except Exception as failure:  # pylint: disable=broad-except
        return (str(failure) or type(failure).__name__).splitlines()[0]


def evoformer(s, r):
    from evoformer_torch import C_M, C_Z, Block, Parameters
    parameters = Parameters()
    return parameters, Block(parameters, "sdpa"), lambda a, b: ([(a, b, C_M), (b, b, C_Z)], [(a, b), (b, b)]), (s, r)


def pairformer(n):
    from evoformer_torch import Parameters
    from pairformer_torch import C_S, C_Z, Layer
    parameters = Parameters()
    return parameters, Layer(parameters), lambda a: ([(a, C_S), (a, a, C_Z)], [(a,), (a, a)]), (n,)


def made_up(shapes, device, dtype):
    """Random representations and masks of ones."""
    representations, masks = shapes
    return [torch.randn(*shape, device=device, dtype=dtype) for shape in representations] + [torch.ones(*shape, device=device, dtype=dtype) for shape in masks]


def block_times(made, device, repeat):
    parameters, block, shapes, size = made
    block(*made_up(shapes(*(3 for _ in size)), "cpu", torch.float32))  # makes the parameters
    for name, tensors in parameters.tensors.items():
        parameters.tensors[name] = tuple(t if t is None else t.to(device, torch.bfloat16) for t in tensors)
    arguments = made_up(shapes(*size), device, torch.bfloat16)
    times = {"block": type(block).__module__, "size": size, "eager_ms": attempt(lambda: milliseconds(lambda: block(*arguments), device, repeat))}
    if device == "cuda":
        compiled = torch.compile(lambda *given: block(*given))
        times["compile_ms"] = attempt(lambda: milliseconds(lambda: compiled(*arguments), device, repeat))
    return times


def product(n, device, repeat):
    a, b = (torch.randn(n, n, device=device, dtype=torch.bfloat16) for _ in range(2))
    return 2 * n ** 3 / (milliseconds(lambda: a @ b, device, repeat) * 1e-3)


def copy(size, device, repeat):
    a = torch.empty(size, device=device, dtype=torch.uint8)
    b = torch.empty_like(a)
    return 2 * a.numel() / (milliseconds(lambda: b.copy_(a), device, repeat) * 1e-3)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=20)
    options.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help="`cpu` tries the program, at small sizes, where there is no GPU")
    given = options.parse_args()
    device, repeat = given.device, given.repeat
    if torch is None or device == "cuda" and not torch.cuda.is_available():
        print("nothing to compare with: " + ("this python has no PyTorch" if torch is None else "PyTorch finds no GPU"), file=sys.stderr)
        print("null")
        return
    large = device == "cuda"
    blocks = [evoformer(*size) for size in (((128, 256), (512, 384)) if large else ((5, 9),))]
    blocks += [pairformer(n) for n in ((256, 512, 1024) if large else (9,))]
    print(json.dumps({
        "torch": torch.__version__, "cuda": torch.version.cuda, "device": torch.cuda.get_device_name() if large else "cpu",
        "blocks": [block_times(block, device, repeat) for block in blocks],
        "bf16_product_flops_per_s": {str(n): attempt(lambda: product(n, device, repeat)) for n in ((2048, 4096, 8192) if large else (64,))},
        "copy_bytes_per_s": attempt(lambda: copy(1 << 28 if large else 1 << 20, device, repeat)),
    }))


if __name__ == "__main__":
    main()
