"""What Keras says to known inputs: small Functional models with branches, layers that are used twice and models within
models. Run in Keras 2.15 and in Keras 3:

    KERAS_BACKEND=jax python keras_graphs.py

Writes keras_graphs/keras2 or keras_graphs/keras3, and keras2.json or keras3.json beside it. Made with Keras 2.15.0
(TensorFlow 2.15.1) and Keras 3.15.1 (JAX 0.10.2).
"""

import json
import os
import shutil
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy
from keras import layers
from values import uniform

MAJOR = "3" if hasattr(keras, "ops") else "2"
FOLDER = Path(__file__).parent / "keras_graphs"
HERE = FOLDER / f"keras{MAJOR}"
BATCH = 3


def block(x, filters):
    """Of a residual network (He and others 2016), with a shortcut of its own where the channels differ."""
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(filters, 3, padding="same")(y)
    y = layers.BatchNormalization()(y)
    if x.shape[-1] != filters:
        x = layers.Conv2D(filters, 1)(x)
    return layers.Activation("relu")(layers.Add()([x, y]))


def residual():
    x = keras.Input((8, 6, 2))
    y = block(block(x, 4), 4)
    return keras.Model(x, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(y)))


def branches():
    x = keras.Input((12, 3))
    wide = layers.Conv1D(4, 5, padding="same", activation="relu")(x)
    narrow = layers.Conv1D(4, 1, activation="tanh")(x)
    gate = layers.Conv1D(4, 3, padding="same", activation="sigmoid")(x)
    y = layers.Concatenate()([layers.Multiply()([wide, gate]), layers.Average()([wide, narrow, gate]),
                              layers.Maximum()([wide, narrow])])
    y = layers.Concatenate(axis=1)([layers.MaxPooling1D(2)(y), layers.AveragePooling1D(3)(y)])
    return keras.Model(x, layers.Dense(2)(layers.GRU(5)(y)))


def shared():
    x = keras.Input((6,))
    dense, norm = layers.Dense(6, activation="tanh"), layers.BatchNormalization()
    y = norm(dense(x))
    y = layers.Add()([x, norm(dense(y)), dense(x)])
    return keras.Model(x, layers.Dense(4, activation="softmax")(dense(y)))


def nested():
    """A model within a model within a model, one of them called twice."""
    inner = keras.Sequential([keras.Input((5,)), layers.Dense(5, activation="relu"), layers.BatchNormalization()],
                             name="inner")
    u = keras.Input((5,))
    middle = keras.Model(u, layers.Add(name="sum")([u, inner(u), layers.Dense(5, name="own")(u)]), name="middle")
    x = keras.Input((7,))
    y = layers.Dense(5)(x)
    y = layers.Concatenate()([middle(middle(y)), y])
    return keras.Model(x, keras.Sequential([keras.Input((10,)), layers.Dense(4), layers.Softmax()], name="top")(y))


shutil.rmtree(HERE, ignore_errors=True)
HERE.mkdir(parents=True)
answers = {}
for number, make in enumerate((residual, branches, shared, nested)):
    model = make()
    model.set_weights([uniform(w.shape, 10 * number + i, 0.5) for i, w in enumerate(model.get_weights())])
    for weight in model.weights:
        if "variance" in weight.name:
            weight.assign(1 + uniform(tuple(weight.shape), number, 0.5))
    shape = (BATCH, *model.input_shape[1:])
    y = model.predict(uniform(shape, 1).astype(numpy.float32), verbose=0)
    for suffix in (".h5", ".keras"):
        model.save(HERE / (make.__name__ + suffix))
        answers[make.__name__ + suffix] = {"input": shape, "output": y.shape, "values": y.flatten().tolist()}
(FOLDER / f"keras{MAJOR}.json").write_text(json.dumps({"models": answers}, indent=1) + "\n")
