"""Does Keras 3 compute with the model that examples/residual_cnn.cpp saves what `tutti run` does?

    residual_cnn GENRES_DIR 2
    python check_keras_example.py TUTTI residual_cnn_0.h5

Runs the file in both on the same random pictures; the exit status is 0 only if no output differs by more than
1e-5. Says SKIPPED: where there is no Keras 3. Ran with Keras 3.15.1 on JAX 0.10.2.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
try:
    import keras
    import numpy
except ImportError as missing:
    sys.exit(print(f"SKIPPED: {missing}"))
if not hasattr(keras, "ops"):
    sys.exit(print(f"SKIPPED: Keras {keras.__version__} is older than Keras 3"))

TOLERANCE = 1e-5


def outputs_of_tutti(tutti, model, x):
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = Path(folder) / "x.npy", Path(folder) / "y.npy"
        numpy.save(inputs, x)
        subprocess.run([tutti, "run", model, "--input", inputs, "--output", outputs, "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        return numpy.load(outputs)


def main():
    tutti, path = sys.argv[1:]
    model = keras.models.load_model(path)
    x = numpy.random.default_rng(1).uniform(0, 255, (4, *model.input_shape[1:])).astype("float32")
    theirs = model.predict(x, verbose=0)
    ours = outputs_of_tutti(tutti, path, x)
    assert ours.shape == theirs.shape, f"{ours.shape}, not {theirs.shape}"
    difference = numpy.abs(ours - theirs).max()
    print(f"{len(x)} pictures, {x.shape[1:]}: largest difference {difference:.1e}")
    return int(not difference <= TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
