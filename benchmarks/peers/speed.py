"""What pytorch_speed.py and keras_speed.py share: the problem's size, options, the clock and the report."""

import argparse
import json
import os
import statistics
import time

BATCH, EXAMPLES, FEATURES = 32, 200, 28  # of a step; of the data; of a song
WARMUP, LEAST_STEPS, SECONDS = 5, 5, 4


def options(doc):
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("model", choices=["genre_cnn", "lstm"])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    return parser


def report(name, step):
    """Measures and prints the median milliseconds of a step."""
    for _ in range(WARMUP):
        step()
    times, end = [], time.perf_counter() + SECONDS
    while len(times) < LEAST_STEPS or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"name": name, "milliseconds": statistics.median(times)}))
