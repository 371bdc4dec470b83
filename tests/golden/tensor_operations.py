"""Small cases of the operations of engine/ops/ops.h that build networks' graphs, with their gradients, computed by
PyTorch in float64.

Run `python tensor_operations.py` in this folder: it writes tensor_operations.json (made with PyTorch 2.15.0,
NumPy 2.4.6). A case has the arrays of one member, without the member axis; axes among the arguments count it.
"""

import json

import numpy
import torch
import torch.nn.functional as F

from operations import flat, random

cases = []
salts = iter(range(1000, 9000, 7))


def case(operation, shapes, compute, arguments=()):
    inputs = [random(shape, next(salts)) for shape in shapes]
    y = compute(*inputs)
    dy = random(y.shape, next(salts))
    gradients = torch.autograd.grad(y, inputs, dy)
    cases.append({
        "operation": operation, "arguments": list(arguments),
        "inputs": [{"shape": list(x.shape), "values": flat(x)} for x in inputs],
        "dy": flat(dy), "y": {"shape": list(y.shape), "values": flat(y)},
        "gradients": [flat(gradient) for gradient in gradients],
    })


case("add", [(4, 5), (4, 5)], torch.add)
case("add", [(4, 5), (5,)], torch.add)
case("add", [(3, 1, 5), (4, 1)], torch.add)
case("add", [(2, 3, 4, 5), (3, 1, 5)], torch.add)
case("subtract", [(4, 3, 5), (4, 1, 5)], torch.sub)
case("subtract", [(5,), (3, 5)], torch.sub)
case("multiply", [(4, 5), (4, 5)], torch.mul)
case("multiply", [(3, 1, 5), (2, 5)], torch.mul)
case("multiply", [(2, 3, 4), (1,)], torch.mul)
case("rescale", [(3, 4)], lambda x: 1.5 * x - 0.25, (1.5, -0.25))
for ta in (0, 1):
    for tb in (0, 1):
        case("matmul", [(2, 3, 5, 4) if ta else (2, 3, 4, 5), (2, 3, 6, 5) if tb else (2, 3, 5, 6)],
             lambda a, b, ta=ta, tb=tb: (a.mT if ta else a) @ (b.mT if tb else b), (ta, tb))
case("transpose", [(3, 5)], lambda x: x.T, (0, 2, 1))
case("transpose", [(2, 3, 4, 5)], lambda x: x.permute(2, 0, 3, 1), (0, 3, 1, 4, 2))
case("slice", [(3, 7)], lambda x: x[:, 2:5], (2, 2, 3))
case("slice", [(3, 7, 2)], lambda x: x[1:], (1, 1, 2))
case("concatenate", [(3, 2), (3, 4), (3, 1)], lambda *parts: torch.cat(parts, 1), (-1,))
case("concatenate", [(3, 2, 2), (1, 2, 2)], lambda *parts: torch.cat(parts, 0), (1,))
for axis in (1, 2, 3, -1):
    dim = axis - 1 if axis > 0 else axis
    case("sum", [(3, 4, 5)], lambda x, dim=dim: x.sum(dim), (axis,))
    case("mean", [(3, 4, 5)], lambda x, dim=dim: x.mean(dim), (axis,))
    case("max", [(3, 4, 5)], lambda x, dim=dim: x.max(dim).values, (axis,))
case("layer_norm", [(3, 7), (7,), (7,)], lambda x, w, b: F.layer_norm(x, (7,), w, b, 1e-3), (1e-3,))
case("layer_norm", [(2, 3, 40), (40,), (40,)], lambda x, w, b: F.layer_norm(x, (40,), w, b, 1e-5), (1e-5,))
for name, function in (("selu", F.selu), ("softplus", F.softplus), ("silu", F.silu), ("gelu", F.gelu)):
    case(name, [(3, 7)], lambda x, function=function: function(4 * x), ())
case("reverse", [(3, 4, 2)], lambda x: x.flip(0), (1,))
case("reverse", [(3, 4)], lambda x: x.flip(1), (-1,))
case("batch_norm_inference", [(2, 3, 5)],
     lambda x: F.batch_norm(x.reshape(6, 5), *(torch.arange(5).double() + first for first in (0.0, 1, 2, 3)), False,
                            eps=1e-3).reshape(2, 3, 5), (1e-3,))

if __name__ == "__main__":
    document = {"made_with": {"torch": torch.__version__, "numpy": numpy.__version__}, "cases": cases}
    text = json.dumps(document, separators=(",", ":")).replace('{"operation"', '\n{"operation"')
    with open("tensor_operations.json", "w", encoding="utf-8") as file:
        file.write(text + "\n")
    print(len(cases), "cases,", len(text) // 1000, "KB")
