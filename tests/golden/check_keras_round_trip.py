"""Opens what tutti wrote of Keras' models in the installed Keras, and compares it with the models themselves.

    mkdir again; TUTTI_ROUND_TRIP=$PWD/again build/release/test_models "Writes every model again*,Writes the dialects again*"
    KERAS_BACKEND=jax python check_keras_round_trip.py again

Weights must be equal bit for bit where this Keras opens the original too, outputs within 1e-6; the optimizer's state
where Keras loads it (2.15). The exit status is 0 only if all is well. Ran with Keras 2.15.0 and Keras 3.15.1.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy
from values import uniform

GOLDEN = Path(__file__).parent / "keras_models"
GRAPHS = Path(__file__).parent / "keras_graphs"  # whose layers stand in another order, in nested models
DIALECTS = Path(__file__).parent / "keras_dialects"
CHANNELS_FIRST = {"channels_first", "theano"}  # which TensorFlow does not compute on a CPU
MAJOR = "3" if hasattr(keras, "ops") else "2"


# hard_sigmoid rises by 0.2 up to Keras 2 and by 1/6 since: Keras has no word for the other.
HARD_SIGMOID = {"conv1d", "recurrent_options", "gru", "keras1_recurrent", "keras2_2_lstm"}


def original(path):
    """The same model in Keras' own file, if this Keras opens it."""
    for suffix in (".h5", ".keras"):
        if path.parent.name == f"keras{MAJOR}" and path.stem[:6] != "keras1":
            own = GOLDEN / path.parent.name / (path.stem + suffix)
            if own.exists():
                return keras.models.load_model(own)
    return None


def check(path, answers):
    model, own = keras.models.load_model(path), original(path)
    if own:
        for a, b in zip(own.get_weights(), model.get_weights(), strict=True):
            assert numpy.array_equal(a, b), "other weights"
    if path.stem in HARD_SIGMOID and path.parent.name != f"keras{MAJOR}":
        return "layers, of another hard_sigmoid,"
    if path.stem in CHANNELS_FIRST and keras.backend.backend() == "tensorflow":
        return "layers, whose channels come first,"
    if "values" in answers:
        x = uniform(answers["input"], 1).astype(numpy.float32)
        y = model.predict(x, verbose=0).flatten()
        largest[0] = max(largest[0], numpy.abs(y - answers["values"]).max())
        assert numpy.allclose(y, answers["values"], rtol=1e-6, atol=1e-6), "other outputs"
    elif MAJOR == "2":
        steps = float(model.optimizer.iterations.numpy())
        moments = [float(numpy.abs(v.numpy()).sum()) for v in model.optimizer.variables()[1:]]
        assert steps == 3 and all(moment > 0 for moment in moments), "no state of the optimizer"
    return "weights and outputs" if own else "outputs"


failed, largest = 0, [0.0]
for folder, version in ((folder, version) for folder in (GOLDEN, GRAPHS, DIALECTS) for version in ("keras2", "keras3")):
    document = json.loads((folder / f"{version}.json").read_text())
    for name, answers in {**document["models"], **document.get("trained", {})}.items():
        path = Path(sys.argv[1]) / version / (Path(name).stem + ".h5")
        try:
            print(f"{version}/{name}: {check(path, answers)} equal", flush=True)
        except Exception as problem:  # of whichever kind: the others are looked at too
            failed += 1
            print(f"{version}/{name}: {problem}")
print(f"largest difference of an output: {largest[0]:.1e}")
sys.exit(failed != 0)
