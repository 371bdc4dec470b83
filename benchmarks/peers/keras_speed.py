"""Milliseconds that a training step takes in Keras, train_on_batch with any backend, from row numbers to updated weights.

Run `KERAS_BACKEND=jax python keras_speed.py genre_cnn|lstm [--threads 2]`; prints one JSON document.
Tried with Keras 3.15.1 on PyTorch and JAX (which takes all cores) and with Keras 2.15 on TensorFlow.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy
from keras import layers

from speed import BATCH, EXAMPLES, FEATURES, options, report


def genre_cnn():
    last = layers.Dense(10, "softmax", kernel_regularizer=keras.regularizers.l2(1e-4))
    return keras.Sequential([keras.Input((127, 2900, 1)), layers.Conv2D(100, (127, 15), (1, 5), activation="relu"),
                             layers.MaxPooling2D((1, 2)), layers.Dropout(0.5), layers.Flatten(),
                             layers.Dense(128, "relu"), layers.Dropout(0.3), last])


def lstm():
    return keras.Sequential([keras.Input((FEATURES, 1)), layers.LSTM(52, return_sequences=True),
                             layers.LSTM(52, return_sequences=True), layers.LSTM(52), layers.Dense(134, "relu"),
                             layers.Dense(134, "relu"), layers.Dense(2, "softmax")])


def training_step(name):
    random = numpy.random.default_rng(1)
    if name == "genre_cnn":
        model, classes, scale = genre_cnn(), 10, numpy.float32(1 / 255)
        data = random.integers(0, 256, (EXAMPLES, 127, 2900, 1), numpy.uint8)
    else:
        model, classes, scale = lstm(), 2, numpy.float32(1)
        data = random.random((EXAMPLES, FEATURES, 1), numpy.float32)
    labels = random.integers(0, classes, EXAMPLES)
    model.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy")

    def step():
        rows = random.integers(0, EXAMPLES, BATCH)
        model.train_on_batch(data[rows] * scale, labels[rows])
    return step


def take_threads(backend, threads):
    if backend == "torch":
        import torch
        torch.set_num_threads(threads)
    elif backend == "tensorflow":
        import tensorflow
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)


def main():
    args = options(__doc__).parse_args()
    backend = keras.backend.backend()
    take_threads(backend, args.threads)
    names = {"torch": "PyTorch", "jax": "JAX", "tensorflow": "TensorFlow"}
    report(f"Keras {keras.__version__} on {names[backend]}", training_step(args.model))


if __name__ == "__main__":
    main()
