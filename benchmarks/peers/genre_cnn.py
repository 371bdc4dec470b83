"""GenreCnn as people write it in PyTorch; the other scripts on GenreCnn use it."""

import torch
from torch import nn

FREQUENCIES, TIMES = 127, 2900
L2 = 1e-4


def genre_cnn(classes):
    """Pictures [batch, 1, frequencies, times] to logits, with Keras' initial weights."""
    net = nn.Sequential(
        nn.Conv2d(1, 100, (FREQUENCIES, 15), stride=(1, 5)),
        nn.ReLU(),
        nn.MaxPool2d((1, 2)),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(28900, 128),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(128, classes),
    )
    for name, parameter in net.named_parameters():
        if name.endswith("weight"):
            nn.init.xavier_uniform_(parameter)
        else:
            nn.init.zeros_(parameter)
    return net


def adam(net, fused=True):
    on_gpu = next(net.parameters()).is_cuda
    return torch.optim.Adam(net.parameters(), lr=1e-4, eps=1e-7, fused=fused, capturable=on_gpu)


def loss_and_logits(net, x, labels):
    logits = net(x)
    return nn.functional.cross_entropy(logits, labels) + L2 * net[-1].weight.square().sum(), logits


def descend(loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def training_step(net, optimizer, x, labels):
    """The loss and the logits before the step."""
    loss, logits = loss_and_logits(net, x, labels)
    descend(loss, optimizer)
    return loss.item(), logits.detach()
