"""Small cases of the operations of kernels/operations.h, computed by PyTorch in float64.

Run `python operations.py` in this folder: it writes operations.json (made with PyTorch 2.15.0, NumPy 2.4.6).
Arrays are flat, in the layouts of kernels/operations.h for one member; each case is complete in itself.
"""

import json
import math

import numpy
import torch
import torch.nn.functional as F

from values import pixels, uniform

DIGITS = 12
cases = []


def rounded(array):
    return numpy.vectorize(lambda value: float(f"{value:.{DIGITS}g}"))(array)


def random(shape, salt, limit=1.0):
    """Rounded as the file stores it, so that outputs belong to the stored inputs in all digits."""
    return torch.tensor(rounded(uniform(shape, salt, limit)), requires_grad=True)


def flat(value):
    array = numpy.asarray(value.detach() if torch.is_tensor(value) else value).ravel()
    return array.tolist() if array.dtype.kind in "iu" else rounded(array).tolist()


def add_case(operation, name, shape, inputs, outputs):
    cases.append({
        "operation": operation, "name": name, "shape": shape,
        "inputs": {key: flat(value) for key, value in inputs.items()},
        "outputs": {key: flat(value) for key, value in outputs.items()},
    })


def window(padding, size, kernel, stride):
    """Output size, padding before and padding after, as Keras' 'valid' and 'same' mean them."""
    if padding == "valid":
        return (size - kernel) // stride + 1, 0, 0
    out = math.ceil(size / stride)
    total = max((out - 1) * stride + kernel - size, 0)
    return out, total // 2, total - total // 2


def window_shape(kind, padding, x_shape, kernel, strides):
    """The members of Conv2dShape (kind "kernel") or Pool2dShape (kind "pool"), and F.pad's list."""
    batch, height, width, channels = x_shape
    out_height, top, bottom = window(padding, height, kernel[0], strides[0])
    out_width, left, right = window(padding, width, kernel[1], strides[1])
    shape = {
        "batch": batch, "height": height, "width": width, "channels": channels,
        f"{kind}_height": kernel[0], f"{kind}_width": kernel[1],
        "stride_height": strides[0], "stride_width": strides[1],
        "pad_top": top, "pad_left": left, "out_height": out_height, "out_width": out_width,
    }
    return shape, [left, right, top, bottom]


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(y):
    return y.permute(0, 2, 3, 1)


def convolve(x, w, b, pad, strides):
    y = F.conv2d(F.pad(channels_first(x), pad), w.permute(3, 2, 0, 1), b, strides)
    return channels_last(y)


def conv2d(name, padding, x_shape, kernel, filters, strides, salt):
    shape, pad = window_shape("kernel", padding, x_shape, kernel, strides)
    shape["filters"] = filters
    x = random(x_shape, salt)
    w = random((*kernel, x_shape[3], filters), salt + 1)
    b = random((filters,), salt + 2)
    y = convolve(x, w, b, pad, strides)
    dy = random(y.shape, salt + 3)
    dx, dw, db = torch.autograd.grad(y, (x, w, b), dy)
    add_case("conv2d", name, shape, {"x": x, "w": w, "b": b, "dy": dy},
             {"y": y, "dx": dx, "dw": dw, "db": db})


def conv2d_gathered(name, padding, examples, x_shape, kernel, filters, strides, scale, offset, salt):
    shape, pad = window_shape("kernel", padding, x_shape, kernel, strides)
    shape["filters"] = filters
    data = pixels((examples, *x_shape[1:]), salt)
    rows = (numpy.arange(x_shape[0]) * 2 + 1) % examples
    x = torch.tensor(data[rows].astype(float) * scale + offset)
    w = random((*kernel, x_shape[3], filters), salt + 1)
    b = random((filters,), salt + 2)
    y = convolve(x, w, b, pad, strides)
    dy = random(y.shape, salt + 3)
    (dw,) = torch.autograd.grad(y, w, dy)
    add_case("conv2d_gathered", name, shape,
             {"data": data, "rows": rows, "scale": [scale], "offset": [offset],
              "w": w, "b": b, "dy": dy},
             {"y": y, "dw": dw})


def max_pool2d(name, padding, x_shape, pool, strides, salt):
    shape, pad = window_shape("pool", padding, x_shape, pool, strides)
    x = random(x_shape, salt)
    assert len(torch.unique(x)) == x.numel(), "equal maxima have no defined gradient in PyTorch"
    y = channels_last(F.max_pool2d(F.pad(channels_first(x), pad, value=-math.inf), pool, strides))
    dy = random(y.shape, salt + 1)
    (dx,) = torch.autograd.grad(y, x, dy)
    add_case("max_pool2d", name, shape, {"x": x, "dy": dy}, {"y": y, "dx": dx})


def dense(name, batch, inputs, outputs, salt):
    x, w, b = random((batch, inputs), salt), random((inputs, outputs), salt + 1), random((outputs,), salt + 2)
    y = x @ w + b
    dy = random(y.shape, salt + 3)
    dx, dw, db = torch.autograd.grad(y, (x, w, b), dy)
    add_case("dense", name, {"batch": batch, "inputs": inputs, "outputs": outputs},
             {"x": x, "w": w, "b": b, "dy": dy}, {"y": y, "dx": dx, "dw": dw, "db": db})


def relu(name, size, salt):
    x, dy = random((size,), salt), random((size,), salt + 1)
    y = F.relu(x)
    (dx,) = torch.autograd.grad(y, x, dy)
    add_case("relu", name, {"size": size}, {"x": x, "dy": dy}, {"y": y, "dx": dx})


def softmax_cross_entropy(name, batch, classes, limit, salt):
    x = random((batch, classes), salt, limit)
    labels = torch.arange(batch) * 3 % classes
    dloss = 1.5
    loss = F.cross_entropy(x, labels)
    (dx,) = torch.autograd.grad(loss, x, torch.tensor(dloss, dtype=torch.float64))
    add_case("softmax_cross_entropy", name, {"batch": batch, "classes": classes},
             {"x": x, "labels": labels, "dloss": [dloss]},
             {"probabilities": F.softmax(x, dim=1), "loss": loss, "dx": dx})


def l2(name, size, coefficient, salt):
    w = random((size,), salt)
    dloss = 1.5
    loss = coefficient * (w * w).sum()
    (dw,) = torch.autograd.grad(loss, w, torch.tensor(dloss, dtype=torch.float64))
    add_case("l2", name, {"size": size}, {"w": w, "coefficient": [coefficient], "dloss": [dloss]},
             {"loss": loss, "dw": dw})


def adam(name, size, steps, rate, gradient_limit, salt):
    beta1, beta2, epsilon = 0.9, 0.999, 1e-7
    w = random((size,), salt)
    g = random((steps, size), salt + 1, gradient_limit)
    outputs = keras_adam(w, g, rate, beta1, beta2, epsilon)
    assert torch.allclose(outputs["w"], torch_adam(w, g, rate, beta1, beta2, epsilon), rtol=1e-12, atol=0)
    add_case("adam", name, {"size": size, "steps": steps},
             {"w": w, "g": g, "rate": [rate], "beta1": [beta1], "beta2": [beta2], "epsilon": [epsilon]},
             outputs)


def keras_adam(w, g, rate, beta1, beta2, epsilon):
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    for t in range(1, len(g) + 1):
        m = m + (1 - beta1) * (g[t - 1] - m)
        v = v + (1 - beta2) * (g[t - 1] ** 2 - v)
        correction = math.sqrt(1 - beta2**t) / (1 - beta1**t)
        w = w - rate * correction * m / (v.sqrt() + epsilon)
    return {"w": w, "m": m, "v": v}


def torch_adam(w, g, rate, beta1, beta2, epsilon):
    """PyTorch adds epsilon before the bias correction; divided by it, epsilon is Keras'."""
    w = w.detach().clone()
    optimizer = torch.optim.Adam([w], rate, (beta1, beta2))
    for t in range(1, len(g) + 1):
        w.grad = g[t - 1].detach()
        optimizer.param_groups[0]["eps"] = epsilon / math.sqrt(1 - beta2**t)
        optimizer.step()
    return w


def adamw(name, size, steps, rate, weight_decay, salt):
    beta1, beta2, epsilon = 0.9, 0.999, 1e-7
    w = random((size,), salt)
    g = random((steps, size), salt + 1)
    parameter = w.detach().clone()
    optimizer = torch.optim.AdamW([parameter], rate, (beta1, beta2), weight_decay=weight_decay)
    for t in range(1, steps + 1):
        parameter.grad = g[t - 1].detach()
        optimizer.param_groups[0]["eps"] = epsilon / math.sqrt(1 - beta2**t)
        optimizer.step()
    add_case("adam", name, {"size": size, "steps": steps},
             {"w": w, "g": g, "rate": [rate], "decay": [rate * weight_decay], "beta1": [beta1],
              "beta2": [beta2], "epsilon": [epsilon]},
             {"w": parameter, "m": optimizer.state[parameter]["exp_avg"],
              "v": optimizer.state[parameter]["exp_avg_sq"]})


def sgd(name, size, steps, rate, momentum, nesterov, salt):
    w = random((size,), salt)
    g = random((steps, size), salt + 1)
    parameter = w.detach().clone()
    optimizer = torch.optim.SGD([parameter], rate, momentum=momentum, nesterov=nesterov)
    for gradient in g:
        parameter.grad = gradient.detach()
        optimizer.step()
    add_case("sgd", name, {"size": size, "steps": steps, "nesterov": int(nesterov)},
             {"w": w, "g": g, "rate": [rate], "momentum": [momentum]}, {"w": parameter})


def clip_by_global_norm(name, sizes, max_norm, salt):
    gradients = [random((size,), salt + i) for i, size in enumerate(sizes)]
    parameters = [torch.zeros_like(g) for g in gradients]
    for parameter, g in zip(parameters, gradients):
        parameter.grad = g.detach().clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    add_case("clip_by_global_norm", name, {"a": sizes[0], "b": sizes[1]},
             {"a": gradients[0], "b": gradients[1], "max_norm": [max_norm]},
             {"a_clipped": parameters[0].grad, "b_clipped": parameters[1].grad, "norm": [float(norm)]})


def soft_cross_entropy(name, batch, classes, smoothing, salt):
    x = random((batch, classes), salt, 3.0)
    labels = torch.arange(batch) * 3 % classes
    weights = random((classes,), salt + 1).detach() + 2
    hot = F.one_hot(labels, classes).double() * (1 - smoothing) + smoothing / classes
    plain = F.cross_entropy(x, labels, label_smoothing=smoothing)
    assert torch.allclose(F.cross_entropy(x, hot), plain, rtol=1e-12, atol=0)
    targets = weights[labels][:, None] * hot
    loss = F.cross_entropy(x, targets)
    dloss = torch.tensor(1.5, dtype=torch.float64)
    (dx,) = torch.autograd.grad(loss, x, dloss)
    add_case("soft_cross_entropy", name, {"batch": batch, "classes": classes},
             {"x": x, "labels": labels, "weights": weights, "smoothing": [smoothing], "dloss": [1.5]},
             {"probabilities": torch.softmax(x, 1), "targets": targets, "loss": loss, "dx": dx})


conv2d("valid", "valid", (2, 4, 5, 2), (2, 3), 3, (1, 1), 1)
conv2d("valid, strides that leave rows and columns over", "valid", (1, 7, 9, 1), (3, 2), 2, (3, 4), 11)
conv2d("same, even kernel: one more zero after than before", "same", (2, 4, 5, 2), (2, 4), 2, (1, 1), 21)
conv2d("same, strides 2 and 3", "same", (2, 5, 7, 2), (3, 4), 3, (2, 3), 31)
conv2d("same, kernel larger than the picture", "same", (1, 3, 4, 2), (5, 7), 2, (1, 1), 41)
conv2d("kernel 1 x 1, stride 2", "valid", (2, 4, 5, 3), (1, 1), 4, (2, 2), 51)
conv2d("spans the width, stride divides kernel and height", "valid", (2, 30, 4, 1), (15, 4), 3, (5, 1), 61)
conv2d("spans the width, stride divides neither, rows left over", "valid", (2, 13, 4, 2), (5, 4), 3, (3, 1), 71)
conv2d("spans the width, the last window ends the picture", "valid", (2, 11, 3, 1), (5, 3), 2, (3, 1), 81)
conv2d("spans the width, stride larger than the kernel", "valid", (2, 13, 3, 1), (2, 3), 2, (5, 1), 91)
conv2d("more channels and filters", "same", (2, 3, 3, 8), (2, 2), 11, (1, 1), 121)
conv2d_gathered("spans the width", "valid", 3, (2, 20, 4, 1), (15, 4), 3, (5, 1), 1 / 256, 0.0, 101)
conv2d_gathered("same padding is 0 beside an offset", "same", 5, (3, 4, 5, 2), (3, 2), 2, (2, 1), 1 / 64, -1.5, 111)
max_pool2d("valid, pairs", "valid", (2, 7, 1, 3), (2, 1), (2, 1), 201)
max_pool2d("valid, overlapping windows", "valid", (2, 6, 5, 2), (3, 2), (2, 1), 211)
max_pool2d("valid, strides larger than the pool", "valid", (1, 8, 7, 2), (2, 2), (3, 4), 221)
max_pool2d("same", "same", (2, 5, 6, 2), (3, 2), (2, 3), 231)
max_pool2d("same, overlapping windows", "same", (1, 4, 5, 3), (3, 4), (1, 2), 241)
dense("small", 3, 5, 4, 301)
dense("wider", 7, 19, 13, 311)
dense("one example, one output", 1, 6, 1, 321)
relu("negative and positive", 37, 401)
softmax_cross_entropy("ten classes", 4, 10, 3.0, 501)
softmax_cross_entropy("two classes, large logits", 5, 2, 900.0, 511)
l2("weights", 30, 1e-4, 601)
adam("five steps", 21, 5, 1e-3, 1.0, 701)
adam("gradients as small as epsilon", 9, 5, 1e-4, 1e-6, 711)
adamw("decoupled weight decay", 21, 5, 1e-2, 0.1, 721)
sgd("no momentum", 9, 3, 1e-2, 0.0, False, 731)
sgd("momentum", 9, 5, 1e-2, 0.9, False, 741)
sgd("Nesterov", 9, 5, 1e-2, 0.9, True, 751)
clip_by_global_norm("longer than the norm", (7, 30), 1.5, 761)
clip_by_global_norm("shorter than the norm", (7, 30), 50.0, 771)
soft_cross_entropy("smoothed, classes weighted", 4, 10, 0.1, 521)

if __name__ == "__main__":
    document = {
        "made_with": {"torch": torch.__version__, "numpy": numpy.__version__},
        "cases": cases,
    }
    text = json.dumps(document, separators=(",", ":")).replace('{"operation"', '\n{"operation"')
    with open("operations.json", "w", encoding="utf-8") as file:
        file.write(text + "\n")
    print(len(cases), "cases,", len(text) // 1000, "KB")
