"""A zoo of small random models over all layers and options that tutti reads, what Keras says to known inputs, and, where
nothing is drawn in training, the weights after five more steps. Run in Keras 2.15 and in Keras 3, on TensorFlow (on JAX
Keras rounds more):

    KERAS_BACKEND=tensorflow python keras_zoo.py [--all FOLDER]

Writes the zoo's golden part, keras_zoo/keras2 or keras_zoo/keras3, and keras2.json or keras3.json beside it; with
--all, all hundred models to another folder, for TUTTI_ZOO=FOLDER build/release/test_models "*zoo*". Made with Keras
2.15.0 (TensorFlow 2.15.1) and Keras 3.15.1 (TensorFlow 2.21.0).
"""

import argparse
import json
import os
import shutil
import zipfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy
from keras import layers
from values import uniform

MAJOR = "3" if hasattr(keras, "ops") else "2"
MODELS, GOLDEN, BATCH, BEFORE, STEPS = 100, 36, 3, 2, 5
ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "swish", "gelu", "hard_sigmoid"]
CELL_ACTIVATIONS = ["tanh", "relu", "elu", "sigmoid"]


class Zoo:
    """The model of a number."""

    def __init__(self, number):
        self.random = numpy.random.RandomState(number)
        self.draws = False  # whether training draws numbers

    def one_of(self, *choices):
        return choices[self.random.randint(len(choices))]

    def maybe(self, share=0.5):
        return self.random.rand() < share

    def function(self):
        return self.one_of(*ACTIVATIONS)

    def drawing(self, layer):
        self.draws = True
        return layer

    def activation(self):
        slope = "negative_slope" if MAJOR == "3" else "alpha"
        return self.one_of(
            lambda: layers.Activation(self.function()),
            lambda: layers.ReLU(negative_slope=self.one_of(0.0, 0.1)),
            lambda: layers.LeakyReLU(**{slope: 0.2}),
            lambda: layers.ELU(0.7),
            lambda: layers.PReLU(shared_axes=self.one_of(None, [1])),
            lambda: layers.Softmax())()

    def normalization(self, shape):
        def adapted(layer):
            layer.adapt(self.random.rand(9, *shape).astype("float32") * 3)
            return layer

        # TensorFlow's fused kernel blends the variance times n / (n - 1) into the moving one; Keras' own does not.
        own = {} if MAJOR == "3" else {"fused": False}
        return self.one_of(
            lambda: layers.BatchNormalization(momentum=0.9, center=self.maybe(), trainable=self.maybe(0.7), **own),
            lambda: layers.BatchNormalization(scale=False, epsilon=0.01, axis=self.one_of(-1, 1), **own),
            lambda: layers.LayerNormalization(),
            lambda: layers.LayerNormalization(axis=list(range(1, len(shape) + 1)), epsilon=0.01),
            lambda: layers.LayerNormalization(center=False, scale=self.maybe()),
            lambda: layers.Rescaling(0.5, offset=0.1),
            lambda: adapted(layers.Normalization()),
            lambda: adapted(layers.Normalization(axis=None)),
            lambda: adapted(layers.Normalization(axis=1)),
            lambda: layers.Normalization(mean=0.5, variance=2.0, axis=None, **({"invert": True} if self.maybe() else {})))()

    def noise(self, shape):
        return self.drawing(self.one_of(
            lambda: layers.Dropout(0.3),
            lambda: layers.GaussianNoise(0.2),
            lambda: {1: lambda rate: layers.Dropout(rate), 2: layers.SpatialDropout1D,
                     3: layers.SpatialDropout2D}[len(shape)](0.25))())

    def recurrent(self, sequences, **more):
        kind = self.one_of(layers.LSTM, layers.GRU, layers.SimpleRNN)
        if kind is not layers.SimpleRNN:
            more["recurrent_activation"] = self.one_of("sigmoid", "hard_sigmoid")
        if kind is layers.GRU:
            more["reset_after"] = self.maybe()
        if self.maybe(0.15):
            more.update(dropout=0.2, recurrent_dropout=self.one_of(0.0, 0.2))
            self.draws = True
        return kind(self.random.randint(2, 5), activation=self.one_of(*CELL_ACTIVATIONS), use_bias=self.maybe(0.8),
                    return_sequences=sequences, **more)

    def either_way(self, sequences):
        if self.maybe():
            return self.recurrent(sequences, go_backwards=self.maybe(0.2))
        return layers.Bidirectional(self.recurrent(sequences), merge_mode=self.one_of("concat", "sum", "mul", "ave"))

    def convolution(self, dimensions):
        kind = layers.Conv2D if dimensions == 2 else layers.Conv1D
        where = {"strides": self.one_of(1, 2)} if self.maybe() else {"dilation_rate": self.one_of(1, 2)}
        return kind(self.random.randint(2, 5), self.one_of(1, 2, 3), padding=self.one_of("same", "valid"),
                    activation=self.function(), use_bias=self.maybe(0.8), **where)

    def pooling(self, dimensions):
        kind = self.one_of(layers.MaxPooling2D, layers.AveragePooling2D) if dimensions == 2 else self.one_of(
            layers.MaxPooling1D, layers.AveragePooling1D)
        return kind(2, strides=self.one_of(None, 1), padding=self.one_of("same", "valid"))

    def padding(self, dimensions):
        return layers.ZeroPadding2D(((1, 0), (2, 1))) if dimensions == 2 else layers.ZeroPadding1D((2, 1))

    def layer(self, shape):
        """One that takes this shape and makes as many axes."""
        any_shape = [self.activation, lambda: self.normalization(shape), lambda: self.normalization(shape)]
        if self.maybe(0.4):
            any_shape.append(lambda: self.noise(shape))
        own = {
            1: [lambda: layers.Dense(self.random.randint(3, 8), activation=self.function())],
            2: [lambda: self.convolution(1), lambda: self.pooling(1), lambda: self.padding(1),
                lambda: self.either_way(True), lambda: self.either_way(True),
                lambda: layers.TimeDistributed(layers.Dense(3, activation=self.function())),
                lambda: layers.Dense(4)],
            3: [lambda: self.convolution(2), lambda: self.convolution(2), lambda: self.pooling(2),
                lambda: self.padding(2), lambda: layers.TimeDistributed(layers.Conv1D(3, 2, padding="same")),
                lambda: layers.TimeDistributed(self.recurrent(True))],
        }[len(shape)]
        return self.one_of(*any_shape, *own, *own)()

    def branches(self, x):
        """Layers that keep the shape beside each other, and a merge; or a layer used twice; or a model within."""
        shape = tuple(x.shape[1:])
        dense = lambda: layers.Dense(shape[-1], activation=self.function())
        if self.maybe(0.3):
            shared = dense()
            return layers.Add()([shared(x), shared(shared(x))])
        if self.maybe(0.3):
            u = keras.Input(shape)
            inner = keras.Model(u, layers.Add()([u, dense()(self.normalization(shape)(u))]))
            return inner(x)
        merge = self.one_of(layers.Add, layers.Multiply, layers.Average, layers.Maximum, layers.Concatenate)()
        return merge([dense()(x), self.activation()(x), dense()(x)][: self.random.randint(2, 4)])

    def flat(self, x):
        rank = len(x.shape) - 1
        if rank == 1:
            return x
        if rank == 2 and self.maybe(0.4):
            return self.either_way(False)(x)
        ends = [layers.Flatten()]
        ends.append((layers.GlobalAveragePooling1D if rank == 2 else layers.GlobalAveragePooling2D)())
        ends.append((layers.GlobalMaxPooling1D if rank == 2 else layers.GlobalMaxPooling2D)())
        return self.one_of(*ends)(x)

    def model(self):
        shape = self.one_of((7, 6, 2), (8, 5, 1), (9, 3), (6, 4), (5,), (8,))
        x = y = keras.Input(shape)
        for _ in range(self.random.randint(2, 6)):
            if self.maybe(0.25):
                y = self.branches(y)
            elif min(y.shape[1:-1], default=9) > 2 or len(y.shape) == 2:
                y = self.layer(tuple(y.shape[1:]))(y)
        y = layers.Dense(4, activation="softmax", kernel_regularizer=self.one_of(None, keras.regularizers.L2(0.01)))(
            self.flat(y))
        model = keras.Model(x, y)
        names = [layer.__class__.__name__ for layer in model.layers]
        if len(model.layers) == len(names) and self.maybe(0.3) and all(
                len(layer.inbound_nodes if MAJOR == "2" else layer._inbound_nodes) == 1 and
                not isinstance(layer.input, list) for layer in model.layers):
            model = keras.Sequential(model.layers)
        return model

    def optimizer(self):
        clip = {"global_clipnorm": 0.5} if self.maybe(0.2) else {}
        return self.one_of(
            lambda: keras.optimizers.Adam(0.01, **clip),
            lambda: keras.optimizers.Adam(0.01, beta_1=0.8, epsilon=1e-4),
            lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1, **clip),
            lambda: keras.optimizers.SGD(0.05, **clip),
            lambda: keras.optimizers.SGD(0.05, momentum=0.8, nesterov=self.maybe()),
            lambda: keras.optimizers.RMSprop(0.005, rho=0.8),
            lambda: keras.optimizers.RMSprop(0.005, momentum=0.5, centered=self.maybe(), **clip))()


def weights_of(layers_):
    """All weights but those of Normalization, which it copies when it adapts."""
    for layer in layers_:
        if isinstance(layer, keras.Model):
            yield from weights_of(layer.layers)
        elif not isinstance(layer, layers.Normalization):
            yield from layer.weights


def randomize(model):
    for number, weight in enumerate(weights_of(model.layers)):
        values = uniform(weight.shape, 100 + number, 0.7)
        weight.assign(numpy.abs(values) + 0.2 if "variance" in weight.name else values)


def batch(model, step):
    x = uniform((BATCH, *model.input_shape[1:]), 1000 + step).astype(numpy.float32)
    return x, (numpy.arange(BATCH) + step) % model.output_shape[-1]


def rounded(values):
    return [float(f"{v:.7g}") for v in values]


def packed_again(path):
    """An archive with its parts compressed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)


def write(number, folder, suffix):
    keras.backend.clear_session()
    zoo = Zoo(number)
    model = zoo.model()
    randomize(model)
    # The penalty is in the loss of both.
    model.compile(zoo.optimizer(), "sparse_categorical_crossentropy", run_eagerly=True)
    trains = not zoo.draws
    for step in range(BEFORE if trains else 0):
        model.train_on_batch(*batch(model, step))
    x = uniform((BATCH, *model.input_shape[1:]), 1).astype(numpy.float32)
    y = model.predict(x, verbose=0)
    name = f"{number}{suffix}"
    model.save(folder / name)
    if suffix == ".keras":
        packed_again(folder / name)
    answer = {"input": list(x.shape), "output": list(y.shape), "values": rounded(y.flatten()),
              "layers": [layer.__class__.__name__ for layer in model.layers]}
    if trains:
        for step in range(BEFORE, BEFORE + STEPS):
            model.train_on_batch(*batch(model, step))
        answer["optimizer"] = model.optimizer.__class__.__name__
        answer["trained"] = rounded(model.predict(x, verbose=0).flatten())
        answer["weights"] = [rounded([numpy.sum(w, dtype="float64"), numpy.sum(numpy.abs(w), dtype="float64")])
                             for layer in model.layers for w in layer.get_weights()]
    return name, answer


parser = argparse.ArgumentParser()
parser.add_argument("--all", type=Path)
arguments = parser.parse_args()
root = arguments.all or Path(__file__).parent / "keras_zoo"
here = root / f"keras{MAJOR}"
shutil.rmtree(here, ignore_errors=True)
here.mkdir(parents=True)
answers = {}
for number in range(MODELS if arguments.all else GOLDEN):
    name, answer = write(number, here, ".h5" if number % 12 == 4 else ".keras")  # small, and large
    answers[name] = answer
    print(name, " ".join(answer["layers"]), answer.get("optimizer", ""), flush=True)
(root / f"keras{MAJOR}.json").write_text(json.dumps({"models": answers}, indent=None) + "\n")
