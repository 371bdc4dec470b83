"""Ten training steps of the LSTM and the RNN classifier by Keras, checked against PyTorch, in double.

Run `KERAS_BACKEND=torch python recurrent_classifiers.py` in this folder: it writes recurrent_classifiers.json
and prints how far PyTorch's own layers are from Keras' (made with Keras 3.15.1, PyTorch 2.15.0, NumPy 2.4.6).
Weights follow values.uniform with salts 1, 2, 3 … in Keras' order of weights; each step takes the whole batch.
"""

import json
import math
import os

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy
import torch
import torch.nn.functional as F

from values import hashes, uniform

BATCH, STEPS, FEATURES, RATE = 32, 10, 28, 0.0023916625587450248
SAMPLES = 24


def lstm_classifier():
    layers = [keras.layers.LSTM(52, return_sequences=True), keras.layers.LSTM(52, return_sequences=True),
              keras.layers.LSTM(52), keras.layers.Dense(134, "relu"), keras.layers.Dense(134, "relu")]
    return keras.Sequential([keras.Input((FEATURES, 1)), *layers, keras.layers.Dense(2, "softmax")])


def rnn_classifier():
    layers = [keras.layers.SimpleRNN(20), keras.layers.Dense(64, "relu"), keras.layers.Dense(32, "relu"),
              keras.layers.Dense(16, "relu")]
    return keras.Sequential([keras.Input((FEATURES, 1)), *layers, keras.layers.Dense(2, "softmax")])


def set_weights(model):
    """Glorot's limit for matrices, 0.1 for biases."""
    values = []
    for salt, weight in enumerate(model.weights, start=1):
        limit = 0.1 if len(weight.shape) == 1 else math.sqrt(6 / sum(weight.shape))
        values.append(uniform(tuple(weight.shape), salt, limit))
    model.set_weights(values)


def data():
    x = (uniform((BATCH, FEATURES, 1), 100) + 1) / 2
    return torch.tensor(x), torch.tensor((hashes(BATCH, 101) >> 31).astype(numpy.int64))


def keras_logits(model, x):
    """Before the softmax of the last layer, so that the loss is exact."""
    for layer in model.layers[:-1]:
        x = layer(x)
    return torch.matmul(x, model.layers[-1].kernel.value) + model.layers[-1].bias.value


def torch_logits(names, weights, x):
    """The same network from PyTorch's own recurrent layers."""
    weights = iter(zip(names, weights))
    dense = []
    for name, kernel in weights:
        if name.startswith(("lstm", "simple_rnn")):
            recurrent, bias = next(weights)[1], next(weights)[1]
            flat = [kernel.T.contiguous(), recurrent.T.contiguous(), bias, torch.zeros_like(bias)]
            state = torch.zeros(1, len(x), recurrent.shape[0], dtype=x.dtype)
            if name.startswith("lstm"):
                x = torch.lstm(x, (state, state), flat, True, 1, 0.0, False, False, True)[0]
            else:
                x = torch.rnn_tanh(x, state, flat, True, 1, 0.0, False, False, True)[0]
        else:
            dense.append((kernel, next(weights)[1]))
    x = x[:, -1]
    for kernel, bias in dense[:-1]:
        x = F.relu(x @ kernel + bias)
    return x @ dense[-1][0] + dense[-1][1]


def train_keras(build):
    model = build()
    set_weights(model)
    optimizer = keras.optimizers.Adam(RATE)
    x, labels = data()
    losses, first = [], None
    for _ in range(STEPS):
        model.zero_grad()
        loss = F.cross_entropy(keras_logits(model, x), labels)
        loss.backward()
        losses.append(loss.item())
        gradients = [weight.value.grad for weight in model.trainable_weights]
        first = first or [gradient.numpy().copy() for gradient in gradients]
        with torch.no_grad():
            optimizer.apply(gradients, model.trainable_weights)
    with torch.no_grad():
        probabilities = F.softmax(keras_logits(model, x), dim=1).numpy()
    return model, losses, first, [numpy.array(w) for w in model.get_weights()], probabilities


def train_torch(build):
    model = build()
    set_weights(model)
    names = [f"{layer.name}/{w.name}" for layer in model.layers for w in layer.weights]
    weights = [torch.tensor(w, requires_grad=True) for w in model.get_weights()]
    optimizer = torch.optim.Adam(weights, RATE)
    x, labels = data()
    losses, first = [], None
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss = F.cross_entropy(torch_logits(names, weights, x), labels)
        loss.backward()
        losses.append(loss.item())
        first = first or [weight.grad.numpy().copy() for weight in weights]
        optimizer.param_groups[0]["eps"] = 1e-7 / math.sqrt(1 - 0.999**step)  # Keras adds it before the correction
        optimizer.step()
    return losses, first, [weight.detach().numpy() for weight in weights]


def numbers(array):
    return [float(f"{value:.12g}") for value in numpy.ravel(array)]


def summary(array):
    flat = array.ravel()
    indices = numpy.linspace(0, flat.size - 1, min(SAMPLES, flat.size)).astype(int)
    return {"norm": numbers(numpy.linalg.norm(flat))[0], "indices": indices.tolist(), "samples": numbers(flat[indices])}


def record(build):
    model, losses, gradients, weights, probabilities = train_keras(build)
    torch_losses, torch_gradients, torch_weights = train_torch(build)
    for kind, ours, theirs in (("gradients", gradients, torch_gradients), ("weights", weights, torch_weights)):
        worst = max(numpy.linalg.norm(a - b) / numpy.linalg.norm(a) for a, b in zip(ours, theirs))
        print(f"{build.__name__}: {kind} of PyTorch differ by {worst:.1e} (relative L2)")
    print(f"{build.__name__}: losses of PyTorch differ by {numpy.max(numpy.abs(numpy.subtract(losses, torch_losses))):.1e}")
    return {
        "parameters": model.count_params(),
        "keras": {"losses": numbers(losses), "first_gradients": [summary(g) for g in gradients],
                  "weights": [summary(w) for w in weights], "probabilities": numbers(probabilities)},
        "torch": {"losses": numbers(torch_losses), "first_gradients": [summary(g) for g in torch_gradients],
                  "weights": [summary(w) for w in torch_weights]},
    }


if __name__ == "__main__":
    keras.config.set_floatx("float64")
    document = {
        "made_with": {"keras": keras.__version__, "torch": torch.__version__, "numpy": numpy.__version__},
        "lstm": record(lstm_classifier),
        "rnn": record(rnn_classifier),
    }
    with open("recurrent_classifiers.json", "w", encoding="utf-8") as file:
        json.dump(document, file, separators=(",", ":"))
        file.write("\n")
