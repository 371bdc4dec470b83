"""Files that say less than others, or say it otherwise: an open length, the input's shape in the second layer, channels
first, weights alone beside the model's description, equal names in nested models, a model in TimeDistributed; and what
Keras says to known inputs. Run in Keras 2.15 and in Keras 3:

    KERAS_BACKEND=tensorflow python keras_dialects.py

Writes keras_dialects/keras2 or keras_dialects/keras3, and keras2.json or keras3.json beside it. Made with Keras 2.15.0
(TensorFlow 2.15.1) and Keras 3.15.1 (TensorFlow 2.21.0).
"""

import json
import os
import shutil
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy
from keras import layers
from values import uniform

MAJOR = "3" if hasattr(keras, "ops") else "2"
FOLDER = Path(__file__).parent / "keras_dialects"
HERE = FOLDER / f"keras{MAJOR}"
BATCH = 3
answers = {}


def randomize(model):
    for number, weight in enumerate(model.weights):
        values = uniform(weight.shape, 100 + number, 0.7)
        weight.assign(numpy.abs(values) + 0.2 if "variance" in weight.name else values)


def answer(name, model, shape, file=None, **more):
    x = uniform((BATCH, *shape), 1).astype(numpy.float32)
    y = numpy.asarray(model(x) if callable(model) and not isinstance(model, keras.Model) else model.predict(x, verbose=0))
    answers[name] = {"file": file or f"{name}.h5", "input": list(x.shape), "output": list(y.shape),
                     "values": [float(v) for v in y.flatten()], **more}


def save(name, model, shape):
    randomize(model)
    model.save(HERE / f"{name}.h5")
    answer(name, model, shape)


def any_length():
    x = keras.Input((None, 3))
    y = layers.Conv1D(4, 3, strides=2, activation="relu")(x)
    y = layers.Bidirectional(layers.GRU(3, return_sequences=True))(y)
    save("any_length", keras.Model(x, layers.Dense(2)(layers.GlobalMaxPooling1D()(y))), (11, 3))


def equal_names():
    """Two models within a model, with layers of the same names: Keras 2 cannot save them in one .h5."""
    def inner(name):
        return keras.Sequential([keras.Input((4,)), layers.Dense(4, name="dense"), layers.BatchNormalization(name="norm")],
                                name=name)
    u = keras.Input((4,))
    middle = keras.Model(u, layers.Add(name="add")([inner("a")(u), inner("b")(u), layers.Dense(4, name="dense")(u)]),
                         name="middle")
    x = keras.Input((4,))
    if MAJOR == "3":
        save("equal_names", keras.Model(x, middle(x)), (4,))
    save("equal_names_beside", keras.Model(x, inner("d")(inner("c")(x))), (4,))


def model_in_time():
    inner = keras.Sequential([keras.Input((5, 2)), layers.Conv1D(3, 2, activation="relu"), layers.BatchNormalization(),
                              layers.Flatten(), layers.Dense(3)])
    for suffix in (".h5", ".keras"):
        x = keras.Input((4, 5, 2))
        model = keras.Model(x, layers.LSTM(3)(layers.TimeDistributed(inner)(x)))
        randomize(model)
        model.save(HERE / f"model_in_time{suffix}")
        answer(f"model_in_time{suffix}", model, (4, 5, 2), f"model_in_time{suffix}")


def weights_alone():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(5, activation="selu"), layers.BatchNormalization(),
                              layers.Dense(2, activation="softmax")])
    randomize(model)
    suffix = ".weights.h5" if MAJOR == "3" else ".h5"
    model.save_weights(HERE / f"weights_alone{suffix}")
    (HERE / "weights_alone.json").write_text(model.to_json())
    answer("weights_alone", model, (6,), f"weights_alone{suffix}", architecture="weights_alone.json")


def old_file(path, class_name, config, groups, version=None, backend=None):
    with h5py.File(path, "w") as file:
        for key, value in (("keras_version", version), ("backend", backend)):
            if value:
                file.attrs[key] = numpy.bytes_(value)
        file.attrs["model_config"] = numpy.bytes_(json.dumps({"class_name": class_name, "config": config}))
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = numpy.array([name.encode() for name in groups])
        for name, arrays in groups.items():
            group = weights.create_group(name)
            group.attrs["weight_names"] = numpy.array([weight.encode() for weight in arrays])
            for weight, values in arrays.items():
                group[weight] = values.astype("float32")


def second_layer():
    """Of Keras 2.2: the first layer was added without a shape."""
    model = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(name="norm"), layers.Dense(3, name="dense")])
    randomize(model)
    norm, dense = model.get_weights()[:4], model.get_weights()[4:]
    old_file(HERE / "second_layer.h5", "Sequential", {"name": "sequential_1", "layers": [
        {"class_name": "BatchNormalization", "config": {"name": "norm", "trainable": True, "axis": -1, "momentum": 0.99,
                                                        "epsilon": 0.001, "center": True, "scale": True}},
        {"class_name": "Dense", "config": {"name": "dense", "batch_input_shape": [None, 4], "units": 3,
                                           "activation": "linear", "use_bias": True}}]},
        {"norm": dict(zip(("norm/gamma:0", "norm/beta:0", "norm/moving_mean:0", "norm/moving_variance:0"), norm)),
         "dense": dict(zip(("dense/kernel:0", "dense/bias:0"), dense))}, "2.2.4", "tensorflow")
    answer("second_layer", model, (4,))


def channels_first():
    """A Functional model of Keras 1 on Theano, which kept kernels as [filters, channels, rows, columns]; its later
    versions say the backend, and then their kernels are turned round. Today's layers want the channels last."""
    x = keras.Input((2, 7, 6))
    y = layers.Permute((2, 3, 1))(x)
    y = layers.Conv2D(3, (3, 2), activation="relu", name="conv")(y)
    y = layers.BatchNormalization(name="norm")(y)
    y = layers.MaxPooling2D(2)(y)
    model = keras.Model(x, layers.Dense(2, name="dense")(layers.Flatten()(layers.Permute((3, 1, 2))(y))))
    randomize(model)
    kernel, bias, *norm, w, b = model.get_weights()
    norm_names = ("gamma", "beta", "running_mean", "running_std")
    for name, backend in (("channels_first", None), ("theano", "theano")):
        stored = kernel if backend is None else kernel[::-1, ::-1]
        config = {"name": "model_1", "layers": [
            {"class_name": "InputLayer", "name": "input_1", "inbound_nodes": [], "config": {
                "name": "input_1", "batch_input_shape": [None, 2, 7, 6], "input_dtype": "float32", "sparse": False}},
            {"class_name": "Convolution2D", "name": "conv", "inbound_nodes": [[["input_1", 0, 0]]], "config": {
                "name": "conv", "nb_filter": 3, "nb_row": 3, "nb_col": 2, "border_mode": "valid", "subsample": [1, 1],
                "dim_ordering": "th", "activation": "relu", "bias": True}},
            {"class_name": "BatchNormalization", "name": "norm", "inbound_nodes": [[["conv", 0, 0]]], "config": {
                "name": "norm", "mode": 0, "axis": 1, "epsilon": 0.001, "momentum": 0.99}},
            {"class_name": "MaxPooling2D", "name": "pool", "inbound_nodes": [[["norm", 0, 0]]], "config": {
                "name": "pool", "pool_size": [2, 2], "strides": [2, 2], "border_mode": "valid", "dim_ordering": "th"}},
            {"class_name": "Flatten", "name": "flatten", "inbound_nodes": [[["pool", 0, 0]]], "config": {"name": "flatten"}},
            {"class_name": "Dense", "name": "dense", "inbound_nodes": [[["flatten", 0, 0]]], "config": {
                "name": "dense", "output_dim": 2, "activation": "linear", "bias": True}}],
            "input_layers": [["input_1", 0, 0]], "output_layers": [["dense", 0, 0]]}
        old_file(HERE / f"{name}.h5", "Model", config, {
            "input_1": {}, "conv": {"conv_W": stored.transpose(3, 2, 0, 1), "conv_b": bias},
            "norm": {f"norm_{kind}": values for kind, values in zip(norm_names, norm)},
            "pool": {}, "flatten": {}, "dense": {"dense_W": w, "dense_b": b}}, "1.2.2" if backend else None, backend)
        answer(name, model, (2, 7, 6))


shutil.rmtree(HERE, ignore_errors=True)
HERE.mkdir(parents=True)
for make in (any_length, equal_names, model_in_time, weights_alone):
    make()
if MAJOR == "2":
    second_layer()
    channels_first()
(FOLDER / f"keras{MAJOR}.json").write_text(json.dumps({"models": answers}, indent=1) + "\n")
