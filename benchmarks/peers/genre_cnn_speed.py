"""How many pictures a second PyTorch (eager, on the CPU) trains GenreCnn with.

Channels first, pictures (frequency, time) and fused Adam: of PyTorch 2.15's ordinary ways that was the fastest on
one core of an AMD EPYC with AVX2; Conv1d over 127 channels was as fast, channels_last and time first were slower.
"""

import argparse
import json
import os
import statistics
import time

import torch

from genre_cnn import FREQUENCIES, TIMES, adam, genre_cnn, training_step

CLASSES, PICTURES = 10, 200


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=20, help="steps that count")
    parser.add_argument("--warmup", type=int, default=3, help="steps before them")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", metavar="OUT", help="write the figures to this file as well")
    return parser.parse_args()


def step_seconds(batch, steps):
    """Seconds of each step, from row numbers to updated weights."""
    torch.manual_seed(1)
    data = torch.randint(0, 256, (PICTURES, 1, FREQUENCIES, TIMES), dtype=torch.uint8)
    labels = torch.randint(0, CLASSES, (PICTURES,))
    net = genre_cnn(CLASSES)
    optimizer = adam(net)
    seconds = []
    for _ in range(steps):
        rows = torch.randint(0, PICTURES, (batch,))
        start = time.perf_counter()
        x = data[rows].float() * (1 / 255)
        training_step(net, optimizer, x, labels[rows])
        seconds.append(time.perf_counter() - start)
    return seconds


def main():
    args = options()
    torch.set_num_threads(args.threads)
    seconds = step_seconds(args.batch, args.warmup + args.steps)[args.warmup:]
    rates = [args.batch / s for s in seconds]
    lower, median, upper = statistics.quantiles(rates, n=4)
    print(f"PyTorch {torch.__version__}, {args.threads} threads, batch {args.batch}: {median:.1f} pictures/s"
          f" (median of {args.steps} steps; quartiles {lower:.1f} and {upper:.1f}, best {max(rates):.1f})")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({
                "torch": torch.__version__, "threads": args.threads, "batch": args.batch, "steps": args.steps,
                "pictures_per_second": {"median": median, "lower_quartile": lower, "upper_quartile": upper,
                                        "best": max(rates)},
            }, file, indent=2)


if __name__ == "__main__":
    main()
