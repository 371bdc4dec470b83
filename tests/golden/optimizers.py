"""Twenty steps of optimizers and schedules by PyTorch on a small problem, in double.

Run `python optimizers.py` in this folder: it writes optimizers.json (made with PyTorch 2.15.0, NumPy 2.4.6; a
second). The problem is the cross-entropy of a dense layer; see `start`.
"""

import json

import torch
import torch.nn.functional as F

from values import uniform

BATCH, INPUTS, CLASSES, STEPS = 5, 4, 3, 20


def start():
    """Kernel, bias, x and labels; weights large enough that the gradient's norm passes 1 and falls below it."""
    rounded = lambda *of: torch.tensor(uniform(*of).astype("float32"), dtype=torch.float64)
    kernel, bias = rounded((INPUTS, CLASSES), 1, 2.0), rounded((CLASSES,), 2, 1.0)
    return kernel.requires_grad_(), bias.requires_grad_(), rounded((BATCH, INPUTS), 3, 2.0), torch.arange(BATCH) % CLASSES


def train(make_optimizer, make_schedule=None, clip_norm=0.0, ema=None):
    """Weights after the last step, and the average of the weights after each."""
    kernel, bias, x, labels = start()
    optimizer = make_optimizer(kernel, bias)
    schedule = make_schedule(optimizer) if make_schedule else None
    average = [kernel.detach().clone(), bias.detach().clone()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        F.cross_entropy(x @ kernel + bias, labels).backward()
        if clip_norm:
            torch.nn.utils.clip_grad_norm_([kernel, bias], clip_norm)
        optimizer.step()
        if schedule:
            schedule.step()
        if ema is not None:
            average = [torch.lerp(w.detach(), a, ema) for w, a in zip((kernel, bias), average)]
    weights = average if ema is not None else (kernel, bias)
    return {"kernel": weights[0].flatten().tolist(), "bias": weights[1].tolist()}


def sgd(rate, **options):
    return lambda kernel, bias: torch.optim.SGD([kernel, bias], rate, **options)


def adam(rate):
    """With the default epsilon, 1e-8, which PyTorch adds after the bias correction and Keras, as ours, before."""
    return lambda kernel, bias: torch.optim.Adam([kernel, bias], rate)


def adamw(rate, decay):
    """Biases do not decay."""
    groups = lambda kernel, bias: [{"params": [kernel], "weight_decay": decay}, {"params": [bias], "weight_decay": 0}]
    return lambda kernel, bias: torch.optim.AdamW(groups(kernel, bias), rate)


def rmsprop(rate, **options):
    """With an epsilon too small to matter, which PyTorch adds to the root and Keras, as ours, under it."""
    return lambda kernel, bias: torch.optim.RMSprop([kernel, bias], rate, alpha=0.9, eps=1e-12, **options)


def one_cycle(optimizer):
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=STEPS, cycle_momentum=False)


def warm_cosine(optimizer):
    schedulers = torch.optim.lr_scheduler
    warmup = schedulers.LinearLR(optimizer, start_factor=0.1, total_iters=5)
    cosine = schedulers.CosineAnnealingLR(optimizer, T_max=STEPS - 5, eta_min=0.001)
    return schedulers.SequentialLR(optimizer, [warmup, cosine], milestones=[5])


SCHEDULES = {
    "step": lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=6, gamma=0.5),
    "exponential": lambda o: torch.optim.lr_scheduler.ExponentialLR(o, gamma=0.9),
    "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=STEPS),
    "warm_cosine": warm_cosine,
    "one_cycle": one_cycle,
}

# Two rates for each: members that train side by side.
CASES = {
    "sgd": [train(sgd(rate)) for rate in (0.5, 0.05)],
    "momentum": [train(sgd(rate, momentum=0.9)) for rate in (0.1, 0.02)],
    "nesterov": [train(sgd(rate, momentum=0.9, nesterov=True)) for rate in (0.1, 0.02)],
    "adam": [train(adam(rate)) for rate in (0.1, 0.02)],
    "adamw": [train(adamw(rate, 0.1)) for rate in (0.1, 0.02)],
    "rmsprop": [train(rmsprop(rate)) for rate in (0.1, 0.02)],
    "centered_rmsprop": [train(rmsprop(rate, momentum=0.8, centered=True)) for rate in (0.05, 0.01)],
    "clipped_sgd": [train(sgd(rate), clip_norm=0.3) for rate in (0.5, 0.05)],
    "clipped_adamw": [train(adamw(rate, 0.1), clip_norm=0.3) for rate in (0.1, 0.02)],
    "ema": [train(sgd(rate), ema=0.9) for rate in (0.5, 0.05)],
    "one_cycle_momentum": [train(sgd(0.1, momentum=0.9), one_cycle)] * 2,
    "warm_cosine_adamw": [train(adamw(0.1, 0.1), warm_cosine)] * 2,
}


def rates(make_schedule):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
    schedule = make_schedule(optimizer)
    values = []
    for _ in range(STEPS):
        values.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return values


def plateau():
    """Rates after each epoch's validation loss."""
    losses = [1, 0.9, 0.91, 0.9, 0.89999, 0.8, 0.85, 0.86, 0.87, 0.88, 0.81, 0.82, 0.83, 0.84, 0.9, 0.9, 0.9, 0.9, 0.1, 0.2]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, min_lr=0.03)
    values = []
    for loss in losses:
        schedule.step(loss)
        values.append(optimizer.param_groups[0]["lr"])
    return {"losses": losses, "rates": values}


with open("optimizers.json", "w") as file:
    document = {
        "cases": CASES,
        "schedules": {name: rates(make) for name, make in SCHEDULES.items()},
        "plateau": plateau(),
    }
    json.dump(document, file, indent=1)
    file.write("\n")
