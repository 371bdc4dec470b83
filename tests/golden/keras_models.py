"""What Keras says to known inputs: small models in which every layer and option occurs that tutti reads, three of
them trained on for ten steps, and models made elsewhere. Run in Keras 2.15 it also writes files in the dialects of
Keras 1 and 2.2, which Keras 2.15 itself converts.

    KERAS_BACKEND=jax python keras_models.py [FOLDER OF OTHER .h5 FILES]

Writes keras_models/keras2 or keras_models/keras3, and keras2.json or keras3.json beside it. Made with Keras 2.15.0
(TensorFlow 2.15.1) and Keras 3.15.1 (JAX 0.10.2; on PyTorch it pools the mean over padding with repeated edges).
"""

import json
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy
from keras import layers
from values import uniform

MAJOR = "3" if hasattr(keras, "ops") else "2"
FOLDER = Path(__file__).parent / "keras_models"
HERE = FOLDER / f"keras{MAJOR}"
BATCH, STEPS = 3, 10


def leaky_relu(slope):
    return layers.LeakyReLU(negative_slope=slope) if MAJOR == "3" else layers.LeakyReLU(alpha=slope)


def stacks():
    """Names, input shapes and layers; random weights, biases and moving averages are set below."""
    yield "conv2d", (9, 8, 2), [
        layers.ZeroPadding2D(((1, 2), (0, 3))),
        layers.Conv2D(3, (3, 2), strides=(2, 1), padding="same", activation="elu"),
        layers.Conv2D(4, 2, dilation_rate=(1, 2), use_bias=False, activation="relu"),
        layers.BatchNormalization(),
        layers.AveragePooling2D((2, 3), strides=(1, 2), padding="same"),
        layers.Flatten(),
        layers.Dense(5, activation="softmax"),
    ]
    yield "conv1d", (17, 3), [
        layers.ZeroPadding1D((2, 1)),
        layers.Conv1D(4, 3, strides=2, activation="tanh"),
        layers.MaxPooling1D(2, strides=1, padding="same"),
        layers.BatchNormalization(center=False, epsilon=1e-2),
        layers.Conv1D(5, 2, dilation_rate=2, padding="same", activation="sigmoid"),
        layers.AveragePooling1D(3, padding="same"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(4, activation="hard_sigmoid"),
    ]
    yield "global_pooling", (6, 5, 3), [
        layers.Conv2D(4, 1, activation="relu"),
        layers.MaxPooling2D(3, strides=2, padding="same"),
        layers.GlobalAveragePooling2D(keepdims=True),
        layers.Flatten(),
        layers.Dense(3),
        layers.Softmax(),
    ]
    yield "global_max", (4, 5, 2), [
        layers.BatchNormalization(scale=False),
        layers.AveragePooling2D(2, strides=1),
        layers.GlobalMaxPooling2D(),
        layers.Dense(3, use_bias=False),
        leaky_relu(0.4),
    ]
    yield "global_average_1d", (7, 2), [
        layers.Dense(5, activation="relu"),
        layers.GlobalAveragePooling1D(),
        layers.Reshape((5, 1)),
        layers.Activation("tanh"),
        layers.ELU(alpha=0.7),
        layers.Dropout(0.5),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ]
    yield "recurrent", (6, 3), [
        layers.LSTM(4, return_sequences=True),
        layers.SimpleRNN(3, return_sequences=True),
        layers.ReLU(),
        layers.LSTM(5),
        layers.Reshape((-1, 5)),
        layers.Dense(4, activation="softmax"),
        layers.Flatten(),
    ]
    yield "recurrent_options", (6, 3), [
        layers.LSTM(4, return_sequences=True, recurrent_activation="hard_sigmoid"),
        layers.SimpleRNN(3, return_sequences=True, activation="relu", use_bias=False),
        layers.LSTM(5, return_sequences=True, activation="elu", use_bias=False),
        layers.GRU(3, dropout=0.2, recurrent_dropout=0.1, activation="sigmoid"),
    ]
    yield "gru", (5, 3), [
        layers.GRU(4, return_sequences=True),
        layers.GRU(3, return_sequences=True, reset_after=False, recurrent_activation="hard_sigmoid"),
        layers.GRU(2, use_bias=False),
    ]


def trained_stacks():
    # TensorFlow's fused kernel blends the variance times n / (n - 1) into the moving one; Keras' own, and Keras 3, do
    # not.
    own = {} if MAJOR == "3" else {"fused": False}
    yield "trained_conv", (8, 7, 1), [
        layers.Conv2D(3, 3, strides=(2, 1), padding="same", activation="relu"),
        layers.BatchNormalization(momentum=0.9, **own),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(6, activation="elu", trainable=False),
        layers.Dense(4, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01)),
    ]
    yield "trained_lstm", (6, 2), [
        layers.LSTM(4, return_sequences=True),
        layers.LSTM(3, recurrent_activation="hard_sigmoid"),
        layers.Dense(4, activation="softmax"),
    ]
    yield "trained_gru", (6, 2), [
        layers.GRU(4, return_sequences=True),
        layers.GRU(3, reset_after=False),
        layers.Dense(4, activation="softmax"),
    ]


class OldLSTM(layers.LSTM):
    """As Keras 2 wrote it: with a setting that Keras 3 refuses."""

    def __init__(self, units, time_major=False, **settings):
        assert not time_major
        super().__init__(units, **settings)


def randomize(model):
    for number, weight in enumerate(model.weights):
        values = uniform(weight.shape, 100 + number, 0.7)
        weight.assign(numpy.abs(values) + 0.2 if "variance" in weight.name else values)


def answers(model):
    x = uniform((BATCH, *model.input_shape[1:]), 1).astype(numpy.float32)
    y = model.predict(x, verbose=0)
    return {"input": list(x.shape), "output": list(y.shape), "values": [float(v) for v in y.flatten()]}


def batch(model, step):
    """Known inputs, and the classes 0, 1, 2 … in turn."""
    x = uniform((BATCH, *model.input_shape[1:]), 1000 + step).astype(numpy.float32)
    return x, (numpy.arange(BATCH) + step) % model.output_shape[-1]


def train(model, first, steps):
    for step in range(first, first + steps):
        model.train_on_batch(*batch(model, step))


def flat_weights(model):
    return [float(v) for weight in model.get_weights() for v in weight.flatten()]


def functional(shape, stack):
    first = out = keras.Input(shape)
    for layer in stack:
        out = layer(out)
    return keras.Model(first, out)


def write_models(document):
    for name, shape, stack in stacks():
        # Two of each kind of model and of file.
        model = functional(shape, stack) if name in ("gru", "conv1d") else keras.Sequential([keras.Input(shape), *stack])
        randomize(model)
        path = f"{name}.keras" if name in ("gru", "conv2d", "recurrent_options") else f"{name}.h5"
        model.save(HERE / path)
        document["models"][path] = answers(model)


def write_trained_models(document):
    for name, shape, stack in trained_stacks():
        model = keras.Sequential([keras.Input(shape), *stack])
        randomize(model)
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        train(model, 0, 3)
        path = f"{name}.keras" if name == "trained_lstm" else f"{name}.h5"
        model.save(HERE / path)
        train(model, 3, STEPS)
        document["trained"][path] = {"batch": BATCH, "first": 3, "steps": STEPS, "weights": flat_weights(model)}


def old_file(path, config, groups, version=None):
    """A file as h5py wrote it for Keras 1 and 2.2. `groups`: a list of weights' names and values per layer."""
    with h5py.File(path, "w") as file:
        if version:
            file.attrs["keras_version"] = numpy.bytes_(version)
        file.attrs["model_config"] = numpy.bytes_(json.dumps({"class_name": "Sequential", "config": config}))
        weights = file.create_group("model_weights")
        for target in (weights, file) if not version else (weights,):
            target.attrs["layer_names"] = numpy.array([name.encode() for name in groups])
        for name, arrays in groups.items():
            group = weights.create_group(name)
            group.attrs["weight_names"] = numpy.array([weight.encode() for weight in arrays])
            for weight, values in arrays.items():
                group[weight] = values.astype("float32")


def arrays(shapes, salt):
    return {name: uniform(shape, salt + number, 0.7) for number, (name, shape) in enumerate(shapes.items())}


def gates(letters, inputs, units, layer):
    return {f"{layer}_{kind}_{gate}": shape for gate in letters
            for kind, shape in (("W", (inputs, units)), ("U", (units, units)), ("b", (units,)))}


def write_old_dialects(document):
    from keras.src.saving.legacy.hdf5_format import load_weights_from_hdf5_group

    recurrent = [
        {"class_name": "LSTM", "config": {
            "name": "lstm_1", "batch_input_shape": [None, 5, 3], "input_dtype": "float32", "output_dim": 4,
            "return_sequences": True, "activation": "tanh", "inner_activation": "hard_sigmoid", "go_backwards": False,
            "stateful": False, "unroll": False, "consume_less": "cpu", "dropout_W": 0.0, "dropout_U": 0.2,
            "W_regularizer": None}},
        {"class_name": "GRU", "config": {
            "name": "gru_1", "output_dim": 3, "return_sequences": False, "activation": "tanh",
            "inner_activation": "hard_sigmoid", "dropout_W": 0.0, "dropout_U": 0.0}},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "p": 0.5}},
        {"class_name": "Dense", "config": {
            "name": "dense_1", "output_dim": 2, "activation": "softmax", "bias": True,
            "W_regularizer": {"name": "L1L2Regularizer", "l1": 0.0, "l2": 0.01}}},
    ]
    old_file(HERE / "keras1_recurrent.h5", recurrent, {
        "lstm_1": arrays(gates("icfo", 3, 4, "lstm_1"), 300),
        "gru_1": arrays(gates("zrh", 4, 3, "gru_1"), 330),
        "dropout_1": {},
        "dense_1": arrays({"dense_1_W": (3, 2), "dense_1_b": (2,)}, 350)})
    todays = keras.Sequential([
        keras.Input((5, 3)), layers.LSTM(4, return_sequences=True, recurrent_activation="hard_sigmoid", name="lstm_1"),
        layers.GRU(3, recurrent_activation="hard_sigmoid", reset_after=False, name="gru_1"),
        layers.Dropout(0.5, name="dropout_1"), layers.Dense(2, activation="softmax", name="dense_1")])
    with h5py.File(HERE / "keras1_recurrent.h5") as file:
        load_weights_from_hdf5_group(file["model_weights"], todays)
    document["models"]["keras1_recurrent.h5"] = answers(todays)

    pictures = [
        {"class_name": "Convolution2D", "config": {
            "name": "convolution2d_1", "batch_input_shape": [None, 9, 8, 2], "nb_filter": 4, "nb_row": 3, "nb_col": 2,
            "border_mode": "same", "subsample": [2, 1], "dim_ordering": "tf", "activation": "relu", "bias": True}},
        {"class_name": "MaxPooling2D", "config": {
            "name": "maxpooling2d_1", "pool_size": [2, 2], "strides": [2, 2], "border_mode": "valid",
            "dim_ordering": "tf"}},
        {"class_name": "BatchNormalization", "config": {
            "name": "batchnormalization_1", "mode": 0, "axis": -1, "epsilon": 1e-3, "momentum": 0.99}},
        {"class_name": "Reshape", "config": {"name": "reshape_1", "target_shape": [8, 4]}},
        {"class_name": "Convolution1D", "config": {
            "name": "convolution1d_1", "nb_filter": 3, "filter_length": 2, "border_mode": "valid",
            "subsample_length": 1, "activation": "linear", "bias": True}},
        {"class_name": "MaxPooling1D", "config": {
            "name": "maxpooling1d_1", "pool_length": 2, "stride": 2, "border_mode": "valid"}},
        {"class_name": "Flatten", "config": {"name": "flatten_1"}},
    ]
    norm = arrays({f"batchnormalization_1_{part}": (4,) for part in ("gamma", "beta", "mean", "std")}, 410)
    norm["batchnormalization_1_std"] = numpy.abs(norm["batchnormalization_1_std"]) + 0.2
    old_file(HERE / "keras1_pictures.h5", pictures, {
        "convolution2d_1": arrays({"convolution2d_1_W": (3, 2, 2, 4), "convolution2d_1_b": (4,)}, 400),
        "maxpooling2d_1": {}, "batchnormalization_1": norm, "reshape_1": {},
        "convolution1d_1": arrays({"convolution1d_1_W": (2, 1, 4, 3), "convolution1d_1_b": (3,)}, 420),
        "maxpooling1d_1": {}, "flatten_1": {}})
    todays = keras.Sequential([
        keras.Input((9, 8, 2)), layers.Conv2D(4, (3, 2), strides=(2, 1), padding="same", activation="relu"),
        layers.MaxPooling2D(2), layers.BatchNormalization(), layers.Reshape((8, 4)), layers.Conv1D(3, 2),
        layers.MaxPooling1D(2), layers.Flatten()])
    with h5py.File(HERE / "keras1_pictures.h5") as file:
        load_weights_from_hdf5_group(file["model_weights"], todays)
    document["models"]["keras1_pictures.h5"] = answers(todays)

    # Keras 2.2.2: the configuration is a list and no layer is an InputLayer. Keras 2.15 opens it as it is.
    layer = {"name": "lstm_1", "trainable": True, "batch_input_shape": [None, 6, 2], "dtype": "float32", "units": 3,
             "return_sequences": False, "activation": "tanh", "recurrent_activation": "hard_sigmoid",
             "use_bias": True, "unit_forget_bias": True, "dropout": 0.0, "recurrent_dropout": 0.0,
             "implementation": 1, "go_backwards": False, "stateful": False, "unroll": False, "return_state": False}
    old_file(HERE / "keras2_2_lstm.h5", [{"class_name": "LSTM", "config": layer}], {
        "lstm_1": arrays({"lstm_1/kernel:0": (2, 12), "lstm_1/recurrent_kernel:0": (3, 12), "lstm_1/bias:0": (12,)},
                         500)}, version="2.2.2")
    todays = keras.Sequential([keras.Input((6, 2)), layers.LSTM(3, recurrent_activation="hard_sigmoid")])
    with h5py.File(HERE / "keras2_2_lstm.h5") as file:
        load_weights_from_hdf5_group(file["model_weights"], todays)
    document["models"]["keras2_2_lstm.h5"] = answers(todays)


def main():
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir(parents=True)
    document = {"models": {}, "trained": {}, "elsewhere": {}}
    write_models(document)
    write_trained_models(document)
    if MAJOR == "2":
        write_old_dialects(document)
    for path in sorted(Path(sys.argv[1]).glob("*.h5")) if len(sys.argv) > 1 else []:
        model = keras.models.load_model(path, compile=False, custom_objects={"LSTM": OldLSTM})
        document["elsewhere"][path.name] = answers(model)
    (FOLDER / f"keras{MAJOR}.json").write_text(json.dumps(document) + "\n")


main()
