"""The LSTM classifier by PyTorch with tutti's recipe, on the splits of tutti's runs: test accuracies of both, and
PyTorch's seconds per step.

`tutti train lstm --data FEATURES.csv --seed K --out runs/K` for some seeds first; then
`python lstm_classifier.py --data FEATURES.csv runs/*`. Needs PyTorch (tried with 2.15.0).
"""

import argparse
import csv
import json
import os
import statistics
import time
from pathlib import Path

import torch
from torch import nn

UNITS, DENSE, RATE, BATCH, EPOCHS = 52, 134, 0.0023916625587450248, 32, 50


class LstmClassifier(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.lstm = nn.LSTM(1, UNITS, num_layers=3, batch_first=True)
        self.dense = nn.Sequential(nn.Linear(UNITS, DENSE), nn.ReLU(), nn.Linear(DENSE, DENSE), nn.ReLU(),
                                   nn.Linear(DENSE, classes))
        for name, parameter in self.named_parameters():  # Keras' initial weights
            if "weight_hh" in name:
                nn.init.orthogonal_(parameter)
            elif "weight" in name:
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.zeros_(parameter)
            if "bias_hh" in name:
                parameter.requires_grad_(False)  # Keras has one bias
            if "bias_ih" in name:
                parameter.data[UNITS:2 * UNITS] = 1  # of the forget gate

    def forward(self, x):
        return self.dense(self.lstm(x)[0][:, -1])


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_features(path):
    """Feature rows by the name of the song."""
    return {row.pop("filename"): [float(value) for name, value in row.items() if name != "label"]
            for row in read_csv(path)}


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def read_split(folder, features):
    """Features, labels and the row numbers of each part of a run's split."""
    songs = read_csv(folder / "split.csv")
    classes = read_json(folder / "run.json")["classes"]
    x = torch.tensor([features[song["path"]] for song in songs])
    labels = torch.tensor([classes.index(song["genre"]) for song in songs])
    parts = {part: torch.tensor([i for i, song in enumerate(songs) if song["part"] == part])
             for part in ("train", "test")}
    return x, labels, parts


def train(x, labels, parts, seed):
    """Test accuracy, last training accuracy and the median seconds of a step."""
    torch.manual_seed(seed)
    rows, test = parts["train"], parts["test"]
    low, high = x[rows].amin(0), x[rows].amax(0)
    inputs = ((x - low) / (high - low)).unsqueeze(2)
    net = LstmClassifier(int(labels.max()) + 1)
    optimizer = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], RATE, eps=1e-7)
    seconds, correct = [], 0
    for _ in range(EPOCHS):
        correct = 0
        for batch in rows[torch.randperm(len(rows))].split(BATCH):
            start = time.perf_counter()
            logits = net(inputs[batch])
            loss = nn.functional.cross_entropy(logits, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if len(batch) == BATCH:
                seconds.append(time.perf_counter() - start)
            correct += (logits.argmax(1) == labels[batch]).sum().item()
    with torch.no_grad():
        accuracy = (net(inputs[test]).argmax(1) == labels[test]).double().mean().item()
    return accuracy, correct / len(rows), statistics.median(seconds)


def mean(values):
    """With its standard error."""
    error = statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.mean(values):.4f} ± {error:.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="at least two, made by tutti train lstm")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    features = read_features(args.data)
    ours, tests, trainings, seconds = [], [], [], []
    for run in args.runs:
        test, training, step = train(*read_split(run, features), read_json(run / "run.json")["seed"])
        ours.append(read_json(run / "metrics.json")["accuracy"])
        tests.append(test)
        trainings.append(training)
        seconds.append(step)
        print(f"{run}: test accuracy tutti {ours[-1]:.4f}, PyTorch {test:.4f}", flush=True)
    print(f"test accuracy (mean ± standard error): tutti {mean(ours)}, PyTorch {mean(tests)},"
          f" difference {mean([a - b for a, b in zip(ours, tests)])}\n"
          f"PyTorch: training accuracy {mean(trainings)},"
          f" {1000 * statistics.median(seconds):.2f} ms per step of {BATCH} with {args.threads} threads")


if __name__ == "__main__":
    main()
