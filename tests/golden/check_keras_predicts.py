"""Does current Keras predict with classifier_K.h5 what `tutti predict` says?

Run `python check_keras_predicts.py TUTTI RUN PICTURES…` with pictures of 127 x 2900: it loads every member of
the run with Keras, asks both about the pictures and exits with 1 if a probability differs by more than 1e-5
(tried with Keras 3.15.1 on PyTorch 2.15.0; needs Pillow).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy
from PIL import Image

TOLERANCE = 1e-5


def keras_probabilities(run, pictures):
    """The members' mean, [pictures, classes]."""
    x = numpy.stack([numpy.asarray(Image.open(path).convert("L"), numpy.float32) for path in pictures])[..., None]
    members = sorted(run.glob("classifier_*.h5"))
    return numpy.mean([keras.models.load_model(path).predict(x, verbose=0) for path in members], axis=0)


def main():
    tutti, run, pictures = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    answer = subprocess.run([tutti, "predict", run, *pictures, "--json"], check=True, capture_output=True)
    predictions = {p["path"]: p["probabilities"] for p in json.loads(answer.stdout)["predictions"]}
    classes = json.loads((run / "run.json").read_text())["classes"]
    ours = numpy.array([[predictions[path][name] for name in classes] for path in pictures])
    difference = numpy.abs(ours - keras_probabilities(run, pictures)).max()
    print(f"{len(pictures)} pictures, {len(classes)} classes: largest difference {difference:.1e}")
    return int(difference > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
