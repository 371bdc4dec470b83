"""Opens what tutti wrote of the zoo in the installed Keras, and compares what it says, and trains on where this Keras takes
the optimizer's state: Keras 2.15 from .h5, Keras 3 from .keras.

    mkdir again; TUTTI_ROUND_TRIP=$PWD/again build/release/test_models "Writes the zoo again*"
    KERAS_BACKEND=tensorflow python check_keras_zoo.py again

TUTTI_ZOO, set for both, names another folder of a zoo than the golden part, of all hundred models.

Outputs must be equal to 1e-5, after five more steps to 1e-4. The exit status is 0 only if all is well. Ran with Keras
2.15.0 and Keras 3.15.1.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy
from values import uniform

ZOO = Path(os.environ.get("TUTTI_ZOO", Path(__file__).parent / "keras_zoo"))
MAJOR = "3" if hasattr(keras, "ops") else "2"
SUFFIX = ".keras" if MAJOR == "3" else ".h5"
BATCH, BEFORE, STEPS = 3, 2, 5


def check(path, answer):
    model = keras.models.load_model(path)
    x = uniform(answer["input"], 1).astype(numpy.float32)
    y = model.predict(x, verbose=0).flatten()
    if path.parent.name != f"keras{MAJOR}" and "hard_sigmoid" in model.to_json():
        return "layers, of another hard_sigmoid,"
    assert numpy.allclose(y, answer["values"], rtol=1e-5, atol=1e-6), "other outputs"
    if "trained" not in answer or path.suffix != SUFFIX:
        return "outputs"
    for layer in model.submodules if MAJOR == "2" else ():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.fused = False  # as the zoo has it; files do not say so
    optimizer = model.optimizer
    assert int(optimizer.iterations.numpy()) == BEFORE, "no state of the optimizer"
    model.compile(optimizer, "sparse_categorical_crossentropy", run_eagerly=True)
    for step in range(BEFORE, BEFORE + STEPS):
        batch = uniform((BATCH, *model.input_shape[1:]), 1000 + step).astype(numpy.float32)
        model.train_on_batch(batch, (numpy.arange(BATCH) + step) % model.output_shape[-1])
    y = model.predict(x, verbose=0).flatten()
    assert numpy.allclose(y, answer["trained"], rtol=1e-4, atol=1e-6), "other outputs after training"
    return "outputs, after training too,"


failed = 0
for version in ("keras2", "keras3"):
    for name, answer in json.loads((ZOO / f"{version}.json").read_text())["models"].items():
        for suffix in (".h5", ".keras") if MAJOR == "3" else (".h5",):
            path = Path(sys.argv[1]) / version / (Path(name).stem + suffix)
            try:
                print(f"{version}/{path.name}: {check(path, answer)} equal", flush=True)
            except Exception as problem:  # of whichever kind: the others are looked at too
                failed += 1
                print(f"{version}/{path.name}: {' '.join(answer['layers'])}: {str(problem)[:300]}", flush=True)
sys.exit(failed != 0)
