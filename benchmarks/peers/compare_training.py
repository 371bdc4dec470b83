"""Milliseconds that a training step of either model takes in tutti and in its peers on the CPU, all in turn in one run.

Run `python compare_training.py build/release/benchmark_training [--threads 2] [--rounds 5] [--keras PYTHON BACKEND]`,
the last as often as there are backends of Keras: prints the results table. Medians of the rounds, and their range.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FILTERS = {"genre_cnn": "train_step/members:1/batch:32/", "lstm": "train_step_lstm/members:1/batch:32/"}


def json_of(command, **environment):
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            env=os.environ | environment)
    return json.loads(result.stdout)


def tutti(program, model, threads):
    command = [program, f"--benchmark_filter={FILTERS[model]}", "--benchmark_format=json",
               "--benchmark_min_time=3", f"--threads={threads}"]
    return json_of(command)["benchmarks"][0]["real_time"]


def peers(args, model):
    """Name and milliseconds of each."""
    tail = [model, "--threads", str(args.threads)]
    torch = [sys.executable, HERE / "pytorch_speed.py", *tail]
    results = [json_of(torch), json_of([*torch, "--plain-adam"])]
    results += [json_of([python, HERE / "keras_speed.py", *tail], KERAS_BACKEND=backend)
                for python, backend in args.keras]
    return [(result["name"], result["milliseconds"]) for result in results]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the built benchmark_training")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keras", nargs=2, action="append", default=[], metavar=("PYTHON", "BACKEND"),
                        help="an interpreter that has Keras, and torch, jax or tensorflow")
    args = parser.parse_args()
    print("| model | peer | tutti, ms | peer, ms | ratio (range) |")
    print("|---|---|---|---|---|")
    for model in FILTERS:
        ours, theirs = [], {}
        for _ in range(args.rounds):
            ours.append(tutti(args.program, model, args.threads))
            for name, milliseconds in peers(args, model):
                theirs.setdefault(name, []).append(milliseconds)
        for name, values in theirs.items():
            ratios = [b / a for a, b in zip(ours, values)]
            print(f"| {model} | {name} | {statistics.median(ours):.3g} | {statistics.median(values):.3g}"
                  f" | {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f}) |", flush=True)


if __name__ == "__main__":
    main()
