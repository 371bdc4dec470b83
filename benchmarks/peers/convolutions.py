"""Convolutions at the sizes of MelCnn and of Keras files, ours and PyTorch's (oneDNN, channels last), in turn.

    python convolutions.py build/release/benchmark_kernels [--threads 2] [--rounds 3]

Forward, and the gradients of input, filters and bias together. The sizes are those of the table of operation cases,
read from their names. Prints a table in Markdown. Needs torch.
"""

import argparse
import json
import math
import re
import statistics
import subprocess
import tempfile
import time

import torch
from torch.nn import functional

SIZE = re.compile(r"(\d+) of ([\dx]+) by (\d+), kernel ([\dx]+), (\d+) filters(?:, stride (\d+))?$")
LEAST_SECONDS = 0.3


def tutti(program, threads):
    """Milliseconds by case and pass."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([program, "--benchmark_filter=conv2d/.* of .*", f"--benchmark_min_time={LEAST_SECONDS}",
                        f"--benchmark_out={out.name}", "--benchmark_out_format=json", f"--threads={threads}"],
                       check=True, stdout=subprocess.DEVNULL)
        found = json.load(out)
    times = {}
    for run in found["benchmarks"]:
        _, case, direction, *_ = run["name"].split("/")
        times[case, direction] = run["real_time"] / 1000
    return times


def clock(run):
    """Milliseconds, by the median of several runs."""
    times = []
    for _ in range(3):
        run()
    end = time.perf_counter() + LEAST_SECONDS
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def pytorch(case):
    """Milliseconds of forward and backward, without autograd's own work."""
    batch, dims, channels, kernel, filters, stride = SIZE.match(case).groups()
    dims, kernel = ([int(n) for n in text.split("x")] for text in (dims, kernel))
    batch, channels, filters, stride = int(batch), int(channels), int(filters), int(stride or 1)
    if len(dims) == 1:  # oneDNN has channels last for pictures alone
        dims, kernel = [dims[0], 1], [kernel[0], 1]
    last = {"memory_format": torch.channels_last}
    x = torch.randn(batch, channels, *dims).to(**last)
    w = torch.randn(filters, channels, *kernel).to(**last)
    b = torch.randn(filters)
    strides = [stride, stride if dims[1] > 1 else 1]
    pad = [max(0, (-(-n // s) - 1) * s + k - n) for n, s, k in zip(dims, strides, kernel)]  # "same"
    before, after = [p // 2 for p in pad], [p - p // 2 for p in pad]
    if before != after:  # as Keras pads; PyTorch pads both sides alike
        x = functional.pad(x, [before[1], after[1], before[0], after[0]]).to(**last)
        before = [0, 0]
    y = functional.conv2d(x, w, b, strides, before)
    dy = torch.randn_like(y).to(**last)
    settings = ([filters], strides, before, [1, 1], False, [0, 0], 1, [True, True, True])
    with torch.no_grad():
        return (clock(lambda: functional.conv2d(x, w, b, strides, before)),
                clock(lambda: torch.ops.aten.convolution_backward(dy, x, w, *settings)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    ours, theirs = {}, {}
    for _ in range(args.rounds):
        for (case, direction), milliseconds in tutti(args.program, args.threads).items():
            ours.setdefault((case, direction), []).append(milliseconds)
        for case in dict.fromkeys(case for case, _ in ours):
            for direction, milliseconds in zip(("forward", "backward"), pytorch(case)):
                theirs.setdefault((case, direction), []).append(milliseconds)
    print(f"{args.threads} threads, PyTorch {torch.__version__}; milliseconds, medians of {args.rounds} rounds\n")
    print("| convolution | pass | tutti | PyTorch | ratio |\n|---|---|---|---|---|")
    ratios = []
    for case, direction in ours:
        a, b = (statistics.median(times[case, direction]) for times in (ours, theirs))
        ratios.append(b / a)
        print(f"| {case} | {direction} | {a:.3g} | {b:.3g} | {b / a:.2f} |")
    mean = math.exp(statistics.mean(math.log(ratio) for ratio in ratios))
    print(f"\nGeometric mean of the ratios {mean:.2f}, lowest {min(ratios):.2f}, highest {max(ratios):.2f}")


if __name__ == "__main__":
    main()
