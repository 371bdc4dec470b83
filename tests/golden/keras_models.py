"""What Keras says to known inputs: keras_models/*.h5, small models in which every layer and option
occurs that tutti reads, and models made elsewhere. Writes keras_models.json.

    KERAS_BACKEND=jax python keras_models.py [FOLDER OF OTHER .h5 FILES]

Made with Keras 3.15.1 on JAX 0.10.2 (on PyTorch it pools the mean over padding with repeated edges).
"""

import json
import shutil
import sys
from pathlib import Path

import keras
import numpy
from keras import layers
from values import uniform

FOLDER = Path(__file__).parent / "keras_models"
BATCH = 3


def small_models():
    """Names and layers; random weights, biases and moving averages are set below."""
    yield "conv2d", (9, 8, 2), [
        layers.ZeroPadding2D(((1, 2), (0, 3))),
        layers.Conv2D(3, (3, 2), strides=(2, 1), padding="same", activation="elu"),
        layers.Conv2D(4, 2, dilation_rate=(1, 2), use_bias=False, activation="leaky_relu"),
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
        layers.GlobalMaxPooling2D(),
        layers.Dense(3, use_bias=False),
        layers.LeakyReLU(negative_slope=0.4),
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


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    document = {"here": {}, "elsewhere": {}}
    for name, shape, stack in small_models():
        model = keras.Sequential([keras.Input(shape), *stack])
        randomize(model)
        model.save(FOLDER / f"{name}.h5")
        document["here"][f"{name}.h5"] = answers(model)
    for path in sorted(Path(sys.argv[1]).glob("*.h5")) if len(sys.argv) > 1 else []:
        model = keras.models.load_model(path, compile=False, custom_objects={"LSTM": OldLSTM})
        document["elsewhere"][path.name] = answers(model)
    (Path(__file__).parent / "keras_models.json").write_text(json.dumps(document) + "\n")


main()
