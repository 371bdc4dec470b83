"""MelCnn in PyTorch, by the recipe of `tutti train melcnn --not-music 0`, and its speed beside ours.

    build/release/tutti compare --data TREE --json > folds.json
    python mel_cnn.py TREE folds.json                        accuracy of one network on each fold
    python mel_cnn.py TREE --speed build/release/tutti       seconds per epoch of either, in turn

TREE holds mel pictures <genre>/*.png of one size. Needs numpy, pillow and torch.
"""

import argparse
import json
import math
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

CHANNELS, CROP, BATCH, DROPOUT = 128, 128, 32, 0.5
EQUALIZER, KNOTS, SHIFT, MASK = 6, 8, 2, 20  # dB, then bands


def load(tree):
    """Levels [n, time, bands], low bands last as in the pictures, labels and names."""
    files = sorted(path for path in Path(tree).glob("*/*.png"))
    genres = sorted({path.parent.name for path in files})
    x = np.stack([np.asarray(Image.open(path)).T for path in files])
    y = np.array([genres.index(path.parent.name) for path in files])
    return x, y, [path.relative_to(tree).as_posix() for path in files]


class MelCnn(nn.Module):
    def __init__(self, mean, deviation, genres):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        layers, last = [], len(mean)
        for i, channels in enumerate([CHANNELS, CHANNELS, CHANNELS, 2 * CHANNELS]):
            layers += [nn.Conv1d(last, channels, 3, bias=False), nn.BatchNorm1d(channels), nn.ReLU()]
            if i:
                layers.append(nn.MaxPool1d(2))
            last = channels
        self.layers = nn.Sequential(*layers)
        self.end = nn.Sequential(nn.Dropout(DROPOUT), nn.Linear(2 * last, genres))

    def forward(self, x):
        x = self.layers(((x - self.mean) / self.deviation).transpose(1, 2))
        return self.end(torch.cat([x.mean(2), x.amax(2)], 1))


def distort(crops, random):
    """Each of some crops [n, time, bands] through an equalizer, moved by some bands, some of them blanked."""
    n, _, bands = crops.shape
    place = np.linspace(0, KNOTS - 1, bands)
    knots = EQUALIZER * 255 / 80 * random.standard_normal((n, KNOTS))
    curves = np.round(np.stack([np.interp(place, np.arange(KNOTS), knot) for knot in knots]))
    for crop, curve, by in zip(crops, curves, random.integers(-SHIFT, SHIFT + 1, n)):
        crop[:] = np.clip(crop[:, np.clip(np.arange(bands) + by, 0, bands - 1)] + curve.astype(np.float32), 0, 255)
        count = random.integers(0, MASK + 1)
        first = random.integers(0, bands - count + 1)
        crop[:, first:first + count] = crop.mean()


def train(x, y, genres, args, random):
    """One network; returns it and the seconds of an epoch."""
    flat = x.reshape(-1, x.shape[-1]).astype(np.float64)
    net = MelCnn(torch.tensor(flat.mean(0), dtype=torch.float32), torch.tensor(flat.std(0), dtype=torch.float32), genres)
    steps = len(x) // BATCH
    adam = torch.optim.Adam(net.parameters(), args.lr, eps=1e-7)
    cosine = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda step: 0.5 * (1 + math.cos(math.pi * step / (steps * args.epochs))))
    start = time.perf_counter()
    for _ in range(args.epochs):
        order = random.permutation(len(x))
        for step in range(steps):
            rows = order[step * BATCH:(step + 1) * BATCH]
            at = random.integers(0, x.shape[1] - CROP + 1, BATCH)
            crops = np.stack([x[row, a:a + CROP] for row, a in zip(rows, at)]).astype(np.float32)
            distort(crops, random)
            loss = nn.functional.cross_entropy(net(torch.from_numpy(crops)), torch.from_numpy(y[rows]))
            adam.zero_grad()
            loss.backward()
            adam.step()
            cosine.step()
    return net, (time.perf_counter() - start) / args.epochs


def accuracy(net, x, y):
    """By the mean of the probabilities of crops from start to end."""
    net.eval()
    count = -(-x.shape[1] // CROP)
    starts = [k * (x.shape[1] - CROP) // (count - 1) for k in range(count)]
    with torch.no_grad():
        p = sum(net(torch.tensor(x[:, s:s + CROP], dtype=torch.float32)).softmax(1) for s in starts)
    return float((p.argmax(1).numpy() == y).mean())


def seconds_of_tutti(program, args):
    """Of an epoch: how much longer 31 of them take than one, over 30."""
    times = []
    for epochs in (1, 31):
        with tempfile.TemporaryDirectory() as out:
            start = time.perf_counter()
            subprocess.run([program, "train", "melcnn", "--data", args.tree, "--out", out, "--members", "1",
                            "--test", "0", "--validation", "0", "--not-music", "0", "--epochs", str(epochs),
                            "--threads", str(args.threads), "--quiet"], check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
    return (times[1] - times[0]) / 30


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree")
    parser.add_argument("folds", nargs="?")
    parser.add_argument("--epochs", type=int, default=240)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=54)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--speed", metavar="TUTTI")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    random = np.random.default_rng(args.seed)
    x, y, names = load(args.tree)
    genres = int(y.max()) + 1
    if args.speed:
        args.epochs, ours, theirs = 10, [], []
        for _ in range(args.rounds):
            ours.append(seconds_of_tutti(args.speed, args))
            theirs.append(train(x, y, genres, args, random)[1])
        ratios = sorted(b / a for a, b in zip(ours, theirs))
        print(f"seconds per epoch of {len(x)} clips, {args.threads} threads: tutti {statistics.median(ours):.2f}, "
              f"PyTorch {torch.__version__} {statistics.median(theirs):.2f}, "
              f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
        return
    place = {name: i for i, name in enumerate(names)}
    fold = np.full(len(x), -1)
    compared = json.loads(Path(args.folds).read_text())
    for clip in compared["clips"]:
        fold[place[clip["name"]]] = clip["fold"]
    right = []
    for k in range(compared["tested"]):
        learns, held_out = (fold != k) & (fold >= 0), fold == k
        net, _ = train(x[learns], y[learns], genres, args, random)
        right.append(accuracy(net, x[held_out], y[held_out]))
        print(f"fold {k}: {right[-1]:.4f}", flush=True)
    print(f"mean {statistics.mean(right):.4f} ± {statistics.stdev(right) if len(right) > 1 else 0:.4f}")


if __name__ == "__main__":
    main()
