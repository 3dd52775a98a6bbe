#!/usr/bin/env python3
"""What PyTorch and cuBLAS reach on this machine's GPU, as a JSON object; `null` where there is no PyTorch or no GPU.

An Evoformer block and a Pairformer layer as bench/peers has them, in bfloat16, eager and under torch.compile; large products, which PyTorch hands to
cuBLAS; a copy. Where one of them cannot be measured, as for want of memory or of Triton, its place has what PyTorch said.
"""
import argparse
import gc
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))

try:
    import torch
except (ImportError, OSError) as missing:
    torch = None
    WHY = f"this python's PyTorch does not load: {missing}" if not isinstance(missing, ModuleNotFoundError) else "this python has no PyTorch"


def milliseconds(work, device, repeat, times=1):
    """Median time of the device for one of `times` that are asked for behind each other: with several, starting them is not seen."""
    def together():
        for _ in range(times):
            work()
    for _ in range(3):
        together()
    return statistics.median(gpu_time(together) if device == "cuda" else cpu_time(together) for _ in range(repeat)) / times


def gpu_time(work):
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    torch.cuda.synchronize()
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
        said = f"{type(failure).__name__}: {failure}".splitlines()[0]
    gc.collect()  # what failed holds its tensors until its frames are gone
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return said


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


def block_times(made, device, repeat, compiles):
    parameters, block, shapes, size = made
    times = {"block": type(block).__module__, "size": size}

    def arguments_on_device():
        block(*made_up(shapes(*(3 for _ in size)), "cpu", torch.float32))  # makes the parameters
        for name, tensors in parameters.tensors.items():
            parameters.tensors[name] = tuple(t if t is None else t.to(device, torch.bfloat16) for t in tensors)
        return made_up(shapes(*size), device, torch.bfloat16)

    arguments = attempt(arguments_on_device)
    if isinstance(arguments, str):
        times["eager_ms"] = arguments
        return times
    times["eager_ms"] = attempt(lambda: milliseconds(lambda: block(*arguments), device, repeat))
    if compiles:
        # Each size by itself, as who has one size would: otherwise the second is compiled for sizes that change, which is slower.
        torch._dynamo.reset()
        compiled = torch.compile(lambda *given: block(*given), dynamic=False)
        times["compile_ms"] = attempt(lambda: milliseconds(lambda: compiled(*arguments), device, repeat))
    return times


def product(n, device, repeat):
    a, b = (torch.randn(n, n, device=device, dtype=torch.bfloat16) for _ in range(2))
    return 2 * n ** 3 / (milliseconds(lambda: a @ b, device, repeat, 10) * 1e-3)


def copy(size, device, repeat):
    a = torch.empty(size, device=device, dtype=torch.uint8)
    b = torch.empty_like(a)
    return 2 * a.numel() / (milliseconds(lambda: b.copy_(a), device, repeat, 10) * 1e-3)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=20)
    options.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help="`cpu` tries the program, at small sizes, where there is no GPU")
    options.add_argument("--compile", action="store_true", help="torch.compile with --device cpu too")
    given = options.parse_args()
    device, repeat = given.device, given.repeat
    report = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # compilers and libraries may print; only the object goes to the standard output
    if torch is None or device == "cuda" and not torch.cuda.is_available():
        print("nothing to compare with: " + (WHY if torch is None else "PyTorch finds no GPU"), file=sys.stderr)
        print("null", file=report, flush=True)
        return
    large = device == "cuda"
    blocks = [evoformer(*size) for size in (((128, 256), (512, 384)) if large else ((5, 9),))]
    blocks += [pairformer(n) for n in ((256, 512, 1024) if large else (9,))]
    print(json.dumps({
        "torch": torch.__version__, "cuda": torch.version.cuda, "device": torch.cuda.get_device_name() if large else "cpu",
        "blocks": [block_times(block, device, repeat, large or given.compile) for block in blocks],
        "bf16_product_flops_per_s": {str(n): attempt(lambda: product(n, device, repeat)) for n in ((2048, 4096, 8192) if large else (64,))},
        "copy_bytes_per_s": attempt(lambda: copy(1 << 28 if large else 1 << 20, device, repeat)),
    }, allow_nan=False), file=report, flush=True)


if __name__ == "__main__":
    main()
