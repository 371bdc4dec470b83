"""GenreCnn as an expert writes it for a GPU in PyTorch: all members at once, the convolution as matrix products.

Time first and with 128 frequencies, a stride of the filter is one row of 640 numbers, and its 15 time steps are three
rows that follow one another: so the convolution is three products of overlapping views of the pictures.
"""

import torch
from torch import nn
from torch.nn import functional

from genre_cnn import FREQUENCIES, L2, TIMES

STRIDE, TAPS, PADDED = 5, 3, 128
BLOCK, BLOCKS = STRIDE * PADDED, TIMES // STRIDE
WINDOWS = BLOCKS - TAPS + 1


def padded(pictures):
    """Bytes [n, 1, frequencies, times] as [n, BLOCKS, BLOCK]."""
    time_first = pictures[:, 0].transpose(1, 2)
    return functional.pad(time_first, (0, PADDED - FREQUENCIES)).reshape(-1, BLOCKS, BLOCK)


def arranged(filters, bias, weight, weight_bias, last, last_bias):
    """Parameters of genre_cnn, or their gradients, as StackedGenreCnn has them for a member."""
    time_first = functional.pad(filters[:, 0].permute(2, 1, 0), (0, 0, 0, PADDED - FREQUENCIES))
    by_time = weight.unflatten(1, (filters.shape[0], -1)).permute(2, 1, 0).flatten(0, 1)
    return time_first.reshape(TAPS, BLOCK, -1), bias, by_time, weight_bias, last.t(), last_bias


def stacked(networks):
    """Each parameter of all networks, or each gradient, side by side."""
    return [torch.stack(member) for member in zip(*(arranged(*tensors) for tensors in networks))]


def pooled(h):
    """The larger of two windows in [members, batch, BLOCKS, filters]; a picture's last ones reach into the next."""
    images = h.flatten(0, 1).unsqueeze(2).permute(0, 3, 1, 2)  # channels last, as they lie
    larger = functional.max_pool2d(images, (2, 1)).permute(0, 2, 3, 1).squeeze(2)
    return larger[:, :WINDOWS // 2].unflatten(0, h.shape[:2])


class StackedGenreCnn(nn.Module):
    """The members `nets`, made by genre_cnn."""

    def __init__(self, nets):
        super().__init__()
        self.weights = nn.ParameterList(stacked([[p.detach() for p in net.parameters()] for net in nets]))

    def forward(self, x):
        """Pixels as floats [members, batch * BLOCKS + TAPS - 1, BLOCK] to logits [members, batch, classes]."""
        filters, bias, weight, weight_bias, last, last_bias = self.weights
        filters, rows = filters * (1 / 255), x.shape[1] - TAPS + 1
        h = torch.bmm(x[:, :rows], filters[:, 0])
        for tap in range(1, TAPS):
            h = h.baddbmm_(x[:, tap:tap + rows], filters[:, tap])
        h = pooled(h.unflatten(1, (-1, BLOCKS)))
        h = functional.relu(h + bias[:, None, None])
        h = functional.dropout(h, 0.5, self.training).flatten(2)
        h = functional.relu(torch.baddbmm(weight_bias[:, None], h, weight))
        h = functional.dropout(h, 0.3, self.training)
        return torch.baddbmm(last_bias[:, None], h, last)

    def loss_and_logits(self, x, labels):
        """The members' losses added up, so that each gets the gradient of its own; labels are [members, batch]."""
        logits = self(x)
        entropy = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum")
        return entropy / labels.shape[1] + L2 * self.weights[4].square().sum(), logits


class Batch:
    """Room for the pictures of a step, which stays where it is for a CUDA graph."""

    def __init__(self, members, batch, device):
        self.x = torch.zeros(members, batch * BLOCKS + TAPS - 1, BLOCK, device=device)
        self.pictures = self.x[:, :batch * BLOCKS]

    def fill(self, pictures, rows):
        """Rows [members, batch] of padded pictures."""
        self.pictures.copy_(pictures.index_select(0, rows.flatten()).view(self.pictures.shape))
        return self.x
