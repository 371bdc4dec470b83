"""Opens a .h5 file in the installed Keras, plain and compiled, and runs it.

    python check_keras_opens.py FILE.h5      (Keras 3 without TensorFlow: KERAS_BACKEND=torch)

Prints what Keras sees; the exit status is 0 only if everything that it loads is what the file says.
Ran with Keras 2.15.0 (TensorFlow 2.15.1) and Keras 3.15.1 (PyTorch 2.15).
"""
import json
import sys

import h5py
import keras
import numpy as np


def stored_weights(path):
    """The arrays of a file by its own lists of names, in order."""
    with h5py.File(path, "r") as file:
        layers = file["model_weights"]
        return [layers[layer][weight][()]
                for layer in layers.attrs["layer_names"]
                for weight in layers[layer].attrs["weight_names"]]


def check(path, compiled):
    model = keras.models.load_model(path, compile=compiled)
    stored, loaded = stored_weights(path), model.get_weights()
    assert [a.shape for a in stored] == [a.shape for a in loaded], "other shapes"
    for number, (a, b) in enumerate(zip(stored, loaded)):
        assert np.array_equal(a, b, equal_nan=True), f"weight {number} differs"
    inputs = np.random.default_rng(1).uniform(0, 255, (2, *model.input_shape[1:])).astype("float32")
    outputs = np.asarray(model.predict(inputs, verbose=0))
    assert np.isfinite(outputs).all(), "outputs that are not finite"
    if compiled:
        targets = np.eye(outputs.shape[-1], dtype="float32")[:2]
        metrics = model.evaluate(inputs, targets, verbose=0, return_dict=True)
        print("evaluate:", metrics)
        assert "loss" in metrics and "accuracy" in metrics, "not compiled as the file says"
        print("optimizer:", json.dumps(model.optimizer.get_config(), default=float))
        if hasattr(keras, "ops"):  # Keras 3 does not train what it loads from any .h5 that holds an optimizer's state
            model.compile("adam", "categorical_crossentropy")
        model.fit(inputs, targets, epochs=1, verbose=0)
    return model, outputs


path = sys.argv[1]
print("Keras", keras.__version__)
model, outputs = check(path, compiled=False)
model.summary()
print("outputs:", [round(float(value), 5) for value in outputs[0]])
with h5py.File(path, "r") as file:
    has_training = "training_config" in file.attrs
if has_training:
    compiled_model, compiled_outputs = check(path, compiled=True)
    assert np.array_equal(outputs, compiled_outputs), "other outputs when compiled"
print("well")
