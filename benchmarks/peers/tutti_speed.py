"""Milliseconds a training step takes in tutti's Python package, as keras_speed.py and pytorch_speed.py do in theirs.

Run `python tutti_speed.py genre_cnn|lstm [--threads 2]` where the package is installed; prints one JSON document, with
the microseconds that predicting one example takes beyond its C++ call. compare_training.py times the same in C++.
"""

import json
import tempfile
import time

import numpy
import tutti

from speed import BATCH, EXAMPLES, FEATURES, options


def fitted(name, epochs):
    random = numpy.random.default_rng(1)
    if name == "lstm":
        X, y = random.random((EXAMPLES, FEATURES), numpy.float32), random.integers(0, 2, EXAMPLES)
        return tutti.LstmClassifier(epochs=epochs, batch_size=BATCH).fit(X, y), X[:1]
    X = random.integers(0, 256, (EXAMPLES, 2900, 127), numpy.uint8).transpose(0, 2, 1)
    ensemble = tutti.Ensemble(1, tempfile.mkdtemp())
    y = numpy.arange(EXAMPLES) % 10
    return ensemble.fit(X, y, bootstrap_percent=1.0, batch_size=BATCH, epochs=epochs), X[:1]


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def overhead(name):
    """Of predict over the function of the C++ side that it calls."""
    model, x = fitted(name, 1)
    if name == "lstm":
        def bare():
            return tutti._native.predict_features(model.model_._network(), model._scaler, x)
    else:
        pictures = tutti._arrays.pictures(x, "X")

        def bare():
            return model._native.predict(pictures, "mean")
    return min(seconds(lambda: model.predict(x)) for _ in range(200)) - min(seconds(bare) for _ in range(200))


def main():
    args = options(__doc__).parse_args()
    tutti.set_threads(args.threads)
    few, many = (1, 3) if args.model == "genre_cnn" else (10, 110)
    rounds = [seconds(lambda: fitted(args.model, many)) - seconds(lambda: fitted(args.model, few)) for _ in range(3)]
    steps = (many - few) * -(-EXAMPLES // BATCH)
    print(json.dumps({"name": f"tutti {tutti.__version__}, Python", "milliseconds": 1000 * sorted(rounds)[1] / steps,
                      "overhead_microseconds": 1e6 * overhead(args.model)}))


if __name__ == "__main__":
    main()
