"""Training speed of GenreCnn, tutti's and PyTorch's, measured in turn in one run.

Run `python compare_genre_cnn.py build/release/benchmark_training [--threads 2] [--rounds 5]`: prints a row of
the results table a batch size: pictures a second of each (median of the rounds) and their ratio (median and
range of the rounds' ratios).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PEER = Path(__file__).with_name("genre_cnn_speed.py")


def tutti_rate(program, batch, threads):
    command = [program, f"--benchmark_filter=train_step/members:1/batch:{batch}/", "--benchmark_format=json",
               "--benchmark_min_time=3", f"--threads={threads}"]
    result = subprocess.run(command, check=True, capture_output=True)
    return json.loads(result.stdout)["benchmarks"][0]["items_per_second"]


def torch_rate(batch, threads):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [sys.executable, PEER, "--batch", str(batch), "--threads", str(threads), "--steps",
                   str(max(4, 480 // batch)), "--json", out.name]
        subprocess.run(command, check=True, capture_output=True)
        return json.load(out)["pictures_per_second"]["median"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the built benchmark_training")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print("| batch | threads | tutti, pictures/s | PyTorch, pictures/s | ratio (range) |")
    print("|---|---|---|---|---|")
    for batch in (32, 128):
        rounds = [(tutti_rate(args.program, batch, args.threads), torch_rate(batch, args.threads))
                  for _ in range(args.rounds)]
        ours, theirs = (statistics.median(column) for column in zip(*rounds))
        ratios = [a / b for a, b in rounds]
        print(f"| {batch} | {args.threads} | {ours:.0f} | {theirs:.0f} | {statistics.median(ratios):.2f}"
              f" ({min(ratios):.2f} to {max(ratios):.2f}) |", flush=True)


if __name__ == "__main__":
    main()
