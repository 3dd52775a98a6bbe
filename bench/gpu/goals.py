#!/usr/bin/env python3
"""Which of the goals for a GPU a result of bench/gpu/run.sh meets: a line for each, with the fields that it is read from in bench/README.md.

Ends with 1 if one is missed or was not measured, with 2 if the file is no such result. Needs nothing but Python.
"""
import argparse
import json
import re
import sys

COPY, ISSUE, MMA, WGMMA, EAGER, COMPILED = 0.85, 0.65, 0.45, 0.85, 3.0, 1.5
LEAST_MS = 0.01  # events are not exact enough for what is shorter


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def ratio(number, of):
    return number / of if is_number(number) and is_number(of) and of > 0 else None


def mean(kernels, field):
    """Of a field over kernels, by their time; None if there are none."""
    known = [kernel for kernel in kernels if is_number(kernel.get(field))]
    return ratio(sum(kernel[field] * kernel["ms"] for kernel in known), sum(kernel["ms"] for kernel in known)) if known else None


class Goals:
    def __init__(self, result):
        self.bundles = {bundle["bundle"]: bundle["report"] for bundle in result["bundles"]}
        self.torch = result.get("torch") or {}
        self.rows = []

    def add(self, goal, what, found, least):
        self.rows.append((goal, what, found, least))

    def peak(self, dtype):
        """Of matrix units on what kernels of a dtype give them: f32 as tf32, at half the rate."""
        rates = [rate for rate in self.torch.get("bf16_product_flops_per_s", {}).values() if is_number(rate)]
        return max(rates) / (2 if dtype == "f32" else 1) if rates else None

    def is_bound_by_memory(self, kernel, report):
        """Whether its bytes take longer, at the rate of copies, than its instructions or its products would at theirs."""
        product = ratio(kernel.get("executed_product_flops_per_s"), self.peak(report.get("dtype"))) or 0
        issue = kernel.get("of_issue_rate")
        copy = kernel.get("of_copy_rate")
        return is_number(copy) and kernel["name"] != "copy" and copy >= max(product, issue if is_number(issue) else 0)

    def of_bundle(self, name, report):
        self.add("numbers agree", name, 1.0 if report.get("ok") else 0.0, 1)
        kernels = [kernel for kernel in report.get("kernels", []) if is_number(kernel.get("ms")) and kernel["ms"] >= LEAST_MS]
        product = re.fullmatch(r"product-(\d+)-bf16.*", name)
        block = re.fullmatch(r"(evoformer|pairformer)-([\dx]+)-bf16.*", name)
        if product:
            cublas = self.torch.get("bf16_product_flops_per_s", {}).get(product.group(1))
            self.add("product over cuBLAS's", name, ratio(kernels[0].get("flops_per_s"), cublas) if kernels else None, WGMMA if report.get("target") == "sm_90a" else MMA)
        elif not name.startswith("small-"):
            self.add("kernels bound by memory, of the rate of copies", name, mean([k for k in kernels if self.is_bound_by_memory(k, report)], "of_copy_rate"), COPY)
            self.add("attention (bands), of the rate of issue", name, mean([k for k in kernels if k.get("family") == "bands"], "of_issue_rate"), ISSUE)
        if block:
            size = [int(extent) for extent in block.group(2).split("x")]
            peer = next((p for p in self.torch.get("blocks", []) if p["block"] == block.group(1) + "_torch" and list(p["size"]) == size), {})
            is_evoformer = block.group(1) == "evoformer"
            self.add("eager PyTorch's time over ours", name, ratio(peer.get("eager_ms"), report.get("graph_ms")), EAGER if is_evoformer else None)
            self.add("torch.compile's time over ours", name, ratio(peer.get("compile_ms"), report.get("graph_ms")), COMPILED if is_evoformer else None)

    def print(self):
        missed = 0
        for goal, what, found, least in self.rows:
            verdict = "not measured" if found is None else "" if least is None else "met" if found >= least else "missed"
            missed += verdict in ("not measured", "missed")
            print(f"{goal:48} {what:32} {'-' if found is None else f'{found:.2f}':>6} {'' if least is None else f'of {least:.2f}':>8}  {verdict}")
        return missed


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("result", help="what bench/gpu/run.sh has printed")
    given = options.parse_args()
    try:
        with open(given.result, encoding="utf-8") as file:
            goals = Goals(json.load(file))
        for name, report in goals.bundles.items():
            goals.of_bundle(name, report)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
        print(f"{given.result} is no result of bench/gpu/run.sh: {type(failure).__name__} {failure}", file=sys.stderr)
        return 2
    return 1 if goals.print() > 0 or not goals.rows else 0


if __name__ == "__main__":
    sys.exit(main())
