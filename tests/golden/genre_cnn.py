"""Ten Adam steps of GenreCnn without dropout, by PyTorch in float32 and float64 from the same float32 start.

Run `python genre_cnn.py` in this folder: it writes genre_cnn.json and prints how far the two precisions
differ (made with PyTorch 2.15.0, NumPy 2.4.6, 2 threads; about a minute).
Weights are in Keras' layouts on picture axes (frequency, time); indices into them are row-major.
"""

import json
import math

import numpy
import torch
import torch.nn.functional as F

from values import pixels, uniform

PICTURES, CLASSES, BATCH, STEPS = 12, 10, 4, 10
RATE, BETA1, BETA2, EPSILON, L2 = 1e-4, 0.9, 0.999, 1e-7, 1e-4
# Found by search: with these pictures no two activations of a pool, and no maximum and the zero of the
# ReLU, ever come closer than 5e-7, so rounding sends no gradient elsewhere and any float32 run agrees.
PIXEL_SALT = 300
SAMPLES = 64


def glorot(shape, fan_in, fan_out, salt):
    """Computed in double, then rounded to float."""
    return uniform(shape, salt, math.sqrt(6 / (fan_in + fan_out))).astype(numpy.float32)


def initial_weights():
    zeros = lambda size: numpy.zeros(size, numpy.float32)
    return {
        "conv2d/kernel": glorot((127, 15, 1, 100), 127 * 15, 127 * 15 * 100, salt=1),
        "conv2d/bias": zeros(100),
        "dense/kernel": glorot((28900, 128), 28900, 128, salt=2),
        "dense/bias": zeros(128),
        "dense_1/kernel": glorot((128, CLASSES), 128, CLASSES, salt=3),
        "dense_1/bias": zeros(CLASSES),
    }


def logits(weights, x):
    """x: [batch, 1, 127 frequencies, 2900 times]"""
    kernel = weights["conv2d/kernel"].permute(3, 2, 0, 1)
    y = F.relu(F.conv2d(x, kernel, weights["conv2d/bias"], stride=(1, 5)))
    y = F.max_pool2d(y, (1, 2))
    y = y.permute(0, 2, 3, 1).flatten(1)  # Keras flattens channels last: time, then channel
    y = F.relu(y @ weights["dense/kernel"] + weights["dense/bias"])
    return y @ weights["dense_1/kernel"] + weights["dense_1/bias"]


def train(dtype):
    """Losses before each step, gradients of the first step, weights after the last, probabilities."""
    start = initial_weights()
    weights = {name: torch.tensor(value, dtype=dtype, requires_grad=True) for name, value in start.items()}
    scaled = pixels((PICTURES, 1, 127, 2900), salt=PIXEL_SALT) * numpy.float32(1 / 255)
    x, labels = torch.tensor(scaled, dtype=dtype), torch.arange(PICTURES) % CLASSES
    optimizer = torch.optim.Adam(weights.values(), RATE, (BETA1, BETA2))
    losses = []
    for step in range(STEPS):
        rows = torch.arange(BATCH * step, BATCH * (step + 1)) % PICTURES
        loss = F.cross_entropy(logits(weights, x[rows]), labels[rows])
        loss = loss + L2 * (weights["dense_1/kernel"] ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        # PyTorch adds epsilon after the bias correction of v, Keras before it.
        optimizer.param_groups[0]["eps"] = EPSILON / math.sqrt(1 - BETA2 ** (step + 1))
        optimizer.step()
        losses.append(loss.item())
        if step == 0:
            first_gradients = {name: w.grad.double().numpy().copy() for name, w in weights.items()}
    final = {name: w.detach().double().numpy() for name, w in weights.items()}
    with torch.no_grad():
        probabilities = F.softmax(logits(weights, x), dim=1).double().numpy()
    return {
        "losses": numpy.array(losses),
        "probabilities": probabilities,
        "first_gradients": first_gradients,
        "weights": final,
        "updates": {name: final[name] - start[name] for name in start},
    }


def sample_indices(size):
    """A stride without a common factor, so that the samples fall on all rows and columns."""
    stride = max(1, size // SAMPLES)
    while math.gcd(stride, size) > 1:
        stride -= 1
    return numpy.arange(min(SAMPLES, size)) * stride


def numbers(array):
    return [float(f"{value:.9g}") for value in numpy.ravel(array)]


def summary(array):
    flat = array.ravel()
    return {"norm": numbers(numpy.linalg.norm(flat))[0], "samples": numbers(flat[sample_indices(flat.size)])}


def record(result):
    parameters = {
        name: {
            "indices": sample_indices(result["weights"][name].size).tolist(),
            "first_gradient": summary(result["first_gradients"][name]),
            "weights": summary(result["weights"][name]),
            "update": summary(result["updates"][name]),
        }
        for name in result["weights"]
    }
    return {
        "losses": numbers(result["losses"]),
        "probabilities": numbers(result["probabilities"]),
        "parameters": parameters,
    }


def print_differences(single, double):
    for kind in ("losses", "probabilities"):
        print(f"{kind}: largest relative difference {numpy.max(numpy.abs(single[kind] / double[kind] - 1)):.1e}")
    for kind in ("first_gradients", "weights", "updates"):
        for name in single[kind]:
            a, b = single[kind][name], double[kind][name]
            print(f"{kind} {name}: relative L2 difference {numpy.linalg.norm(a - b) / numpy.linalg.norm(b):.1e},"
                  f" largest difference {numpy.max(numpy.abs(a - b)):.1e} of {numpy.max(numpy.abs(b)):.1e}")


if __name__ == "__main__":
    torch.set_num_threads(2)
    single, double = train(torch.float32), train(torch.float64)
    print_differences(single, double)
    document = {
        "made_with": {"torch": torch.__version__, "numpy": numpy.__version__},
        "pixel_salt": PIXEL_SALT,
        "float32": record(single),
        "float64": record(double),
    }
    with open("genre_cnn.json", "w", encoding="utf-8") as file:
        json.dump(document, file, separators=(",", ":"))
        file.write("\n")
