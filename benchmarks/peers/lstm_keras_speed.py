"""Milliseconds a training step of the LSTM classifier takes in Keras (any backend; tried with 3.15.1 on PyTorch).

Run `KERAS_BACKEND=torch python lstm_keras_speed.py [--threads 2]`.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy

BATCH, STEPS, WARMUP = 32, 40, 5


def classifier():
    layers = [keras.layers.LSTM(52, return_sequences=True), keras.layers.LSTM(52, return_sequences=True),
              keras.layers.LSTM(52), keras.layers.Dense(134, "relu"), keras.layers.Dense(134, "relu")]
    model = keras.Sequential([keras.Input((28, 1)), *layers, keras.layers.Dense(2, "softmax")])
    model.compile(keras.optimizers.Adam(0.0024), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    if keras.backend.backend() == "torch":
        import torch
        torch.set_num_threads(args.threads)
    model, random = classifier(), numpy.random.default_rng(1)
    x, y = random.random((BATCH, 28, 1), numpy.float32), random.integers(0, 2, BATCH)
    seconds = []
    for _ in range(WARMUP + STEPS):
        start = time.perf_counter()
        model.train_on_batch(x, y)
        seconds.append(time.perf_counter() - start)
    print(f"Keras {keras.__version__} on {keras.backend.backend()}: {1000 * statistics.median(seconds[WARMUP:]):.2f} ms"
          f" a step of {BATCH} with {args.threads} threads")


if __name__ == "__main__":
    main()
