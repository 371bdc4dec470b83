"""An ensemble of GenreCnn trained by PyTorch with Tutti's recipe and on Tutti's split, for comparing accuracies.

`tutti train ensemble --data GENRES_DIR --out RUN` first; then this with the same --data and RUN/split.csv.
Needs PyTorch, NumPy and Pillow (tried with 2.15.0, 2.4.6 and 13.0.0).
"""

import argparse
import csv
import json
import math
import os
import time
from pathlib import Path

import numpy
import torch
from PIL import Image
from torch import nn

from genre_cnn import FREQUENCIES, TIMES, adam, genre_cnn, training_step

BOOTSTRAP = 0.9


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="GENRES_DIR")
    parser.add_argument("--split", type=Path, required=True, metavar="RUN/split.csv",
                        help="columns path (relative to --data), genre and part (train or test)")
    parser.add_argument("--members", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=54)
    parser.add_argument("--normalize", choices=["scale", "standardize"], default="standardize")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", metavar="OUT", help="write the results to this file as well")
    return parser.parse_args()


class Pictures:
    """One part of the split: bytes in memory, read as normalized floats a batch at a time."""

    def __init__(self, folder, rows, genres):
        self.bytes = torch.stack([read_picture(folder / row["path"]) for row in rows])
        self.labels = torch.tensor([genres.index(row["genre"]) for row in rows])

    def __len__(self):
        return len(self.labels)

    def batch(self, rows, mean, std):
        return (self.bytes[rows].float() - mean) / std


def read_picture(path):
    picture = Image.open(path).convert("L").resize((TIMES, FREQUENCIES), Image.Resampling.BILINEAR)
    return torch.from_numpy(numpy.array(picture)).unsqueeze(0)


def read_parts(folder, split):
    with open(split, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    genres = sorted({row["genre"] for row in rows})
    parts = (Pictures(folder, [row for row in rows if row["part"] == part], genres) for part in ("train", "test"))
    return genres, *parts


def mean_and_std(pictures):
    """Of all pixels, from the histogram."""
    counts = sum(torch.bincount(picture.flatten(), minlength=256) for picture in pictures.bytes).double()
    values, share = torch.arange(256).double(), counts / counts.sum()
    mean = (share * values).sum()
    return mean.item(), (share * (values - mean) ** 2).sum().sqrt().item()


def train_epoch(net, optimizer, pictures, rows, batch, normalization):
    """The mean loss and the accuracy."""
    net.train()
    loss_sum = correct = 0
    for chunk in rows.split(batch):
        labels = pictures.labels[chunk]
        loss, logits = training_step(net, optimizer, pictures.batch(chunk, *normalization), labels)
        loss_sum += loss * len(chunk)
        correct += (logits.argmax(1) == labels).sum().item()
    return loss_sum / len(rows), correct / len(rows)


@torch.no_grad()
def predict(net, pictures, batch, normalization):
    """Logarithms of the probabilities [pictures, classes]."""
    net.eval()
    logits = [net(pictures.batch(rows, *normalization)) for rows in torch.arange(len(pictures)).split(batch)]
    return torch.cat(logits).log_softmax(1)


def accuracy(scores, labels):
    return (scores.argmax(1) == labels).double().mean().item()


def train_member(member, genres, train, test, normalization, args):
    """Its probabilities of the test pictures."""
    torch.manual_seed(args.seed * 1000 + member)
    sample = torch.randint(0, len(train), (math.floor(BOOTSTRAP * len(train)),))
    net = genre_cnn(len(genres))
    optimizer = adam(net)
    for epoch in range(1, args.epochs + 1):
        start = time.perf_counter()
        shuffled = sample[torch.randperm(len(sample))]
        loss, train_accuracy = train_epoch(net, optimizer, train, shuffled, args.batch, normalization)
        predicted = predict(net, test, args.batch, normalization)
        val_loss = nn.functional.nll_loss(predicted, test.labels).item()
        print(f"member {member} epoch {epoch}/{args.epochs}: loss {loss:.4f} accuracy {train_accuracy:.4f}"
              f" val_loss {val_loss:.4f} val_accuracy {accuracy(predicted, test.labels):.4f}"
              f" {time.perf_counter() - start:.1f} s", flush=True)
    return predicted.exp()


def main():
    args = options()
    torch.set_num_threads(args.threads)
    genres, train, test = read_parts(args.data, args.split)
    normalization = (0, 255) if args.normalize == "scale" else mean_and_std(train)
    print(f"{len(train)} pictures to train on, {len(test)} to test, {len(genres)} genres; "
          f"(pixel - {normalization[0]:.3f}) / {normalization[1]:.3f}")
    start = time.perf_counter()
    votes = [train_member(m, genres, train, test, normalization, args) for m in range(args.members)]
    results = {
        "torch": torch.__version__,
        "options": {name: str(value) if isinstance(value, Path) else value for name, value in vars(args).items()},
        "mean": normalization[0], "deviation": normalization[1],
        "members": [accuracy(vote, test.labels) for vote in votes],
        "accuracy": accuracy(torch.stack(votes).mean(0), test.labels),
        "seconds": time.perf_counter() - start,
    }
    print("members' test accuracies", *(f"{a:.4f}" for a in results["members"]),
          f"vote {results['accuracy']:.4f} in {results['seconds']:.0f} s")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2)


if __name__ == "__main__":
    main()
