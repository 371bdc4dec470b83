"""Does current Keras predict with an LSTM or RNN run's model.h5 what `tutti predict` says?

Run `python check_keras_classifier.py TUTTI RUN FEATURES.csv`: it loads model.h5 with Keras, scales the table by
the run's scaler, asks both and exits with 1 if a probability differs by more than 1e-5 (tried with Keras 3.15.1
on PyTorch 2.15.0).
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy

TOLERANCE = 1e-5


def scaled_features(path, preprocessing):
    with open(path, newline="", encoding="utf-8") as file:
        rows = [[float(row[name]) for name in preprocessing["features"]] for row in csv.DictReader(file)]
    x = (numpy.array(rows) - preprocessing["offset"]) * preprocessing["scale"]
    return x.astype("float32")[..., None]


def main():
    tutti, folder, table = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    run = json.loads((folder / "run.json").read_text())
    answer = subprocess.run([tutti, "predict", folder, table, "--json"], check=True, capture_output=True)
    predictions = json.loads(answer.stdout)["predictions"]
    ours = numpy.array([[p["probabilities"][name] for name in run["classes"]] for p in predictions])
    x = scaled_features(table, run["preprocessing"])
    theirs = keras.models.load_model(folder / "model.h5").predict(x, verbose=0)
    difference = numpy.abs(ours - theirs).max()
    print(f"{len(x)} songs, {len(run['classes'])} classes: largest difference {difference:.1e}")
    return int(difference > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
