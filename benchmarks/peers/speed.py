"""What pytorch_speed.py and keras_speed.py share: options, the clock and the report."""

import argparse
import json
import os
import statistics
import time

PICTURES, FEATURES, WARMUP = 200, 28, 5


def arguments(doc, add=lambda parser: None):
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("model", choices=["genre_cnn", "lstm"])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=4, help="how long to measure (default: 4)")
    add(parser)
    return parser.parse_args()


def median_milliseconds(step, args):
    for _ in range(WARMUP):
        step()
    times, end = [], time.perf_counter() + args.seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def report(name, milliseconds):
    print(json.dumps({"name": name, "milliseconds": milliseconds}))
